"""From the visemes of a whole clip to the frames of its mouth: the chain of a live voice, without its lag, because the future is known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.bake.bake_options import BakeOptions
from affectia.clock import NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.motion.mouth_closure import MouthClosure, MouthClosureOptions
from affectia.motion.speech_blend import SpeechBlend, SpeechBlendOptions
from affectia.rig.speech_mouth import SpeechMouth
from affectia.signals.voice_observations import FRAME_NANOS, VISEMES

USUAL_LOUDNESS: Final = 0.7
"""Of speech of which only the timing is known."""

_ROW_SECS: Final = FRAME_NANOS / NANOS_PER_SEC
_SIL: Final = registry.VISEMES.index("sil")
_SHAPES: Final = len(registry.BLENDSHAPES)
_WARM_UP_SECS: Final = 0.8  # in which the mouth forgets what was before: exp(-0.8 / rest_secs) is below what a byte can show
_LEAST_LANE: Final = 32  # frames


@dataclass(frozen=True, slots=True)
class MouthTrack:
    """Frames of a mouth, f of them: frame i is of the instant i / `frame_rate_hz` of the sound.

    `shapes` (f, 52) and `visemes` (f, 15) float32; shapes that are not of the mouth are 0, each row of visemes sums to 1.
    """

    frame_rate_hz: int
    shapes: NDArray[np.float32]
    visemes: NDArray[np.float32]


class MouthTrackMaker:
    """Makes tracks, one after the other; one thread. The same input makes the same bytes.

    The filters of live speech run over the clip with what they will hear `lag_secs` later, so what they show is on time; a closure is
    whole when it is demanded, not 25 ms after. A clip is cut into lanes that run side by side, each begun early enough to have forgotten
    where it began: that makes a minute a matter of 20 ms.
    """

    def __init__(
        self,
        *,
        mouth: SpeechMouth | None = None,
        blend: SpeechBlendOptions | None = None,
        closure: MouthClosureOptions | None = None,
    ) -> None:
        self._mouth = mouth or SpeechMouth()
        self._blend = blend or SpeechBlendOptions()
        self._closure = closure or MouthClosureOptions()

    def track(self, visemes: NDArray[np.float32], loudness: NDArray[np.float32] | None = None, *, frame_rate_hz: int = 60) -> MouthTrack:
        """The mouth of (k, 15) viseme weights, 100 rows a second, with (k,) loudness 0..1; before and behind them it is shut.

        Raises ConfigError for arrays of other sizes, and for a frame rate that BakeOptions refuse.
        """
        BakeOptions(frame_rate_hz)
        count = visemes.shape[0]
        if loudness is None:
            loudness = np.full(count, USUAL_LOUDNESS, np.float32)
        if visemes.shape != (count, VISEMES) or loudness.shape != (count,):
            raise ConfigError(f"visemes are {visemes.shape} and loudness {loudness.shape}, expected (k, {VISEMES}) and (k,)")
        rows = _Rows(visemes.astype(np.float32), loudness.astype(np.float32))
        frames = math.ceil(count * _ROW_SECS * frame_rate_hz - 1e-9)
        warm_up = math.ceil(_WARM_UP_SECS * frame_rate_hz)
        lane = max(_LEAST_LANE, math.isqrt(frames))
        lanes = max(1, -(-frames // lane))
        # Every frame of every lane, and the warm-up before the first of them.
        instants = (np.arange(lanes * lane + warm_up) - warm_up) / frame_rate_hz
        blend = SpeechBlend(lanes, self._blend)
        heard, loud = rows.at(instants + blend.lag_secs)
        spoken = self._mouth.shapes(heard, loud)
        closures = rows.largest(self._mouth.table.closure_strength, instants + self._closure.close_secs, 1 / frame_rate_hz)
        shown = self._run(blend, spoken.shapes, closures, lane=lane, warm_up=warm_up, dt_secs=1 / frame_rate_hz)
        return MouthTrack(frame_rate_hz, shown[:frames], _normalised(rows.at(instants[warm_up : warm_up + frames])[0]))

    def _run(
        self, blend: SpeechBlend, shapes: NDArray[np.float32], closures: NDArray[np.float32], *, lane: int, warm_up: int, dt_secs: float
    ) -> NDArray[np.float32]:
        """(lanes * lane, 52): the filters' answer to the same frames with the warm-up before them."""
        lanes = (shapes.shape[0] - warm_up) // lane
        table = self._mouth.table
        closure = MouthClosure(lanes, floors=table.closure_floors, jaw_caps=table.closure_jaw_caps, options=self._closure)
        slots, starts = np.arange(lanes), np.arange(lanes) * lane
        weight, step = np.ones(lanes, np.float32), np.full(lanes, dt_secs, np.float32)
        shown = np.zeros((lanes, lane, _SHAPES), np.float32)
        warming = np.zeros((lanes, _SHAPES), np.float32)
        for frame in range(warm_up + lane):
            demand = closures[starts + frame]
            out = warming if frame < warm_up else shown[:, frame - warm_up]
            blend.blend(slots, out, speech=shapes[starts + frame], closure=demand, weight=weight, dt_secs=step)
            closure.enforce(slots, out, closure=demand, dt_secs=step)
            if out is warming:
                warming[:] = 0
        return shown.reshape(-1, _SHAPES)


class _Rows:
    """The rows of a clip with silence around them, at any instant."""

    def __init__(self, visemes: NDArray[np.float32], loudness: NDArray[np.float32]) -> None:
        broken = ~np.isfinite(visemes).all(axis=1)
        self._visemes = np.zeros((visemes.shape[0] + 2, VISEMES), np.float32)
        self._visemes[1:-1] = visemes
        self._visemes[1:-1][broken] = 0
        self._visemes[[0, -1], _SIL] = 1
        self._visemes[1:-1][broken, _SIL] = 1
        self._loudness = np.pad(np.where(np.isfinite(loudness), loudness, np.float32(0)), 1)

    def at(self, instants_secs: NDArray[np.float64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(m, 15) and (m,), between the rows in equal measure."""
        place = np.clip(instants_secs / _ROW_SECS + 1, 0, self._visemes.shape[0] - 1)
        first = np.minimum(place.astype(np.intp), self._visemes.shape[0] - 2)
        share = (place - first).astype(np.float32)
        visemes = self._visemes[first] + share[:, None] * (self._visemes[first + 1] - self._visemes[first])
        return visemes, self._loudness[first] + share * (self._loudness[first + 1] - self._loudness[first])

    def largest(self, strength: NDArray[np.float32], instants_secs: NDArray[np.float64], span_secs: float) -> NDArray[np.float32]:
        """(m, 2) the largest demand for closures in the `span_secs` up to each instant, so that none falls between two frames."""
        demands = self._visemes @ strength
        found = self.at(instants_secs)[0] @ strength
        last = np.clip(np.floor(instants_secs / _ROW_SECS + 1e-6) + 1, 0, demands.shape[0] - 1).astype(np.intp)
        before = np.clip(np.floor((instants_secs - span_secs) / _ROW_SECS + 1e-6) + 1, 0, demands.shape[0] - 1).astype(np.intp)
        for back in range(int((last - before).max(initial=0))):
            np.maximum(found, demands[np.maximum(last - back, 0)], out=found, where=(last - back > before)[:, None])
        return found


def _normalised(visemes: NDArray[np.float32]) -> NDArray[np.float32]:
    visemes /= np.maximum(visemes.sum(axis=1, keepdims=True), 1e-6)
    return visemes
