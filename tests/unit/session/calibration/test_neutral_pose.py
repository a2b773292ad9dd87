from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from affectia.errors import SessionError
from affectia.registry import Group
from affectia.session.calibration.face_frames import FaceFrames
from affectia.session.calibration.neutral_pose import NeutralPose, turn_deg
from affectia.signals.face_channels import ACTION_UNITS, BLINK, BLINK_EVENTS, GAZE, GAZE_BIT, POSITION, SHAPES, TURN
from affectia.signals.face_observations import FaceObservations
from affectia.wire import rotation
from tests.unit.fakes import SHAPE
from tests.unit.session.calibration.made_faces import (
    AT_REST,
    FRAME_NANOS,
    GAZE_AT_REST,
    START_NANOS,
    UNIT,
    YAW_DEG,
    nobody,
    resting,
    seen,
)

pytestmark = pytest.mark.unit


def pose(faces: Iterable[FaceObservations]) -> NeutralPose:
    frames = FaceFrames(3.0)
    for one in faces:
        frames.add(one)
    return NeutralPose.of(frames)


def turned(yaw_deg: float, count: int = 90) -> list[FaceObservations]:
    return [seen(START_NANOS + place * FRAME_NANOS, rest_yaw_deg=yaw_deg) for place in range(count)]


def test_rest_is_what_the_face_reads_without_its_blinks() -> None:
    found = pose(resting(3.0))
    shapes = found.values[SHAPES]
    for name, value in AT_REST.items():
        assert shapes[SHAPE[name]] == pytest.approx(value, abs=1e-6)
    assert np.count_nonzero(shapes) == len(AT_REST)
    np.testing.assert_allclose(found.values[GAZE], GAZE_AT_REST, atol=1e-6)
    np.testing.assert_allclose(found.values[BLINK], 0.5, atol=1e-6)
    np.testing.assert_allclose(found.values[POSITION], (1, 2, 50), atol=1e-5)
    assert found.values[ACTION_UNITS.start + UNIT["au12_smile"]] == pytest.approx(0.18, abs=1e-6)
    assert turn_deg(found.values[None, TURN], np.array((0, 0, 0, 1), np.float32))[0] == pytest.approx(YAW_DEG, abs=0.01)
    assert found.frame_count == 90 - 7  # three of a blink, two before and two after it
    assert found.steadiness == pytest.approx(1, abs=0.01)
    assert found.notices == ("eyes were half shut", "head was turned aside")


def test_counts_are_no_part_of_a_rest() -> None:
    faces = resting(1.0)
    for one in faces:
        one.values[:, BLINK_EVENTS] = 7
    assert not pose(faces).values[BLINK_EVENTS].any()


def test_frequent_blinks_are_no_rest() -> None:
    found = pose(resting(3.0, blink_at=[place for place in range(90) if place % 15 < 4]))
    assert found.values[SHAPE["eyeBlinkLeft"]] == pytest.approx(0.5, abs=1e-6)
    assert found.frame_count < 60


def test_a_face_that_is_seen_too_seldom_is_refused_with_counts() -> None:
    faces = resting(3.0)[:20] + nobody(70, start_nanos=START_NANOS + 20 * FRAME_NANOS)
    with pytest.raises(SessionError, match="^face was seen in 20 of 90 pictures, expected at least 30%; look at the camera"):
        pose(faces)
    assert pose(faces[:60]).frame_count == 20


def test_too_few_pictures_are_refused() -> None:
    with pytest.raises(SessionError, match="^face was seen in 4 of 4 pictures"):
        pose(resting(3.0)[:4])
    with pytest.raises(SessionError, match="^no picture was looked at"):
        pose([])


@pytest.mark.parametrize("yaw_deg", [21.0, -30.0])
def test_a_head_that_is_turned_aside_is_refused(yaw_deg: float) -> None:
    with pytest.raises(SessionError, match="^head was turned aside, expected it to face the camera"):
        pose(turned(yaw_deg))
    pose(turned(np.sign(yaw_deg) * 19))


def test_a_head_that_moves_is_refused() -> None:
    faces = [seen(START_NANOS + place * FRAME_NANOS, yaw_deg=15 * np.sin(place / 5), rest_yaw_deg=0) for place in range(90)]
    with pytest.raises(SessionError, match="^head moved too much"):
        pose(faces)
    little = [seen(START_NANOS + place * FRAME_NANOS, yaw_deg=5 * np.sin(place / 5), rest_yaw_deg=0) for place in range(90)]
    found = pose(little)
    assert 0.2 < found.steadiness < 0.5
    assert "face was not held still: calibrate again" in found.notices


