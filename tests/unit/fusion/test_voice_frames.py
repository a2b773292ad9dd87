from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia.fusion.voice_frames import KEPT_FRAMES, PEAK_FRAMES, VoiceFrames
from tests.unit.fakes import nanos, slots

pytestmark = pytest.mark.unit

START = 1_000_000
STEP = 1000


class Stage:
    """The frames of three slots: the first value of each has peaks, the second is the number of the frame."""

    def __init__(self) -> None:
        self.frames = VoiceFrames(3, 2, peaks=1)
        self.count = [0, 0, 0]

    def add(self, slot: int, *values: float) -> None:
        numbers = np.arange(self.count[slot], self.count[slot] + len(values))
        self.frames.add(slot, START + STEP * numbers, np.stack((np.array(values), numbers), axis=1).astype(np.float32))
        self.count[slot] += len(values)

    def at(self, number: float, slot: int = 0) -> tuple[float, float]:
        """(frame, peak) at the instant of a frame, or between two."""
        frames, peaks = self.frames.at(slots(slot), nanos(START + round(STEP * number)))
        return round(float(frames[0, 1]), 3), round(float(peaks[0, 0]), 3)


def test_instant_between_two_frames_has_what_lies_between() -> None:
    stage = Stage()
    stage.add(0, 0, 0, 0)
    assert [stage.at(number)[0] for number in (0, 0.25, 1, 1.9, 2)] == [0, 0.25, 1, 1.9, 2]


def test_instant_beyond_the_frames_has_the_first_or_the_last() -> None:
    stage = Stage()
    stage.add(0, 0, 0)
    assert [stage.at(number)[0] for number in (-500, -1, 1, 7, 1e6)] == [0, 0, 1, 1, 1]
    stage.add(1, 0)
    assert [stage.at(number, 1)[0] for number in (-1, 0, 1)] == [0, 0, 0]


@pytest.mark.parametrize("block", [1, 3, KEPT_FRAMES])
def test_as_many_are_kept_whatever_the_blocks_are(block: int) -> None:
    stage = Stage()
    for _ in range(0, 200, block):
        stage.add(0, *[0] * block)
    newest = stage.count[0] - 1
    oldest = newest - KEPT_FRAMES + 1
    assert [stage.at(number)[0] for number in (newest, newest - 7.5, oldest, oldest - 1, 0)] == [
        newest,
        newest - 7.5,
        oldest,
        oldest,
        oldest,
    ]


def test_newest_instants_are_known() -> None:
    stage = Stage()
    stage.add(1, 0, 0, 0)
    assert stage.frames.newest_nanos.tolist() == [0, START + 2 * STEP, 0]


def test_peak_is_of_what_was_not_asked_for_yet() -> None:
    stage = Stage()
    stage.add(0, 0.1, 0.9, 0.2, 0.3)
    assert stage.at(2) == (2, 0.9)
    assert stage.at(3) == (3, 0.3), "the second frame was shown, the third is not its own"


def test_peak_is_of_the_last_frames_only() -> None:
    stage = Stage()
    stage.add(0, 0.9, *[0.1] * (PEAK_FRAMES - 1), 0.2)
    assert stage.at(PEAK_FRAMES - 1)[1] == 0.9
    stage = Stage()
    stage.add(0, 0.9, *[0.1] * (PEAK_FRAMES - 1), 0.2)
    assert stage.at(PEAK_FRAMES)[1] == 0.2


def test_peak_between_two_frames_holds_no_more_of_the_later_one_than_is_shown() -> None:
    stage = Stage()
    stage.add(0, 0.0, 0.8)
    assert stage.at(0.5)[1] == 0.4


@pytest.mark.parametrize("back", [0, KEPT_FRAMES - PEAK_FRAMES, KEPT_FRAMES - 1])
def test_peak_of_a_pose_that_is_far_behind_holds_nothing_of_what_comes(back: int) -> None:
    stage = Stage()
    stage.add(0, *np.linspace(0, 0.5, KEPT_FRAMES).tolist())
    shown = KEPT_FRAMES - 1 - back
    frame, peak = stage.at(shown)
    assert (frame, peak) == pytest.approx((shown, 0.5 * shown / (KEPT_FRAMES - 1)), abs=0.001)


def test_several_at_once_are_each_as_if_alone() -> None:
    dice = np.random.default_rng(5)
    together, alone = Stage(), Stage()
    for stage in (together, alone):
        values = np.random.default_rng(1).uniform(0, 1, (3, 45)).tolist()
        for slot in range(3):
            stage.add(slot, *values[slot][:20])
            stage.add(slot, *values[slot][20 : 40 + slot])
    rows: slice | npt.NDArray[np.intp]
    for rows, numbers in ((slice(0, 3), slots(0, 1, 2)), (slots(2, 0), slots(2, 0)), (slots(1, 2, 0), slots(1, 2, 0))):
        times = START + dice.integers(10 * STEP, 45 * STEP, numbers.size)
        frames, peaks = together.frames.at(rows, times)
        for row, slot in enumerate(numbers.tolist()):
            frame, peak = alone.frames.at(slots(slot), times[row : row + 1])
            assert frames[row].tolist() == frame[0].tolist()
            assert peaks[row].tolist() == peak[0].tolist()


def test_what_is_found_may_be_written_to() -> None:
    stage = Stage()
    stage.add(0, 0.3, 0.4)
    frames, peaks = stage.frames.at(slice(0, 1), nanos(START + STEP))
    frames[:] = peaks[:] = 9
    assert stage.at(1) == (1, 0.4)


@pytest.mark.parametrize("forgotten", [0, slots(0)])
def test_forgetting_leaves_nothing_to_go_back_to(forgotten: int | npt.NDArray[np.intp]) -> None:
    stage = Stage()
    stage.add(0, 0.9, 0.9, 0.9)
    stage.add(1, 0.9, 0.9, 0.9)
    stage.at(2)
    stage.frames.forget(forgotten)
    assert stage.frames.newest_nanos[0] == 0
    stage.count[0] = 1
    stage.add(0, 0.1)
    assert [stage.at(number) for number in (-3, 1, 5)] == [(1, 0.1)] * 3, "an instant before the last one too"
    assert stage.at(2, 1) == (2, 0.9), "the other slot keeps all"
