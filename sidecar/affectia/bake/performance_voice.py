"""The voice of a line in a performance: its sound heard whole, then given away frame by frame, as if it sounded."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.bake.bake_options import TIMING_RATE_HZ
from affectia.bake.bake_timing import bake_timing, timing_content
from affectia.bake.bake_voice import BakeVoice
from affectia.bake.clip_bake import ROWS_PER_SEC, clip_visemes, hear_clip
from affectia.bake.performance_script import SpokenLine
from affectia.capture.audio_clip import AudioClip, read_audio_clip
from affectia.errors import ConfigError
from affectia.perception.voice.heard_frames import LOOK_AHEAD_NANOS
from affectia.signals.audio_sample import VOICE_RATE_HZ
from affectia.signals.voice_observations import FRAME_NANOS, VoiceObservations

SILENCE_SECS: Final = 0.5
"""What is heard behind a line: a mouth that stops shuts by hearing nothing."""

_SIL: Final = registry.VISEMES.index("sil")


@dataclass(frozen=True, slots=True)
class PerformanceVoice:
    """What is heard of a line, k frames of 10 ms from its first sample on, with silence behind it.

    `secs` is the line alone. `pcm` (n,) is its sound at VOICE_RATE_HZ, empty where there is none. `made_from` says in words what moves the
    mouth, `notices` what is wrong.
    """

    secs: float
    pcm: NDArray[np.float32]
    visemes: NDArray[np.float32]
    loudness: NDArray[np.float32]
    speaking: NDArray[np.float32]
    source_rate_hz: int
    made_from: str
    degraded: bool
    notices: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many frames there are."""
        return int(self.loudness.size)

    def observations(self, first: int, end: int, *, starts_at_nanos: int) -> VoiceObservations:
        """Frames from `first` to before `end`, of a line that starts at an instant."""
        part = slice(first, end)
        samples = np.arange(first, end, dtype=np.int64) * self.source_rate_hz // ROWS_PER_SEC
        return VoiceObservations(
            starts_at_nanos + first * FRAME_NANOS,
            self.visemes[part],
            self.loudness[part],
            self.speaking[part],
            samples,
            self.source_rate_hz,
            LOOK_AHEAD_NANOS,
            degraded=self.degraded,
        )


def hear_line(line: SpokenLine, *, sound: Path | None, timing: Path | None, voice: BakeVoice) -> PerformanceVoice:
    """Hear a line whole; times of a timing are those of the whole sound. The same line is heard the same.

    Raises CaptureError for a sound or a timing that cannot be read, ConfigError for one that means nothing or is shorter than asked.
    """
    clip = None if sound is None else read_audio_clip(sound)
    timed = None
    if timing is not None:
        timed = bake_timing(timing_content(timing), timing, clip_secs=None if clip is None else clip.duration_secs)
    whole_secs = clip.duration_secs if clip is not None else timed.visemes.duration_secs if timed is not None else 0.0
    ends_secs = whole_secs if line.to_secs is None else line.to_secs
    if not line.from_secs < ends_secs <= whole_secs:
        path = sound or timing
        raise ConfigError(f"sound is {whole_secs:.2f} s long, expected {max(line.from_secs, ends_secs):.2f} at least: {path}")
    # With a timing the whole is heard and then cut, so that the times are right; else the part alone, as if nothing were before it.
    if clip is not None and timed is None:
        clip = _cut(clip, line.from_secs, ends_secs)
        cut = slice(0, None)
    else:
        cut = slice(round(line.from_secs * ROWS_PER_SEC), round(ends_secs * ROWS_PER_SEC))
    found = clip_visemes(clip, engine=None if clip is None else voice.engine, timing=timed)
    speaking = (found.visemes[:, _SIL] < 0.5).astype(np.float32) if clip is None else hear_clip(clip, voice.engine).speaking
    count = round(SILENCE_SECS * ROWS_PER_SEC)
    silence = np.zeros((count, len(registry.VISEMES)), np.float32)
    silence[:, _SIL] = 1
    none = np.zeros(count, np.float32)
    notices = (*(clip.notices if clip else ()), *(timed.visemes.notices if timed else ()))
    if clip is not None and voice.engine.notice:
        notices = (*notices, voice.engine.notice)
    pcm = np.zeros(0, np.float32) if clip is None else clip.pcm if timed is None else _cut(clip, line.from_secs, ends_secs).pcm
    return PerformanceVoice(
        secs=ends_secs - line.from_secs,
        pcm=pcm,
        visemes=np.concatenate((found.visemes[cut], silence)),
        loudness=np.concatenate((found.loudness[cut], none)),
        speaking=np.concatenate((speaking[cut], none)),
        source_rate_hz=TIMING_RATE_HZ if clip is None else clip.source_rate_hz,
        made_from=found.made_from,
        degraded=found.degraded,
        notices=notices,
    )


def _cut(clip: AudioClip, from_secs: float, to_secs: float) -> AudioClip:
    part = slice(round(from_secs * VOICE_RATE_HZ), round(to_secs * VOICE_RATE_HZ))
    return dataclasses.replace(
        clip, pcm=np.ascontiguousarray(clip.pcm[part]), source_sample_count=round((to_secs - from_secs) * clip.source_rate_hz)
    )
