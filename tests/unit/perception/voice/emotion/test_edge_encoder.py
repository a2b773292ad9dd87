from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from affectia.errors import ModelCorrupt, ModelMissing
from affectia.perception.voice.emotion.edge_encoder import WIDTH, EdgeEncoder
from affectia.perception.voice.emotion.edge_mel import MELS
from tests.unit.perception.voice.emotion.made_edge import edge_encoder

pytestmark = pytest.mark.unit


def test_frames_of_one_window_do_not_depend_on_the_others(tmp_path: Path) -> None:
    content, _ = edge_encoder()
    path = tmp_path / "encoder.onnx"
    path.write_bytes(content)
    encoder = EdgeEncoder(path)
    assert encoder.sha256 == hashlib.sha256(content).hexdigest()
    assert (encoder.provider, encoder.notice) == ("CPUExecutionProvider", "")
    mel = np.random.default_rng(1).normal(0, 1, (2, MELS, 60)).astype(np.float32)
    frames = encoder.frames(mel)
    assert frames.shape == (2, 30, WIDTH)
    np.testing.assert_allclose(encoder.frames(mel[1:]), frames[1:], atol=1e-5)


def test_another_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "encoder.onnx"
    path.write_bytes(b"no model at all")
    with pytest.raises(ModelCorrupt, match=r"^speech encoder is no ONNX model, expected the encoder of smart-turn 3.2: .*encoder\.onnx$"):
        EdgeEncoder(path)
    path.write_bytes(edge_encoder(width=100)[0])
    with pytest.raises(ModelCorrupt, match=r"speech encoder has outputs frames \[\*, \*, 100\], expected frames \[\*, \*, 384\]"):
        EdgeEncoder(path)


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"^speech encoder is not there: .*encoder\.onnx$"):
        EdgeEncoder(tmp_path / "encoder.onnx")
    with pytest.raises(ModelCorrupt, match=r"^speech encoder cannot be read: "):
        EdgeEncoder(tmp_path)
