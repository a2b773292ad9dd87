from __future__ import annotations

import numpy as np
import pytest

from affectia.perception.face.quality import face_patch, picture_light
from affectia.perception.face.quality.picture_light import Light
from tests.unit.painted_faces import SKIN, Picture, detected, painted

pytestmark = pytest.mark.unit


def read(picture: Picture, size_px: float = 130.0) -> Light:
    face = detected(size_px=size_px)
    patch = face_patch.cut(picture, face)
    assert patch is not None
    return picture_light.measure(picture, patch)


def test_levels_of_the_face_and_around_it() -> None:
    light = read(painted(detected(), around=60))
    assert light.level == pytest.approx(SKIN, abs=6)
    assert light.around == pytest.approx(60, abs=4)
    assert light.spread > 20
    assert light.clipped == 0


def test_a_face_before_a_window() -> None:
    light = read(painted(detected(), skin=40, around=220))
    assert light.level == pytest.approx(40, abs=6)
    assert light.around == pytest.approx(220, abs=6)


def test_a_white_face_is_clipped() -> None:
    bright = np.clip(painted(detected()).astype(int) + 130, 0, 255).astype(np.uint8)
    assert read(bright).clipped > 0.7


@pytest.mark.parametrize("sigma", [4.0, 12.0, 24.0])
def test_noise_is_measured_in_grey_levels(sigma: float) -> None:
    face = detected(size_px=100.0)  # a span of 53 px: the copy is the picture itself
    grain = np.random.default_rng(1).normal(0, sigma, (240, 320, 1))
    noisy = np.clip(painted(face).astype(float) + grain, 0, 255).astype(np.uint8)
    calm, loud = read(painted(face), 100.0).noise, read(noisy, 100.0).noise
    assert (loud**2 - calm**2) ** 0.5 == pytest.approx(sigma, rel=0.25)


def test_a_face_that_fills_the_picture_is_its_own_surroundings() -> None:
    face = detected(size_px=900.0)
    picture = np.full((240, 320, 3), 77, np.uint8)
    patch = face_patch.cut(picture, face)
    assert patch is not None
    light = picture_light.measure(picture, patch)
    assert light == Light(77.0, 0.0, 77.0, 0.0, 0.0)


@pytest.mark.parametrize("center", [(0, 0), (320, 240), (-55, 120), (160, 295)])
def test_a_face_at_the_edge_is_read_where_it_is(center: tuple[float, float]) -> None:
    face = detected(center)
    picture = np.full((240, 320, 3), 90, np.uint8)
    patch = face_patch.cut(picture, face)
    assert patch is not None
    assert picture_light.measure(picture, patch).level == 90
