"""The shapes of one avatar on both sides of motion: as fusion holds them, and as they are published by the whole pipeline."""

from __future__ import annotations

import dataclasses
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

if (ROOT := str(Path(__file__).resolve().parents[2])) not in sys.path:  # where the fakes lie
    sys.path.insert(0, ROOT)

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC, FakeClock
from affectia.fusion.face_fusion import FaceFusion, FaceFusionOptions
from affectia.perception.voice.timing.dominance import viseme_loudness, viseme_weights
from affectia.perception.voice.timing.timed_visemes import TimedVisemes
from affectia.pipeline import Pipeline, PipelineOptions
from affectia.registry import Emotion
from affectia.rig.emotion.preferred_emotion import PreferredEmotion
from affectia.signals.voice_observations import FRAME_NANOS, VoiceObservations
from affectia.wire.avatar_frame import AvatarFrame
from face_takes import Take
from tests.unit.fakes import FakeTransport

_BITS = 16  # what is measured is motion, not what a byte rounds away
_VOICE_RATE_HZ = 16_000
_LOOK_AHEAD_NANOS = 40 * NANOS_PER_MILLI
_QUIET_SECS = 0.5  # before a line, so that its first closure finds a mouth that is used to nothing
_AVATAR = "a"


@dataclass(frozen=True)
class Curves:
    """`secs` (f,), `raw` (f, 52) as fusion holds it, `final` (f, 52) and `visemes` (f, 15) as published; of a line `raw` is None."""

    secs: NDArray[np.float64]
    final: NDArray[np.float32]
    visemes: NDArray[np.float32]
    raw: NDArray[np.float32] | None = None


def of_take(take: Take) -> Curves:
    """A face, ticked by every picture of it."""
    transport, clock, slots = FakeTransport(b"avatar/"), FakeClock(), np.zeros(1, np.intp)
    pipeline = _pipeline(transport, clock)
    fusion = FaceFusion(1, FaceFusionOptions())
    raw = []
    for faces in take.seen:
        captured_nanos = faces.captured_at_nanos + NANOS_PER_SEC
        seen = dataclasses.replace(faces, captured_at_nanos=captured_nanos)
        pipeline.tick(*pipeline.observe(slots, seen))
        fusion.observe(slots, seen)
        raw.append(fusion.state(slots, np.array([captured_nanos])).blendshapes[0].copy())
    return _curves(take.secs, transport.frames(_AVATAR), np.array(raw))


def of_line(timed: TimedVisemes, feeling: Emotion | None = None) -> Curves:
    """A voice that is heard saying a line, 60 frames a second, by an avatar that is told to feel something; `secs` are of the line."""
    transport, clock = FakeTransport(b"avatar/"), FakeClock()
    pipeline = _pipeline(transport, clock)
    now_nanos = clock.now_nanos()
    if feeling is not None:
        pipeline.acting.overlay.prefer(0, PreferredEmotion(np.eye(len(Emotion), dtype=np.float32)[feeling]), now_nanos)
    said, loud = viseme_weights(timed), viseme_loudness(timed)
    quiet = np.zeros((round(_QUIET_SECS * NANOS_PER_SEC / FRAME_NANOS), said.shape[1]), np.float32)
    quiet[:, 0] = 1
    nothing = quiet[:, 1]
    visemes, loudness = np.vstack((quiet, said, quiet)), np.concatenate((nothing, loud, nothing))
    speaking = np.concatenate((nothing, np.ones(len(said), np.float32), nothing))
    for row in range(len(visemes)):
        starts_at_nanos = now_nanos + row * FRAME_NANOS
        clock.advance(nanos=max(0, starts_at_nanos + _LOOK_AHEAD_NANOS - clock.now_nanos()))
        at = slice(row, row + 1)
        samples = np.array([row * _VOICE_RATE_HZ // 100])
        parts = (visemes[at], loudness[at], speaking[at], samples, _VOICE_RATE_HZ, _LOOK_AHEAD_NANOS)
        pipeline.hear(0, VoiceObservations(starts_at_nanos, *parts), clock.now_nanos())
        while (due := pipeline.voice_slots(clock.now_nanos()))[0].size:
            pipeline.tick(*due)
    frames = [frame for frame in transport.frames(_AVATAR) if frame.audio_sample is not None]
    secs = np.array([frame.audio_sample or 0 for frame in frames]) / _VOICE_RATE_HZ - _QUIET_SECS
    return _curves(secs, frames)


def _curves(secs: NDArray[np.float64], frames: list[AvatarFrame], raw: NDArray[np.float32] | None = None) -> Curves:
    shapes, visemes = zip(*((frame.blendshape_weights(), frame.viseme_weights()) for frame in frames), strict=True)
    return Curves(secs, np.array(shapes), np.array(visemes), raw)


def _pipeline(transport: FakeTransport, clock: FakeClock) -> Pipeline:
    pipeline = Pipeline(transport, clock, PipelineOptions(slots=1))
    pipeline.open_slot(0, _AVATAR, precision_bits=_BITS, rate_hz=60, smoothing=1)
    return pipeline
