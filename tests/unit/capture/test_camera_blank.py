from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia.capture.camera_blank import BlankWatch
from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC

pytestmark = pytest.mark.unit

NOISE = np.random.default_rng(5).normal(0, 5, (480, 640, 3))


def noisy(level: float) -> npt.NDArray[np.uint8]:
    return np.clip(level + NOISE, 0, 255).astype(np.uint8)


def scene() -> npt.NDArray[np.uint8]:
    """A dim room with something a little brighter in it."""
    rgb = noisy(30)
    rgb[100:300, 200:400] += 15
    return rgb


def looks(*pictures: npt.NDArray[np.uint8]) -> list[str]:
    watch = BlankWatch()
    return [watch.look(rgb, number * NANOS_PER_SEC) for number, rgb in enumerate(pictures)]


@pytest.mark.parametrize(("level", "finding"), [(0, "black"), (12, "black"), (128, "one colour"), (255, "one colour")])
def test_one_colour_is_told_from_the_second_look_on(level: float, finding: str) -> None:
    assert looks(noisy(level), noisy(level), noisy(level)) == ["", finding, finding]


def test_a_coloured_cover_is_one_colour() -> None:
    red = np.zeros((480, 640, 3), np.uint8)
    red[..., 0] = 180
    assert looks(red, red) == ["", "one colour"]


def test_a_dim_room_is_a_picture() -> None:
    assert looks(scene(), scene(), scene()) == ["", "", ""]


def test_an_opened_shutter_ends_it_at_once() -> None:
    assert looks(noisy(0), noisy(0), scene(), noisy(0)) == ["", "black", "", ""]


def test_it_looks_once_a_second() -> None:
    watch = BlankWatch()
    assert watch.look(noisy(0), 0) == ""
    assert watch.look(noisy(0), NANOS_PER_SEC) == "black"
    assert watch.look(scene(), NANOS_PER_SEC + 999 * NANOS_PER_MILLI) == "black"
    assert watch.look(scene(), 2 * NANOS_PER_SEC) == ""


def test_pictures_smaller_than_the_grid() -> None:
    assert looks(np.zeros((1, 1, 3), np.uint8), np.zeros((1, 1, 3), np.uint8)) == ["", "black"]
