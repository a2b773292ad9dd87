from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from affectia.errors import ModelCorrupt, ModelMissing
from affectia.perception.voice.log_mel import MELS
from affectia.perception.voice.viseme_network import VisemeNetwork
from affectia.signals.voice_observations import VISEMES
from tests.unit.perception.voice.made_networks import save_viseme_network

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> VisemeNetwork:
    return VisemeNetwork(save_viseme_network(tmp_path_factory.mktemp("networks") / "viseme.onnx"))


def mel(voices: int, frames: int) -> np.ndarray:
    return np.random.default_rng(1).standard_normal((voices, frames, MELS)).astype(np.float32)


def test_rows_sum_to_one(network: VisemeNetwork) -> None:
    visemes, state = network.visemes(mel(3, 5), np.zeros((3, network.state_width), np.float32))
    assert visemes.shape == (3, 5, VISEMES)
    assert state.shape == (3, network.state_width)
    np.testing.assert_allclose(visemes.sum(axis=2), 1, atol=1e-5)


def test_frames_in_one_call_are_those_of_several(network: VisemeNetwork) -> None:
    given = mel(2, 12)
    whole, last = network.visemes(given, np.zeros((2, network.state_width), np.float32))
    state, parts = np.zeros((2, network.state_width), np.float32), []
    for first, end in ((0, 1), (1, 6), (6, 12)):
        part, state = network.visemes(given[:, first:end], state)
        parts.append(part)
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, atol=1e-5)
    np.testing.assert_allclose(state, last, atol=1e-5)
    assert np.ptp(whole[0, :, 0]) > 0.01  # the state and the frames do matter


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ({"look_ahead": "6"}, r"viseme network has a look_ahead_frames of 6, expected 4: .*viseme\.onnx"),
        ({"look_ahead": None}, r"viseme network has a look_ahead_frames of nothing, expected 4"),
        ({"mels": 80}, r"has inputs mel \[\*, \*, 80\] and state \[\*, 16\], expected mel \[\*, \*, 40\] and state \[\*, any\]"),
        ({"visemes": 14}, r"has outputs visemes \[\*, \*, 14\]"),
    ],
)
def test_another_network_is_refused(tmp_path: Path, made: dict[str, Any], message: str) -> None:
    path = save_viseme_network(tmp_path / "viseme.onnx", **made)
    with pytest.raises(ModelCorrupt, match=message):
        VisemeNetwork(path)


def test_a_network_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="viseme network is not there"):
        VisemeNetwork(tmp_path / "viseme.onnx")
