from __future__ import annotations

import numpy as np
import onnx
import pytest

from affectia.inference.onnx_session import OnnxSession
from affectia.perception.voice.emotion.edge_encoder import TAP, WIDTH
from affectia.perception.voice.emotion.edge_graph import FRAMES, SOUND, cut
from affectia.perception.voice.emotion.edge_mel import MELS
from tests.unit.perception.voice.emotion.made_edge import POSITIONS, edge_encoder, expected_frames

pytestmark = pytest.mark.unit


def run(content: bytes, mel: np.ndarray) -> np.ndarray:
    session = OnnxSession(content, name="layers", inputs={SOUND: (None, MELS, None)}, outputs={FRAMES: (None, None, WIDTH)})
    return session.run((FRAMES,), {SOUND: mel})[0]


@pytest.mark.parametrize(("count", "time"), [(1, 300), (3, 100), (2, 2), (1, 800)])
def test_layers_run_on_sound_of_any_length_without_rounding(count: int, time: int) -> None:
    content, weights = edge_encoder()
    mel = np.random.default_rng(2).normal(0, 1, (count, MELS, time)).astype(np.float32)
    frames = run(cut(content, tap=TAP), mel)
    assert frames.shape == (count, time // 2, WIDTH)
    np.testing.assert_allclose(frames, expected_frames(mel, weights), atol=2e-3)


def test_what_lies_behind_the_tap_is_gone() -> None:
    content, _ = edge_encoder()
    model = onnx.load_from_string(cut(content, tap=TAP))
    onnx.checker.check_model(model)
    kinds = [node.op_type for node in model.graph.node]
    assert "ReduceMean" not in kinds
    assert not {"QuantizeLinear", "DequantizeLinear"} & set(kinds)
    assert {tensor.name for tensor in model.graph.initializer} <= {name for node in model.graph.node for name in node.input}
    assert [value.name for value in model.graph.output] == [FRAMES]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no model at all", "is no ONNX model"),
        (b"", "is another network"),
        (edge_encoder(source="sound_in")[0], "is another network"),
        (edge_encoder(positions="places")[0], "is another network"),
        (edge_encoder(tap="elsewhere")[0], f"has no value {TAP}"),
    ],
    ids=["text", "empty", "input", "places", "tap"],
)
def test_another_file_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cut(content, tap=TAP)


def test_broken_constants_are_refused() -> None:
    content, _ = edge_encoder()
    model = onnx.load_from_string(content)
    kernel = next(tensor for tensor in model.graph.initializer if tensor.name == "small")
    kernel.raw_data = kernel.raw_data[:-1]
    with pytest.raises(ValueError, match="has a constant of"):
        cut(model.SerializeToString(), tap=TAP)
    model = onnx.load_from_string(content)
    places = next(tensor for tensor in model.graph.initializer if tensor.name == POSITIONS)
    places.ClearField("dims")
    with pytest.raises(ValueError, match="has places of 0 axes"):
        cut(model.SerializeToString(), tap=TAP)
