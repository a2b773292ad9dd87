"""A critically damped spring over arrays: it starts and stops softly, never swings, and is quicker to come than to go.

A time step is the exact answer for a target that holds for the whole of it, so the frame rate has no say: with the distance d = x - g,
t = v + omega d and e = exp(-omega dt), x' = g + (d + t dt) e and v' = (v - omega t dt) e (the solution of x'' = -2 omega x' - omega^2
(x - g), any textbook on oscillators).
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

_SETTLED: Final = 5.834  # omega times the time after which 2 % are left: (1 + x) exp(-x) = 0.02
_ZERO: Final = np.array(0, np.float32)
_Scratch = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]
_STILL: Final = np.float32(1e-4)  # nothing that is less than this can be seen
_STILL_SPEED: Final = np.float32(1e-3)  # a second
# Squares, summed over all channels, of what is left to go and of speeds a second that are nothing even for sums of many steps.
_ARRIVED: Final = 1e-14
_ARRIVED_SPEED: Final = 1e-12


@dataclass(frozen=True)
class SpringOptions:
    """How long a change takes, until 98 % of it are there: `attack_secs` of what grows, `release_secs` of what fades.

    Raises ConfigError for what cannot work.
    """

    attack_secs: float = 0.25
    release_secs: float = 0.6

    def __post_init__(self) -> None:
        for name in ("attack_secs", "release_secs"):
            if not 0 < getattr(self, name) <= 30:
                raise ConfigError(f"{name} is {getattr(self, name)}, expected more than 0, at most 30")

    def omegas(self) -> tuple[float, float]:
        """Radians a second of attack and release."""
        return _SETTLED / self.attack_secs, _SETTLED / self.release_secs


class CriticalSpring:
    """Draws all channels of every slot towards their targets; one thread.

    `omegas` (2, channels): radians a second, of what grows (the target is further from 0 than the value) and of what fades. The values of
    a fresh slot are 0; with `snaps` they are its first target.
    """

    def __init__(self, slots: int, *, omegas: NDArray[np.float32], snaps: bool = False) -> None:
        channels = omegas.shape[1]
        self._attack, self._release = omegas.astype(np.float32)
        self._snaps = snaps
        self._value = np.zeros((slots, channels), np.float32)
        self._speed = np.zeros((slots, channels), np.float32)
        self._primed = np.zeros(slots, np.bool_)
        self._room = 0
        self._cut: _Scratch = (self._value[:0], self._value[:0], self._value[:0], np.empty((0, channels), np.bool_))

    def reset(self, slots: NDArray[np.intp]) -> None:
        """Forget the past of some slots."""
        self._value[slots] = 0
        self._speed[slots] = 0
        self._primed[slots] = False

    def moved(self, slots: NDArray[np.intp], targets: NDArray[np.float32] | None, dt_secs: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, channels) where n different slots are after a step; memory of the springs, to be read before their next call.

        `targets` (n, channels), None for 0 everywhere; `dt_secs` (n,) since their last call, 0 or more. A target that is no number leaves
        its channel where it is, at rest.
        """
        rows = slot_rows(slots)
        value, speed = self._value[rows], self._speed[rows]  # views of a run of slots, copies of others
        away, omega, kept, rises = self._scratch(slots.size)
        if targets is None:
            away[...] = value
            omega[...] = self._release
        else:
            if self._snaps and np.count_nonzero(self._primed[rows]) < slots.size:
                targets = _mended(targets, value, speed)
                fresh = ~self._primed[rows]
                value[fresh] = targets[fresh]
                self._primed[rows] = True
            np.subtract(value, targets, out=away)
            flat = away.reshape(-1)
            far = flat.dot(flat)
            if far < _ARRIVED and np.vdot(speed, speed) < _ARRIVED_SPEED:
                return self._arrived(rows, value, targets)
            if not math.isfinite(far):
                targets = _mended(targets, value, speed)
                np.subtract(value, targets, out=away)
            np.abs(targets, out=omega)
            np.abs(value, out=kept)
            np.greater(omega, kept, out=rises)
            omega[...] = self._release
            np.copyto(omega, self._attack, where=rises)
        step = column(np.maximum(dt_secs, _ZERO))
        np.multiply(omega, away, out=kept)
        kept += speed
        kept *= step
        away += kept
        kept *= omega
        speed -= kept
        omega *= -step
        np.exp(omega, out=omega)
        away *= omega
        speed *= omega
        if targets is None:
            value[...] = away
        else:
            np.add(away, targets, out=value)
        if not isinstance(rows, slice):
            self._value[rows], self._speed[rows] = value, speed
        return value

    def _arrived(self, rows: slice | NDArray[np.intp], value: NDArray[np.float32], targets: NDArray[np.float32]) -> NDArray[np.float32]:
        """Put springs on targets that they are as good as on: those that stand still need no arithmetic, and never come to numbers so small
        that processors are slow with them.
        """
        value[...] = targets
        self._value[rows], self._speed[rows] = value, 0
        return value

    def settle(self, slots: NDArray[np.intp]) -> NDArray[np.bool_]:
        """(n,) which of some slots, on their way to 0, cannot be seen to move any more; those are put there."""
        value, speed = self._value[slots], self._speed[slots]
        still: NDArray[np.bool_] = (np.abs(value).max(axis=1) < _STILL) & (np.abs(speed).max(axis=1) < _STILL_SPEED)
        self.reset(slots[still])
        return still

    def _scratch(self, count: int) -> _Scratch:
        if count > self._room:
            self._room = count
            shape = (count, self._value.shape[1])
            self._away, self._omega, self._kept = (np.empty(shape, np.float32) for _ in range(3))
            self._rises = np.empty(shape, np.bool_)
        if count != self._cut[0].shape[0]:
            self._cut = self._away[:count], self._omega[:count], self._kept[:count], self._rises[:count]
        return self._cut


def _mended(targets: NDArray[np.float32], value: NDArray[np.float32], speed: NDArray[np.float32]) -> NDArray[np.float32]:
    broken = ~np.isfinite(targets)
    speed[broken] = 0
    return np.where(broken, value, targets)
