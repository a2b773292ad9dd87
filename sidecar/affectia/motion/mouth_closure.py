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

CLOSURES: Final = 2  # both lips; lower lip and upper teeth

_SHAPE: Final = {name: place for place, name in enumerate(registry.BLENDSHAPES)}
_JAW_OPEN: Final = _SHAPE["jawOpen"]
_MOUTH_CLOSE: Final = _SHAPE["mouthClose"]
_LOWER: Final = ("mouthLowerDownLeft", "mouthLowerDownRight")
_UPPER: Final = ("mouthUpperUpLeft", "mouthUpperUpRight")
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
        self.options = options or MouthClosureOptions()
        self._floors, self._jaw_caps = floors.astype(np.float32), jaw_caps.astype(np.float32)
        self._parting = np.zeros((CLOSURES, len(_SHAPE)), np.float32)
        for row, names in zip(self._parting, _PARTING, strict=True):
            row[[_SHAPE[name] for name in names]] = 1
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
    ) -> None:
        """Shut the (n, 52) shapes of n different slots where they stand.

        `closure` (n, 2) 0..1: the largest demand since the slot's last call, times how far the voice has the mouth; `dt_secs` (n,) since
        that call, 0 or more.
        """
        level = self._level[slots]
        if not (level.any() or (closure > self.options.none_below).any()):
            return
        level = self._moved(slots, level, closure, np.maximum(dt_secs, 0)[:, None])
        shut = level * level * (3 - 2 * level)
        lips = shut[:, :1]
        teeth = shut[:, 1:] * (1 - lips)  # where both are demanded, lips that meet touch no teeth
        for place, amount in ((1, teeth), (0, lips)):
            self._shut(shapes, place, amount)
        # Lips meet over what is left of the open jaw.
        jaw, close = shapes[:, _JAW_OPEN], shapes[:, _MOUTH_CLOSE]
        close += (jaw - close) * lips[:, 0]

    def _moved(
        self, slots: NDArray[np.intp], level: NDArray[np.float32], closure: NDArray[np.float32], step: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """The levels after a time step: straight up to what is demanded, straight down when nothing holds them."""
        options = self.options
        due, held = self._due[slots], self._held_secs[slots]
        due |= closure >= options.whole_from
        held -= step
        np.maximum(held, 0, out=held)
        wanted = np.clip((closure - options.none_below) / (options.whole_from - options.none_below), 0, 1)
        wanted[due | (held > 0)] = 1
        risen = np.minimum(level + step / options.close_secs, wanted)
        level = np.maximum(np.maximum(level - step / options.open_secs, risen), 0).astype(np.float32)
        whole = due & (level >= 1)
        held[whole] = options.hold_secs
        due &= ~whole
        self._level[slots], self._due[slots], self._held_secs[slots] = level, due, held
        return level

    def _shut(self, shapes: NDArray[np.float32], place: int, amount: NDArray[np.float32]) -> None:
        shapes *= 1 - amount * self._parting[place]
        np.maximum(shapes, amount * self._floors[place], out=shapes)
        jaw = shapes[:, _JAW_OPEN]
        jaw += (np.minimum(jaw, self._jaw_caps[place]) - jaw) * amount[:, 0]
