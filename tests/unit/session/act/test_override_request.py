from __future__ import annotations

import math
from typing import Any

import pytest

from affectia.errors import ConfigError
from affectia.rig import layer_names
from affectia.rig.override_layer import OverrideEntry
from affectia.session.act.override_request import OverrideRequest, OverrideTurn, OverrideValue
from tests.unit.fakes import SHAPE

pytestmark = pytest.mark.unit

NAN = math.nan


def test_values_and_turns_are_channels() -> None:
    request = OverrideRequest(
        values=[OverrideValue("jawOpen", 0.5, 0.25), OverrideValue("glow_intensity", 1.0)],
        turns=[OverrideTurn("neck", yaw_deg=90, weight=0.5)],
    )
    neck = layer_names.bone_channels("neck")
    jaw, glow, *turn = request.entries()
    assert jaw == OverrideEntry(SHAPE["jawOpen"], 0.5, 0.25)
    assert glow == OverrideEntry(layer_names.unit_channel("glow_intensity"), 1.0, 1.0)
    assert [entry.channel for entry in turn] == list(neck)
    assert [entry.value for entry in turn] == pytest.approx([0, math.pi / 2, 0])
    assert {entry.weight for entry in turn} == {0.5}
    assert request.channels() == (jaw.channel, glow.channel, *neck)


def test_what_is_released_is_named_or_all_of_it_and_its_numbers_do_not_count() -> None:
    assert OverrideRequest(release=True).channels() is None
    named = OverrideRequest(values=[OverrideValue("jawOpen", NAN, NAN)], turns=[OverrideTurn("left_eye", NAN)], release=True)
    assert named.channels() == (SHAPE["jawOpen"], *layer_names.bone_channels("left_eye"))


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({}, "^override names nothing, expected values or turns$"),
        ({"values": [OverrideValue("jawOpen", 1.1)]}, "^value of jawOpen is 1.1, expected 0 to 1$"),
        ({"values": [OverrideValue("jawOpen", -0.1)]}, "^value of jawOpen is -0.1, expected 0 to 1$"),
        ({"values": [OverrideValue("jawOpen", -1.1)], "adds": True}, "^value of jawOpen is -1.1, expected -1 to 1$"),
        ({"values": [OverrideValue("jawOpen", NAN)]}, "^value of jawOpen is nan"),
        ({"values": [OverrideValue("jawOpen", 0, NAN)]}, "^weight of jawOpen is nan, expected 0 to 1$"),
        ({"values": [OverrideValue("jawOpen", 0, 2)]}, "^weight of jawOpen is 2"),
        ({"values": [OverrideValue("jaw")]}, "^override is of 'jaw'"),
        ({"values": [OverrideValue("jaw")], "release": True}, "^override is of 'jaw'"),
        ({"turns": [OverrideTurn("hand", NAN)]}, "^bone is 'hand'"),
        ({"turns": [OverrideTurn("head", yaw_deg=181)]}, "^yaw_deg of head is 181, expected -180 to 180$"),
        ({"turns": [OverrideTurn("head", pitch_deg=-91)]}, "^pitch_deg of head is -91, expected -90 to 90$"),
        ({"turns": [OverrideTurn("head", roll_deg=NAN)]}, "^roll_deg of head is nan"),
        ({"turns": [OverrideTurn("head", weight=-1)]}, "^weight of head is -1"),
        ({"values": [OverrideValue("jawOpen")], "fade_secs": -1.0}, "^fade_secs is -1, expected 0 to 10$"),
        ({"release": True, "fade_secs": NAN}, "^fade_secs is nan"),
    ],
)
def test_what_cannot_be_is_told(wish: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        OverrideRequest(**wish)


def test_what_is_added_may_be_less_than_nothing() -> None:
    assert OverrideRequest(values=[OverrideValue("jawOpen", -1.0)], adds=True, fade_secs=10.0).entries()[0].value == -1
