from __future__ import annotations

import math

import numpy as np
import pytest

from affectia import registry
from affectia.perception.face.eyes.blink import BlinkReading
from affectia.perception.face.eyes.gaze import Gaze, GazeEstimator, write_shapes
from affectia.perception.face.landmarks.head_pose import HeadPose
from tests.unit.perception.face import made_eyes

pytestmark = pytest.mark.unit

RADIUS_CM = (1.2, 0.85)
DEPTH_CM = (0.45, 0.12)
IRIS_DEPTH_CM = 0.3  # before the corners, as the network has it


class Eyes:
    """An estimator and eyes before it that look into a direction of the picture, given as tangents."""

    def __init__(self, pose: HeadPose | None = None, *, rate_hz: float = 30) -> None:
        self.estimator = GazeEstimator()
        self.pose = pose or made_eyes.pose()
        self.rate_hz = rate_hz
        self.nanos = 0

    def look(
        self,
        yaw_deg: float = 0.0,
        up_deg: float = 0.0,
        *,
        closures: tuple[float, float] = (0.0, 0.0),
        dragged_cm: tuple[float, float] = (0.0, 0.0),
        off_cm: tuple[float, float] = (0.0, 0.0),
        samples: int = 1,
    ) -> Gaze:
        """Eyes turned by this in the head; `dragged_cm`: how far lids pull each iris down; `off_cm`: a person's own error to the side."""
        for _ in range(samples):
            self.nanos += round(1e9 / self.rate_hz)
            irises = tuple(self._iris(yaw_deg, up_deg, drag, off) for drag, off in zip(dragged_cm, off_cm, strict=True))
            points = made_eyes.points(iris_cm=(irises[0], irises[1]), iris_depth_cm=IRIS_DEPTH_CM)
            reading = BlinkReading(np.array(closures), np.ones(2), (0, 0, 0), 0, 0.0)
            gaze = self.estimator.step(points, self.pose, reading, self.nanos)
        return gaze

    def _iris(self, yaw_deg: float, up_deg: float, drag_cm: float, off_cm: float) -> tuple[float, float]:
        """Where the picture has the iris, brought to the depth that the network gives it: the model, put the other way round."""
        x, y, z = (self.pose.to_camera @ self.pose.axes).tolist()
        yaw, up = math.atan2(x, z), math.asin(y)
        across = math.tan(math.radians(yaw_deg) - yaw) * RADIUS_CM[0] / math.cos(yaw)
        above = math.tan(math.radians(up_deg) - up) * RADIUS_CM[1] / math.cos(up)
        return (
            across + (IRIS_DEPTH_CM + DEPTH_CM[0]) * math.tan(yaw) + off_cm,
            above + (IRIS_DEPTH_CM + DEPTH_CM[1]) * math.tan(up) / math.cos(yaw) - drag_cm,
        )


def test_eyes_that_look_into_the_camera_have_no_tangents() -> None:
    gaze = Eyes().look()
    assert gaze.tangents == pytest.approx([0, 0], abs=1e-6)
    assert gaze.eyes_deg[:, 1] == pytest.approx([0, 0], abs=1e-6)
    assert gaze.confidence == 1


@pytest.mark.parametrize(("yaw_deg", "up_deg"), [(15, 0), (-15, 0), (0, 10), (0, -10)], ids=["image right", "image left", "up", "down"])
def test_tangents_have_the_signs_of_the_unmirrored_picture(yaw_deg: float, up_deg: float) -> None:
    gaze = Eyes().look(yaw_deg, up_deg)
    assert gaze.tangents == pytest.approx([math.tan(math.radians(yaw_deg)), math.tan(math.radians(up_deg))], abs=0.01)
    assert gaze.eyes_deg.mean(axis=0) == pytest.approx([yaw_deg, -up_deg], abs=0.2)


@pytest.mark.parametrize(("yaw_deg", "pitch_deg"), [(20, 0), (-20, 0), (0, 15), (0, -15), (12, -8)], ids=str)
def test_eyes_on_the_camera_turn_against_the_head(yaw_deg: float, pitch_deg: float) -> None:
    pose = made_eyes.pose(yaw_deg, pitch_deg)
    x, y, z = (pose.to_camera @ pose.axes).tolist()
    gaze = Eyes(pose).look(math.degrees(math.atan2(x, z)), math.degrees(math.asin(y)))
    assert gaze.tangents == pytest.approx([0, 0], abs=0.01)
    assert gaze.eyes_deg.mean(axis=0) == pytest.approx([-yaw_deg, -pitch_deg], abs=1.5)


