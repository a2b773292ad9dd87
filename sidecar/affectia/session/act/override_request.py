"""What somebody wants to be overridden, or to be let go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from affectia.errors import ConfigError
from affectia.rig import layer_names
from affectia.rig.override_layer import OverrideEntry
from affectia.session.act.number import checked_number

FADE_SECS: Final = 0.1
LONGEST_FADE_SECS: Final = 10.0
MOST_NAMES: Final = 512  # of one request: more than an avatar has, and quickly done


@dataclass(frozen=True, slots=True)
class OverrideValue:
    """A shape, a viseme or an effect by name; `value` 0..1 where it is set, -1..1 where it is added."""

    name: str
    value: float = 0.0
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class OverrideTurn:
    """A bone by name, turned against its rest."""

    bone: str
    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    weight: float = 1.0


@dataclass(frozen=True)
class OverrideRequest:
    """Values and turns that are set, or added where `adds`; with `release` it ends those that are named, all where none is.

    `fade_secs` 0..10 is of the way in and out; None: `FADE_SECS`, and as it was asked for where something is released. Raises ConfigError
    for names that there are not and numbers out of range; of what is released only the names count.
    """

    values: Sequence[OverrideValue] = ()
    turns: Sequence[OverrideTurn] = ()
    adds: bool = False
    hold: bool = False
    fade_secs: float | None = None
    release: bool = False

    def __post_init__(self) -> None:
        if (names := len(self.values) + len(self.turns)) > MOST_NAMES:
            raise ConfigError(f"override has {names} values and turns, expected at most {MOST_NAMES}")
        if self.fade_secs is not None:
            checked_number("fade_secs", self.fade_secs, 0, LONGEST_FADE_SECS)
        if self.release:
            self.channels()
        elif not (self.values or self.turns):
            raise ConfigError("override names nothing, expected values or turns")
        else:
            self.entries()

    def channels(self) -> tuple[int, ...] | None:
        """The channels of all that is named, None where nothing is."""
        if not (self.values or self.turns):
            return None
        units = [layer_names.unit_channel(value.name) for value in self.values]
        return (*units, *(channel for turn in self.turns for channel in layer_names.bone_channels(turn.bone)))

    def entries(self) -> tuple[OverrideEntry, ...]:
        """All that is named as channels with their values."""
        return (*map(self._unit, self.values), *(entry for turn in self.turns for entry in _turned(turn)))

    def _unit(self, wish: OverrideValue) -> OverrideEntry:
        channel = layer_names.unit_channel(wish.name)
        checked_number(f"value of {wish.name}", wish.value, -1 if self.adds else 0, 1)
        return OverrideEntry(channel, wish.value, checked_number(f"weight of {wish.name}", wish.weight, 0, 1))


def _turned(turn: OverrideTurn) -> list[OverrideEntry]:
    layer_names.bone_channels(turn.bone)  # a name that is none is told before its numbers
    for name, value, most in (("yaw_deg", turn.yaw_deg, 180), ("pitch_deg", turn.pitch_deg, 90), ("roll_deg", turn.roll_deg, 180)):
        checked_number(f"{name} of {turn.bone}", value, -most, most)
    weight = checked_number(f"weight of {turn.bone}", turn.weight, 0, 1)
    values = layer_names.turn_values(turn.bone, yaw_deg=turn.yaw_deg, pitch_deg=turn.pitch_deg, roll_deg=turn.roll_deg)
    return [OverrideEntry(channel, value, weight) for channel, value in values.items()]
