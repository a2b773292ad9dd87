"""How well a face fits a person who was seen a moment ago."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia.clock import NANOS_PER_SEC
from affectia.perception.face.identity.seen_person import IdentityOptions, Place, SeenPerson, place_of
from tests.unit.perception.face.made_people import Made, broken

pytestmark = pytest.mark.unit

STEP_NANOS = NANOS_PER_SEC // 25
OPTIONS = IdentityOptions()
LOOKS: npt.NDArray[np.float32] = np.random.default_rng(1).uniform(-1, 1, (62, 3)).astype(np.float32)
OTHER_LOOKS: npt.NDArray[np.float32] = LOOKS + np.random.default_rng(2).normal(0, 0.3, LOOKS.shape).astype(np.float32)


def walking(steps: int, *, px_per_step: float = 5.0, looks: npt.NDArray[np.float32] | None = LOOKS) -> tuple[SeenPerson, int]:
    """Somebody who walks to the right from x = 100, and the time at which it was last seen."""
    person = SeenPerson(Place(100, 200, 100), looks, 0, OPTIONS)
    for step in range(1, steps + 1):
        person.see(Place(100 + px_per_step * step, 200, 100), step * STEP_NANOS, is_near=False)
    return person, steps * STEP_NANOS


def test_a_place_is_the_middle_and_the_mean_of_height_and_width() -> None:
    place = place_of(Made(0, 300, 200, 100).face())
    assert place is not None
    assert (place.x_px, place.y_px, place.size_px) == pytest.approx((300, 200, 90))


def test_a_face_that_is_broken_or_has_no_extent_has_no_place() -> None:
    assert place_of(broken()) is None
    assert place_of(Made(0, 300, size_px=0.1).face()) is None


def test_a_lost_face_goes_on_as_it_went_but_not_for_long() -> None:
    person, last = walking(25)
    assert person.expected(last).x_px == pytest.approx(225)
    assert person.expected(last + 5 * STEP_NANOS).x_px == pytest.approx(250, abs=2)
    foresight_px = 125 * OPTIONS.foresight_secs
    assert person.expected(last + NANOS_PER_SEC).x_px == pytest.approx(225 + foresight_px, abs=3)


def test_speed_is_limited_and_not_learnt_near_others() -> None:
    person, last = walking(25, px_per_step=60)
    assert person.expected(last + STEP_NANOS).x_px - person.place.x_px == pytest.approx(OPTIONS.most_speed * 100 / 25)
    person, last = walking(25)
    for step in range(1, 10):
        person.see(Place(225, 200, 100), last + step * STEP_NANOS, is_near=True)
    assert person.expected(last + 10 * STEP_NANOS).x_px == pytest.approx(230, abs=1)


def test_a_small_step_is_steady_and_a_jump_a_gap_or_another_size_is_not() -> None:
    person, last = walking(25)
    soon = last + STEP_NANOS
    assert person.is_steady(Place(235, 205, 103), soon)
    assert not person.is_steady(Place(280, 200, 100), soon)
    assert not person.is_steady(Place(230, 200, 150), soon)
    assert not person.is_steady(Place(245, 200, 100), last + 6 * STEP_NANOS)
    person.was_missed = True
    assert not person.is_steady(Place(230, 200, 100), soon)


def test_the_longer_the_gap_the_less_a_place_says_and_looks_as_much_as_before() -> None:
    person, last = walking(25, px_per_step=0)

    def evidence(gap_secs: float, x: float, looks: npt.NDArray[np.float32]) -> float:
        return person.fit(Place(x, 200, 100), looks, last + round(gap_secs * NANOS_PER_SEC), is_partial=False).evidence

    assert evidence(0.04, 300, LOOKS) > OPTIONS.most_cost
    assert evidence(0.9, 300, LOOKS) < OPTIONS.sure_cost
    for gap_secs in (0.04, 0.9):
        assert evidence(gap_secs, 100, LOOKS) < OPTIONS.sure_cost
        assert evidence(gap_secs, 100, OTHER_LOOKS) > OPTIONS.most_cost


def test_who_is_gone_longer_is_expected_less() -> None:
    person, last = walking(25, px_per_step=0)
    costs = [person.fit(person.place, LOOKS, last + gap * STEP_NANOS, is_partial=False).cost for gap in (1, 5, 20)]
    assert costs == sorted(costs)
    assert costs[0] < costs[1]


def test_looks_that_may_be_but_half_its_own_or_are_unknown_decide_nothing() -> None:
    person, last = walking(25)
    place = Place(230, 200, 100)
    assert person.fit(place, OTHER_LOOKS, last + STEP_NANOS, is_partial=True).evidence < OPTIONS.most_cost
    assert person.fit(place, None, last + STEP_NANOS, is_partial=False).evidence < OPTIONS.sure_cost
    stranger, last = walking(25, looks=None)
    assert stranger.fit(place, OTHER_LOOKS, last + STEP_NANOS, is_partial=False).evidence < OPTIONS.sure_cost


def test_in_doubt_looks_outweigh_the_place() -> None:
    person, last = walking(25)
    far = Place(600, 200, 100)
    before = person.fit(far, LOOKS, last + STEP_NANOS, is_partial=False).evidence
    person.in_doubt = True
    assert person.fit(far, LOOKS, last + STEP_NANOS, is_partial=False).evidence <= OPTIONS.sure_cost < before


def test_another_ones_looks_are_not_recognised_nor_learnt() -> None:
    person, last = walking(25)
    assert person.wants_looks(last)
    assert person.recognise(LOOKS, last, is_sure=True)
    assert not person.wants_looks(last + STEP_NANOS)
    for secs in range(1, 20):
        assert not person.recognise(OTHER_LOOKS, last + secs * NANOS_PER_SEC, is_sure=True)
    assert person.recognise(LOOKS, last + 20 * NANOS_PER_SEC, is_sure=True)


def test_looks_that_change_slowly_are_followed() -> None:
    person, last = walking(25)
    person.recognise(LOOKS, last, is_sure=True)
    for step in range(100):
        mixed = LOOKS + np.float32(step / 100) * (OTHER_LOOKS - LOOKS)
        assert person.recognise(mixed, last + step * NANOS_PER_SEC, is_sure=True)
    assert not person.recognise(LOOKS, last + 100 * NANOS_PER_SEC, is_sure=True)


def test_the_first_good_view_replaces_what_was_taken_as_it_came() -> None:
    person = SeenPerson(Place(100, 200, 100), OTHER_LOOKS, 0, OPTIONS)
    assert person.recognise(LOOKS, STEP_NANOS, is_sure=False)
    assert person.fit(person.place, LOOKS, STEP_NANOS, is_partial=False).evidence == pytest.approx(0, abs=1e-6)


def test_a_time_that_does_not_rise_counts_as_no_gap() -> None:
    person, last = walking(25)
    assert person.gap_secs(last - NANOS_PER_SEC) == 0
    person.see(Place(230, 200, 100), last, is_near=False)
    assert person.expected(last).x_px == 230
