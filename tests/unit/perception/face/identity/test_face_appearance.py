"""What a face looks like stays the same where it should."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia.perception.face.identity import face_appearance
from tests.unit.perception.face.made_people import HEIGHT, WIDTH, Made, picture

pytestmark = pytest.mark.unit

ANNA, BERT = 0, 5


def looks(made: Made, *, light: tuple[float, ...] = (1.0, 1.0, 1.0), noise: float = 0.0) -> npt.NDArray[np.float32]:
    rgb = picture([made], light=light)
    if noise:
        rgb = np.clip(rgb + np.random.default_rng(1).normal(0, noise, rgb.shape), 0, 255).astype(np.uint8)
    found = face_appearance.measure(rgb, made.face())
    assert found is not None
    return found


HERE = looks(Made(ANNA, 200))


@pytest.mark.parametrize(
    "same",
    [looks(Made(ANNA, 433, 300, 70)), looks(Made(ANNA, 200), light=(0.5, 0.5, 0.5)), looks(Made(ANNA, 200), noise=20)],
    ids=["elsewhere and smaller", "in the shade", "noisy"],
)
def test_a_person_looks_the_same_elsewhere_and_in_other_light(same: npt.NDArray[np.float32]) -> None:
    assert face_appearance.distance(HERE, same) < 0.08


def test_two_people_differ() -> None:
    assert face_appearance.distance(HERE, looks(Made(BERT, 200))) > 0.2
    assert face_appearance.distance(HERE, looks(Made(BERT, 200)), same_light=False) > 0.2


def test_a_coloured_lamp_counts_unless_the_light_may_have_changed() -> None:
    lamp = looks(Made(ANNA, 200), light=(1.0, 0.9, 0.7))
    assert face_appearance.distance(HERE, lamp) > 2 * face_appearance.distance(HERE, lamp, same_light=False)
    assert face_appearance.distance(HERE, lamp, same_light=False) < 0.1


def test_a_hand_before_a_part_of_the_face_hardly_counts() -> None:
    made = Made(ANNA, 200)
    rgb = picture([made])
    rgb[286:300] = 255  # the chin and below
    covered = face_appearance.measure(rgb, made.face())
    assert covered is not None
    assert face_appearance.distance(HERE, covered) < 0.1


def test_a_face_in_the_dark_or_outside_the_picture_shows_nothing() -> None:
    assert face_appearance.measure(np.zeros((HEIGHT, WIDTH, 3), np.uint8), Made(ANNA, 200).face()) is None
    for made in (Made(ANNA, -10), Made(ANNA, WIDTH + 10), Made(ANNA, 200, -20), Made(ANNA, 5000, 5000)):
        assert face_appearance.measure(picture([made]), made.face()) is None
    cut = Made(ANNA, 45)
    assert face_appearance.measure(picture([cut]), cut.face()) is not None


def test_only_a_face_that_is_turned_here_and_wholly_inside_is_fair() -> None:
    assert face_appearance.is_fair(Made(ANNA, 200).face())
    assert not face_appearance.is_fair(Made(ANNA, 200, turned=True).face())
    assert not face_appearance.is_fair(Made(ANNA, 40).face())
    assert not face_appearance.is_fair(Made(ANNA, 200, HEIGHT - 50).face())
    broken = Made(ANNA, 200).face()
    broken.matrix[:] = np.nan
    assert not face_appearance.is_fair(broken)
