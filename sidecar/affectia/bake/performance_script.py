"""A script: what an avatar performs from its first second to its last, in TOML or JSON with the same keys.

avatar = "npc"        # [a-z0-9-]{1,32}; with the seed it is what idle life is made of
seed = 7
secs = 12.0
rate_hz = 60          # frames a second
idle = true           # whether it lives where nothing else is asked of it

[[lines]]             # spoken one after the other
at_secs = 4.0
sound = "line.wav"    # beside the script, or clip:ID; without one there must be a timing
timing = "line.json"  # phones, visemes or words with times of the sound, as for `affectia bake`
from_secs = 0.0       # what part of the sound, to its end where to_secs is not there
to_secs = 6.0
linger_secs = 0.5     # so long its last emotion stays after it
emotion_strength = 0.8
[[lines.emotions]]    # from when on, in seconds of the line; between two they are blended
at_secs = 0.0
emotions = { happy = 1.0 }

[[overrides]]         # of a blendshape, viseme or effect by name, or of a bone
name = "eyeBlinkLeft" # or bone = "head" with yaw_deg, pitch_deg, roll_deg
value = 1.0
weight = 1.0
mode = "set"          # or "add"
from_secs = 7.0
to_secs = 8.0
fade_secs = 0.1

[[gestures]]
name = "nod"
at_secs = 6.0
strength = 1.0
speed = 1.0

[[looks]]
from_secs = 1.0
to_secs = 2.5
yaw_deg = 20.0        # to the avatar's own left
pitch_deg = 0.0       # down
weight = 1.0
head_share = 0.4

[[layers]]            # idle, face, speech, emotion, override
layer = "idle"
at_secs = 9.0
weight = 0.5
fade_secs = 0.5
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

from affectia import registry
from affectia.rig import layer_names
from affectia.rig.emotion.emotion_line import EmotionTimeCode
from affectia.rig.override_layer import OverrideEntry


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """A line: `sound` and `timing` as written, empty where there is none; `to_secs` None: to the end of the sound."""

    at_secs: float
    sound: str = ""
    timing: str = ""
    from_secs: float = 0.0
    to_secs: float | None = None
    linger_secs: float = 0.5
    emotion_strength: float | None = None
    emotions: tuple[EmotionTimeCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Override:
    """What is set or added from one second to another; `name` or `bone` is empty."""

    from_secs: float
    to_secs: float
    name: str = ""
    bone: str = ""
    value: float = 0.0
    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    weight: float = 1.0
    mode: str = "set"
    fade_secs: float = 0.1

    def entries(self) -> tuple[OverrideEntry, ...]:
        """What the override layer takes; raises ConfigError for a name that there is not."""
        if self.bone:
            values = layer_names.turn_values(self.bone, yaw_deg=self.yaw_deg, pitch_deg=self.pitch_deg, roll_deg=self.roll_deg)
            return tuple(OverrideEntry(channel, value, self.weight) for channel, value in values.items())
        return (OverrideEntry(layer_names.unit_channel(self.name), self.value, self.weight),)


@dataclass(frozen=True, slots=True)
class Gesture:
    """A gesture that begins at a second."""

    name: str
    at_secs: float
    strength: float = 1.0
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Look:
    """A gaze that is directed from one second to another."""

    from_secs: float
    to_secs: float
    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    weight: float = 1.0
    head_share: float = 0.4


@dataclass(frozen=True, slots=True)
class Layer:
    """The weight that a layer goes to from a second on."""

    layer: str
    at_secs: float
    weight: float
    fade_secs: float = 0.2


@dataclass(frozen=True, slots=True)
class PerformanceScript:
    """All of it; the top of this file says what each means."""

    secs: float
    avatar: str = "npc"
    seed: int = 0
    rate_hz: float = 60.0
    idle: bool = True
    lines: tuple[SpokenLine, ...] = ()
    overrides: tuple[Override, ...] = ()
    gestures: tuple[Gesture, ...] = ()
    looks: tuple[Look, ...] = ()
    layers: tuple[Layer, ...] = ()

    def within(self, secs: float) -> PerformanceScript:
        """The same, that ends after so many seconds or goes on for so long: what begins later is left out."""
        return dataclasses.replace(
            self,
            secs=secs,
            lines=tuple(line for line in self.lines if line.at_secs < secs),
            overrides=tuple(dataclasses.replace(it, to_secs=min(it.to_secs, secs)) for it in self.overrides if it.from_secs < secs),
            gestures=tuple(gesture for gesture in self.gestures if gesture.at_secs < secs),
            looks=tuple(dataclasses.replace(it, to_secs=min(it.to_secs, secs)) for it in self.looks if it.from_secs < secs),
            layers=tuple(layer for layer in self.layers if layer.at_secs < secs),
        )

    def text(self) -> str:
        """The script as JSON, all that is not as it would be anyway; `read_script` reads it back to the same."""
        return json.dumps(_written(self), indent=1) + "\n"


def _written(part: Any) -> Any:
    """A part of a script as its keys and values."""
    if isinstance(part, tuple):
        return [_written(each) for each in part]
    if isinstance(part, EmotionTimeCode):
        named = zip(registry.EMOTIONS, part.weights, strict=True)
        return {"at_secs": part.at_secs, "emotions": {name: weight for name, weight in named if weight}}
    if not dataclasses.is_dataclass(part):
        return part
    fields = {field.name: getattr(part, field.name) for field in dataclasses.fields(part) if getattr(part, field.name) != field.default}
    if isinstance(part, Override) and part.name:
        fields["value"] = part.value
    return {name: _written(value) for name, value in fields.items()}
