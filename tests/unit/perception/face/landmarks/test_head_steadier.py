from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from affectia.clock import NANOS_PER_SEC
from affectia.perception.face.landmarks import head_pose
from affectia.perception.face.landmarks.head_pose import HeadPose
from affectia.perception.face.landmarks.head_steadier import FREE_DEG, LONGEST_GAP_SECS, SLOWEST_SECS, HeadSteadier
from affectia.wire import rotation
from tests.unit.perception.face.made_faces import axes_of

pytestmark = pytest.mark.unit

HZ = 25


def looking(yaw_deg: float, *, pitch_deg: float = 0.0, position_cm: tuple[float, float, float] = (0.0, 0.0, -50.0)) -> HeadPose:
    matrix = np.eye(4)
    matrix[:3, :3] = axes_of((yaw_deg, pitch_deg, 0.0))
    matrix[:3, 3] = position_cm
    return head_pose.from_matrix(matrix)


def yaws(
    angles_deg: Sequence[float] | npt.NDArray[np.float64], *, step_secs: float = 1 / HZ, steadier: HeadSteadier | None = None
) -> npt.NDArray[np.float64]:
    """What comes out of these yaws, one a step."""
    steadier = steadier or HeadSteadier()
    turns = [steadier.step(looking(angle), round(number * step_secs * NANOS_PER_SEC)) for number, angle in enumerate(angles_deg)]
    return rotation.to_euler_deg(np.stack(turns))[:, 0]


def test_a_head_that_is_hardly_turned_is_left_as_it_is() -> None:
    angles = np.random.default_rng(1).uniform(-FREE_DEG + 1, FREE_DEG - 1, 40)
    assert yaws(angles) == pytest.approx(angles, abs=1e-6)


@pytest.mark.parametrize("side", [1, -1])
def test_a_trembling_profile_is_steady_and_where_it_is(side: int) -> None:
    angles = side * 65 + np.random.default_rng(2).normal(0, 1.5, 200)
    steady = yaws(angles)
    assert np.diff(steady).std() < 0.4 * np.diff(angles).std()
    assert steady[20:].mean() == pytest.approx(angles[20:].mean(), abs=0.2)


def test_a_head_that_turns_away_lags_by_no_more_than_the_slowest_time() -> None:
    angles = np.concatenate((np.linspace(0, 70, 20), np.full(20, 70.0)))
    steady = yaws(angles)
    speed_deg_per_sec = 70 / 19 * HZ
    assert (angles - steady).max() <= speed_deg_per_sec * SLOWEST_SECS
    assert steady[-1] == pytest.approx(70, abs=0.1)


def test_a_head_that_turns_back_is_there_at_once() -> None:
    assert yaws([65.0] * 10 + [20.0])[-1] == pytest.approx(20, abs=1e-6)


def test_the_line_of_sight_counts_and_not_the_picture() -> None:
    """A face at the edge of the picture that looks into the camera is seen frontally, whatever its turn in the room."""
    steadier = HeadSteadier()
    for number, yaw_deg in enumerate((-44.0, -46.0, -44.0)):
        pose = looking(yaw_deg, position_cm=(50.0, 0.0, -50.0))
        assert steadier.step(pose, number * NANOS_PER_SEC // HZ) == pytest.approx(pose.rotation)


def test_the_rate_does_not_change_what_comes_out() -> None:
    slow, fast = yaws([50.0] + [70.0] * 3, step_secs=0.04), yaws([50.0] + [70.0] * 6, step_secs=0.02)
    assert slow[-1] == pytest.approx(fast[-1], abs=0.01)


def test_after_a_gap_and_a_reset_the_head_begins_anew() -> None:
    steadier = HeadSteadier()
    steadier.step(looking(60.0), 0)
    gap_nanos = round((LONGEST_GAP_SECS + 0.01) * NANOS_PER_SEC)
    assert steadier.step(looking(-60.0), gap_nanos) == pytest.approx(looking(-60.0).rotation)
    steadier.reset()
    assert steadier.step(looking(60.0), gap_nanos + 1) == pytest.approx(looking(60.0).rotation)


def test_a_time_that_does_not_rise_changes_nothing() -> None:
    steadier = HeadSteadier()
    first = steadier.step(looking(60.0), NANOS_PER_SEC)
    assert steadier.step(looking(70.0), NANOS_PER_SEC) == pytest.approx(first)
    assert np.isfinite(steadier.step(looking(70.0), 0)).all()


def test_a_head_upside_down_and_sideways_takes_the_short_way() -> None:
    steadier = HeadSteadier()
    pose = looking(170.0)
    mirrored = HeadPose(-pose.rotation, pose.axes, pose.position_cm, pose.euler_deg, pose.to_camera)
    first = steadier.step(pose, 0)
    second = steadier.step(mirrored, NANOS_PER_SEC // HZ)
    assert abs(first @ second) == pytest.approx(1)
