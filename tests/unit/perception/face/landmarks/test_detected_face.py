from __future__ import annotations

import numpy as np
import pytest

from tests.unit.perception.face.made_faces import mesh_cm, seen

pytestmark = pytest.mark.unit


def test_a_face_knows_where_it_is_and_how_large() -> None:
    face = seen(mesh_cm())
    face.landmarks_px[:] = 100
    face.landmarks_px[3, :2] = (40, 90)
    face.landmarks_px[7, :2] = (120, 130)
    assert face.center_px.tolist() == [80, 110]
    assert face.size_px == 80
    assert np.isfinite(face.matrix).all()
