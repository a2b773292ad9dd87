from __future__ import annotations

import pytest

from affectia.perception.voice.voice_memory import VoiceMemory

pytestmark = pytest.mark.unit


def test_rows_are_given_once_and_given_again() -> None:
    memory = VoiceMemory(detector_width=3, mouth_width=2)
    rows = [memory.take_row() for _ in range(20)]
    assert sorted(rows) == list(range(20))
    assert memory.used == 20
    memory.give_back(rows[7])
    assert memory.used == 19
    assert memory.take_row() == rows[7]


def test_growing_keeps_what_is_there() -> None:
    memory = VoiceMemory(detector_width=3, mouth_width=2)
    first = memory.take_row()
    memory.mouth[first] = 7
    capacity = memory.capacity
    while memory.capacity == capacity:
        memory.take_row()
    assert memory.mouth[first].tolist() == [7, 7]


def test_a_row_comes_back_as_at_the_beginning() -> None:
    memory = VoiceMemory(detector_width=3, mouth_width=2)
    row = memory.take_row()
    for kept in (memory.detector, memory.mouth, memory.frames):
        kept[row] = 5
    memory.give_back(row)
    for kept in (memory.detector, memory.mouth, memory.frames):
        assert not kept[row].any()  # at once, and not only when somebody takes it
    assert memory.take_row() == row
