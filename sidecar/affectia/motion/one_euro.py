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
from affectia.signals.column import column
from affectia.signals.slot_rows import slot_rows

CONSTANTS: Final = 5  # of a channel: what `OneEuroOptions.constants` holds

_TWO_PI: Final = 2 * math.pi
_RAW: Final = np.array(1e-6, np.float32)  # a slowness below this is none
_LEAST_LENGTH: Final = np.array(1e-6, np.float32)  # of a quaternion
_ZERO: Final = np.array(0, np.float32)  # without an axis numpy is twice as fast as with a scalar
_ONE: Final = np.array(1, np.float32)
_Floats = NDArray[np.float32]
_Views = tuple[_Floats, _Floats, NDArray[np.bool_], tuple[_Floats, ...], _Floats, _Floats]


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
        # Beside the constants what bounds the cutoff of a slowness of 1: the least and the slowest at once.
        self._constants = np.empty((CONSTANTS + 1, slots, channels), np.float32)
        self.set_constants(np.arange(slots), constants)
        self._turns = turns
        self._turning = turns.stop > turns.start
        self._rest = np.zeros(channels, np.float32)
        self._rest[turns.start + 3 : turns.stop : 4] = 1
        self._value = np.tile(self._rest, (slots, 1))
        self._distance = np.zeros((slots, channels), np.float32)  # low-passed
        self._primed = np.zeros(slots, np.bool_)
        self._away = np.empty((slots, channels), np.float32)  # scratch: the distance still to go
        self._kept = np.empty((slots, channels), np.float32)  # scratch: the share of it that stays after this step
        self._run = slice(0, 0)
        self._views = self._cut(self._run)

    def reset(self, slots: NDArray[np.intp]) -> None:
        """Forget the past of some slots; their next value passes unfiltered."""
        self._primed[slots] = False
        self._value[slots] = self._rest
        self._distance[slots] = 0

    def set_constants(self, slots: NDArray[np.intp], constants: NDArray[np.float32]) -> None:
        """Give some slots other constants (CONSTANTS, channels); what they show stays."""
        self._constants[:CONSTANTS, slots] = constants[:, None]
        self._constants[CONSTANTS, slots] = np.minimum(constants[0], constants[CONSTANTS - 1])

    def smooth(
        self, slots: NDArray[np.intp], values: NDArray[np.float32], dt_secs: NDArray[np.float32], slowness: NDArray[np.float32]
    ) -> None:
        """Filter (n, channels) values of n different slots where they stand.

        `dt_secs` (n,) after their last ones, 0 or more; `slowness` (n,) divides the cutoffs, 0 = raw. A value that is no number leaves
        its channel (of a quaternion, all four) as it was, and no other channel learns of it.
        """
        if slots.size == 0:
            return
        rows = slot_rows(slots)
        if isinstance(rows, slice):
            if rows != self._run:  # mostly it is the run of the last call
                self._run, self._views = rows, self._cut(rows)
            views = self._views
        else:
            views = self._cut(rows)
        # Value and distance are views of a run of slots, copies of others.
        value, distance, primed, (least, rise, at_zero, follow, slowest, bound), away, kept = views
        flat = values.reshape(-1)
        if not math.isfinite(flat.dot(flat)):
            self._mend(values, value)
        if np.count_nonzero(primed) < slots.size:
            fresh = ~primed
            value[fresh] = values[fresh]
            self._primed[rows] = True
        bones = self._quaternions(values)
        if self._turning:
            # A quaternion and its negative are one rotation: stay on the side of the last one, or the filter would go the long way.
            sides = np.vecdot(bones, self._quaternions(value)) < _ZERO
            if np.count_nonzero(sides):
                bones[sides] *= -1
        secs = np.maximum(dt_secs, _ZERO)
        step = column(secs)
        np.subtract(values, value, out=away)
        np.multiply(follow, step, out=kept)
        np.exp(kept, out=kept)
        distance -= away
        distance *= kept
        distance += away
        np.abs(distance, out=kept)
        if self._turning:
            turned = self._quaternions(distance)
            turn = np.vecdot(turned, turned)
            self._quaternions(kept)[...] = np.sqrt(turn, out=turn)[..., None]
        kept *= rise
        kept += at_zero
        if np.count_nonzero(slowness != _ONE):
            np.minimum(kept, least, out=kept)
            slower = np.maximum(slowness, _RAW)
            kept *= column(np.divide(secs, slower, out=slower))
            np.minimum(kept, slowest * step, out=kept)
        else:
            np.minimum(kept, bound, out=kept)
            kept *= step
        np.exp(kept, out=kept)
        away *= kept
        values -= away
        if self._turning:
            length = np.vecdot(bones, bones)
            np.sqrt(length, out=length)
            bones /= np.maximum(length, _LEAST_LENGTH, out=length)[..., None]
        self._value[rows] = values
        if not isinstance(rows, slice):
            self._distance[rows] = distance

    def _cut(self, rows: slice | NDArray[np.intp]) -> _Views:
        """What belongs to some slots."""
        value = self._value[rows]
        return (
            value,
            self._distance[rows],
            self._primed[rows],
            tuple(self._constants[:, rows]),
            self._away[: value.shape[0]],
            self._kept[: value.shape[0]],
        )

    def _quaternions(self, channels: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, quaternions, 4), a view of (n, channels)."""
        return channels[:, self._turns].reshape(channels.shape[0], -1, 4)

    def _mend(self, values: NDArray[np.float32], value: NDArray[np.float32]) -> None:
        broken = ~np.isfinite(values)
        turned = broken[:, self._turns].reshape(values.shape[0], -1, 4)
        turned |= turned.any(axis=2, keepdims=True)
        values[broken] = value[broken]
