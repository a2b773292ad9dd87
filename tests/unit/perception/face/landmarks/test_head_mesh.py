from __future__ import annotations

import numpy as np
import pytest

from affectia.perception.face.landmarks import head_mesh
from tests.unit.perception.face.made_faces import mesh_cm, seen

pytestmark = pytest.mark.unit

MESH = mesh_cm()
RESTING = MESH - MESH[head_mesh.RIGID].mean(axis=0)


@pytest.mark.parametrize("angles", [(0, 0, 0), (40, 0, 0), (-30, 20, 10), (0, -35, 0), (80, 5, -20)])
@pytest.mark.parametrize("place", [(0, 0, -50), (12, -6, -35), (-25, 10, -120)])
def test_the_mesh_is_the_same_however_the_head_is_turned_and_wherever_it_is(
    angles: tuple[float, float, float], place: tuple[float, float, float]
) -> None:
    face = seen(MESH, yaw_pitch_roll_deg=angles, position_cm=place)
    assert head_mesh.points_cm(face) == pytest.approx(RESTING, abs=2e-3)


def test_the_size_of_the_picture_does_not_matter() -> None:
    large = head_mesh.points_cm(seen(MESH, width_px=1920, height_px=1080))
    small = head_mesh.points_cm(seen(MESH, width_px=176, height_px=144))
    assert large == pytest.approx(small, abs=2e-3)


def test_a_scaled_matrix_gives_centimetres_of_the_canonical_face() -> None:
    face = seen(MESH, yaw_pitch_roll_deg=(10, 5, 0))
    face.matrix[:3, :3] *= 1.25
    points = head_mesh.points_cm(face)
    assert np.ptp(points, axis=0) == pytest.approx(np.ptp(RESTING, axis=0) / 1.25, rel=1e-3)
