from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pytest

from affectia import registry
from affectia.perception.face.eyes.blink import BlinkDetector, BlinkReading, write_shapes
from affectia.perception.face.landmarks.head_pose import HeadPose
from tests.unit.perception.face import made_eyes

pytestmark = pytest.mark.unit

LEFT, RIGHT = (registry.BLENDSHAPES.index(f"eyeBlink{side}") for side in ("Left", "Right"))
CURVE = (0.5, 1.0, 1.0, 0.7, 0.3)  # a blink at 30 a second


class Face:
    """A detector and a face before it: `down` 0..1 is how far the lids are lowered from `gap`."""

    def __init__(self, *, gap: float = made_eyes.OPEN_GAP, rate_hz: float = 30, pose: HeadPose | None = None) -> None:
        self.detector = BlinkDetector()
        self.gap = gap
        self.rate_hz = rate_hz
        self.pose = pose or made_eyes.pose()
        self.nanos = 1_000_000_000
        self.readings: list[BlinkReading] = []

    def show(self, curve: Iterable[float | Sequence[float]]) -> BlinkReading:
        for down in curve:
            left, right = (down, down) if isinstance(down, (int, float)) else down
            gaps = (self.gap * (1 - left), self.gap * (1 - right))
            shapes = np.zeros(len(registry.BLENDSHAPES))
            shapes[[LEFT, RIGHT]] = [min(1.0, max(0.0, (0.255 - gap) / 0.36)) for gap in gaps]
            self.nanos += round(1e9 / self.rate_hz)
            self.readings.append(self.detector.step(made_eyes.points(gaps), shapes, self.pose, self.nanos))
        return self.readings[-1]

    def rest(self, secs: float = 3.0) -> BlinkReading:
        return self.show([0.0] * round(secs * self.rate_hz))


def test_open_is_zero_and_shut_is_one() -> None:
    face = Face()
    assert face.rest().closures.tolist() == [0, 0]
    assert face.show([0.5, 1.0]).closures.tolist() == [1, 1]


def test_closure_rises_with_the_lid_and_is_not_smoothed() -> None:
    face = Face()
    face.rest()
    closures = [float(face.show([down]).closures[0]) for down in np.linspace(0, 1, 12)]
    assert closures == sorted(closures)
    assert 0.3 < closures[6] < 0.8
    assert face.show([1.0]).closures[0] == 1
    assert face.show([0.0]).closures[0] == 0


@pytest.mark.parametrize("rate_hz", [15, 24, 30, 60, 120])
def test_blink_is_counted_at_any_rate(rate_hz: float) -> None:
    face = Face(rate_hz=rate_hz)
    face.rest()
    times = np.arange(0, 0.2, 1 / rate_hz)
    face.show(np.interp(times, [0, 0.05, 0.1, 0.2], [0, 1, 1, 0]).tolist())
    reading = face.rest(0.5)
    assert reading.counts == (1, 0, 0)
    assert 60 <= reading.last_millis <= 180


def test_one_shut_sample_at_15_a_second_is_a_blink() -> None:
    face = Face(rate_hz=15)
    face.rest()
    face.show([1.0])
    assert face.rest(0.2).counts == (1, 0, 0)


def test_glitch_of_one_sample_at_120_a_second_is_no_blink() -> None:
    face = Face(rate_hz=120)
    face.rest()
    face.show([1.0])
    assert face.rest(0.2).counts == (0, 0, 0)


def test_long_closure_is_closed_eyes_and_no_blink() -> None:
    face = Face()
    face.rest()
    assert face.show([1.0] * 30).closed_secs == pytest.approx(29 / 30, abs=0.01)
    after = face.rest(0.5)
    assert after.counts == (0, 0, 0)
    assert after.closed_secs == 0


def test_second_blink_before_the_lids_are_up_counts() -> None:
    face = Face()
    face.rest()
    face.show((0.5, 1.0, 1.0, 0.6, 0.45, 0.45, 0.7, 1.0, 1.0, 0.5))
    assert face.rest(0.3).counts == (2, 0, 0)


def test_blink_that_ends_in_a_squint_counts_once() -> None:
    face = Face()
    face.rest()
    face.show([0.5, 1.0, 1.0, 1.0] + [0.5] * 30)
    assert face.rest(0.5).counts == (1, 0, 0)


@pytest.mark.parametrize(("curve", "counts"), [((1.0, 0.05), (0, 1, 0)), ((0.05, 1.0), (0, 0, 1))], ids=["left", "right"])
def test_wink_is_of_one_eye(curve: tuple[float, float], counts: tuple[int, int, int]) -> None:
    face = Face()
    face.rest()
    face.show([curve] * 6)
    reading = face.rest(0.5)
    assert reading.counts == counts
    assert reading.last_millis == 200


def test_shallow_blink_ends_where_the_lids_are_mostly_up() -> None:
    face = Face()
    face.rest()
    face.show([0.5, 0.5, 0.35, 0.35])
    assert 0.1 < face.readings[-1].closures.max() < 0.4
    assert face.readings[-1].counts == (1, 0, 0)


def test_eye_that_is_half_behind_the_nose_tells_no_wink() -> None:
    face = Face(pose=made_eyes.pose(42))
    face.rest()
    face.show([(0.0, 1.0)] * 6)
    assert 0.3 < face.readings[-1].closures[0] < 0.7
    assert face.rest(0.5).counts[1:] == (0, 0)


