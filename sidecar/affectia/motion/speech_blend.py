"""A spoken mouth over a seen one: cross-fades from viseme to viseme, and from the face's mouth to the voice's and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ConfigError
from affectia.signals.column import column
from affectia.signals.slot_rows import slot_rows

SHAPES: Final = len(registry.BLENDSHAPES)

# A voice has the jaw, the lips and the tongue; cheeks and nose stay the face's.
_SPOKEN: Final = tuple(name.startswith(("jaw", "mouth", "tongue")) or name == "cheekPuff" for name in registry.BLENDSHAPES)
# What a seen mouth may go on showing through speech: its mood.
_MOOD: Final = ("mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight")
_LEAST: Final = np.float32(1e-4)  # nothing that is less than this can be seen
_ZERO: Final = np.array(0, np.float32)  # without an axis numpy is twice as fast as with a scalar
_ONE: Final = np.array(1, np.float32)
_Scratch = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]


@dataclass(frozen=True)
class SpeechBlendOptions:
    """Time constants in seconds, and what is too little to be speech; ConfigError for what cannot work.

    From 10 to 90 % of a change take 2.2 time constants: 33 ms for what comes and for closures (`quick_secs`), 60 ms for what goes
    (`slow_secs`), 130 ms on the way to rest (`rest_secs`). `enter_secs` and `leave_secs` are those of the voice taking the mouth over and
    giving it back. A spoken mouth whose largest shape is at most `dead_zone` is at rest, from `full_zone` on it counts whole. `mood_limit`:
    how much of a smile or frown that is seen goes on in speech.
    """

    quick_secs: float = 0.015
    slow_secs: float = 0.027
    rest_secs: float = 0.060
    enter_secs: float = 0.025
    leave_secs: float = 0.080
    dead_zone: float = 0.05
    full_zone: float = 0.14
    mood_limit: float = 0.4

    def __post_init__(self) -> None:
        for name in ("quick_secs", "slow_secs", "rest_secs", "enter_secs", "leave_secs"):
            if not 0 < getattr(self, name) <= 1:
                raise ConfigError(f"{name} is {getattr(self, name)}, expected more than 0, at most 1")
        if not 0 <= self.dead_zone < self.full_zone <= 1:
            raise ConfigError(f"dead_zone is {self.dead_zone} and full_zone {self.full_zone}, expected 0 to 1, the first below the second")
        if not 0 <= self.mood_limit <= 1:
            raise ConfigError(f"mood_limit is {self.mood_limit}, expected 0 to 1")


class SpeechBlend:
    """What the mouth of each slot shows of a voice; one thread.

    Each shape follows the spoken mouth by the exact answer of a first-order low-pass to a value that holds for the whole time step, so the
    frame rate has no say in where it gets. Its mean lag behind speech is `lag_secs`.
    """

    def __init__(self, slots: int, options: SpeechBlendOptions | None = None) -> None:
        self.options = options = options or SpeechBlendOptions()
        self._shown = np.zeros((slots, SHAPES), np.float32)
        self._weight = np.zeros(slots, np.float32)
        self._hushed = np.zeros(slots, np.bool_)
        self._hushes = False  # whether any slot is
        self._spoken = np.array([_SPOKEN], np.float32)
        self._mood = np.array([[options.mood_limit if name in _MOOD else 0.0 for name in registry.BLENDSHAPES]], np.float32)
        self._dead, self._zone = (np.array(value, np.float32) for value in (options.dead_zone, options.full_zone - options.dead_zone))
        # Speech goes at the slow rate while it is there, at that of rest where it is not.
        secs = (options.quick_secs, options.slow_secs, options.rest_secs, options.enter_secs, options.leave_secs)
        self._quick, self._slow, self._rest, self._enter, self._leave = (np.array(-1 / value, np.float32) for value in secs)
        self._slower = self._slow - self._rest
        self._room = 0
        self._cut: _Scratch = (self._shown[:0], self._shown[:0], np.empty((0, SHAPES), np.bool_))

    @property
    def lag_secs(self) -> float:
        """How long after a spoken mouth the shown one is there, on average of what comes and what goes."""
        return (self.options.quick_secs + self.options.slow_secs) / 2

    def reset(self, slots: NDArray[np.intp]) -> None:
        """Forget the past of some slots: their mouths are the face's, and shut."""
        self._shown[slots] = 0
        self._weight[slots] = 0
        self._hushed[slots] = False
        self._hushes = bool(self._hushed.any())

    def hush(self, slots: NDArray[np.intp]) -> None:
        """Shut the mouths of some slots at the quick rate, as when somebody is cut short: within 60 ms, until speech comes again."""
        self._hushed[slots] = True
        self._hushes = True

    def blend(
        self,
        slots: NDArray[np.intp],
        shapes: NDArray[np.float32],
        *,
        speech: NDArray[np.float32],
        closure: NDArray[np.float32],
        weight: NDArray[np.float32],
        dt_secs: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Write the mouths of n different slots into their (n, 52) shapes, which hold the face's.

        `speech` (n, 52) and `closure` (n, 2) are what the rig makes of the voice now; `weight` (n,) is 1 where the voice has the mouth, 0
        where the face has it, and is eased here; `dt_secs` (n,) since the slot's last call, 0 or more. Returns (n,) how far each mouth is
        the voice's now, eased; to be read before the next call.
        """
        rows = slot_rows(slots)
        own = self._weight[rows]
        heard = np.count_nonzero(weight)
        if not (heard or np.count_nonzero(own)):
            return own
        step = np.maximum(dt_secs, _ZERO)
        away = own - weight
        if np.count_nonzero(away):  # a voice that has the mouth for a while has all of it
            own = self._eased(away, weight, step, ends=bool(heard < weight.size))
            self._weight[rows] = own

        # What a voice says in silence is noise: below the dead zone nothing, and no step where it begins to count.
        part = np.maximum.reduce(speech, axis=1)
        part -= self._dead
        part /= self._zone
        whole = not np.count_nonzero(part < _ONE)
        if not whole:
            np.maximum(part, _ZERO, out=part)
            np.minimum(part, _ONE, out=part)
            part *= part * (3 - 2 * part)
        shown = self._shown[rows]  # a view of a run of slots, a copy of others
        away, passed, comes = self._scratch(slots.size)
        if whole:
            np.subtract(speech, shown, out=away)
            falling = self._slow
        else:
            np.multiply(speech, column(part), out=away)
            away -= shown
            falling = part * self._slower
            falling += self._rest
        touch = np.maximum(closure[:, 0], closure[:, 1])
        np.minimum(touch, _ONE, out=touch)
        touch *= self._quick - falling
        touch += falling
        if self._hushes:
            self._hush(rows, part, touch)
        touch *= step
        passed[...] = np.expm1(touch, out=touch)[:, None]
        np.greater(away, _ZERO, out=comes)
        step *= self._quick
        np.copyto(passed, column(np.expm1(step, out=step)), where=comes)
        away *= passed
        shown -= away
        if not isinstance(rows, slice):
            self._shown[rows] = shown

        np.minimum(shapes, self._mood, out=away)
        np.maximum(away, shown, out=away)
        away -= shapes
        away *= np.multiply(column(own), self._spoken, out=passed)
        shapes += away
        return own

    def _eased(
        self, away: NDArray[np.float32], weight: NDArray[np.float32], step: NDArray[np.float32], *, ends: bool
    ) -> NDArray[np.float32]:
        """(n,) weights that were so far away, after a step."""
        kept = np.where(away < _ZERO, self._enter, self._leave)
        kept *= step
        away *= np.exp(kept, out=kept)
        away += weight
        if ends:
            away[(away < _LEAST) & (weight == 0)] = 0  # so that a mouth that nobody speaks with costs nothing
        return away

    def _hush(self, rows: slice | NDArray[np.intp], part: NDArray[np.float32], falling: NDArray[np.float32]) -> None:
        """Let mouths that are cut short fall at the quick rate, as long as nothing is said."""
        hushed = self._hushed[rows] & (part <= _ZERO)
        falling[hushed] = self._quick
        self._hushed[rows] = hushed
        self._hushes = bool(self._hushed.any())

    def _scratch(self, count: int) -> _Scratch:
        if count > self._room:
            self._room = count
            self._away, self._passed = (np.empty((count, SHAPES), np.float32) for _ in range(2))
            self._comes = np.empty((count, SHAPES), np.bool_)
        if count != self._cut[0].shape[0]:
            self._cut = self._away[:count], self._passed[:count], self._comes[:count]
        return self._cut
