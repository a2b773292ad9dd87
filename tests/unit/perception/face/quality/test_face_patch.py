from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from affectia.perception.face.quality import face_patch
from tests.unit.painted_faces import detected, painted

pytestmark = pytest.mark.unit


def test_copies_are_small_whatever_the_size_of_the_face() -> None:
    for size_px in (40.0, 130.0, 400.0, 1000.0):
        face = detected((640, 600), size_px, picture=(1200, 1280))
        patch = face_patch.cut(painted(face), face)
        assert patch is not None
        assert patch.span_px == pytest.approx(size_px * 0.53, rel=0.01)
        assert max(patch.fine.shape) < 260
        assert max(patch.coarse.shape) < 130
        assert min(patch.coarse.shape) > 20


def test_a_square_shows_its_center_whatever_the_size_and_the_turn_of_the_face() -> None:
    for size_px in (60.0, 130.0, 333.0, 700.0):
        for turn_deg in (0.0, 35.0, 180.0):
            face = detected((450, 450), size_px, picture=(900, 900))
            spin = cv2.getRotationMatrix2D((450, 450), -turn_deg, 1)
            turned = face.landmarks_px.copy()
            turned[:, :2] = (turned[:, :2] - 450) @ spin[:, :2].T + 450
            face = replace(face, landmarks_px=turned)
            picture = np.full((900, 900, 3), 100, np.uint8)
            lips, brow = turned[list(range(61, 62)) + [291, 0, 17], :2].mean(axis=0), turned[10, :2]
            for place, level in ((lips, 255), (brow, 0)):
                cv2.circle(picture, tuple(int(round(float(v))) for v in place), max(int(size_px / 25), 2), (level,) * 3, -1)
            patch = face_patch.cut(picture, face)
            assert patch is not None
            square = patch.aligned(lips, spans=1.0, side_px=25)
            row, column = np.unravel_index(int(square.argmax()), square.shape)
            assert abs(int(row) - 12) <= 1
            assert abs(int(column) - 12) <= 1
            upper = patch.aligned((lips + brow) / 2, spans=2.0, side_px=25)
            assert upper[:12].min() < 60 < upper[12:].min()  # the forehead is up


def test_a_mirrored_square_is_the_square_turned_round() -> None:
    face = detected()
    patch = face_patch.cut(painted(face), face)
    assert patch is not None
    place = face.landmarks_px[33, :2]
    plain, mirrored = (patch.aligned(place, spans=1.0, side_px=24, mirror=mirror).astype(int) for mirror in (False, True))
    assert np.abs(plain[:, ::-1] - mirrored).max() <= 2


@pytest.mark.parametrize("center", [(-200, 120), (160, -300), (900, 120)])
def test_a_face_outside_the_picture_has_no_copy(center: tuple[float, float]) -> None:
    face = detected(center)
    assert face_patch.cut(np.zeros((240, 320, 3), np.uint8), face) is None


def test_a_face_half_outside_has_the_half_that_is_there() -> None:
    face = detected((10, 120))
    patch = face_patch.cut(painted(face), face)
    assert patch is not None
    assert patch.origin_px[0] == 0
    assert patch.aligned(np.array((-40, 120)), spans=1.0, side_px=20).shape == (20, 20)


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_landmarks_without_extent_or_sense_have_no_copy(value: float) -> None:
    face = detected()
    face = replace(face, landmarks_px=np.full_like(face.landmarks_px, value))
    assert face_patch.cut(np.zeros((240, 320, 3), np.uint8), face) is None
