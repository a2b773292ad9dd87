from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from affectia import registry
from affectia.clock import NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.perception.face.expression import face_geometry
from affectia.perception.face.expression.face_reference import FaceReference, load_table, pose_terms
from affectia.perception.face.landmarks.head_pose import HeadPose, from_matrix
from tests.unit.perception.face.made_faces import axes_of

pytestmark = pytest.mark.unit

HZ = 10
TABLE = load_table()
WIDTH = face_geometry.PLACE["lip_corner_width"]
BROW = face_geometry.PLACE["brow_inner_height_left"]
CALM = np.zeros(len(registry.BLENDSHAPES), np.float32)


def facing(yaw_deg: float = 0.0, pitch_deg: float = 0.0) -> HeadPose:
    matrix = np.eye(4)
    matrix[:3, :3] = axes_of((yaw_deg, pitch_deg, 0.0))
    matrix[2, 3] = -50.0
    return from_matrix(matrix)


def showing(**values: float) -> npt.NDArray[np.float32]:
    shapes = CALM.copy()
    for name, value in values.items():
        shapes[registry.BLENDSHAPES.index(name)] = value
    return shapes


class Viewer:
    """A reference that is shown a face at a steady rate."""

    def __init__(self) -> None:
        self.reference = FaceReference()
        self._frame = 0

    def watch(
        self, features: npt.NDArray[np.float64], *, secs: float, shapes: npt.NDArray[np.float32] = CALM, pose: HeadPose | None = None
    ) -> npt.NDArray[np.float64]:
        away = np.zeros(len(features))
        for _ in range(max(1, round(secs * HZ))):
            self._frame += 1
            away = self.reference.deviations(features, shapes, pose or facing(), self._frame * NANOS_PER_SEC // HZ)
        return away


def person(**by_cm: float) -> npt.NDArray[np.float64]:
    """Features of a face that differs from the population's rest."""
    features = TABLE.rest.copy()
    for name, cm in by_cm.items():
        features[face_geometry.PLACE[name]] += cm
    return features


def test_a_stranger_with_a_mean_face_deviates_by_nothing() -> None:
    away = Viewer().watch(person(), secs=0.1)
    np.testing.assert_allclose(away, 0.0, atol=0.005)


def test_the_rest_of_a_person_is_known_after_two_seconds() -> None:
    viewer = Viewer()
    wide = person(lip_corner_width=0.6)
    assert viewer.watch(wide, secs=0.1)[WIDTH] == pytest.approx(0.0, abs=1e-9)  # it may be the person
    assert viewer.watch(wide, secs=2.2)[WIDTH] == pytest.approx(0.0, abs=0.1)
    assert viewer.watch(person(lip_corner_width=1.4), secs=0.1)[WIDTH] == pytest.approx(0.8, abs=0.12)


def test_a_smile_held_for_a_minute_is_no_rest() -> None:
    viewer = Viewer()
    viewer.watch(person(), secs=5)
    smiling = showing(mouthSmileLeft=0.7, mouthSmileRight=0.7)
    at_first = viewer.watch(person(lip_corner_width=1.2), secs=0.1, shapes=smiling)[WIDTH]
    at_last = viewer.watch(person(lip_corner_width=1.2), secs=60, shapes=smiling)[WIDTH]
    assert at_last == pytest.approx(at_first)
    assert at_last > 1.1


def test_a_smile_that_the_network_misses_fades_by_less_than_a_fifth_in_a_minute() -> None:
    viewer = Viewer()
    viewer.watch(person(), secs=5)
    viewer.watch(person(lip_corner_width=1.2), secs=60)
    assert viewer.watch(person(lip_corner_width=1.2), secs=0.1)[WIDTH] > 0.96


def test_a_resting_frown_stays_a_frown_beyond_what_is_plausible() -> None:
    viewer = Viewer()
    away = viewer.watch(person(brow_inner_height_left=-3.0), secs=40)
    assert away[BROW] < -3.0 + 3 * TABLE.spread[BROW]


def test_one_bad_frame_hardly_moves_the_rest() -> None:
    viewer = Viewer()
    viewer.watch(person(), secs=3)
    before = viewer.reference.rest
    viewer.watch(person(lip_corner_width=5.0, brow_inner_height_left=-4.0), secs=1 / HZ)
    np.testing.assert_allclose(viewer.reference.rest, before, atol=0.005)


def test_a_turned_head_teaches_nothing() -> None:
    viewer = Viewer()
    viewer.watch(person(lip_corner_width=0.6), secs=10, pose=facing(yaw_deg=30.0))
    np.testing.assert_array_equal(viewer.reference.rest, TABLE.rest)
    assert viewer.reference.rest_secs == 0.0


def test_regions_learn_apart() -> None:
    viewer = Viewer()
    viewer.watch(person(lip_corner_width=0.6, brow_inner_height_left=0.2), secs=5, shapes=showing(jawOpen=0.6))
    assert viewer.reference.rest[WIDTH] == TABLE.rest[WIDTH]
    assert viewer.reference.rest[BROW] == pytest.approx(TABLE.rest[BROW] + 0.2, abs=0.03)


def test_what_a_turn_adds_is_no_deviation() -> None:
    for yaw_deg, pitch_deg in ((20.0, 0.0), (-20.0, 5.0), (8.0, -15.0)):
        pose = facing(yaw_deg, pitch_deg)
        turned = person() + TABLE.pose @ pose_terms(pose.euler_deg, TABLE.pose_limits_deg)
        np.testing.assert_allclose(Viewer().watch(turned, secs=0.1, pose=pose), 0.0, atol=0.005)


def test_the_further_a_head_turns_the_less_its_distances_say() -> None:
    def away(yaw_deg: float) -> float:
        pose = facing(yaw_deg)
        viewer = Viewer()
        viewer.watch(person(), secs=3)
        turned = person(lip_corner_width=1.0) + TABLE.pose @ pose_terms(pose.euler_deg, TABLE.pose_limits_deg)
        return float(viewer.watch(turned, secs=0.1, pose=pose)[WIDTH])

    assert away(0.0) == pytest.approx(1.0, abs=0.02)
    assert away(20.0) == pytest.approx(1.0, abs=0.02)
    assert away(-30.0) == pytest.approx(0.5, abs=0.02)
    assert away(30.0) == pytest.approx(0.5, abs=0.02)
    assert away(40.0) == away(-75.0) == 0.0


def test_what_a_turn_adds_ends_at_the_limits() -> None:
    np.testing.assert_array_equal(
        pose_terms(np.array((80.0, -70.0, 0.0)), (40.0, 30.0)), pose_terms(np.array((40.0, -30.0, 0.0)), (40.0, 30.0))
    )


def test_what_a_turn_adds_is_the_same_mirrored() -> None:
    left, right = (
        TABLE.pose @ pose_terms(np.array((17.0, 6.0, 0.0)), (40.0, 30.0)),
        TABLE.pose @ pose_terms(np.array((-17.0, 6.0, 0.0)), (40.0, 30.0)),
    )
    np.testing.assert_allclose(right, left[face_geometry.MIRROR] * face_geometry.MIRROR_SIGN, atol=1e-12)


def test_features_that_are_not_finite_give_nothing_and_teach_nothing() -> None:
    viewer = Viewer()
    broken = person()
    broken[WIDTH] = math.nan
    away = viewer.watch(broken, secs=1)
    assert away[WIDTH] == 0.0
    assert np.isfinite(away).all()
    np.testing.assert_array_equal(viewer.reference.rest, TABLE.rest)


def test_a_reset_forgets_the_person() -> None:
    viewer = Viewer()
    viewer.watch(person(lip_corner_width=0.6), secs=3)
    viewer.reference.reset()
    np.testing.assert_array_equal(viewer.reference.rest, TABLE.rest)
    assert viewer.reference.rest_secs == 0.0


def test_times_that_do_not_rise_teach_nothing() -> None:
    reference = FaceReference()
    for _ in range(100):
        reference.deviations(person(lip_corner_width=0.6), CALM, facing(), NANOS_PER_SEC)
    np.testing.assert_array_equal(reference.rest, TABLE.rest)


ROW = 'region = "mouth", rest = 1.0, spread = 0.1, noise = 0.01, pose = [0.0, 0.0, 0.0, 0.0, 0.0]'


def table_text(**changed: str) -> str:
    """A table with one row for each feature, some of them changed or, when empty, left out."""
    rows = {name.removesuffix("_left").removesuffix("_right"): ROW for name in face_geometry.FEATURES} | changed
    lines = [f"{name} = {{ {row} }}" for name, row in rows.items() if row]
    return "[pose_limits_deg]\nyaw_pitch = [40.0, 30.0]\n[features]\n" + "\n".join(lines)


def test_a_whole_table_loads() -> None:
    assert load_table(table_text()).rest.tolist() == [1.0] * len(face_geometry.FEATURES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (table_text(jaw_drop=""), "rest of feature 'jaw_drop' is None, expected a number"),
        (table_text(jaw_drop=ROW.replace("1.0", "true")), "rest of feature 'jaw_drop' is True"),
        (table_text(jaw_drop=ROW.replace("0.1", "0.0")), "feature 'jaw_drop' has a spread or noise that is not above 0"),
        (table_text(jaw_drop=ROW.replace("mouth", "knee")), "region of feature 'jaw_drop' is 'knee'"),
        (table_text(jaw_drop=ROW.replace("[0.0, ", "[")), "pose of 'jaw_drop' is"),
        (table_text(ear_height=ROW), "feature 'ear_height' is unknown"),
        (table_text() + "\n[calm.mouth]\nsmirk = 0.1", "calm limit mouth.smirk is unknown"),
        ("[", "face_features.toml is no TOML"),
    ],
)
def test_a_broken_table_is_named(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("[", r"\[")):
        load_table(text)
