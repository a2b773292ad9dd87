from __future__ import annotations

import numpy as np
import pytest

from affectia.perception.voice.voice_sound import KEPT, VoiceSound

pytestmark = pytest.mark.unit


def test_places_are_found_whatever_the_blocks() -> None:
    sound = VoiceSound()
    written = np.arange(1, 60_001, dtype=np.float32)
    random, place = np.random.default_rng(1), 0
    while place < written.size:
        size = min(int(random.choice((0, 1, 160, 441, 3000, 10_240))), written.size - place)
        sound.append(written[place : place + size])
        place += size
        assert sound.end == place
        first = max(0, place - size - KEPT)
        np.testing.assert_array_equal(sound.window(first, place), written[first:place])


def test_a_stream_begins_after_zeros() -> None:
    sound = VoiceSound()
    sound.append(np.ones(4, np.float32))
    assert sound.window(-KEPT, 4).tolist() == [0] * KEPT + [1] * 4


def test_small_blocks_need_no_more_memory_in_the_end() -> None:
    sound = VoiceSound()
    block = np.ones(160, np.float32)
    sound.append(block)
    memory = sound.window(0, 1).base
    for _ in range(1000):
        sound.append(block)
    assert sound.window(sound.end - 1, sound.end).base is memory


def test_reset_leaves_nothing_of_the_voice() -> None:
    sound = VoiceSound()
    sound.append(np.ones(1000, np.float32))
    kept = sound.window(0, 1000)
    sound.reset()
    assert not kept.any()
    assert sound.end == 0
    assert not sound.window(-KEPT, 0).any()
