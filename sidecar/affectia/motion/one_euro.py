"""The One Euro filter over arrays, with a dead zone: still at rest, quick in motion.

After Casiez, Roussel and Vogel, "1 Euro Filter", CHI 2012: a first-order low-pass whose cutoff rises with what the signal does. Three
things differ from the paper. What raises the cutoff is the distance between the signal and what is shown, low-passed, and not that
distance over one time step: so the frame rate has no say. Distances within the dead zone raise nothing: they are the sensor's noise,
and drift home at the lowest cutoff, without steps and without bias. And a time step passes exp(-2 pi fc dt), the exact answer of the
low-pass, where the paper's 1 / (1 + 2 pi fc dt) is too slow at low frame rates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.errors import ConfigError

CONSTANTS: Final = 5  # of a channel: what `OneEuroOptions.constants` holds

_TWO_PI: Final = 2 * math.pi
_RAW: Final = np.float32(1e-6)  # a slowness below this is none
_LEAST_LENGTH: Final = np.float32(1e-6)  # of a quaternion


@dataclass(frozen=True)
class OneEuroOptions:
    """How one channel is filtered.

    `min_cutoff_hz` at rest; `beta_hz` is added to it for each unit of distance beyond the `dead_zone`, which is in the channel's unit;
    `distance_cutoff_hz` of the distance's own low-pass: lower tells noise from motion better and notices motion later. Whatever the
    slowness, the cutoff stays at `slowest_hz` or above. Raises ConfigError for what cannot work.
    """

    min_cutoff_hz: float
    beta_hz: float
    distance_cutoff_hz: float = 3.0
    dead_zone: float = 0.0
    slowest_hz: float = 0.0

    def __post_init__(self) -> None:
        for name in ("min_cutoff_hz", "distance_cutoff_hz"):
            if not 0 < getattr(self, name) < math.inf:
                raise ConfigError(f"{name} is {getattr(self, name)}, expected more than 0")
        for name in ("beta_hz", "dead_zone", "slowest_hz"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ConfigError(f"{name} is {getattr(self, name)}, expected 0 or more")

    def scaled(self, units: float) -> OneEuroOptions:
        """The same filter for a channel in which 1 of this one is `units`."""
        return OneEuroOptions(
            self.min_cutoff_hz, self.beta_hz / units, self.distance_cutoff_hz, self.dead_zone * units, slowest_hz=self.slowest_hz
        )

    def constants(self) -> tuple[float, ...]:
        """What the filter computes with, negative radians a second: least, rise with distance, rise at distance 0, distance, slowest."""
        at_zero = self.min_cutoff_hz - self.beta_hz * self.dead_zone
        hertz = (self.min_cutoff_hz, self.beta_hz, at_zero, self.distance_cutoff_hz, self.slowest_hz)
        return tuple(-_TWO_PI * value for value in hertz)


class OneEuroFilter:
    """Filters all channels of every slot, each channel of each slot with its own constants; one thread.

    `constants` (CONSTANTS, channels) hold for every slot until `set_constants`. `turns` are channels that hold unit quaternions, four
    each: the components of one share a cutoff, so that it moves along the arc between two rotations, and it goes the short way.
    """

    def __init__(self, slots: int, *, constants: NDArray[np.float32], turns: slice = slice(0, 0)) -> None:
        channels = constants.shape[1]
        self._constants = np.repeat(constants.astype(np.float32)[:, None], slots, axis=1)
        self._turns = turns
        self._rest = np.zeros(channels, np.float32)
        self._rest[turns.start + 3 : turns.stop : 4] = 1
        self._value = np.tile(self._rest, (slots, 1))
        self._distance = np.zeros((slots, channels), np.float32)  # low-passed
        self._primed = np.zeros(slots, np.bool_)
        self._away = np.empty((slots, channels), np.float32)  # scratch: the distance still to go
        self._kept = np.empty((slots, channels), np.float32)  # scratch: the share of it that stays after this step

    def reset(self, slots: NDArray[np.intp]) -> None:
        """Forget the past of some slots; their next value passes unfiltered."""
        self._primed[slots] = False
        self._value[slots] = self._rest
        self._distance[slots] = 0

    def set_constants(self, slots: NDArray[np.intp], constants: NDArray[np.float32]) -> None:
        """Give some slots other constants (CONSTANTS, channels); what they show stays."""
        self._constants[:, slots] = constants[:, None]

    def smooth(
        self, slots: NDArray[np.intp], values: NDArray[np.float32], dt_secs: NDArray[np.float32], slowness: NDArray[np.float32]
    ) -> None:
        """Filter (n, channels) values of n different slots where they stand.

        `dt_secs` (n,) after their last ones, 0 or more; `slowness` (n,) divides the cutoffs, 0 = raw. A value that is no number leaves
        its channel (of a quaternion, all four) as it was, and no other channel learns of it.
        """
        if slots.size == 0:
            return
        rows = _rows(slots)
        value, distance = self._value[rows], self._distance[rows]  # views of a run of slots, copies of others
        least, rise, at_zero, follow, slowest = self._constants[:, rows]
        away, kept = self._away[: slots.size], self._kept[: slots.size]
        bones = self._quaternions(values)
        flat = values.reshape(-1)
        if not math.isfinite(np.dot(flat, flat)):
            self._mend(values, value)
        if not self._primed[rows].all():
            fresh = ~self._primed[rows]
            value[fresh] = values[fresh]
            self._primed[rows] = True
        if bones.size:
            # A quaternion and its negative are one rotation: stay on the side of the last one, or the filter would go the long way.
            sides = np.vecdot(bones, self._quaternions(value))
            if sides.min() < 0:
                bones[sides < 0] *= -1
        step = np.maximum(dt_secs, 0)[:, None]
        np.subtract(values, value, out=away)
        np.multiply(follow, step, out=kept)
        np.exp(kept, out=kept)
        distance -= away
        distance *= kept
        distance += away
        np.abs(distance, out=kept)
        if bones.size:
            turned = self._quaternions(distance)
            self._quaternions(kept)[...] = np.sqrt(np.vecdot(turned, turned))[..., None]
        kept *= rise
        kept += at_zero
        np.minimum(kept, least, out=kept)
        kept *= step / np.maximum(slowness, _RAW)[:, None]
        np.minimum(kept, slowest * step, out=kept)
        np.exp(kept, out=kept)
        away *= kept
        values -= away
        if bones.size:
            bones /= np.maximum(np.sqrt(np.vecdot(bones, bones)), _LEAST_LENGTH)[..., None]
        self._value[rows] = values
        if not isinstance(rows, slice):
            self._distance[rows] = distance

    def _quaternions(self, channels: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, quaternions, 4), a view of (n, channels)."""
        return channels[:, self._turns].reshape(channels.shape[0], -1, 4)

    def _mend(self, values: NDArray[np.float32], value: NDArray[np.float32]) -> None:
        broken = ~np.isfinite(values)
        turned = broken[:, self._turns].reshape(values.shape[0], -1, 4)
        turned |= turned.any(axis=2, keepdims=True)
        values[broken] = value[broken]


def _rows(slots: NDArray[np.intp]) -> slice | NDArray[np.intp]:
    """A run of slots as a slice, which numpy reads in place; others as they are."""
    first = int(slots[0])
    if slots.size == 1 or (int(slots[-1]) - first == slots.size - 1 and bool((slots[1:] - slots[:-1] == 1).all())):
        return slice(first, first + slots.size)
    return slots