def test_short_twitch_of_one_eye_is_no_wink() -> None:
    face = Face()
    face.rest()
    face.show([(1.0, 0.0)] * 2)
    assert face.rest(0.5).counts == (0, 0, 0)


def test_wink_whose_other_eye_is_half_closed_is_nothing() -> None:
    face = Face()
    face.rest()
    face.show([(1.0, 0.35)] * 6)
    assert face.rest(0.5).counts == (0, 0, 0)


def test_eyes_that_close_one_after_the_other_are_no_blink() -> None:
    face = Face()
    face.rest()
    face.show([(0.7, 0.1)] * 6 + [(0.62, 0.6)] * 6)
    assert face.rest(0.5).counts == (0, 0, 0)


def test_lids_that_follow_a_look_down_are_no_blink() -> None:
    face = Face()
    face.rest()
    reading = face.show([0.15, 0.3, 0.35, 0.35, 0.35, 0.3, 0.1])
    assert max(float(reading.closures.max()) for reading in face.readings) < 0.5
    assert reading.counts == face.rest(0.5).counts == (0, 0, 0)


def test_nod_is_no_blink() -> None:
    face = Face()
    face.rest()
    for pitch in (10, 20, 30, 20, 10, 0, -15):
        face.pose = made_eyes.pose(0, pitch)
        assert face.show([0.05]).closures.max() < 0.1
    assert face.rest(0.5).counts == (0, 0, 0)


@pytest.mark.parametrize("gap", [0.12, 0.16, 0.22, 0.34])
def test_narrow_and_wide_eyes_rest_open_and_blink(gap: float) -> None:
    face = Face(gap=gap)
    assert face.rest(8).closures.max() < 0.3
    for _ in range(3):
        face.show(CURVE)
        face.rest(1)
    assert max(float(reading.closures.min()) for reading in face.readings) >= 0.9
    assert face.rest(1).counts[0] == 3


def test_who_squints_for_a_minute_still_blinks_and_is_not_closed() -> None:
    face = Face(rate_hz=10)
    face.rest(5)
    squinting = face.show([0.55] * 10 * 60)
    assert squinting.counts == (0, 0, 0)
    assert squinting.closures.max() < 0.4
    face.show([1.0, 1.0, 0.55, 0.55])
    assert face.show([0.55] * 5).counts == (1, 0, 0)
    face.rest(10)
    face.show([1.0, 1.0])
    assert face.rest(1).counts == (2, 0, 0)


def test_who_sleeps_for_a_minute_stays_closed_and_then_blinks() -> None:
    face = Face(rate_hz=10)
    face.rest(5)
    asleep = face.show([0.9] * 10 * 60)
    assert asleep.closures.min() == 1
    assert asleep.closed_secs > 59
    face.rest(1)
    face.show([1.0, 1.0])
    assert face.rest(1).counts == (1, 0, 0)


def test_eye_behind_the_nose_follows_the_one_that_is_seen() -> None:
    face = Face(pose=made_eyes.pose(65))  # turned to its left: the left eye is hidden
    face.rest()
    reading = face.show([(0.0, 1.0)] * 6)
    assert reading.closures.tolist() == [1, 1]
    assert reading.confidence.tolist() == [0, 1]
    assert face.rest(0.5).counts == (1, 0, 0)  # no wink: the other eye was not seen


def test_gap_in_time_ends_what_was_going_on() -> None:
    face = Face()
    face.rest()
    face.show([1.0, 1.0])
    face.nanos += 400_000_000
    assert face.show([1.0]).closed_secs == 0
    face.nanos += 400_000_000
    assert face.rest(0.5).counts == (0, 0, 0)


def test_time_that_runs_backwards_is_a_gap() -> None:
    face = Face()
    face.rest()
    face.show([1.0, 1.0])
    face.nanos -= 10_000_000_000
    assert face.rest(0.5).counts == (0, 0, 0)


def test_landmarks_that_are_no_numbers_keep_the_last_closure_without_confidence() -> None:
    face = Face()
    face.rest()
    last = face.show([0.5]).closures
    reading = face.detector.step(np.full((478, 3), np.nan), np.full(52, np.nan), face.pose, face.nanos + 33_000_000)
    assert reading.closures.tolist() == last.tolist()
    assert reading.confidence.tolist() == [0, 0]
    assert face.rest(0.5).closures.tolist() == [0, 0]


def test_scores_that_are_no_numbers_leave_the_geometry() -> None:
    detector = BlinkDetector()
    reading = detector.step(made_eyes.points((0.27, 0.0)), np.full(52, np.nan), made_eyes.pose(), 0)
    assert reading.closures.tolist() == [0, 1]


def test_reset_forgets_the_person() -> None:
    face = Face()
    face.rest()
    face.show(CURVE)
    face.rest(1)
    face.detector.reset()
    assert face.show([0.0]).counts == (0, 0, 0)
    assert face.readings[-1].last_millis == 0


def test_closures_become_the_two_shapes_and_no_other() -> None:
    shapes = np.full(52, 0.5, np.float32)
    write_shapes(shapes, BlinkReading(np.array((0.25, 1.0)), np.ones(2), (0, 0, 0), 0, 0.0))
    assert (shapes[LEFT], shapes[RIGHT]) == (0.25, 1.0)
    assert np.delete(shapes, [LEFT, RIGHT]).tolist() == [0.5] * 50
