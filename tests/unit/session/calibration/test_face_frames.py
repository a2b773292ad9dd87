from __future__ import annotations

import numpy as np
import pytest

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.session.calibration.face_frames import FaceFrames
from affectia.signals.face_channels import GAZE_BIT, SHAPES
from tests.unit.fakes import SHAPE
from tests.unit.session.calibration.made_faces import FRAME_NANOS, START_NANOS, nobody, resting, seen

pytestmark = pytest.mark.unit


def test_the_first_face_of_each_sample_is_kept() -> None:
    frames = FaceFrames(1.0)
    for place in range(3):
        frames.add(seen(START_NANOS + place * FRAME_NANOS, does={"jawOpen": place / 4}))
    assert (frames.count, frames.looked_count, frames.is_seen) == (3, 3, True)
    assert frames.values[:, SHAPES][:, SHAPE["jawOpen"]].tolist() == [0, 0.25, 0.5]
    assert frames.confidence.tolist() == [[1, 1, 1, 1]] * 3


def test_pictures_without_a_face_are_counted() -> None:
    frames = FaceFrames(1.0)
    frames.add(seen())
    frames.add(nobody(1, start_nanos=START_NANOS + FRAME_NANOS)[0])
    assert (frames.count, frames.looked_count, frames.is_seen) == (1, 2, False)


def test_values_that_are_not_finite_are_no_face() -> None:
    frames, broken = FaceFrames(1.0), seen()
    broken.values[0, 3] = np.nan
    frames.add(broken)
    assert (frames.count, frames.looked_count, frames.is_seen) == (0, 1, False)


def test_memory_is_bounded_however_quickly_pictures_come() -> None:
    frames = FaceFrames(0.5)
    for place in range(2000):
        frames.add(seen(START_NANOS + place * NANOS_PER_MILLI))
    assert frames.count == 35  # 0.5 s of 68 a second, and one
    assert frames.looked_count == 134


def test_pictures_of_no_time_at_all_are_kept_by_none() -> None:
    frames = FaceFrames(0.0)
    for place in range(5):
        frames.add(seen(START_NANOS + place * NANOS_PER_SEC))
    assert frames.count == 1


@pytest.mark.parametrize(("known", "fresh_at", "changed"), [(False, 0, False), (False, 2, True), (True, 0, True), (True, 9, False)])
def test_another_person_is_noticed(known: bool, fresh_at: int, changed: bool) -> None:
    frames = FaceFrames(1.0, of_known_person=known)
    for place in range(4):
        frames.add(seen(START_NANOS + place * FRAME_NANOS, fresh=place == fresh_at))
    assert frames.changed_person == changed


def test_another_person_is_noticed_in_a_picture_that_is_left_out() -> None:
    frames = FaceFrames(1.0)
    frames.add(seen())
    frames.add(seen(START_NANOS + NANOS_PER_MILLI, fresh=True))
    assert frames.changed_person


def test_what_is_measured_is_what_all_of_them_have() -> None:
    frames = FaceFrames(1.0)
    assert frames.measured == 0
    *others, without_gaze = resting(0.2)
    for faces in others:
        frames.add(faces)
    assert frames.measured == int(others[0].measured[0])
    without_gaze.measured[:] &= ~np.uint32(GAZE_BIT)
    frames.add(without_gaze)
    assert frames.measured == int(others[0].measured[0]) & ~GAZE_BIT
