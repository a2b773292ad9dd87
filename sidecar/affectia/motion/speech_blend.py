"""A spoken mouth over a seen one: cross-fades from viseme to viseme, and from the face's mouth to the voice's and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ConfigError

SHAPES: Final = len(registry.BLENDSHAPES)

# A voice has the jaw, the lips and the tongue; cheeks and nose stay the face's.
_SPOKEN: Final = tuple(name.startswith(("jaw", "mouth", "tongue")) or name == "cheekPuff" for name in registry.BLENDSHAPES)
# What a seen mouth may go on showing through speech: its mood.
_MOOD: Final = ("mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight")
_LEAST: Final = np.float32(1e-4)  # nothing that is less than this can be seen


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
        self._spoken = np.array(_SPOKEN, np.float32)
        self._mood = np.array([options.mood_limit if name in _MOOD else 0.0 for name in registry.BLENDSHAPES], np.float32)
        self._zone = np.float32(options.full_zone - options.dead_zone)
        # Speech goes at the slow rate while it is there, at that of rest where it is not.
        self._quick, self._slow, self._rest = (np.float32(-1 / secs) for secs in (options.quick_secs, options.slow_secs, options.rest_secs))

    @property
    def lag_secs(self) -> float:
        """How long after a spoken mouth the shown one is there, on average of what comes and what goes."""
        return (self.options.quick_secs + self.options.slow_secs) / 2

    def reset(self, slots: NDArray[np.intp]) -> None:
        """Forget the past of some slots: their mouths are the face's, and shut."""
        self._shown[slots] = 0
        self._weight[slots] = 0
        self._hushed[slots] = False

    def hush(self, slots: NDArray[np.intp]) -> None:
        """Shut the mouths of some slots at the quick rate, as when somebody is cut short: within 60 ms, until speech comes again."""
        self._hushed[slots] = True

    def weights(self, slots: NDArray[np.intp]) -> NDArray[np.float32]:
        """(n,) how far the mouth of some slots is the voice's at the moment, eased."""
        return self._weight[slots]

    def blend(
        self,
        slots: NDArray[np.intp],
        shapes: NDArray[np.float32],
        *,
        speech: NDArray[np.float32],
        closure: NDArray[np.float32],
        weight: NDArray[np.float32],
        dt_secs: NDArray[np.float32],
    ) -> None:
        """Write the mouths of n different slots into their (n, 52) shapes, which hold the face's.

        `speech` (n, 52) and `closure` (n, 2) are what the rig makes of the voice now; `weight` (n,) is 1 where the voice has the mouth, 0
        where the face has it, and is eased here; `dt_secs` (n,) since the slot's last call, 0 or more.
        """
        own = self._weight[slots]
        if not (own.any() or weight.any()):
            return
        step = np.maximum(dt_secs, 0)
        options = self.options
        eased = np.where(weight > own, options.enter_secs, options.leave_secs).astype(np.float32)
        own -= weight
        own *= np.exp(-step / eased)
        own += weight
        own[(own < _LEAST) & (weight == 0)] = 0  # it ends, so that a mouth that nobody speaks with costs nothing
        self._weight[slots] = own

        # What a voice says in silence is noise: below the dead zone nothing, and no step where it begins to count.
        part = (speech.max(axis=1) - np.float32(options.dead_zone)) / self._zone
        np.clip(part, 0, 1, out=part)
        part *= part * (3 - 2 * part)
        shown = self._shown[slots]
        away = speech * part[:, None]
        away -= shown
        falling = self._rest + (self._slow - self._rest) * part
        falling += (self._quick - falling) * np.minimum(closure.max(axis=1), 1)
        hushed = self._hushed[slots]
        if hushed.any():
            hushed &= part == 0
            falling[hushed] = self._quick
            self._hushed[slots] = hushed
        passed = np.where(away > 0, self._quick, falling[:, None])
        passed *= step[:, None]
        np.expm1(passed, out=passed)
        away *= passed
        shown -= away
        self._shown[slots] = shown

        mouth = np.minimum(shapes, self._mood)
        np.maximum(mouth, shown, out=mouth)
        mouth -= shapes
        mouth *= own[:, None] * self._spoken
        shapes += mouth
