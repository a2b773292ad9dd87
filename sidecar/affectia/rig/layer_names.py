"""What people call the channels of a layer: shapes, visemes and effects by their names, turns by their bones."""

from __future__ import annotations

import math
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

import numpy as np

from affectia import registry
from affectia.errors import ConfigError, not_one_of
from affectia.registry import Bone
from affectia.rig.skeleton import SkeletonOptions
from affectia.signals.pose_layer import CHANNELS, TURNS, UNITS
from affectia.wire import rotation

_UNIT_NAMES: Final = (*registry.BLENDSHAPES, *registry.VISEMES, *registry.EFFECTS)
_UNIT: Final = {name: place for place, name in enumerate(_UNIT_NAMES)}
_EYES: Final = {registry.BONES[Bone.LEFT_EYE]: "Left", registry.BONES[Bone.RIGHT_EYE]: "Right"}
_EYE: Final = SkeletonOptions()

assert len(_UNIT_NAMES) == UNITS.stop, "units of a layer are named one by one"


def unit_channel(name: str) -> int:
    """The channel of a shape, a viseme or an effect; raises ConfigError for any other name, with the nearest one."""
    channel = _UNIT.get(name)
    if channel is None:
        near = get_close_matches(name, _UNIT_NAMES, n=1, cutoff=0.5)
        raise ConfigError(
            f"override is of {name!r}, expected a blendshape, a viseme or an effect" + (f", did you mean {near[0]}" if near else "")
        )
    return channel


def turn_values(bone: str, *, yaw_deg: float, pitch_deg: float, roll_deg: float = 0.0) -> dict[int, float]:
    """A bone's turn against its rest as channels and their values; raises ConfigError for a bone that there is not.

    Eyes are posed by what their eyeLook shapes show, so their turn is one of shapes, as far as these go; an eye does not roll.
    """
    if bone in _EYES:
        return _look_values(bone, yaw_deg, pitch_deg)
    quaternion = rotation.from_euler_deg(np.array((yaw_deg, pitch_deg, roll_deg)))
    if quaternion[3] < 0:
        quaternion = -quaternion
    sine = float(np.linalg.norm(quaternion[:3]))
    angle = 2 * math.atan2(sine, float(quaternion[3]))
    vector = quaternion[:3] * (angle / sine if sine > 0 else 0.0)
    return dict(zip(bone_channels(bone), vector.tolist(), strict=True))


def bone_channels(bone: str) -> tuple[int, ...]:
    """The channels that a bone's turn has: three of its own, of an eye its four eyeLook shapes; raises ConfigError for no bone."""
    if bone not in registry.BONES:
        raise not_one_of("bone", bone, registry.BONES)
    if bone in _EYES:
        return tuple(_UNIT[f"eyeLook{way}{_EYES[bone]}"] for way in ("In", "Out", "Up", "Down"))
    first = TURNS.start + 3 * registry.BONES.index(bone)
    return (first, first + 1, first + 2)


def named(channels: Iterable[int]) -> tuple[str, ...]:
    """What some channels are called, each name once, in the order of the channels."""
    return tuple(dict.fromkeys(_NAMES[channel] for channel in sorted(channels)))


def _look_values(bone: str, yaw_deg: float, pitch_deg: float) -> dict[int, float]:
    yaw, pitch = yaw_deg / _EYE.eye_yaw_deg, pitch_deg / _EYE.eye_pitch_deg
    outwards = yaw if bone == registry.BONES[Bone.LEFT_EYE] else -yaw  # yaw is to the subject's left
    weights = (-outwards, outwards, -pitch, pitch)
    return {channel: min(max(weight, 0.0), 1.0) for channel, weight in zip(bone_channels(bone), weights, strict=True)}


_NAMES: Final = (
    *_UNIT_NAMES,
    *(bone for bone in registry.BONES for _ in range(3)),
    *("head_shift",) * (CHANNELS - TURNS.stop),
)
