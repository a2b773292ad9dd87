from __future__ import annotations

import numpy as np
import pytest

from affectia.capture.camera_picture import LONGEST_SIDE_PX, small_rgb

pytestmark = pytest.mark.unit


def picture(width_px: int, height_px: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Blue on the left half, red on the right one."""
    bgr = np.zeros((height_px, width_px, 3), np.uint8)
    bgr[:, : width_px // 2, 0] = 200
    bgr[:, width_px // 2 :, 2] = 100
    return bgr


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ((640, 480), (640, 480)),
        ((1280, 720), (1280, 720)),
        ((1920, 1080), (1280, 720)),
        ((2560, 1440), (1280, 720)),
        ((3840, 2160), (1280, 720)),
        ((1080, 1920), (720, 1280)),
        ((8000, 2), (1280, 1)),
    ],
)
def test_the_longer_side_is_cut_down_and_colours_stay_where_they_were(given: tuple[int, int], left: tuple[int, int]) -> None:
    rgb = small_rgb(picture(*given))
    assert rgb.dtype == np.uint8
    assert rgb.shape == (left[1], left[0], 3)
    assert max(rgb.shape) <= LONGEST_SIDE_PX
    assert rgb[0, 0].tolist() == [0, 0, 200]
    assert rgb[-1, -1].tolist() == [100, 0, 0]


def test_noise_falls_and_does_not_alias() -> None:
    # One pixel in two is white: taking every third would show a pattern, an average shows grey.
    bgr = np.zeros((2160, 3840, 3), np.uint8)
    bgr[:, ::2] = 200
    rgb = small_rgb(bgr)
    assert rgb.min() >= 99
    assert rgb.max() <= 101


def test_grey_pictures_become_rgb() -> None:
    assert small_rgb(np.full((4, 6), 7, np.uint8)).tolist() == np.full((4, 6, 3), 7).tolist()
    assert small_rgb(np.full((4, 6, 1), 7, np.uint8)).shape == (4, 6, 3)
