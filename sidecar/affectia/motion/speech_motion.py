"""A voice's share in what an avatar shows: cross-fades, closures and visemes, all slots in one pass."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.motion.mouth_closure import CLOSURES, MouthClosure, MouthClosureOptions
from affectia.motion.speech_blend import SpeechBlend, SpeechBlendOptions
from affectia.motion.step_clock import StepClock
from affectia.signals.avatar_weights import AvatarWeights
from affectia.signals.speech_weights import SpeechWeights

_LONGEST_STEP_NANOS = 100 * NANOS_PER_MILLI  # of an avatar that had no voice, or no frame, for a while
_ONE: Final = np.array(1, np.float32)


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
        self._clock = StepClock(slots, longest_nanos=_LONGEST_STEP_NANOS)
        self._apart = np.zeros((slots, CLOSURES), np.float32)  # what lips show that nothing shuts
        self._apart.flags.writeable = False

    @property
    def lag_nanos(self) -> int:
        """How long after what the rig makes of a voice the avatar shows it."""
        return round(self._blend.lag_secs * NANOS_PER_SEC)

    def reset(self, slots: NDArray[np.intp]) -> None:
        """Forget what was said in some slots: their mouths are the face's at once."""
        self._blend.reset(slots)
        self._closure.reset(slots)
        self._clock.forget(slots)

    def spoken(self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64], weights: AvatarWeights) -> AvatarWeights:
        """The weights, the mouths of those that have a voice written over where they stand.

        The `closure` of what is returned is no longer what was demanded, but how far each touch is shown: what comes later keeps it.
        """
        speech = weights.speech
        if speech is None or not speech.rows.size:
            return weights
        rows, shapes, visemes = speech.rows, weights.shapes, weights.visemes
        everybody = rows.size == slots.size  # and then in their order, so that mouths are written where they stand
        if not everybody:
            slots, times_nanos, shapes, visemes = slots[rows], times_nanos[rows], shapes[rows], visemes[rows]
        dt_secs = self._clock.passed(slots, times_nanos)
        closure = speech.closure
        share = self._blend.blend(slots, shapes, speech=speech.shapes, closure=closure, weight=speech.weight, dt_secs=dt_secs)
        if np.count_nonzero(share < _ONE):
            closure = closure * share[:, None]
            away = speech.visemes - visemes
            away *= share[:, None]
            visemes += away
        else:
            visemes[...] = speech.visemes
        # After all that smooths: a p that never closes is the most visible fault of a spoken mouth.
        shut = self._closure.enforce(slots, shapes, closure=closure, dt_secs=dt_secs)
        if not everybody:
            weights.shapes[rows], weights.visemes[rows] = shapes, visemes
        shown = self._apart[: rows.size] if shut is None else shut
        said = SpeechWeights(rows, speech.shapes, shown, speech.visemes, speech.weight)
        return AvatarWeights(weights.channels, weights.groups, said, weights.acting)
