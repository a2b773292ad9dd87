"""Real units to the integers of the wire: scale, round half up, clamp; a value that is no number becomes rest."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from affectia import registry

Scale: TypeAlias = float | NDArray[np.float32]

_LARGEST_PART: Final = 1e6  # infinity is a large part
_SMALLEST_SUM: Final = 1e-9


def weights_u8(weights: NDArray[np.floating]) -> NDArray[np.uint8]:
    """0..1 of any shape to 0..255."""
    return scaled(weights, registry.UNIT_WEIGHT_U8, 0, 255).astype(np.uint8)


def weights_u16(weights: NDArray[np.floating]) -> NDArray[np.uint16]:
    """0..1 of any shape to 0..65535, little-endian."""
    return scaled(weights.astype(np.float64), registry.UNIT_WEIGHT_U16, 0, 65535).astype("<u2")


def quaternions_i16(quaternions: NDArray[np.floating]) -> NDArray[np.int16]:
    """(..., 4) unit quaternions x y z w to integers with w >= 0, little-endian."""
    sign = np.where(quaternions[..., 3:] < 0, np.float32(-1), np.float32(1))
    return scaled(quaternions * sign, registry.UNIT_QUATERNION_I16, -32767, 32767).astype("<i2")


def translation_i16(translation_cm: NDArray[np.floating]) -> NDArray[np.int16]:
    """Centimetres to steps of 0.1 mm, little-endian."""
    return scaled(translation_cm, registry.UNIT_TRANSLATION_I16_PER_CM, -32767, 32767).astype("<i2")


def angles_i16(angles_deg: NDArray[np.floating]) -> NDArray[np.int16]:
    """Degrees to steps of 0.01, little-endian."""
    return scaled(angles_deg, registry.UNIT_ANGLE_I16_PER_DEG, -32767, 32767).astype("<i2")


def gaze_i16(tangents: NDArray[np.floating]) -> NDArray[np.int16]:
    """Tangents of eye angles to integers, little-endian."""
    return scaled(tangents, registry.UNIT_GAZE_I16_PER_TANGENT, -32767, 32767).astype("<i2")


def parts_u8(parts: NDArray[np.floating]) -> NDArray[np.uint8]:
    """(n, k) parts of a whole to bytes that sum to 255 in each row, whatever the row's own sum is; a row of nothing stays 0.

    All are rounded down, and what is missing goes to those that lost most by it, one each, the first of equals first (the method of
    largest remainders). What is no number, or below 0, is no part.
    """
    whole = np.fmin(np.fmax(parts, 0), _LARGEST_PART).astype(np.float64)
    whole *= registry.UNIT_WEIGHT_U8 / np.maximum(whole.sum(axis=1, keepdims=True), _SMALLEST_SUM)
    coded: NDArray[np.uint8] = whole.astype(np.uint8)
    gained = coded - whole
    missing = np.rint(-gained.sum(axis=1, keepdims=True))
    rows, places = np.arange(whole.shape[0])[:, None], np.arange(whole.shape[1])
    coded[rows, gained.argsort(axis=1, kind="stable")] += places < missing
    return coded


def age_ticks(age_secs: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Seconds to ticks of 10 ms; infinity and everything beyond 2.55 s is 255."""
    return scaled(age_secs, 1000 / registry.UNIT_AGE_MILLIS_PER_TICK, 0, registry.WIRE_MAX_AGE_TICKS).astype(np.uint8)


def scaled(values: NDArray[np.floating], scale: Scale, smallest: Scale, largest: Scale) -> NDArray[np.floating]:
    """Values times a scale, rounded half up and clamped, still as floats; what is no number becomes 0.

    Scale and limits are one for all, or one for each of the last axis. float32 is exact enough below 2^23.
    """
    whole = values * np.asarray(scale, np.float32)
    whole += np.float32(0.5)
    np.floor(whole, out=whole)
    np.fmax(whole, smallest, out=whole)
    np.fmin(whole, largest, out=whole)
    missing = np.isnan(values)
    if missing.any():
        whole[missing] = 0
    return whole
