from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from affectia.evaluate.viseme.heard_visemes import ENERGY_ONLY, ENGINE, NETWORK_ALONE, NetworkVisemes, ours, speech_detector
from affectia.evaluate.viseme.reference import Clip
from affectia.inference.model_store import ModelStore
from affectia.perception.voice.energy_detector import EnergyDetector
from affectia.perception.voice.viseme_network import VisemeNetwork
from tests.unit.perception.voice.made_networks import save_viseme_network
from tests.unit.perception.voice.made_voices import LevelDetector, silence, syllables

pytestmark = pytest.mark.unit

PCM = np.concatenate((silence(0.5), syllables(1.0), silence(0.5)))
CLIP = Clip("a", PCM, None, np.ones(200, np.bool_))


def test_energy_alone_opens_where_there_is_sound(tmp_path: Path) -> None:
    (energy,) = ours(tmp_path / "gone.onnx", LevelDetector())
    assert (energy.name, energy.has_network) == (ENERGY_ONLY, False)
    (track,) = energy.tracks([CLIP])
    assert track.weights.shape == (200, 15)
    assert track.mouth_open[:30].max() == 0.0
    assert track.mouth_open[60:140].max() > 0.2


def test_network_stands_in_the_engine_and_alone(tmp_path: Path) -> None:
    systems = ours(save_viseme_network(tmp_path / "made.onnx"), LevelDetector())
    assert [system.name for system in systems] == [ENGINE, NETWORK_ALONE, ENERGY_ONLY]
    assert [system.look_ahead_ms for system in systems] == [40, 40, 40]
    for system in systems:
        (track,) = system.tracks([CLIP])
        assert len(track.weights) == len(track.mouth_open) == 200
        np.testing.assert_allclose(track.weights.sum(axis=1), 1, atol=1e-3)


def test_network_alone_has_no_gate_that_shuts_it(tmp_path: Path) -> None:
    engine, _alone, _energy = ours(save_viseme_network(tmp_path / "made.onnx"), LevelDetector())
    alone = NetworkVisemes(VisemeNetwork(tmp_path / "made.onnx"))
    quiet = silence(0.5)
    assert engine.weights(quiet)[:, 0].min() == pytest.approx(1.0, abs=1e-6)
    assert alone.weights(quiet)[:, 0].max() < 0.99


def test_detector_that_was_not_fetched_gives_way_to_loudness(tmp_path: Path) -> None:
    detector, notice = speech_detector(ModelStore(tmp_path))
    assert isinstance(detector, EnergyDetector)
    assert "speech is told from loudness alone" in notice
