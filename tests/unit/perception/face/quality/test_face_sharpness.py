from __future__ import annotations

import cv2
import numpy as np
import pytest

from affectia.perception.face.quality import face_patch, face_sharpness
from tests.unit.painted_faces import Picture, detected, painted

pytestmark = pytest.mark.unit


def read(picture: Picture, size_px: float = 130.0, *, noise: float = 0.0) -> float:
    face = detected(size_px=size_px)
    patch = face_patch.cut(picture, face)
    assert patch is not None
    return face_sharpness.measure(patch, noise=noise)


def test_defocus_lowers_it_step_by_step() -> None:
    picture = painted(detected())
    values = [read(cv2.GaussianBlur(picture, (0, 0), sigma)) for sigma in (0.5, 1.5, 3.0, 6.0)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.19
    assert values[-1] < 0.16


@pytest.mark.parametrize("shape", [(1, 15), (15, 1)], ids=["sideways", "up and down"])
def test_movement_in_either_direction_lowers_it(shape: tuple[int, int]) -> None:
    picture = painted(detected())
    moved = cv2.filter2D(picture, -1, np.full(shape, 1 / 15, np.float32))
    assert read(moved) < 0.85 * read(picture)


def test_dim_light_does_not_look_like_blur() -> None:
    picture = painted(detected())
    assert read((picture // 3).astype(np.uint8)) == pytest.approx(read(picture), rel=0.1)


def test_noise_does_not_look_like_sharpness() -> None:
    face = detected(size_px=100.0)
    blurred = cv2.GaussianBlur(painted(face), (0, 0), 4.0)
    grain = np.random.default_rng(1).normal(0, 8.0, (240, 320, 1))
    noisy = np.clip(blurred.astype(float) + grain, 0, 255).astype(np.uint8)
    assert read(noisy, 100.0) > 1.2 * read(blurred, 100.0)
    assert read(noisy, 100.0, noise=8.0) == pytest.approx(read(blurred, 100.0), abs=0.05)


def test_nothing_to_see_is_not_sharp() -> None:
    assert read(np.full((240, 320, 3), 128, np.uint8)) == 0


def test_a_sliver_of_a_face_is_not_sharp() -> None:
    face = detected((-60, 120))
    patch = face_patch.cut(painted(face), face)
    assert patch is not None
    assert face_sharpness.measure(patch) == 0
