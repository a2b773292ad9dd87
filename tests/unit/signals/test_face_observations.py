from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from affectia.registry import BLENDSHAPES
from affectia.signals.face_channels import BLINK, BLINK_BIT
from affectia.signals.face_observations import FaceObservations

pytestmark = pytest.mark.unit


def test_nobody_is_at_rest_and_not_found() -> None:
    nobody = FaceObservations.nobody(7, count=2)
    assert nobody.captured_at_nanos == 7
    assert nobody.found.tolist() == [False, False]
    assert nobody.blendshapes.shape == (2, len(BLENDSHAPES))
    assert not nobody.blendshapes.any()
    assert nobody.head_rotation.tolist() == [[0, 0, 0, 1]] * 2
    assert not nobody.confidence.any()
    assert not nobody.measured.any()


def test_faces_of_shapes_are_sure_and_blink_with_their_shapes() -> None:
    shapes = np.zeros((2, len(BLENDSHAPES)), np.float32)
    shapes[1, BLENDSHAPES.index("eyeBlinkLeft")] = 0.75
    faces = FaceObservations.of_shapes(7, shapes=shapes, head_position_cm=((1, 2, 3), (4, 5, 6)))
    assert faces.found.all()
    assert (faces.confidence == 1).all()
    assert faces.values[:, BLINK].tolist() == [[0, 0], [0.75, 0]]
    assert faces.measured.tolist() == [BLINK_BIT] * 2, "neither action units nor a gaze are made up"
    assert faces.head_position_cm.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert faces.head_rotation.tolist() == [[0, 0, 0, 1]] * 2


def test_an_observation_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        FaceObservations.nobody(7).captured_at_nanos = 8  # type: ignore[misc]
