from __future__ import annotations

import pytest

from affectia.bake.mouth_look import MouthLook, mouth_look, track_gaps
from tests.unit.bake.tracks import track

pytestmark = pytest.mark.unit


def look(jaw: list[float]) -> MouthLook:
    return mouth_look(track(jaw, rate_hz=60)[0])


def test_a_shut_mouth_does_nothing() -> None:
    assert look([0.0] * 60) == MouthLook(0.0, 0, 0, 0.0)


def test_lips_that_meet_for_a_moment_are_a_closure_and_longer_ones_a_pause() -> None:
    opened, shut, pause = [0.5] * 10, [0.0] * 6, [0.0] * 30
    found = look(shut + opened + shut + opened + pause + opened + shut)
    assert (found.openings, found.closures) == (3, 1)
    assert found.open_share == pytest.approx(30 / 78)
    assert found.widest_gap == pytest.approx(0.5, abs=0.01)


def test_what_is_neither_open_nor_shut_stays_what_it_was() -> None:
    assert look([0.0, 0.5, 0.04, 0.5, 0.04, 0.0, 0.04, 0.0]).openings == 1
    assert look([0.04] * 10).openings == 0


def test_gaps_are_those_of_the_jaw_where_nothing_else_moves() -> None:
    assert track_gaps(track([0.0, 0.4])[0]) == pytest.approx([0, 0.4], abs=1 / 255)
