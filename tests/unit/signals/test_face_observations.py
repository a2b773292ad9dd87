from __future__ import annotations

import dataclasses

import pytest

from affectia.signals.face_observations import SHAPES, FaceObservations

pytestmark = pytest.mark.unit


def test_nobody_is_at_rest_and_not_found() -> None:
    nobody = FaceObservations.nobody(7, count=2)
    assert nobody.captured_at_nanos == 7
    assert nobody.found.tolist() == [False, False]
    assert nobody.blendshapes.shape == (2, SHAPES)
    assert not nobody.blendshapes.any()
    assert nobody.head_rotation.tolist() == [[0, 0, 0, 1]] * 2
    assert nobody.confidence.tolist() == [0, 0]


def test_an_observation_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        FaceObservations.nobody(7).captured_at_nanos = 8  # type: ignore[misc]
