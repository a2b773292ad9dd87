from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia.perception.voice.emotion.syllables import syllable_count

pytestmark = pytest.mark.unit


def hills(*heights_db: float, dip_db: float = -40.0, frames: int = 20) -> NDArray[np.float32]:
    """Powers of frames that rise to each height and fall to the dip after it, beginning and ending in a dip."""
    shape = np.sin(np.pi * (np.arange(frames) + 0.5) / frames)
    levels = np.concatenate([dip_db + (height - dip_db) * shape for height in heights_db])
    return np.asarray(10 ** (levels / 10), np.float32)


def counted(powers: NDArray[np.float32], *, voiced: bool = True) -> int:
    return syllable_count(powers, is_voiced=np.full(powers.size, voiced))


def test_each_hill_is_a_syllable() -> None:
    for count in range(1, 8):
        assert counted(hills(*[-20.0] * count)) == count


def test_a_hill_without_a_dip_before_it_is_no_other_syllable() -> None:
    assert counted(hills(-20, -20, -20, dip_db=-21)) == 0, "1 dB is no dip"
    assert counted(hills(-20, -20, -20, dip_db=-24)) == 3


def test_a_ripple_on_a_syllable_does_not_hide_it() -> None:
    ripple = -20 - np.abs(np.sin(np.arange(60) / 5))
    levels = np.concatenate((np.linspace(-40, -20, 15), ripple, np.linspace(-20, -40, 15)))
    assert counted(np.asarray(10 ** (levels / 10), np.float32)) == 1


def test_what_is_much_quieter_than_the_loudest_is_none() -> None:
    assert counted(hills(-20, -48, -20, dip_db=-60)) == 2
    assert counted(hills(-20, -40, -20, dip_db=-60)) == 3


def test_what_has_no_pitch_is_none() -> None:
    assert counted(hills(-20, -20), voiced=False) == 0
    powers = hills(-20, -20)
    first_only = np.arange(powers.size) < powers.size // 2
    assert syllable_count(powers, is_voiced=first_only) == 1


def test_steady_sound_silence_and_nothing_have_none() -> None:
    assert counted(np.full(100, 0.01, np.float32)) == 0
    assert counted(np.zeros(100, np.float32)) == 0
    assert counted(np.ones(3, np.float32)) == 0
