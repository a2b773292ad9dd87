"""How far the lips are apart: one rig, the sidecar's, for every system and for the reference, so that only their visemes differ."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.motion.mouth_closure import MouthClosure
from affectia.motion.speech_blend import SHAPES, SpeechBlend
from affectia.rig.lip_gap import lip_gap
from affectia.rig.speech_mouth import SpeechMouth

USUAL_LOUDNESS: Final = 0.7
_FRAME_SECS: Final = 0.01
_AA: Final = registry.VISEMES.index("aa")


def held(weights: NDArray[np.floating]) -> NDArray[np.float64]:
    """(n,) of (n, 15) weights, spoken at the usual loudness: 0 shut, 1 as for an a; nothing moves between the rows."""
    loudness = np.full(len(weights), USUAL_LOUDNESS, np.float32)
    return _against_aa(SpeechMouth().shapes(_summed_to_one(weights), loudness).shapes)


def shown(visemes: Sequence[NDArray[np.float32]], loudness: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float64]]:
    """The same of several clips, rows every 10 ms, as an avatar shows it: cross-fades, closures and dead zone included."""
    rig, clips = SpeechMouth(), len(visemes)
    blend = SpeechBlend(clips)
    closing = MouthClosure(clips, floors=rig.table.closure_floors, jaw_caps=rig.table.closure_jaw_caps)
    gaps = [np.zeros(len(rows)) for rows in visemes]
    for frame in range(max(map(len, visemes))):
        going = [slot for slot, rows in enumerate(visemes) if frame < len(rows)]
        slots = np.array(going)
        spoken = rig.shapes(np.stack([visemes[slot][frame] for slot in going]), np.stack([loudness[slot][frame] for slot in going]))
        mouths = np.zeros((len(slots), SHAPES), np.float32)
        weight, dt_secs = np.ones(len(slots), np.float32), np.full(len(slots), _FRAME_SECS, np.float32)
        blend.blend(slots, mouths, speech=spoken.shapes, closure=spoken.closure, weight=weight, dt_secs=dt_secs)
        closing.enforce(slots, mouths, closure=spoken.closure, dt_secs=dt_secs)
        for slot, gap in zip(going, _against_aa(mouths), strict=True):
            gaps[slot][frame] = gap
    return gaps


@functools.cache
def openness() -> NDArray[np.float64]:
    """(15,) how far each viseme alone parts the lips."""
    return held(np.eye(len(registry.VISEMES)))


def _against_aa(shapes: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.asarray(np.minimum(lip_gap(shapes) / _gap_of_aa(), 1.0), np.float64)


@functools.cache
def _gap_of_aa() -> float:
    weights = np.eye(len(registry.VISEMES), dtype=np.float32)[[_AA]]
    return float(lip_gap(SpeechMouth().shapes(weights, np.array([USUAL_LOUDNESS], np.float32)).shapes)[0])


def _summed_to_one(weights: NDArray[np.floating]) -> NDArray[np.float32]:
    """What a rig expects; peers may claim more than one viseme whole while one fades into the next."""
    return np.asarray(weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-6), np.float32)
