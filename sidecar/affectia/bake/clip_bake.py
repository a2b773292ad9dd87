"""A clip into a track: what moves the mouth - the sound, a timing, or words and the sound - and the chunks that come of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.bake.bake_options import TIMING_RATE_HZ, BakeOptions
from affectia.bake.bake_timing import BakeTiming
from affectia.bake.mouth_track import MouthTrackMaker
from affectia.capture.audio_clip import AudioClip
from affectia.clock import NANOS_PER_SEC
from affectia.perception.voice.heard_frames import HeardFrames
from affectia.perception.voice.timing.dominance import viseme_loudness, viseme_weights
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.signals.voice_observations import FRAME_NANOS, VISEMES
from affectia.wire.track_chunk import SHAPE_PLACES, TrackChunk, quantized

CHUNK_SECS: Final = 1  # of a track: each chunk starts at a whole sample, whatever the rates

ROWS_PER_SEC: Final = NANOS_PER_SEC // FRAME_NANOS
_SIL: Final = registry.VISEMES.index("sil")
# Of a word's visemes. English words spelled out between their times have 65 % of the frames and 97 % of the closures right (thirty lines
# of LJ Speech), which is no less than hearing gives; more than half, so that a closure that only the spelling knows comes whole.
_SPELLED_SHARE: Final = 0.6


@dataclass(frozen=True, slots=True)
class ClipVisemes:
    """What moves the mouth: `visemes` (k, 15) at 100 Hz, `loudness` (k,) 0..1, and in words where it is from.

    `degraded`: from the loudness alone, because there is no viseme network.
    """

    visemes: NDArray[np.float32]
    loudness: NDArray[np.float32]
    made_from: str
    degraded: bool = False


def bake_clip(
    clip: AudioClip | None,
    *,
    engine: VoiceEngine | None,
    timing: BakeTiming | None = None,
    options: BakeOptions | None = None,
    stream_id: int = 0,
) -> list[TrackChunk]:
    """The chunks of the track of a clip, one second each; the same input has the same chunks.

    Of a clip there must be an engine; without one there must be a timing, and samples count at TIMING_RATE_HZ. Frame k is of the instant
    k / frame_rate_hz of the sound; the last one stands before its end, where the mouth is shut.
    """
    found = clip_visemes(clip, engine=engine, timing=timing)
    secs = len(found.visemes) / ROWS_PER_SEC if clip is None else clip.duration_secs
    return track_chunks(
        found,
        duration_secs=secs,
        sample_rate_hz=TIMING_RATE_HZ if clip is None else clip.source_rate_hz,
        options=options or BakeOptions(),
        stream_id=stream_id,
    )


def clip_visemes(clip: AudioClip | None, *, engine: VoiceEngine | None, timing: BakeTiming | None) -> ClipVisemes:
    """What moves the mouth of a clip.

    A timing of visemes or phones is taken instead of what is heard; the sound gives the loudness. Within timed words what is heard and
    what their spelling says are mixed: the one knows when, the other what. Without a network, or without sound, the spelling is taken
    alone. Between words there is silence, whatever is heard.
    """
    if clip is None:
        assert timing is not None
        return ClipVisemes(viseme_weights(timing.visemes), viseme_loudness(timing.visemes), _told_by(timing))
    assert engine is not None
    heard = hear_clip(clip, engine)
    if timing is None:
        made_from = "visemes of the sound" if engine.has_visemes else "loudness of the sound"
        return ClipVisemes(heard.visemes, heard.loudness, made_from, degraded=not engine.has_visemes)
    spelled = viseme_weights(timing.visemes, clip_secs=heard.count / ROWS_PER_SEC)
    if timing.is_words and engine.has_visemes:
        inside = timing.inside_words(heard.count)[:, None]
        said = heard.visemes * inside
        said[:, _SIL] += 1 - inside[:, 0]
        visemes = np.asarray(said + _SPELLED_SHARE * (spelled - said), np.float32)
        return ClipVisemes(visemes, heard.loudness, "visemes of the sound and spelling of the timed words")
    return ClipVisemes(spelled, heard.loudness, f"{_told_by(timing)}, loudness of the sound")


def hear_clip(clip: AudioClip, engine: VoiceEngine) -> HeardFrames:
    """What is heard of a clip from its first sample to its last, frame k at sample k * 160 of `clip.pcm`."""
    stream = engine.new_stream()
    try:
        return HeardFrames.joined([*engine.hear([stream], [clip.pcm]), *engine.finish([stream])])
    finally:
        stream.close()


def track_chunks(
    found: ClipVisemes,
    *,
    duration_secs: float,
    sample_rate_hz: int,
    options: BakeOptions,
    stream_id: int,
    felt: NDArray[np.float32] | None = None,
) -> list[TrackChunk]:
    """The chunks of a mouth that is moved so, as long as the sound is; `felt` (frames, 52) of it as `felt_track.py` has it."""
    rate_hz = options.frame_rate_hz
    frames = frames_of(duration_secs, rate_hz)
    # Shut mouth behind the last row, so that there are frames up to the end of the sound.
    missing = max(0, math.ceil(frames / rate_hz * ROWS_PER_SEC) + 1 - len(found.visemes))
    silence = np.zeros((missing, VISEMES), np.float32)
    silence[:, _SIL] = 1
    loudness = np.pad(found.loudness, (0, missing))
    track = MouthTrackMaker().track(np.concatenate((found.visemes, silence)), loudness, frame_rate_hz=rate_hz)
    if felt is not None:
        from affectia.bake.felt_track import lay_over  # what a line without emotions does not need, it does not wait for

        lay_over(track.shapes[:frames], felt, track.visemes[:frames], frame_rate_hz=rate_hz)
    step = rate_hz * CHUNK_SECS
    chunks: list[TrackChunk] = []
    for first in range(0, frames, step):
        part = slice(first, min(first + step, frames))
        blendshapes, visemes = quantized(track.shapes[part][:, SHAPE_PLACES], track.visemes[part])
        chunks.append(
            TrackChunk(
                stream_id=stream_id,
                sequence=len(chunks),
                start_sample=first // rate_hz * sample_rate_hz,
                sample_rate_hz=sample_rate_hz,
                frame_rate_hz=rate_hz,
                blendshapes=blendshapes,
                visemes=visemes,
                end=part.stop == frames,
                degraded=found.degraded,
            )
        )
    return chunks


def frames_of(duration_secs: float, frame_rate_hz: int) -> int:
    """How many frames the track of a sound has, one at least."""
    return max(1, math.ceil(duration_secs * frame_rate_hz - 1e-6))


def _told_by(timing: BakeTiming) -> str:
    return "spelling of the timed words" if timing.is_words else "visemes of the timing"
