"""Real units to the integers of the wire: scale, round half up, clamp; a value that is no number becomes rest."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from affectia import registry

Scale: TypeAlias = float | NDArray[np.float32]


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


def affect_i8(value: float) -> int:
    """-1..1 to -127..127; no number reads as neutral."""
    return int(scaled(np.array([value]), registry.UNIT_AFFECT_I8, -127, 127)[0])


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
