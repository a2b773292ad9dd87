"""What feelings look like, as data: `emotion_styles.toml`, checked when it is loaded."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ConfigError, not_one_of
from affectia.registry import Bone
from affectia.signals import pose_layer

TABLE: Final = "emotion_styles.toml"
AROUSAL: Final = ("high", "low")

_SHAPE: Final = {name: place for place, name in enumerate(registry.BLENDSHAPES)}
_EFFECT: Final = {name: pose_layer.EFFECTS.start + place for place, name in enumerate(registry.EFFECTS)}
_EYES: Final = (Bone.LEFT_EYE, Bone.RIGHT_EYE)
_BONE: Final = {name: place for place, name in enumerate(registry.BONES) if place not in _EYES}  # eyes turn by eyeLook shapes
_OF_A_FACE: Final = (Bone.NECK, Bone.HEAD)
_AXES: Final = {"pitch": 0, "yaw": 1, "roll": 2}  # of a turn: about +X down, about +Y to the left, about +Z towards the right shoulder
_MAX_DEG: Final = 45.0
_SECTIONS: Final = ("postures", "emotions", "arousal")
_KEYS: Final = ("shapes", "bones", "postures", "effects", "from")


@dataclass(frozen=True, slots=True)
class EmotionStyles:
    """The table in the channels of `pose_layer` at full weight; nobody writes to its arrays.

    `face` (8, 101), a row per emotion in registry order: shapes, and turns of neck and head, which a face that is captured shows itself.
    `body` (8, 101): postures, other turns and effects, which it does not. `arousal_face` and `arousal_body` (2, 101) are those of high and
    of low arousal, which begin beyond `dead_zone`. `sources` say where a row comes from.
    """

    face: NDArray[np.float32]
    body: NDArray[np.float32]
    arousal_face: NDArray[np.float32]
    arousal_body: NDArray[np.float32]
    dead_zone: float
    sources: tuple[str, ...]


def load_emotion_styles(text: str | None = None) -> EmotionStyles:
    """The table of the package, or another text in the same form; ConfigError names what is wrong in it."""
    source = (resources.files("affectia.rig.emotion") / TABLE).read_text(encoding="utf-8") if text is None else text
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{TABLE} is no TOML: {error}") from None
    _check_names("section", data, _SECTIONS)
    postures = {name: _turns(f"posture {name!r}", row) for name, row in _table(data.get("postures"), "section 'postures'").items()}
    rows = _table(data.get("emotions"), "section 'emotions'")
    _check_names("emotion", rows, registry.EMOTIONS)
    arousal = _table(data.get("arousal"), "section 'arousal'")
    _check_names("key of arousal", arousal, (*AROUSAL, "dead_zone"))
    emotions = [_style(f"emotion {name!r}", rows.get(name), postures) for name in registry.EMOTIONS]
    aroused = [_style(f"arousal {name!r}", arousal.get(name), postures) for name in AROUSAL]
    if emotions[registry.Emotion.NEUTRAL].face.any() or emotions[registry.Emotion.NEUTRAL].body.any():
        raise ConfigError(f"emotion 'neutral' shows something, expected nothing: {TABLE}")
    return EmotionStyles(
        face=np.stack([style.face for style in emotions]),
        body=np.stack([style.body for style in emotions]),
        arousal_face=np.stack([style.face for style in aroused]),
        arousal_body=np.stack([style.body for style in aroused]),
        dead_zone=_number(arousal.get("dead_zone"), "dead_zone of arousal", 0, 0.9),
        sources=tuple(style.source for style in emotions),
    )


@dataclass(frozen=True, slots=True)
class _Style:
    face: NDArray[np.float32]
    body: NDArray[np.float32]
    source: str


def _style(what: str, row: Any, postures: Mapping[str, NDArray[np.float32]]) -> _Style:
    """One row of the table; the turns of a posture are the body's, those of its head too: they make up for its back."""
    if row is None:
        raise ConfigError(f"{what} has no row, expected one: {TABLE}")
    table = _table(row, what)
    _check_names(f"key of {what}", table, _KEYS)
    if not isinstance(table.get("from"), str) or not table["from"]:
        raise ConfigError(f"{what} does not say where it comes from, expected a text in from: {TABLE}")
    face = _shapes(what, _table(table.get("shapes"), f"shapes of {what}"))
    body = np.zeros(pose_layer.CHANNELS, np.float32)
    turns = _turns(what, _table(table.get("bones", {}), f"bones of {what}"))
    for bone in _BONE.values():
        (face if bone in _OF_A_FACE else body)[_turn(bone)] += turns[_turn(bone)]
    shares = _table(table.get("postures", {}), f"postures of {what}")
    _check_names(f"posture of {what}", shares, tuple(postures))
    for name, share in shares.items():
        body += _number(share, f"posture {name!r} of {what}", -1, 1) * postures[name]
    effects = _table(table.get("effects", {}), f"effects of {what}")
    _check_names(f"effect of {what}", effects, registry.EFFECTS)
    for name, amount in effects.items():
        body[_EFFECT[name]] = _number(amount, f"effect {name!r} of {what}", 0, 1)
    return _Style(face, body, table["from"])


def _shapes(what: str, amounts: Mapping[str, Any]) -> NDArray[np.float32]:
    row = np.zeros(pose_layer.CHANNELS, np.float32)
    for name, amount in amounts.items():
        places = [_SHAPE[given] for given in (name, name + "Left", name + "Right") if given in _SHAPE]
        if not places:
            raise ConfigError(f"shape {name!r} of {what} is unknown, expected a blendshape or a pair of them: {TABLE}")
        if row[places].any():
            raise ConfigError(f"shape {name!r} of {what} stands there twice, expected once: {TABLE}")
        row[places] = _number(amount, f"shape {name!r} of {what}", 0, 1)
    return row


def _turns(what: str, row: Any) -> NDArray[np.float32]:
    """(101,) the turns of bones in degrees by name, as rotation vectors: they are small, so their order says nothing."""
    turns = np.zeros(pose_layer.CHANNELS, np.float32)
    bones = _table(row, what)
    _check_names(f"bone of {what}", bones, tuple(_BONE))
    for name, angles in bones.items():
        of_bone = _table(angles, f"bone {name!r} of {what}")
        _check_names(f"angle of bone {name!r} of {what}", of_bone, tuple(_AXES))
        for axis, degrees in of_bone.items():
            found = _number(degrees, f"{axis} of bone {name!r} of {what}", -_MAX_DEG, _MAX_DEG)
            turns[_turn(_BONE[name]).start + _AXES[axis]] = math.radians(found)
    return turns


def _turn(bone: int) -> slice:
    first = pose_layer.TURNS.start + 3 * bone
    return slice(first, first + 3)


def _table(found: Any, what: str) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise ConfigError(f"{what} is {'missing' if found is None else repr(found)}, expected a table: {TABLE}")
    return found


def _check_names(what: str, found: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for name in found:
        if name not in known:
            raise ConfigError(f"{not_one_of(what, name, known)}: {TABLE}")


def _number(value: Any, what: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ConfigError(f"{what} is {value!r}, expected {low:g} to {high:g}: {TABLE}")
    return float(value)
