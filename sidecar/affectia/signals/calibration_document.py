"""A calibration as a document: names and numbers that JSON takes, by name and not by place, so that other versions can read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ConfigError
from affectia.signals.face_calibration import FaceCalibration

VERSION: Final = 1
_SIDES: Final = ("left", "right")
_DIGITS: Final = 6
_MOST_NOTICES: Final = 32
_MOST_NOTICE_CHARS: Final = 200


def document(calibration: FaceCalibration) -> dict[str, Any]:
    """The document of a calibration; only dicts, lists, texts and numbers."""
    return {
        "version": VERSION,
        "made_unix_secs": calibration.made_unix_secs,
        "alpha": round(calibration.alpha, _DIGITS),
        "steadiness": round(calibration.steadiness, _DIGITS),
        "neutral_frames": calibration.neutral_frames,
        "range_frames": calibration.range_frames,
        "notices": list(calibration.notices),
        "neutral": _named(registry.BLENDSHAPES, calibration.neutral),
        "largest": _named(registry.BLENDSHAPES, calibration.largest),
        "lids": {side: _named(("open", "shut"), row) for side, row in zip(_SIDES, calibration.lids, strict=True)},
        "gaze": _numbers(calibration.gaze),
        "action_units": _named(registry.ACTION_UNITS, calibration.action_units),
        "head_rotation": _numbers(calibration.head_rotation),
        "head_position_cm": _numbers(calibration.head_position_cm),
    }


def calibration_of(found: Any, *, name: str) -> FaceCalibration:
    """The calibration of a document, under a name; raises ConfigError with what is wrong in it, and none of its numbers.

    Shapes and action units that are not in it are taken as not learned, those of unknown names are left out.
    """
    if not isinstance(found, dict):
        raise ConfigError(f"calibration is a {type(found).__name__}, expected names and values")
    version = found.get("version")
    if version != VERSION or isinstance(version, bool):
        raise ConfigError(f"version of a calibration is {version if isinstance(version, int) else 'missing'}, expected {VERSION}")
    notices = found.get("notices", [])
    if not isinstance(notices, list) or not all(isinstance(notice, str) for notice in notices):
        raise ConfigError("notices of a calibration are no texts, expected a list of them")
    lids = _mapping(found, "lids")
    return FaceCalibration(
        name=name,
        made_unix_secs=_count(found, "made_unix_secs"),
        alpha=_number(found, "alpha"),
        steadiness=_number(found, "steadiness"),
        neutral_frames=_count(found, "neutral_frames"),
        range_frames=_count(found, "range_frames"),
        notices=tuple(notice[:_MOST_NOTICE_CHARS] for notice in notices[:_MOST_NOTICES]),
        neutral=_by_name(found, "neutral", registry.BLENDSHAPES, 0),
        largest=_by_name(found, "largest", registry.BLENDSHAPES, 1),
        lids=np.array([[_number(_mapping(lids, side), level) for level in ("open", "shut")] for side in _SIDES], np.float32),
        gaze=_row(found, "gaze", 2),
        action_units=_by_name(found, "action_units", registry.ACTION_UNITS, 0),
        head_rotation=_row(found, "head_rotation", 4),
        head_position_cm=_row(found, "head_position_cm", 3),
    )


def _numbers(values: NDArray[np.float32]) -> list[float]:
    return [round(value, _DIGITS) for value in values.tolist()]


def _named(names: tuple[str, ...], values: NDArray[np.float32]) -> dict[str, float]:
    return dict(zip(names, _numbers(values), strict=True))


def _mapping(found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    values = found.get(key)
    if not isinstance(values, dict):
        raise ConfigError(f"{key} of a calibration is {'missing' if values is None else type(values).__name__}, expected names and values")
    return values


def _checked(value: Any, key: str) -> float:
    # A whole number may be too large for a float.
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e12 <= value <= 1e12:
        raise ConfigError(f"{key} of a calibration is {'missing' if value is None else type(value).__name__}, expected a finite number")
    return float(value)


def _number(found: Mapping[str, Any], key: str) -> float:
    return _checked(found.get(key), key)


def _count(found: Mapping[str, Any], key: str) -> int:
    return int(_number(found, key))


def _row(found: Mapping[str, Any], key: str, count: int) -> NDArray[np.float32]:
    values = found.get(key)
    if not isinstance(values, list) or len(values) != count:
        raise ConfigError(f"{key} of a calibration has another form, expected {count} numbers")
    return np.array([_checked(value, key) for value in values], np.float32)


def _by_name(found: Mapping[str, Any], key: str, names: tuple[str, ...], otherwise: float) -> NDArray[np.float32]:
    values = _mapping(found, key)
    return np.array([_checked(values.get(name, otherwise), f"{key}.{name}") for name in names], np.float32)
