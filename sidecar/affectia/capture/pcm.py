"""Raw sound (PCM) as others hand it over: bytes or arrays of a declared format, made into float samples that can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia.errors import CaptureError, ConfigError

SAMPLE_TYPES: Final[Mapping[str, np.dtype[Any]]] = {
    "int16": np.dtype("<i2"),
    "int32": np.dtype("<i4"),
    "float32": np.dtype("<f4"),
    "uint8": np.dtype("u1"),
}
LOWEST_RATE_HZ: Final = 8_000
HIGHEST_RATE_HZ: Final = 192_000
MOST_CHANNELS: Final = 8


@dataclass(frozen=True, slots=True)
class PcmFormat:
    """What raw sound is declared as; raises ConfigError where it cannot be.

    `sample_type` is int16, int32, float32 (all little-endian) or uint8; channels lie interleaved, `rate_hz` is samples a second of each.
    """

    rate_hz: int
    channels: int = 1
    sample_type: str = "int16"

    def __post_init__(self) -> None:
        checked_rate_hz(self.rate_hz)
        if not 1 <= self.channels <= MOST_CHANNELS:
            raise ConfigError(f"sound has {self.channels} channels, expected 1 to {MOST_CHANNELS}")
        if self.sample_type not in SAMPLE_TYPES:
            raise ConfigError(f"sound has samples of type {self.sample_type!r}, expected one of: {', '.join(SAMPLE_TYPES)}")

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of every channel."""
        return SAMPLE_TYPES[self.sample_type].itemsize * self.channels


def checked_rate_hz(rate_hz: int) -> int:
    """The rate itself; ConfigError where no sound is taken at it."""
    if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        raise ConfigError(f"sound has a rate of {rate_hz} Hz, expected {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ}")
    return rate_hz


def read_pcm(data: bytes | bytearray | memoryview, form: PcmFormat) -> tuple[NDArray[np.float32], int]:
    """((n, channels) float32 -1..1, how many samples were no number) of interleaved bytes; raises CaptureError where bytes are missing."""
    if len(data) % form.frame_bytes:
        raise CaptureError(
            f"sound has {len(data)} bytes, expected a multiple of {form.frame_bytes} ({form.channels} channels of {form.sample_type})"
        )
    samples = np.frombuffer(data, SAMPLE_TYPES[form.sample_type])
    return as_float(samples.reshape(-1, form.channels))


def as_float(samples: NDArray[Any]) -> tuple[NDArray[np.float32], int]:
    """(the same shape as float32 -1..1 in memory of its own, how many values were no number) of samples in the scale of their type.

    Takes signed integers, uint8 (128 is silence) and floats. NaN and infinities become 0; what is beyond -1..1 is cut.
    Raises CaptureError for any other type.
    """
    kind, bits = samples.dtype.kind, 8 * samples.dtype.itemsize
    if kind == "i":
        return np.multiply(samples, np.float32(2.0 ** (1 - bits)), dtype=np.float32, casting="unsafe"), 0
    if samples.dtype == np.uint8:
        return (samples.astype(np.float32) - np.float32(128)) / np.float32(128), 0
    if kind != "f":
        raise CaptureError(f"sound has samples of type {samples.dtype}, expected one of: {', '.join(SAMPLE_TYPES)}")
    finite = np.isfinite(samples)
    wrong = samples.size - int(np.count_nonzero(finite))
    values = np.where(finite, samples, 0) if wrong else samples
    return np.asarray(np.clip(values, -1, 1), np.float32), wrong  # cut first: a double may not fit


def to_mono(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n,) mean over the channels of (n, channels); what is mono already is not copied."""
    if samples.ndim == 1:
        return samples
    return samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1, dtype=np.float32)