def test_eyes_that_stand_still_in_a_turning_head_stay_where_they_are() -> None:
    for yaw_deg in (-20, 0, 20):
        gaze = Eyes(made_eyes.pose(yaw_deg)).look()
        assert gaze.eyes_deg.mean(axis=0) == pytest.approx([0, 0], abs=0.5)
        assert gaze.tangents[0] == pytest.approx(math.tan(math.radians(yaw_deg)), abs=0.02)


def test_line_to_the_camera_counts_not_the_axis_of_the_camera() -> None:
    eyes = Eyes(made_eyes.pose(position_cm=(20.0, 0.0, -40.0)))  # on the right of the picture, facing along the camera's axis
    assert eyes.look().tangents[0] == pytest.approx(0.5, abs=0.02)


def test_blink_does_not_drag_the_gaze() -> None:
    eyes = Eyes()
    before = eyes.look(5, -5, samples=20)
    for closure, drag in ((0.05, 0.05), (0.1, 0.1), (0.5, 0.25), (1.0, 0.4), (1.0, 0.4), (0.6, 0.3), (0.4, 0.2)):
        during = eyes.look(5, -5, closures=(closure, closure), dragged_cm=(drag, drag))
        if closure >= 0.4:
            assert during.confidence == 0
            assert during.tangents == pytest.approx(before.tangents, abs=0.07)  # two frames back: before the drag
    after = eyes.look(10, 0)
    assert after.tangents == pytest.approx([math.tan(math.radians(10)), 0], abs=0.01)


def test_held_gaze_stays_on_its_target_while_the_head_turns() -> None:
    eyes = Eyes()
    eyes.look(samples=10)
    eyes.pose = made_eyes.pose(10)
    gaze = eyes.look(closures=(1.0, 1.0))
    assert gaze.tangents == pytest.approx([0, 0], abs=1e-6)
    assert gaze.eyes_deg.mean(axis=0)[0] == pytest.approx(-10, abs=0.5)


def test_one_open_eye_speaks_for_both() -> None:
    eyes = Eyes()
    eyes.look(samples=10)
    gaze = eyes.look(12, 0, closures=(1.0, 0.0), dragged_cm=(0.4, 0.0))
    assert gaze.tangents == pytest.approx([math.tan(math.radians(12)), 0], abs=0.02)
    assert gaze.confidence == 1


def test_wink_makes_no_jump_where_a_persons_irises_are_found_unevenly() -> None:
    eyes = Eyes()
    both = eyes.look(off_cm=(0.15, -0.15), samples=300)
    one = eyes.look(off_cm=(0.15, -0.15), closures=(1.0, 0.0))
    assert one.tangents == pytest.approx(both.tangents, abs=0.02)


def test_eye_behind_the_nose_is_left_out() -> None:
    eyes = Eyes(made_eyes.pose(65))
    seen = eyes.look(-20, 0, off_cm=(0.5, 0.0))
    assert seen.eyes_deg.mean(axis=0)[0] == pytest.approx(-20, abs=2)


def test_eyes_never_diverge_nor_cross_far_nor_look_to_two_heights() -> None:
    for off in (-0.5, 0.5):
        eyes = Eyes()
        eyes.look(samples=60)
        left, right = eyes.look(off_cm=(off, -off), dragged_cm=(0.3, 0.0)).eyes_deg
        assert 0 <= right[0] - left[0] <= 10
        assert left[1] == right[1]


def test_eyes_converge_when_both_irises_move_inwards() -> None:
    eyes = Eyes()
    usual = eyes.look(samples=60).eyes_deg
    near = eyes.look(off_cm=(-0.1, 0.1)).eyes_deg
    assert near[1, 0] - near[0, 0] > usual[1, 0] - usual[0, 0] + 2


