"""Closures that are seen: whatever was smoothed before, p, b and m shut the lips, f and v bring the lower lip to the teeth.

A smoothed p that never closes is the most visible fault of a spoken mouth, so this comes last of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ConfigError
from affectia.signals.slot_rows import slot_rows

CLOSURES: Final = 2  # both lips; lower lip and upper teeth
SHAPES: Final = len(registry.BLENDSHAPES)

_SHAPE: Final = {name: place for place, name in enumerate(registry.BLENDSHAPES)}
_JAW_OPEN: Final = _SHAPE["jawOpen"]
_MOUTH_CLOSE: Final = _SHAPE["mouthClose"]
_LOWER: Final = ("mouthLowerDownLeft", "mouthLowerDownRight")
_UPPER: Final = ("mouthUpperUpLeft", "mouthUpperUpRight")
_ZERO: Final = np.array(0, np.float32)  # without an axis numpy is twice as fast as with a scalar
_ONE: Final = np.array(1, np.float32)
# What keeps lips apart, or would come through them.
_PARTING: Final = (("mouthFunnel", "tongueOut", *_LOWER, *_UPPER), ("mouthFunnel", "tongueOut", "mouthClose", *_LOWER))


@dataclass(frozen=True)
class MouthClosureOptions:
    """When and how quickly a mouth is shut; ConfigError for what cannot work.

    A demand of `whole_from` or more is a closure that comes whole, whatever follows: within `close_secs`, held for `hold_secs` and at
    least one frame, given up within `open_secs`. Below it, from `none_below` on, lips come together as far as the demand goes.
    """

    whole_from: float = 0.4
    none_below: float = 0.12
    close_secs: float = 0.025
    hold_secs: float = 0.030
    open_secs: float = 0.055

    def __post_init__(self) -> None:
        if not 0 <= self.none_below < self.whole_from <= 1:
            raise ConfigError(f"none_below is {self.none_below} and whole_from {self.whole_from}, expected 0 to 1, the first below")
        for name in ("close_secs", "hold_secs", "open_secs"):
            if not 0 < getattr(self, name) <= 1:
                raise ConfigError(f"{name} is {getattr(self, name)}, expected more than 0, at most 1")


class MouthClosure:
    """Keeps how far each closure of each slot is shut; one thread.

    `floors` (2, 52) are what a whole closure of both lips, and of lip and teeth, shows at least; `jaw_caps` (2,) how far the jaw may be
    open in it. Both are the rig's (`viseme_shapes.toml`). Behind shut lips the jaw's rest is made up for by mouthClose.
    """

    def __init__(
        self, slots: int, *, floors: NDArray[np.float32], jaw_caps: NDArray[np.float32], options: MouthClosureOptions | None = None
    ) -> None:
        self.options = options = options or MouthClosureOptions()
        self._jaw_caps = [np.array(cap, np.float32) for cap in jaw_caps]
        # Of each closure in one row, what it takes of each shape, and what it shows of each at least.
        self._shuts = np.zeros((CLOSURES, 2 * SHAPES), np.float32)
        self._shuts[:, SHAPES:] = floors
        for row, names in zip(self._shuts, _PARTING, strict=True):
            row[[_SHAPE[name] for name in names]] = 1
        self._whole_from, self._none_below, self._hold_secs, self._close_secs, self._open_secs, self._range = (
            np.array(value, np.float32)
            for value in (
                options.whole_from,
                options.none_below,
                options.hold_secs,
                options.close_secs,
                options.open_secs,
                options.whole_from - options.none_below,
            )
        )
        self._level = np.zeros((slots, CLOSURES), np.float32)
        self._due = np.zeros((slots, CLOSURES), np.bool_)  # demanded, and not yet shown whole
        self._held_secs = np.zeros((slots, CLOSURES), np.float32)  # that a whole closure must still be shown

    def reset(self, slots: NDArray[np.intp]) -> None:
        """Forget the closures of some slots."""
        self._level[slots] = 0
        self._due[slots] = False
        self._held_secs[slots] = 0

    def enforce(
        self, slots: NDArray[np.intp], shapes: NDArray[np.float32], *, closure: NDArray[np.float32], dt_secs: NDArray[np.float32]
    ) -> NDArray[np.float32] | None:
        """Shut the (n, 52) shapes of n different slots where they stand.

        `closure` (n, 2) 0..1: the largest demand since the slot's last call, times how far the voice has the mouth; `dt_secs` (n,) since
        that call, 0 or more. Returns (n, 2) how far each closure is shut now, None where none is.
        """
        rows = slot_rows(slots)
        level = self._level[rows]
        if not (np.count_nonzero(level) or np.count_nonzero(closure > self._none_below)):
            return None
        level = self._moved(rows, level, closure, dt_secs)
        shut = level * level
        shut *= 3 - 2 * level
        lips = shut[:, :1]
        teeth = shut[:, 1:] * (_ONE - lips)  # where both are demanded, lips that meet touch no teeth
        if np.count_nonzero(teeth):
            self._shut(shapes, 1, teeth)
        if np.count_nonzero(lips):
            jaw = self._shut(shapes, 0, lips)
            # Lips meet over what is left of the open jaw.
            close = shapes[:, _MOUTH_CLOSE]
            left = jaw - close
            left *= lips[:, 0]
            close += left
        return shut

    def _moved(
        self, rows: slice | NDArray[np.intp], level: NDArray[np.float32], closure: NDArray[np.float32], dt_secs: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """The levels after a time step: straight up to what is demanded, straight down when nothing holds them."""
        step = np.empty_like(level)
        step[...] = np.maximum(dt_secs, _ZERO)[:, None]
        due, held = self._due[rows], self._held_secs[rows]  # views of a run of slots, copies of others
        due |= closure >= self._whole_from
        held -= step
        np.maximum(held, _ZERO, out=held)
        wanted = closure - self._none_below
        wanted /= self._range
        np.maximum(wanted, _ZERO, out=wanted)
        np.copyto(wanted, _ONE, where=due | (held > _ZERO))
        np.minimum(wanted, _ONE, out=wanted)
        risen = step / self._close_secs
        risen += level
        np.minimum(risen, wanted, out=risen)
        step /= self._open_secs
        fallen = np.subtract(level, step, out=step)
        np.maximum(fallen, risen, out=risen)
        level = np.maximum(risen, _ZERO, out=risen)
        whole = due & (level >= _ONE)
        np.copyto(held, self._hold_secs, where=whole)
        np.greater(due, whole, out=due)
        self._level[rows] = level
        if not isinstance(rows, slice):
            self._due[rows], self._held_secs[rows] = due, held
        return level

    def _shut(self, shapes: NDArray[np.float32], place: int, amount: NDArray[np.float32]) -> NDArray[np.float32]:
        """Shut a closure by (n, 1); returns (n,) how far jaws are still open, a view."""
        shuts = amount.dot(self._shuts[place : place + 1])
        kept = shuts[:, :SHAPES]
        np.subtract(_ONE, kept, out=kept)
        shapes *= kept
        np.maximum(shapes, shuts[:, SHAPES:], out=shapes)
        jaw = shapes[:, _JAW_OPEN]
        less = np.minimum(jaw, self._jaw_caps[place])
        less -= jaw
        less *= amount[:, 0]
        jaw += less
        return jaw
