from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from affectia.errors import SessionError
from affectia.session.calibration.calibration_learner import CalibrationLearner
from affectia.signals.face_calibration import FaceCalibration
from affectia.signals.face_observations import FaceObservations
from tests.unit.fakes import SHAPE
from tests.unit.session.calibration.made_faces import FRAME_NANOS, START_NANOS, nobody, resting, seen

pytestmark = pytest.mark.unit


def learned(made: Sequence[FaceObservations] | None = None) -> FaceCalibration:
    learner = CalibrationLearner(neutral_secs=3.0, range_secs=0.0 if made is None else 10.0)
    for faces in resting(3.0):
        learner.note_neutral(faces)
    for faces in made or ():
        learner.note_range(faces)
    return learner.learned(name="me", alpha=0.8, made_unix_secs=5)


def making(share: float, count: int = 300, **does: float) -> list[FaceObservations]:
    """Pictures of a face of which a share makes a face."""
    return [seen(START_NANOS + place * FRAME_NANOS, does=does if place < share * count else None) for place in range(count)]


def test_the_rest_alone_keeps_full_reach() -> None:
    found = learned()
    assert (found.name, found.alpha, found.made_unix_secs) == ("me", 0.8, 5)
    assert (found.neutral_frames, found.range_frames) == (83, 0)
    assert found.neutral[SHAPE["mouthSmileLeft"]] == pytest.approx(0.15, abs=1e-6)
    assert (found.largest == 1).all()
    np.testing.assert_allclose(found.lids, [[0.5, 1], [0.5, 1]], atol=1e-6)


def test_how_far_shapes_go_is_learned() -> None:
    found = learned(making(0.1, mouthSmileLeft=0.6, browInnerUp=0.5))
    assert found.largest[SHAPE["mouthSmileLeft"]] == pytest.approx(0.15 + 0.6 * 0.85, abs=1e-3)
    assert found.largest[SHAPE["browInnerUp"]] == pytest.approx(0.2 + 0.5 * 0.8, abs=1e-3)
    assert found.largest[SHAPE["mouthSmileRight"]] == 1
    assert found.range_frames == 300
    assert not [notice for notice in found.notices if "learned" in notice]


def test_hardly_any_shape_that_went_far_is_told() -> None:
    hint = "only 5 of 42 shapes went far: make each face as wide as you can and calibrate again"
    five = {"mouthSmileLeft": 0.6, "mouthSmileRight": 0.6, "jawOpen": 0.6, "browInnerUp": 0.6, "browOuterUpLeft": 0.6}
    assert hint in learned(making(0.1, 300, **five)).notices
    assert hint in learned(making(0.1, 300, **five, eyeBlinkLeft=0.8, eyeLookInLeft=0.6)).notices  # whose range is not learned
    assert not [notice for notice in learned(making(0.1, 300, **five, mouthPucker=0.6)).notices if "went far" in notice]


def test_a_shape_that_hardly_moved_keeps_its_reach() -> None:
    found = learned(making(0.1, mouthSmileLeft=0.3))
    assert (found.largest == 1).all()
    assert "no shape went far: how far this face goes was not learned" in found.notices


def test_a_shape_that_went_all_the_way_did_go_far() -> None:
    found = learned(making(0.1, jawOpen=1.0))
    assert (found.largest == 1).all()
    assert "no shape went far: how far this face goes was not learned" not in found.notices
    assert any(notice.startswith("only 1 of 42 shapes went far") for notice in found.notices)


def test_a_single_wrong_picture_is_not_how_far_a_face_goes() -> None:
    faces = making(0.2, jawOpen=0.5)
    faces[150] = seen(START_NANOS + 150 * FRAME_NANOS, does={"jawOpen": 1.0})
    assert learned(faces).largest[SHAPE["jawOpen"]] == pytest.approx(0.5, abs=0.01)


def test_lids_learn_their_own_shut_level() -> None:
    found = learned(making(0.1, eyeBlinkLeft=0.8, eyeBlinkRight=0.2))
    np.testing.assert_allclose(found.lids, [[0.5, 0.9], [0.5, 1]], atol=1e-3)
    assert found.largest[SHAPE["eyeBlinkLeft"]] == 1


def test_how_far_eyes_look_is_not_learned() -> None:
    assert (learned(making(0.2, eyeLookInLeft=0.6, jawOpen=0.6)).largest[[SHAPE["eyeLookInLeft"]]] == 1).all()


def test_a_head_that_turns_aside_teaches_nothing() -> None:
    aside = [seen(START_NANOS + place * FRAME_NANOS, does={"jawOpen": 0.8}, yaw_deg=-30) for place in range(150)]
    ahead = making(0.0, 150)
    for place, faces in enumerate(ahead):
        object.__setattr__(faces, "captured_at_nanos", START_NANOS + (150 + place) * FRAME_NANOS)
    found = learned([*aside, *ahead])
    assert found.largest[SHAPE["jawOpen"]] == 1
    assert found.range_frames == 150


def test_a_face_that_is_lost_keeps_its_rest() -> None:
    found = learned([*making(1.0, 20, jawOpen=0.6), *nobody(100, start_nanos=START_NANOS + 20 * FRAME_NANOS)])
    assert (found.largest == 1).all()
    assert "face was hardly seen while it was to make faces: how far it goes was not learned" in found.notices
    assert found.neutral[SHAPE["mouthSmileLeft"]] == pytest.approx(0.15, abs=1e-6)


def test_another_face_teaches_nothing() -> None:
    faces = making(0.5, jawOpen=0.6)
    faces[0].fresh[:] = True
    found = learned(faces)
    assert (found.largest == 1).all()
    assert found.range_frames == 0
    assert any(notice.startswith("another face") for notice in found.notices)


def test_a_rest_that_is_none_is_refused() -> None:
    learner = CalibrationLearner(neutral_secs=3.0, range_secs=0.0)
    for faces in nobody(90):
        learner.note_neutral(faces)
    with pytest.raises(SessionError, match="^face was seen in 0 of 90 pictures"):
        learner.learned(name="me", alpha=1.0, made_unix_secs=0)
