from __future__ import annotations

import numpy as np
import pytest

from affectia.registry import Bone
from affectia.rig import gaze_shapes
from affectia.rig.skeleton import Skeleton, SkeletonOptions
from tests.unit.fakes import SHAPE

pytestmark = pytest.mark.unit


def test_each_eye_has_its_own_side() -> None:
    row = np.zeros((1, 52), np.float32)
    row[:, gaze_shapes.PLACES] = gaze_shapes.weights(np.array([[15.0, -6.0, 5.0, -10.0]]))
    assert row[0, SHAPE["eyeLookOutLeft"]] == pytest.approx(0.5)
    assert row[0, SHAPE["eyeLookOutRight"]] == pytest.approx(0.2)
    assert row[0, SHAPE["eyeLookDownLeft"]] == pytest.approx(0.2)
    assert row[0, SHAPE["eyeLookUpRight"]] == pytest.approx(0.4)
    assert np.count_nonzero(row) == 4
    assert gaze_shapes.angles_deg(row)[0] == pytest.approx((15, -6, 5, -10))


def test_further_than_eyes_turn_is_as_far_as_they_do() -> None:
    weights = gaze_shapes.weights(np.array([[90.0, 90.0, -90.0, -90.0]]))
    assert weights.max() == 1
    assert weights.min() == 0


def test_signed_weights_have_their_opposite_below_0() -> None:
    weights = gaze_shapes.signed_weights(np.array([[3.0, 3.0, 5.0, 5.0]]))[0]
    assert weights == pytest.approx((0.1, 0.1, 0.2, 0.2, -0.1, -0.1, -0.2, -0.2))


def test_eye_bones_turn_by_these_angles() -> None:
    row = np.zeros((1, 52), np.float32)
    row[:, gaze_shapes.PLACES] = gaze_shapes.weights(np.array([[12.0, 12.0, 0.0, 0.0]]))
    bones = np.zeros((1, 9, 4), np.float32)
    Skeleton(SkeletonOptions()).pose_eyes(bones, row)
    for eye in (Bone.LEFT_EYE, Bone.RIGHT_EYE):
        assert np.degrees(2 * np.arcsin(bones[0, eye, 1])) == pytest.approx(12, abs=1e-3)
