from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from affectia import registry
from affectia.errors import ModelCorrupt, ModelMissing
from affectia.perception.affect_projection import projected
from affectia.perception.voice.emotion.edge_emotion import EdgeEmotion
from affectia.perception.voice.emotion.speech_emotion import SpeechEmotion
from affectia.signals.audio_sample import VOICE_RATE_HZ
from affectia.signals.emotion_observations import AffectMethod
from tests.unit.perception.voice.emotion.made_edge import edge_encoder, save_edge_head, store_with_encoder

pytestmark = pytest.mark.unit

LABELS = [registry.EMOTIONS.index(name) for name in ("neutral", "happy", "sad", "angry")]


def edge(folder: Path, *, sharpness: float = 1.0, unknown: float = 0.0) -> EdgeEmotion:
    content, _ = edge_encoder()
    store = store_with_encoder(folder / "cache", content)
    sha256 = store.manifest.entry("smart_turn").sha256
    weights = save_edge_head(folder / "head.onnx", sharpness=sharpness, unknown=unknown, encoder_sha256=sha256)
    return EdgeEmotion.load(store, weights=weights)


def noise(secs: float, level: float = 0.1) -> np.ndarray:
    return np.random.default_rng(3).normal(0, level, round(secs * VOICE_RATE_HZ)).astype(np.float32)


def test_it_is_a_speech_emotion(tmp_path: Path) -> None:
    small = edge(tmp_path)
    network: SpeechEmotion = small
    assert network.name == "edge"
    assert network.support == sum(1 << number for number in LABELS)
    assert (network.window_secs, network.least_secs) == (3.0, 1.0)
    assert (network.provider, network.notice) == ("CPUExecutionProvider", "")
    assert small.usual is not None
    assert small.usual.tolist() == [-1, -2, -3, -4, 0, 0, 0, 0]
    (feeling,) = network.feel([noise(2)])
    assert feeling.scores.dtype == np.float32
    assert feeling.scores.sum() == pytest.approx(1, abs=1e-5)
    assert np.delete(feeling.scores, LABELS).tolist() == [0] * 4
    assert np.ptp(feeling.scores[LABELS]) > 0.01
    assert feeling.unknown == 0
    assert feeling.affect_method is AffectMethod.PROJECTED
    np.testing.assert_allclose(feeling.affect, projected(feeling.scores[None], network.support)[0], atol=1e-6)
    network.close()


def test_windows_are_told_one_by_one_and_the_newest_three_seconds_count(tmp_path: Path) -> None:
    network = edge(tmp_path)
    long, short = noise(5), noise(1)
    both = network.feel([long, short])
    np.testing.assert_allclose(both[0].scores, network.feel([long[-3 * VOICE_RATE_HZ :]])[0].scores, atol=1e-6)
    np.testing.assert_allclose(both[1].scores, network.feel([short])[0].scores, atol=1e-6)
    assert network.feel([]) == []


def test_doubt_stands_beside_the_scores(tmp_path: Path) -> None:
    sure, doubtful = edge(tmp_path / "sure").feel([noise(2)])[0], edge(tmp_path / "doubtful", unknown=0.75).feel([noise(2)])[0]
    assert doubtful.unknown == pytest.approx(0.75)
    np.testing.assert_allclose(doubtful.scores, sure.scores, atol=1e-5)
    np.testing.assert_allclose(doubtful.affect, sure.affect, atol=1e-5)


@pytest.mark.parametrize(
    "window",
    [np.zeros(0, np.float32), noise(0.2), np.zeros(48_000, np.float32), np.full(48_000, np.nan, np.float32), noise(2, 1e-6)],
    ids=["empty", "0.2 s", "silence", "no numbers", "nothing"],
)
def test_what_cannot_be_told_is_unknown(tmp_path: Path, window: np.ndarray) -> None:
    (feeling,) = edge(tmp_path, sharpness=100).feel([window])
    assert feeling.unknown == 1
    np.testing.assert_allclose(feeling.scores[LABELS], 0.25)
    np.testing.assert_array_equal(feeling.doubted(sum(1 << number for number in LABELS)).affect, 0)


def test_little_voice_is_doubted_the_more_the_less_there_is(tmp_path: Path) -> None:
    network = edge(tmp_path)
    quiet = noise(2, 1e-4)
    doubts = []
    for voiced_secs in (0.22, 0.3, 0.4, 0.5, 1.0):
        window = quiet.copy()
        window[: round(voiced_secs * VOICE_RATE_HZ)] += noise(voiced_secs)
        doubts.append(network.feel([window])[0].unknown)
    assert doubts == sorted(doubts, reverse=True)
    assert doubts[0] > 0.9
    assert doubts[-2:] == [0, 0]


def test_a_head_of_another_encoder_is_refused(tmp_path: Path) -> None:
    content, _ = edge_encoder()
    store = store_with_encoder(tmp_path / "cache", content)
    with pytest.raises(ModelCorrupt, match=r"^speech emotion head was trained on encoder abc, expected [0-9a-f]{64}: .*head\.onnx$"):
        EdgeEmotion.load(store, weights=save_edge_head(tmp_path / "head.onnx", encoder_sha256="abc"))


def test_an_encoder_that_is_not_there_is_missing(tmp_path: Path) -> None:
    content, _ = edge_encoder()
    store = store_with_encoder(tmp_path / "cache", content)
    store.path("smart_turn").unlink()
    with pytest.raises(ModelMissing, match="model smart_turn is not in the cache, run `affectia models pull smart_turn`"):
        EdgeEmotion.load(store)