def test_lids_that_stay_low_give_the_gaze_free() -> None:
    eyes = Eyes()
    eyes.look(samples=10)
    eyes.look(closures=(0.7, 0.7), samples=5)
    gaze = eyes.look(15, 0, closures=(0.7, 0.7), samples=40)
    assert gaze.confidence == pytest.approx(0.3)
    assert gaze.tangents[0] == pytest.approx(math.tan(math.radians(15)), abs=0.03)


def test_eyes_shut_for_long_hold_their_gaze() -> None:
    eyes = Eyes()
    before = eyes.look(5, 0, samples=10)
    gaze = eyes.look(0, 0, closures=(1.0, 1.0), dragged_cm=(0.4, 0.4), samples=90)
    assert gaze.confidence == 0
    assert gaze.tangents == pytest.approx(before.tangents)


def test_lids_are_not_compared_across_a_gap_in_time() -> None:
    eyes = Eyes()
    eyes.look(20, 0, samples=10)
    eyes.nanos += 400_000_000
    gaze = eyes.look(-10, 0, closures=(0.2, 0.2))  # lower than before, but nobody saw them fall
    assert gaze.tangents[0] == pytest.approx(math.tan(math.radians(-10)), abs=0.01)


def test_first_sample_with_shut_eyes_looks_into_the_camera_without_confidence() -> None:
    gaze = Eyes().look(closures=(1.0, 1.0))
    assert gaze.tangents.tolist() == [0, 0]
    assert gaze.confidence == 0


@pytest.mark.parametrize("scale", [np.nan, 0.0, 1e6, -1.0], ids=str)
def test_absurd_mesh_gives_finite_values_within_limits(scale: float) -> None:
    eyes = Eyes()
    points = made_eyes.points(iris_cm=((1.5, 1.5), (-1.5, 1.5))) * scale
    gaze = eyes.estimator.step(points, made_eyes.pose(80, -60), BlinkReading(np.zeros(2), np.ones(2), (0, 0, 0), 0, 0.0), 1)
    assert np.isfinite(gaze.eyes_deg).all()
    assert np.isfinite(gaze.tangents).all()
    assert abs(gaze.eyes_deg).max() <= 45
    assert abs(gaze.tangents).max() <= 3


def test_absurd_mesh_has_no_confidence() -> None:
    reading = BlinkReading(np.zeros(2), np.ones(2), (0, 0, 0), 0, 0.0)
    assert GazeEstimator().step(np.full((478, 3), np.nan), made_eyes.pose(), reading, 1).confidence == 0


def test_broken_pose_gives_finite_values() -> None:
    pose = made_eyes.pose()
    pose.axes[:] = np.nan
    pose.to_camera[:] = np.nan
    gaze = GazeEstimator().step(made_eyes.points(), pose, BlinkReading(np.zeros(2), np.ones(2), (0, 0, 0), 0, 0.0), 1)
    assert np.isfinite(gaze.eyes_deg).all()
    assert np.isfinite(gaze.tangents).all()


def test_reset_forgets_the_person() -> None:
    eyes = Eyes()
    eyes.look(20, 5, samples=10)
    eyes.estimator.reset()
    assert eyes.look(closures=(1.0, 1.0)).tangents.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("eyes_deg", "expected"),
    [
        ([[15, 0], [15, 0]], {"eyeLookOutLeft": 0.5, "eyeLookInRight": 0.5}),
        ([[-30, 0], [-60, 0]], {"eyeLookInLeft": 1.0, "eyeLookOutRight": 1.0}),
        ([[0, 12.5], [0, 12.5]], {"eyeLookDownLeft": 0.5, "eyeLookDownRight": 0.5}),
        ([[0, -5], [0, -5]], {"eyeLookUpLeft": 0.2, "eyeLookUpRight": 0.2}),
    ],
    ids=["left", "right, clamped", "down", "up"],
)
def test_degrees_become_the_eight_shapes(eyes_deg: list[list[float]], expected: dict[str, float]) -> None:
    shapes = np.full(52, 0.75)
    write_shapes(shapes, np.array(eyes_deg))
    looks = {name: float(shapes[place]) for place, name in enumerate(registry.BLENDSHAPES) if name.startswith("eyeLook")}
    assert {name: value for name, value in looks.items() if value} == pytest.approx(expected)
    assert sum(shapes == 0.75) == 44
