from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia.perception.face.expression.face_geometry import FEATURES, MIRROR, MIRROR_SIGN, PLACE, measure
from affectia.perception.face.expression.face_reference import load_table
from affectia.perception.face.landmarks import head_mesh
from tests.unit.perception.face.made_faces import mesh_cm, seen

pytestmark = pytest.mark.unit

LEFT_LID = (386, 385, 387)
CHIN = (152, 175, 199, 148, 377)
LEFT_CORNER, RIGHT_CORNER = 291, 61


def moved(points: npt.NDArray[np.float64], landmarks: tuple[int, ...], by: tuple[float, float, float]) -> npt.NDArray[np.float64]:
    copy = points.copy()
    copy[list(landmarks)] += by
    return copy


def change(landmarks: tuple[int, ...], by: tuple[float, float, float]) -> dict[str, float]:
    """Features that change when landmarks move, and by how much at the scale of the made mesh."""
    points = mesh_cm()
    difference = measure(moved(points, landmarks, by)) - measure(points)
    return {FEATURES[place]: float(difference[place]) for place in np.flatnonzero(np.abs(difference) > 1e-9)}


def test_every_name_is_there_once_and_has_its_data() -> None:
    assert len(set(FEATURES)) == len(FEATURES) == len(load_table().rest)
    assert [PLACE[name] for name in FEATURES] == list(range(len(FEATURES)))


def test_a_raised_left_lid_widens_the_left_gap_alone() -> None:
    changed = change(LEFT_LID, (0.0, 0.3, 0.0))
    assert set(changed) == {"lid_gap_left", "upper_lid_height_left"}
    assert changed["lid_gap_left"] == pytest.approx(changed["upper_lid_height_left"])
    assert changed["lid_gap_left"] > 0


def test_a_chin_to_the_left_is_positive_and_does_not_drop_the_jaw() -> None:
    changed = change(CHIN, (0.5, 0.0, 0.0))
    assert set(changed) == {"chin_side"}
    assert changed["chin_side"] > 0


def test_a_dropped_chin_drops_the_jaw_and_leaves_the_lips() -> None:
    changed = change(CHIN, (0.0, -0.5, 0.0))
    assert set(changed) == {"jaw_drop", "chin_lip_gap"}
    assert changed["jaw_drop"] > 0


def test_corners_outwards_are_positive_on_both_sides() -> None:
    assert change((LEFT_CORNER,), (0.4, 0.0, 0.0))["lip_corner_out_left"] > 0
    assert change((RIGHT_CORNER,), (-0.4, 0.0, 0.0))["lip_corner_out_right"] > 0


def test_size_and_place_of_the_head_do_not_matter() -> None:
    points = mesh_cm()
    points -= points[head_mesh.RIGID].mean(axis=0)
    np.testing.assert_allclose(measure(points * 1.3), measure(points), rtol=1e-12)


def test_a_mirrored_face_swaps_sides() -> None:
    eyes = "33-263 133-362 159-386 158-385 160-387 145-374 144-373 153-380 119-348 118-347 50-280 127-356 234-454"
    brows = "107-336 55-285 105-334 52-282 63-293 53-283 70-300 46-276"
    lower = "129-358 48-278 64-294 61-291 37-267 39-269 84-314 82-312 87-317 181-405 205-425 187-411 207-427 148-377"
    points = mesh_cm()
    mirrored = points * (-1.0, 1.0, 1.0)
    for pair in (eyes + " " + brows + " " + lower).split():
        right, left = map(int, pair.split("-"))
        mirrored[[right, left]] = mirrored[[left, right]]
    np.testing.assert_allclose(measure(mirrored), measure(points)[MIRROR] * MIRROR_SIGN, atol=1e-12)


def test_a_turned_and_distant_head_measures_the_same() -> None:
    points = mesh_cm()
    near = measure(head_mesh.points_cm(seen(points)))
    far = measure(head_mesh.points_cm(seen(points, yaw_pitch_roll_deg=(25.0, -10.0, 8.0), position_cm=(12.0, -4.0, -90.0))))
    np.testing.assert_allclose(far, near, atol=0.01)


def test_a_mesh_without_extent_gives_numbers() -> None:
    assert np.isfinite(measure(np.zeros((478, 3)))).all()
