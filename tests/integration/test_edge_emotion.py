"""The small model of speech emotion with its real encoder and the committed head."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from affectia.inference.model_store import ModelStore
from affectia.perception.voice.emotion.edge_emotion import EdgeEmotion
from affectia.signals.audio_sample import VOICE_RATE_HZ

pytestmark = pytest.mark.integration

WINDOW = 3 * VOICE_RATE_HZ


@pytest.fixture(scope="module")
def edge(model_path: Callable[[str], Path]) -> EdgeEmotion:
    model_path("smart_turn")
    return EdgeEmotion.load(ModelStore())


def windows_of(path: Path) -> list[NDArray[np.float32]]:
    resampler = av.AudioResampler("flt", "mono", VOICE_RATE_HZ)
    with av.open(str(path)) as file:
        blocks = [block.to_ndarray()[0] for frame in file.decode(audio=0) for block in resampler.resample(frame)]
    pcm = np.concatenate(blocks)
    return [pcm[begin : begin + WINDOW] for begin in range(0, pcm.size - WINDOW, WINDOW)]


def test_a_voice_that_reads_is_speech_of_any_level(edge: EdgeEmotion, model_path: Callable[[str], Path]) -> None:
    windows = windows_of(model_path("two-cities"))
    feelings = edge.feel(windows)
    assert len(feelings) > 10
    assert np.median([feeling.unknown for feeling in feelings]) < 0.1
    quieter = edge.feel([window * np.float32(0.1) for window in windows])
    np.testing.assert_allclose([feeling.scores for feeling in quieter], [feeling.scores for feeling in feelings], atol=0.02)


@pytest.mark.parametrize("kind", ["white noise", "hum", "chord", "sweep", "clicks"])
def test_what_is_no_voice_is_not_told_as_a_feeling(edge: EdgeEmotion, kind: str) -> None:
    random = np.random.default_rng(1)
    times = np.arange(WINDOW) / VOICE_RATE_HZ
    sound = {
        "white noise": random.normal(0, 0.1, WINDOW),
        "hum": sum(np.sin(2 * np.pi * 50 * n * times) / n for n in range(1, 8)),
        "chord": sum(np.sin(2 * np.pi * 220 * 2 ** (step / 12) * n * times) / n**2 for step in (0, 4, 7) for n in range(1, 6)),
        "sweep": np.sin(2 * np.pi * (200 + 400 * times) * times),
        "clicks": (np.arange(WINDOW) % 4000 == 0) * 1.0,
    }[kind]
    (feeling,) = edge.feel([np.asarray(0.2 * sound, np.float32)])
    assert feeling.unknown > 0.6
    assert feeling.doubted(edge.support).scores.max() < 0.5


def test_a_fifth_of_a_second_of_a_voice_is_no_feeling(edge: EdgeEmotion, model_path: Callable[[str], Path]) -> None:
    window = np.zeros(WINDOW, np.float32)
    window[-VOICE_RATE_HZ // 5 :] = windows_of(model_path("two-cities"))[1][: VOICE_RATE_HZ // 5]
    (feeling,) = edge.feel([window])
    assert feeling.unknown > 0.9
    assert np.abs(feeling.doubted(edge.support).affect).max() < 0.1
