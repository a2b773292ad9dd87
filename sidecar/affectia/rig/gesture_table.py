"""Gestures as data: `gestures.toml`, checked when it is loaded, and sampled."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia import errors, registry
from affectia.errors import ConfigError
from affectia.registry import Bone
from affectia.rig import gaze_shapes
from affectia.rig.keyed_curve import keyed_curve
from affectia.signals.avatar_weights import BONES
from affectia.signals.pose_layer import CHANNELS, SHIFT, TURNS

TABLE: Final = "gestures.toml"
RATE_HZ: Final = 120.0  # samples a second of a gesture at its own speed; lines between them are smooth enough

_NECK_SHARE: Final = 0.4  # of a head's turn, as the rest of the rig has it
_AXES: Final = {"pitch_deg": 0, "yaw_deg": 1, "roll_deg": 2}
_SHIFTS: Final = {"x_cm": 0, "y_cm": 1, "z_cm": 2}
_SPOKEN: Final = ("jaw", "mouth", "tongue")
_CARRY_EYES: Final = slice(Bone.SPINE, Bone.HEAD + 1)
_KEYS: Final = ("about", "secs", "eyes", "curves")
_EYES: Final = ("stay", "carried")
_MOST_SECS: Final = 10.0
_MOST_DEG, _MOST_CM = 60.0, 10.0


@dataclass(frozen=True, slots=True)
class GestureTable:
    """All gestures; nobody writes to its arrays.

    `names` with their other names; `numbers` of each name's gesture, whose curves last `secs[number]`. Its samples begin at row
    `first[number]` of `samples` (rows, k), RATE_HZ a second and one more, all 0; `channels` (k,) of `pose_layer` are those that any
    gesture moves.
    """

    names: tuple[str, ...]
    numbers: dict[str, int]
    secs: NDArray[np.float64]
    first: NDArray[np.intp]
    channels: NDArray[np.intp]
    samples: NDArray[np.float32]


def load_gestures(text: str | None = None) -> GestureTable:
    """The table of the package, or another text in the same form; ConfigError names what is wrong in it."""
    source = (resources.files("affectia.rig") / TABLE).read_text(encoding="utf-8") if text is None else text
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{TABLE} is no TOML: {error}") from None
    for name, row in data.items():
        if not isinstance(row, dict):
            raise ConfigError(f"gesture {name!r} is {row!r}, expected a table: {TABLE}")
    own = [name for name, row in data.items() if "same_as" not in row]
    if not own:
        raise ConfigError(f"gestures are none, expected at least one: {TABLE}")
    numbers = {name: number for number, name in enumerate(own)}
    for name, row in data.items():
        if "same_as" in row:
            if row["same_as"] not in own or len(row) > 1:
                raise ConfigError(f"gesture {name!r} is the same as {row['same_as']!r}, expected a gesture and nothing else: {TABLE}")
            numbers[name] = numbers[row["same_as"]]
    sampled = [_sampled(name, data[name]) for name in own]
    channels = np.flatnonzero(np.any([rows.any(axis=0) for rows in sampled], axis=0))
    counts = [rows.shape[0] for rows in sampled]
    return GestureTable(
        names=tuple(data),
        numbers=numbers,
        secs=np.array([float(data[name]["secs"]) for name in own]),
        first=np.cumsum([0, *counts[:-1]]),
        channels=channels,
        samples=np.concatenate(sampled)[:, channels].astype(np.float32),
    )


def _sampled(name: str, row: dict[str, Any]) -> NDArray[np.float64]:
    """(rows, channels) the curves of a gesture at RATE_HZ, until after its end."""
    for key in row:
        if key not in _KEYS:
            raise errors.not_one_of(f"key of gesture {name}", key, _KEYS)
    if not isinstance(row.get("about"), str) or not row["about"]:
        raise ConfigError(f"gesture {name!r} does not say what it is, expected a text in about: {TABLE}")
    secs = _number(row.get("secs"), f"secs of gesture {name!r}", 0.05, _MOST_SECS)
    if row.get("eyes") not in _EYES:
        raise ConfigError(f"eyes of gesture {name!r} is {row.get('eyes')!r}, expected one of {', '.join(_EYES)}: {TABLE}")
    curves = row.get("curves")
    if not isinstance(curves, dict) or not curves:
        raise ConfigError(f"curves of gesture {name!r} is {curves!r}, expected a table of them: {TABLE}")
    at = np.arange(math.ceil(secs * RATE_HZ) + 2) / RATE_HZ
    samples = np.zeros((at.size, CHANNELS))
    for curve, keys in curves.items():
        amounts, low, high = _channels(name, curve)
        times, values = _keys(f"curve {curve!r} of gesture {name!r}", keys, secs, (low, high))
        samples += keyed_curve(times, values, at)[:, None] * amounts
    if row["eyes"] == "stay":
        turned = np.degrees(samples[:, TURNS].reshape(-1, BONES, 3)[:, _CARRY_EYES].sum(axis=1))
        samples[:, gaze_shapes.PLACES] += gaze_shapes.weights(-turned[:, (1, 1, 0, 0)])
    return samples


def _channels(gesture: str, curve: str) -> tuple[NDArray[np.float64], float, float]:
    """(channels,) what a curve's value of 1 does to each channel, and the least and largest value that it may have."""
    amounts = np.zeros(CHANNELS)
    part, dot, kind = curve.partition(".")
    if not dot:
        sides = [gaze_shapes.SHAPE[name] for name in (curve, curve + "Left", curve + "Right") if name in gaze_shapes.SHAPE]
        if not sides or curve.startswith(_SPOKEN):
            expected = "expected a blendshape or a pair of them that no speech moves, or a bone and an angle"
            raise ConfigError(f"curve {curve!r} of gesture {gesture!r} is unknown, {expected}: {TABLE}")
        amounts[sides] = 1
        return amounts, 0, 1
    if part == "head_shift" and kind in _SHIFTS:
        amounts[SHIFT.start + _SHIFTS[kind]] = 1
        return amounts, -_MOST_CM, _MOST_CM
    bones: dict[int, float]
    if curve == "shoulders.raise_deg":
        # The left arm points to +X: a roll lifts it. The right one points the other way.
        bones, axis = {Bone.LEFT_SHOULDER: 1.0, Bone.RIGHT_SHOULDER: -1.0}, _AXES["roll_deg"]
    elif kind in _AXES and part == "whole_head":
        bones, axis = {Bone.NECK: _NECK_SHARE, Bone.HEAD: 1 - _NECK_SHARE}, _AXES[kind]
    elif kind in _AXES and part in registry.BONES and not part.endswith("_eye"):
        bones, axis = {registry.BONES.index(part): 1.0}, _AXES[kind]
    else:
        raise ConfigError(f"curve {curve!r} of gesture {gesture!r} is unknown, expected a bone and an angle: {TABLE}")
    for bone, share in bones.items():
        amounts[TURNS.start + 3 * bone + axis] = math.radians(share)
    return amounts, -_MOST_DEG, _MOST_DEG


def _keys(what: str, keys: Any, secs: float, limits: tuple[float, float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if not isinstance(keys, list) or len(keys) < 3 or not all(isinstance(key, list) and len(key) == 2 for key in keys):
        raise ConfigError(f"{what} is no list of three or more keys, expected [secs, value] each: {TABLE}")
    times = np.array([_number(time, f"a time of {what}", 0, secs) for time, _ in keys])
    values = np.array([_number(value, f"a value of {what}", *limits) for _, value in keys])
    if times[0] != 0 or times[-1] != secs or (np.diff(times) <= 0).any():
        raise ConfigError(f"times of {what} are {times.tolist()}, expected rising ones from 0 to {secs:g}: {TABLE}")
    if values[0] != 0 or values[-1] != 0:
        raise ConfigError(f"{what} goes from {values[0]:g} to {values[-1]:g}, expected 0 at both ends: {TABLE}")
    return times, values


def _number(value: Any, what: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ConfigError(f"{what} is {value!r}, expected {low:g} to {high:g}: {TABLE}")
    return float(value)
