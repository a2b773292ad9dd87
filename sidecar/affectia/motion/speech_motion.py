"""A voice's share in what an avatar shows: cross-fades, closures and visemes, all slots in one pass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.motion.mouth_closure import MouthClosure, MouthClosureOptions
from affectia.motion.speech_blend import SpeechBlend, SpeechBlendOptions
from affectia.signals.avatar_weights import AvatarWeights

_LONGEST_STEP_NANOS = 100 * NANOS_PER_MILLI  # of an avatar that had no voice, or no frame, for a while


class SpeechMotion:
    """Puts the mouths of voices over those of faces, which are smoothed already; one thread.

    `floors` and `jaw_caps` are what the rig says of closures (`MouthClosure`).
    """

    def __init__(
        self,
        slots: int,
        *,
        floors: NDArray[np.float32],
        jaw_caps: NDArray[np.float32],
        blend: SpeechBlendOptions | None = None,
        closure: MouthClosureOptions | None = None,
    ) -> None:
        self._blend = SpeechBlend(slots, blend)
        self._closure = MouthClosure(slots, floors=floors, jaw_caps=jaw_caps, options=closure)
        self._last_nanos = np.zeros(slots, np.int64)

    @property
    def lag_nanos(self) -> int:
        """How long after what the rig makes of a voice the avatar shows it."""
        return round(self._blend.lag_secs * NANOS_PER_SEC)

    def reset(self, slots: NDArray[np.intp]) -> None:
        """Forget what was said in some slots: their mouths are the face's at once."""
        self._blend.reset(slots)
        self._closure.reset(slots)
        self._last_nanos[slots] = 0

    def spoken(self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64], weights: AvatarWeights) -> AvatarWeights:
        """The weights, the mouths of those that have a voice written over where they stand."""
        speech = weights.speech
        if speech is None:
            return weights
        rows = speech.rows
        heard, times_nanos = slots[rows], times_nanos[rows]
        passed_nanos = np.minimum(times_nanos - self._last_nanos[heard], _LONGEST_STEP_NANOS)
        dt_secs = (passed_nanos / NANOS_PER_SEC).astype(np.float32)
        self._last_nanos[heard] = times_nanos
        mouths = weights.shapes[rows]
        self._blend.blend(heard, mouths, speech=speech.shapes, closure=speech.closure, weight=speech.weight, dt_secs=dt_secs)
        share = self._blend.weights(heard)[:, None]
        # After all that smooths: a p that never closes is the most visible fault of a spoken mouth.
        self._closure.enforce(heard, mouths, closure=speech.closure * share, dt_secs=dt_secs)
        weights.shapes[rows] = mouths
        visemes = weights.visemes[rows]
        visemes += share * (speech.visemes - visemes)
        weights.visemes[rows] = visemes
        return weights
