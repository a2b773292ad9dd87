from __future__ import annotations

import threading

import numpy as np
import pytest

from affectia.perception.voice.log_mel import HOP
from affectia.perception.voice.voice_activity import CHUNK, VoiceActivityOptions
from affectia.perception.voice.voice_memory import FRAMES, LOUD, OPEN, SPEAKING, VoiceMemory
from affectia.perception.voice.voice_stream import PIECES, VoiceStream

pytestmark = pytest.mark.unit


@pytest.fixture
def memory() -> VoiceMemory:
    return VoiceMemory(detector_width=2, mouth_width=2)


def made(memory: VoiceMemory) -> VoiceStream:
    return VoiceStream(memory, threading.Lock(), VoiceActivityOptions())


def test_hops_and_chunks_are_counted_when_they_are_whole(memory: VoiceMemory) -> None:
    stream = made(memory)
    counts = []
    for _ in range(4):
        stream.sound.append(np.zeros(159, np.float32))
        counts.append((stream.new_hops, stream.new_chunks))
    assert counts == [(0, 0), (1, 0), (2, 0), (3, 1)]
    stream.hops, stream.chunks = 3, 1
    assert (stream.new_hops, stream.new_chunks) == (0, 0)


def test_a_frame_gets_the_probability_of_the_chunk_that_contains_its_instant(memory: VoiceMemory) -> None:
    stream = made(memory)
    for number in range(20):
        stream.note_chunk(probability=number / 100, powers=[0.0] * PIECES)
        known = stream.chunks * CHUNK
        for frame in range(known // HOP + 1):
            if frame * HOP < known:
                assert memory.frames[stream.row, frame % FRAMES, SPEAKING] == pytest.approx(frame * HOP // CHUNK / 100), frame


def test_every_frame_is_written_down_before_it_is_made(memory: VoiceMemory) -> None:
    stream = made(memory)
    memory.frames[stream.row, :, OPEN] = -1
    for hops in range(1, 120):
        while (stream.chunks + 1) * CHUNK <= hops * HOP:
            stream.note_chunk(probability=0.01, powers=[1e-4] * PIECES)
        if (frame := hops - 4) >= 0:
            assert memory.frames[stream.row, frame, OPEN] >= 0, frame


def test_the_gate_opens_before_the_chunk_in_which_somebody_speaks(memory: VoiceMemory) -> None:
    stream = made(memory)
    for probability in (0.0, 0.0, 0.0, 0.9):
        stream.note_chunk(probability=probability, powers=[1e-3] * PIECES)
    opened = memory.frames[stream.row, :, OPEN]
    first = int(opened.argmax())
    # the first frame that is known only when this chunk is: 40 ms behind its instant the chunk is whole
    assert (first + 4) * HOP >= 4 * CHUNK > (first + 3) * HOP
    assert opened[first] == 1


def test_loudness_is_that_of_the_sound_around_the_frame(memory: VoiceMemory) -> None:
    stream = made(memory)
    powers = np.full(40 * PIECES, 1e-3)
    burst = 15 * PIECES  # 2 ms pieces: 480 ms, frame 48
    powers[burst : burst + 10] = 1e-2
    for chunk in powers.reshape(40, PIECES).tolist():
        stream.note_chunk(probability=0.9, powers=chunk)
    loud = memory.frames[stream.row, :, LOUD]
    assert int(loud[30:70].argmax()) + 30 in (49, 50)  # 20 ms of sound from frame 48 on, its middle is 49
    np.testing.assert_allclose(loud[30:46], loud[30], rtol=0.02)
    assert loud[50] > loud[30] + 0.15
    np.testing.assert_allclose(loud[56:70], loud[56], rtol=0.02)


def test_reset_begins_anew(memory: VoiceMemory) -> None:
    stream = made(memory)
    stream.sound.append(np.ones(2000, np.float32))
    for _ in range(3):
        stream.note_chunk(probability=0.9, powers=[0.1] * PIECES)
    usual_db = stream.level.usual_db
    stream.hops = 12
    stream.reset(keeps_voice=True)
    assert (stream.sound.end, stream.hops, stream.chunks, stream.next_frame) == (0, 0, 0, 0)
    assert not stream.activity.is_speaking
    assert not memory.frames[stream.row, :, OPEN].any()
    assert stream.level.usual_db == usual_db
    stream.reset()
    assert stream.level.usual_db != usual_db


def test_closing_gives_the_place_back_once(memory: VoiceMemory) -> None:
    stream, other = made(memory), made(memory)
    stream.close()
    stream.close()
    assert memory.used == 1
    taken = made(memory)
    assert taken.row == stream.row != other.row
    memory.mouth[taken.row] = 5
    stream.reset()  # a closed stream touches no row
    assert memory.mouth[taken.row].all()
