from __future__ import annotations

import numpy as np
import pytest

from affectia import registry
from affectia.registry import Group
from affectia.rig.profile_sources import EYES_CLOSED, MOODS, PLACES, SOURCE_COUNT, SOURCE_GROUPS, SOURCES, expanded, source_names
from affectia.signals.avatar_weights import EFFECTS, SHAPES, UNITS, VISEMES

pytestmark = pytest.mark.unit


def named(name: str) -> dict[str, float]:
    row = expanded(name)
    assert row is not None
    return {SOURCES[place]: round(factor, 6) for place, factor in row}


def test_sources_stand_where_the_channels_of_weights_do() -> None:
    assert SOURCES[SHAPES] == registry.BLENDSHAPES
    assert SOURCES[VISEMES] == registry.VISEMES
    assert SOURCES[EFFECTS] == registry.EFFECTS
    assert SOURCES[MOODS] == registry.EMOTIONS
    assert MOODS.start == UNITS.stop
    assert SOURCES[-1] == EYES_CLOSED
    assert len(SOURCES) == SOURCE_COUNT == len(set(SOURCES)) == len(SOURCE_GROUPS)


def test_a_source_stands_for_itself() -> None:
    for name in SOURCES:
        assert named(name) == {name: 1}


def test_a_name_without_a_side_is_the_mean_of_both() -> None:
    assert named("mouthSmile") == {"mouthSmileLeft": 0.5, "mouthSmileRight": 0.5}
    assert named("mouth") == {"mouthLeft": 0.5, "mouthRight": 0.5}
    assert named("browInnerUp") == {"browInnerUp": 1}


def test_an_action_unit_is_what_the_shapes_show_of_it() -> None:
    assert named("au12") == named("mouthSmile")
    assert named("au12_smile") == named("mouthSmile")
    assert named("au12Left") == {"mouthSmileLeft": 1}
    assert named("au45Right") == {"eyeBlinkRight": 1}
    assert named("au01Left") == {"browInnerUp": 1}
    assert named("au61") == {"eyeLookInRight": 0.5, "eyeLookOutLeft": 0.5}


def test_every_action_unit_has_a_row_that_full_shapes_fill() -> None:
    full = np.ones(SOURCE_COUNT)
    full[PLACES["mouthClose"]] = 0
    for name in registry.ACTION_UNITS:
        row = expanded(name)
        assert row
        assert 0.8 <= sum(factor * full[place] for place, factor in row) <= 1.4, name


def test_lips_that_meet_do_not_part() -> None:
    row = named("au25")
    assert row["jawOpen"] + row["mouthClose"] == 0


@pytest.mark.parametrize("name", ["", "nothing", "au99", "Left", "au12left", "au", "mouthSmileleft"])
def test_other_names_are_unknown(name: str) -> None:
    assert expanded(name) is None


def test_every_name_that_is_offered_is_known() -> None:
    names = source_names()
    assert {"jawOpen", "mouthSmile", "au12", "aa", "happy", "glow_intensity"} <= set(names)
    assert all(expanded(name) for name in names)


def test_the_group_of_a_source_is_the_part_it_moves() -> None:
    found = {SOURCES[place]: Group(SOURCE_GROUPS[place]) for place in range(SOURCE_COUNT)}
    assert found["eyeBlinkLeft"] is found[EYES_CLOSED] is Group.EYES
    assert found["browInnerUp"] is Group.BROWS
    assert found["aa"] is found["jawOpen"] is Group.MOUTH
    assert found["happy"] is found["tear_intensity"] is Group.EMOTION
