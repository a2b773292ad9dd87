from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia.telemetry.motion_meter import EXPRESSIVE, MotionMeter, MotionReport
from tests.unit.fakes import SHAPE, slots

pytestmark = pytest.mark.unit


def noted(frames: npt.NDArray[np.float32], *, captured: npt.NDArray[np.bool_] | None = None) -> MotionReport:
    """The report on one slot that showed (n, 52) frames."""
    meter = MotionMeter(4)
    for number, frame in enumerate(frames):
        meter.note(slots(2), frame[None], None if captured is None else captured[number : number + 1])
    return meter.report(slots(2))


def moving(secs: float = 20.0, rate_hz: float = 60.0) -> npt.NDArray[np.float32]:
    """A jaw that swings, a smile that drifts, a brow that trembles at rest; the rest is dead."""
    times = np.arange(round(secs * rate_hz)) / rate_hz
    frames = np.zeros((times.size, 52), np.float32)
    frames[:, SHAPE["jawOpen"]] = 0.4 + 0.3 * np.sin(2 * np.pi * 0.5 * times)
    frames[:, SHAPE["mouthSmileLeft"]] = np.abs((times / 4) % 2 - 1)
    frames[:, SHAPE["browInnerUp"]] = 0.01 * np.random.default_rng(0).random(times.size)
    return frames


def test_nothing_is_told_of_nothing() -> None:
    meter = MotionMeter(4)
    assert meter.report(slots(1)) == MotionReport(0, 0, 0, 0, 0)


def test_one_frame_has_no_movement() -> None:
    frame = np.zeros((1, 52), np.float32)
    frame[0, SHAPE["browDownLeft"]] = 1
    assert noted(frame) == MotionReport(1, 0, 0, 0, 1)


def test_jitter_is_the_step_between_frames_against_the_range() -> None:
    frames = moving()
    report = noted(frames)
    places = [SHAPE["jawOpen"], SHAPE["mouthSmileLeft"]]
    steps = np.sqrt((np.diff(frames[:, places], axis=0) ** 2).mean(axis=0))
    spans = np.percentile(frames[:, places], 95, axis=0) - np.percentile(frames[:, places], 5, axis=0)
    assert report.frames == len(frames)
    assert report.jitter_percent == pytest.approx(100 * np.median(steps / spans), rel=0.2)
    assert report.range == pytest.approx(spans.mean(), rel=0.2)
    brow = frames[:, SHAPE["browInnerUp"]]
    assert report.rest_rms == pytest.approx(np.sqrt((np.diff(brow) ** 2).mean()), rel=1e-3)


def test_noise_over_a_movement_is_told_as_jitter() -> None:
    calm = moving()
    shaken = calm + 0.02 * np.random.default_rng(1).standard_normal(calm.shape).astype(np.float32)
    assert noted(shaken).jitter_percent > 2 * noted(calm).jitter_percent


def test_range_does_not_grow_with_the_length_of_a_session() -> None:
    assert noted(moving(64)).range == pytest.approx(noted(moving(16)).range, rel=0.02)


def test_one_stray_frame_makes_no_range() -> None:
    frames = np.zeros((2000, 52), np.float32)
    frames[700, SHAPE["cheekPuff"]] = 0.5
    assert noted(frames).range == 0


def test_expressive_is_a_brow_or_a_corner_of_the_mouth_away_from_rest() -> None:
    frames = np.zeros((10, 52), np.float32)
    frames[:, SHAPE["jawOpen"]] = 1
    frames[:3, SHAPE["browDownRight"]] = EXPRESSIVE + 0.01
    frames[3:5, SHAPE["mouthFrownLeft"]] = 0.9
    frames[5:7, SHAPE["browInnerUp"]] = EXPRESSIVE - 0.01
    assert noted(frames).expressive_share == pytest.approx(0.5)


def test_frames_without_a_face_do_not_count_and_are_no_step() -> None:
    frames = moving()
    captured = np.ones(len(frames), np.bool_)
    captured[400:700] = False
    gone = frames.copy()
    gone[~captured] = 0
    report = noted(gone, captured=captured)
    assert report.frames == len(frames) - 300
    assert report.jitter_percent == pytest.approx(noted(frames).jitter_percent, rel=0.1)


def test_first_frame_is_no_step_from_rest() -> None:
    frames = np.full((50, 52), 0.6, np.float32)
    assert noted(frames).rest_rms == 0


def test_avatars_of_a_session_are_told_together_and_those_of_others_apart() -> None:
    meter = MotionMeter(6)
    calm, shaken = moving(), moving() * 0
    for one, other in zip(calm, shaken, strict=True):
        meter.note(slots(3, 5, 0), np.stack((one, other, one)))
    both, alone = meter.report(slots(3, 0)), meter.report(slots(3))
    assert both.frames == 2 * alone.frames
    assert both.jitter_percent == pytest.approx(alone.jitter_percent)
    assert meter.report(slots(5)) == MotionReport(len(calm), 0, 0, 0, 0)


def test_slots_in_one_pass_are_as_they_are_alone() -> None:
    meter = MotionMeter(4)
    captured = np.random.default_rng(2).random((1200, 2)) < 0.7
    frames = np.stack((moving(), moving()[::-1]), axis=1)
    for frame, is_captured in zip(frames, captured, strict=True):
        meter.note(slots(0, 1), frame, is_captured)
    for slot in (0, 1):
        assert meter.report(slots(slot)) == noted(frames[:, slot], captured=captured[:, slot])


def test_slot_that_is_forgotten_has_no_past() -> None:
    meter = MotionMeter(2)
    for frame in moving():
        meter.note(slots(0), frame[None])
    meter.forget(slots(0))
    assert meter.report(slots(0)).frames == 0
    meter.note(slots(0), np.full((1, 52), 0.1, np.float32))
    assert meter.report(slots(0)) == MotionReport(1, 0, 0, 0, 1)
