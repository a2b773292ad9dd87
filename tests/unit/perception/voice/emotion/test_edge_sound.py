from __future__ import annotations

import numpy as np
import pytest

from affectia.perception.voice.emotion.edge_sound import STEP, EdgeSound

pytestmark = pytest.mark.unit


def noise(steps: int, level: float) -> np.ndarray:
    return np.random.default_rng(1).normal(0, level, steps * STEP).astype(np.float32)


@pytest.mark.parametrize("gain", [0.005, 0.05, 1.0])
def test_the_gain_of_a_microphone_does_not_matter(gain: float) -> None:
    window = np.concatenate((noise(30, 0.1), noise(20, 0.0001)))
    sound, other = EdgeSound.of(window), EdgeSound.of(window * np.float32(gain) + np.float32(0.01))
    assert sound is not None
    assert other is not None
    np.testing.assert_allclose(other.pcm, sound.pcm, atol=2e-3)
    np.testing.assert_array_equal(other.heard, sound.heard)


def test_loud_steps_are_heard_and_have_a_level_of_one() -> None:
    sound = EdgeSound.of(np.concatenate((noise(20, 0.0001), noise(30, 0.1))))
    assert sound is not None
    assert sound.heard.tolist() == [False] * 20 + [True] * 30
    assert np.sqrt(np.mean(np.square(sound.pcm[20 * STEP :]))) == pytest.approx(1, abs=1e-3)


def test_one_click_does_not_make_a_voice_quiet() -> None:
    window = noise(50, 0.01)
    window[1000] = 1
    sound = EdgeSound.of(window)
    assert sound is not None
    assert sound.heard.all()


def test_the_newest_whole_steps_count() -> None:
    window = np.concatenate((np.zeros(STEP - 1, np.float32), noise(3, 0.1)))
    sound = EdgeSound.of(window)
    assert sound is not None
    assert sound.pcm.shape == (3 * STEP,)
    assert sound.heard.all()


def test_the_window_stays_as_it_was() -> None:
    window = noise(10, 0.1) + np.float32(0.2)
    before = window.copy()
    EdgeSound.of(window)
    np.testing.assert_array_equal(window, before)


def test_values_beyond_full_scale_count_as_full_scale() -> None:
    sound = EdgeSound.of(noise(10, 1e20))
    assert sound is not None
    assert np.isfinite(sound.pcm).all()


@pytest.mark.parametrize(
    "window",
    [
        np.zeros(0, np.float32),
        noise(1, 0.1)[:-1],
        np.zeros(16_000, np.float32),
        np.full(16_000, 0.5, np.float32),
        noise(50, 1e-5),
        np.full(16_000, np.nan, np.float32),
        np.append(noise(50, 0.1), np.float32(np.inf)),
    ],
    ids=["empty", "short", "silence", "offset", "whisper of a converter", "no numbers", "one infinite"],
)
def test_nothing_to_listen_to(window: np.ndarray) -> None:
    assert EdgeSound.of(window) is None
