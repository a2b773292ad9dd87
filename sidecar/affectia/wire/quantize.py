"""Real units to the integers of the wire: scale, round half up, clamp; a value that is no number becomes rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from affectia import registry


def weights_u8(weights: NDArray[np.floating]) -> NDArray[np.uint8]:
    """0..1 of any shape to 0..255."""
    return _unsigned(weights, registry.UNIT_WEIGHT_U8, 255).astype(np.uint8)


def weights_u16(weights: NDArray[np.floating]) -> NDArray[np.uint16]:
    """0..1 of any shape to 0..65535, little-endian."""
    return _unsigned(weights.astype(np.float64), registry.UNIT_WEIGHT_U16, 65535).astype("<u2")


def quaternions_i16(quaternions: NDArray[np.floating]) -> NDArray[np.int16]:
    """(..., 4) unit quaternions x y z w to integers with w >= 0, little-endian."""
    sign = np.where(quaternions[..., 3:] < 0, np.float32(-1), np.float32(1))
    return _signed(quaternions * sign, registry.UNIT_QUATERNION_I16, 32767).astype("<i2")


def translation_i16(translation_cm: NDArray[np.floating]) -> NDArray[np.int16]:
    """Centimetres to steps of 0.1 mm, little-endian."""
    return _signed(translation_cm, registry.UNIT_TRANSLATION_I16_PER_CM, 32767).astype("<i2")


def angles_i16(angles_deg: NDArray[np.floating]) -> NDArray[np.int16]:
    """Degrees to steps of 0.01, little-endian."""
    return _signed(angles_deg, registry.UNIT_ANGLE_I16_PER_DEG, 32767).astype("<i2")


def gaze_i16(tangents: NDArray[np.floating]) -> NDArray[np.int16]:
    """Tangents of eye angles to integers, little-endian."""
    return _signed(tangents, registry.UNIT_GAZE_I16_PER_TANGENT, 32767).astype("<i2")


def affect_i8(value: float) -> int:
    """-1..1 to -127..127; no number reads as neutral."""
    return int(_signed(np.array([value]), registry.UNIT_AFFECT_I8, 127)[0])


def age_ticks(age_secs: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Seconds to ticks of 10 ms; infinity and everything beyond 2.55 s is 255."""
    return _unsigned(age_secs, 1000 / registry.UNIT_AGE_MILLIS_PER_TICK, registry.WIRE_MAX_AGE_TICKS).astype(np.uint8)


def scaled(
    values: NDArray[np.float32], scales: NDArray[np.float32], smallest: NDArray[np.float32], largest: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(..., channels) values times a scale each, rounded half up and clamped, still as floats; no number becomes 0.

    For a pass over mixed channels; a quaternion keeps its sign.
    """
    whole = values * scales
    whole += np.float32(0.5)
    np.floor(whole, out=whole)
    np.fmax(whole, smallest, out=whole)
    np.fmin(whole, largest, out=whole)
    if np.isnan(values.sum()):
        whole[np.isnan(values)] = 0
    return whole


def _unsigned(values: NDArray[np.floating], scale: float, largest: int) -> NDArray[np.floating]:
    scaled = values * np.float32(scale)
    scaled += np.float32(0.5)
    np.fmax(scaled, 0, out=scaled)  # fmax and not maximum: it turns NaN into 0
    np.fmin(scaled, largest, out=scaled)
    return scaled  # the cast to an integer cuts off, which is the floor of what is never negative


def _signed(values: NDArray[np.floating], scale: float, largest: int) -> NDArray[np.floating]:
    scaled = values * np.float32(scale)
    scaled += np.float32(0.5)
    np.floor(scaled, out=scaled)
    np.fmax(scaled, -largest, out=scaled)
    np.fmin(scaled, largest, out=scaled)
    if not np.isfinite(values).all():
        scaled[np.isnan(values)] = 0
    return scaled