def test_a_mouth_that_talks_is_refused() -> None:
    with pytest.raises(SessionError, match="^face moved too much, expected it at rest and silent"):
        pose(seen(START_NANOS + place * FRAME_NANOS, does={"jawOpen": 0.5 * (place % 10 < 5)}) for place in range(90))


@pytest.mark.parametrize(("spread", "is_told"), [(0.19, True), (0.08, True), (0.05, False)])
def test_a_mouth_that_talks_a_little_is_told(spread: float, is_told: bool) -> None:
    found = pose(
        seen(START_NANOS + place * FRAME_NANOS, does={"jawOpen": spread * (place % 10 < 5)}, rest_yaw_deg=0) for place in range(90)
    )
    assert found.steadiness == pytest.approx(1 - spread / 0.4, abs=0.01)
    assert ("mouth moved: be silent and calibrate again" in found.notices) is is_told
    assert "face was not held still: calibrate again" not in found.notices  # one thing is told of it


@pytest.mark.parametrize(("spread", "is_told"), [(0.16, True), (0.1, False)])
def test_brows_that_move_are_told(spread: float, is_told: bool) -> None:
    does = ({"browOuterUpRight": spread * (place % 10 < 5)} for place in range(90))
    found = pose(seen(START_NANOS + place * FRAME_NANOS, does=one, rest_yaw_deg=0) for place, one in enumerate(does))
    assert ("face was not held still: calibrate again" in found.notices) is is_told
    assert "mouth moved: be silent and calibrate again" not in found.notices


def test_shut_eyes_are_refused() -> None:
    with pytest.raises(SessionError, match="^an eye was shut"):
        pose(seen(START_NANOS + place * FRAME_NANOS, rest={"eyeBlinkLeft": 0.7}) for place in range(90))


def test_eyes_that_blink_all_the_time_are_refused() -> None:
    with pytest.raises(SessionError, match="^eyes blinked all the time"):
        pose(resting(1.0, blink_at=range(0, 30, 3)))


def test_another_face_is_refused() -> None:
    faces = resting(3.0)
    faces[40].fresh[:] = True
    with pytest.raises(SessionError, match="^another face came into the picture"):
        pose(faces)


def test_a_part_that_is_hidden_is_not_learned() -> None:
    faces = resting(3.0)
    for one in faces:
        one.confidence[:, Group.MOUTH] = 0.1
    found = pose(faces)
    assert found.values[SHAPE["mouthSmileLeft"]] == 0
    assert found.values[SHAPE["browInnerUp"]] == pytest.approx(0.2, abs=1e-6)
    assert "mouth could not be seen well: taken as they are" in found.notices


def test_a_hidden_head_is_taken_as_unturned() -> None:
    faces = turned(40)
    for one in faces:
        one.confidence[:, Group.HEAD] = 0
    assert pose(faces).values[TURN].tolist() == [0, 0, 0, 1]


def test_what_is_not_measured_is_not_learned() -> None:
    faces = resting(1.0)
    for one in faces:
        one.measured[:] = 0
    found = pose(faces)
    assert not found.values[ACTION_UNITS].any()
    assert not found.values[GAZE].any()
    assert not found.values[BLINK].any()
    for one in faces:
        one.measured[:] = GAZE_BIT
    np.testing.assert_allclose(pose(faces).values[GAZE], GAZE_AT_REST, atol=1e-6)


def test_both_signs_of_a_rotation_are_one() -> None:
    faces = resting(3.0)
    for one in faces[::2]:
        one.values[:, TURN] *= -1
    found = pose(faces)
    goal = rotation.from_euler_deg(np.array((YAW_DEG, 0, 0)))
    assert abs(found.values[TURN] @ goal) == pytest.approx(1, abs=1e-6)
    assert found.steadiness == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ({"jawOpen": 0.2}, "mouth was open"),
        ({"mouthSmileLeft": 0.3, "mouthSmileRight": 0.3}, "mouth smiled"),
        ({"browOuterUpLeft": 0.4}, "left brow was raised"),
        ({"browDownLeft": 0.4, "browDownRight": 0.4}, "brows were drawn down"),
        ({"mouthSmileLeft": 0.4}, None),
    ],
)
def test_what_should_be_done_better_is_told(rest: dict[str, float], words: str | None) -> None:
    found = pose(seen(START_NANOS + place * FRAME_NANOS, rest=rest, rest_yaw_deg=0) for place in range(90))
    assert found.notices == ((words,) if words else ())
