from __future__ import annotations

import cmath
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia.perception.face.emotion import face_crop
from affectia.perception.face.emotion.face_crop import LOOSE_SIDE_PX, MOUTH_TOP_ROW, POINTS, SIDE_PX, TEMPLATE

pytestmark = pytest.mark.unit


def landmarks(step: complex, origin: complex) -> NDArray[np.float32]:
    """A face whose place c of the crop is at step * c + origin of the picture."""
    points = np.zeros((478, 3), np.float32)
    places = step * TEMPLATE + origin
    points[POINTS, 0], points[POINTS, 1] = places.real, places.imag
    return points


def scene(places: NDArray[np.complex128]) -> NDArray[np.uint8]:
    """What is at each place of a crop: waves too long to be lost by any scaling, falling grey from the top."""
    values = 128 + 60 * np.sin(places.real / 9) + 30 * np.cos(places.imag / 7) - places.imag / 2
    shades: NDArray[np.uint8] = np.clip(values, 0, 255).astype(np.uint8)
    return shades


def centers(width: int, height: int) -> NDArray[np.complex128]:
    grid: NDArray[np.complex128] = (np.arange(width) + 0.5)[None, :] + 1j * (np.arange(height) + 0.5)[:, None]
    return grid


def grey(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.repeat(picture[:, :, None], 3, axis=2)


def cropped(rgb: NDArray[np.uint8], points: NDArray[np.float32]) -> NDArray[np.float32]:
    out = np.full((SIDE_PX, SIDE_PX), np.nan, np.float32)
    face_crop.aligned(rgb, points, out)
    return out


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0, 3.3, 5.1, 9.0])
@pytest.mark.parametrize("turn_deg", [0, 25, -90, 180])
def test_a_face_is_brought_to_its_place_whatever_its_size_and_turn(scale: float, turn_deg: float) -> None:
    step = scale * cmath.exp(1j * math.radians(turn_deg))
    origin = complex(300, 280) - step * complex(24, 24)
    rgb = grey(scene((centers(600, 560) - origin) / step))
    expected = scene(centers(SIDE_PX, SIDE_PX)) / 255
    assert cropped(rgb, landmarks(step, origin)) == pytest.approx(expected, abs=0.02)


def test_landmarks_that_do_not_fit_are_brought_as_near_as_can_be() -> None:
    """Against a search for the best similarity: nothing near it is better."""
    points = landmarks(2.5 + 0.4j, 40 + 30j)
    points[POINTS, :2] += np.random.default_rng(3).normal(0, 4, (len(POINTS), 2)).astype(np.float32)
    placed = face_crop._similarity(points)
    assert placed is not None
    step, origin = placed
    places = points[POINTS, 0] + 1j * points[POINTS, 1].astype(np.float64)

    def distance(factor: complex, shift: complex) -> float:
        return float((np.abs((places - origin) / step * factor + shift - TEMPLATE) ** 2).sum())

    best = distance(1, 0)
    assert best > 1
    for nudge in (0.01, -0.01, 0.01j, -0.01j):
        assert distance(1 + nudge, 0) > best
        assert distance(1, 10 * nudge) > best


def test_detail_finer_than_the_crop_averages_out_and_does_not_alias() -> None:
    checks = grey((255 * (np.indices((700, 700)).sum(axis=0) % 2)).astype(np.uint8))
    for scale in (2.2, 3.7, 6.3, 12.0):
        assert cropped(checks, landmarks(scale, 20 + 20j)) == pytest.approx(0.5, abs=0.09)
    stripes = grey(np.repeat((255 * (np.arange(700) // 2 % 2)).astype(np.uint8)[None], 700, axis=0))
    assert cropped(stripes, landmarks(10.0, 20 + 20j)) == pytest.approx(0.5, abs=0.09)


def test_outside_of_the_picture_its_edge_goes_on() -> None:
    rgb = grey(np.repeat(np.linspace(0, 255, 100).astype(np.uint8)[None], 100, axis=0))
    crop = cropped(rgb, landmarks(4.0, -60 - 60j))  # from -60 to 132
    assert crop[:, :14] == pytest.approx(0.0, abs=0.02)
    assert crop[:, -7:] == pytest.approx(1.0, abs=0.03)
    assert crop[:, 24] == pytest.approx(crop[24, 24])


@pytest.mark.parametrize("origin", [-500 - 500j, 500 + 0j, 0 + 1e9j])
def test_a_face_that_is_all_outside_is_mid_grey(origin: complex) -> None:
    assert cropped(np.zeros((90, 120, 3), np.uint8), landmarks(2.0, origin)) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, 7.0])
def test_landmarks_that_are_no_face_are_mid_grey(value: float) -> None:
    points = np.full((478, 3), value, np.float32)
    assert cropped(np.zeros((90, 120, 3), np.uint8), points) == pytest.approx(0.5, abs=0.01)
    loose = np.zeros((LOOSE_SIDE_PX, LOOSE_SIDE_PX, 3), np.uint8)
    face_crop.loose(np.zeros((90, 120, 3), np.uint8), points, loose)
    assert (loose == 128).all()


def test_grey_is_luma_and_a_picture_may_be_a_view() -> None:
    rgb = np.zeros((80, 80, 3), np.uint8)
    rgb[:, :, 1] = 200
    assert cropped(rgb, landmarks(1.0, 10 + 10j)) == pytest.approx(0.587 * 200 / 255, abs=0.01)
    large = np.zeros((160, 160, 3), np.uint8)
    large[::2, ::2, 1] = 200
    assert cropped(large[::2, ::2], landmarks(1.0, 10 + 10j)) == pytest.approx(0.587 * 200 / 255, abs=0.01)


def test_the_loose_crop_is_an_upright_square_in_colour_around_the_whole_face() -> None:
    rgb = np.zeros((400, 500, 3), np.uint8)
    rgb[150:250, 200:280] = (10, 150, 250)  # the face: 80 wide, 100 tall
    points = np.zeros((478, 3), np.float32)
    points[:, 0] = np.linspace(200, 280, 478)
    points[:, 1] = np.linspace(150, 250, 478)
    out = np.zeros((LOOSE_SIDE_PX, LOOSE_SIDE_PX, 3), np.uint8)
    face_crop.loose(rgb, points, out)
    assert out[112, 112].tolist() == [10, 150, 250]
    shown = out[:, :, 2] > 125
    px = 120 / LOOSE_SIDE_PX
    assert shown.any(axis=1).sum() * px == pytest.approx(100, abs=1)
    assert shown.any(axis=0).sum() * px == pytest.approx(80, abs=1)
    assert shown.any(axis=1).argmax() * px == pytest.approx(10, abs=1)


def test_a_mouthless_face_shows_nothing_of_its_mouth() -> None:
    faces = np.random.default_rng(0).random((2, SIDE_PX, SIDE_PX)).astype(np.float32)
    out = np.empty_like(faces)
    face_crop.mouthless(faces, out)
    assert (out[:, :MOUTH_TOP_ROW] == faces[:, :MOUTH_TOP_ROW]).all()
    for before, after in zip(faces, out, strict=True):
        assert after[MOUTH_TOP_ROW:] == pytest.approx(before[:MOUTH_TOP_ROW].mean())
