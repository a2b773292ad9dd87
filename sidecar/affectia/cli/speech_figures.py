"""What a run came to that a voice spoke in: how much was spoken, whose the mouth was, what it did, and how late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.cli.affect_recording import AffectCurves
from affectia.cli.recording import NO_SAMPLE, Curves
from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.rig.lip_gap import lip_gap

SPEAKS: Final = 0.5
JUMP_MILLIS: Final = 100.0  # of the sound against the time of the frames: far more than a busy machine makes it late
_SETTLED_SECS: Final = 0.25  # a mouth is still on its way for so long after speech
_SHUT_GAP: Final = 0.06  # of lip_gap: below it lips are hardly seen to be apart


@dataclass(frozen=True, slots=True)
class SpeechFigures:
    """Shares are 0..1, None where there was nothing to tell; frames are those of the whole run.

    `by_voice_count` frames had the voice's mouth, whose strongest viseme was one of `visemes_seen` and changed `changes_per_sec` times.
    Of `silent_count` frames that lay away from speech `silent_by_voice_count` had the voice's mouth, `silent_shut_share` of them shut.
    `backward_count` and `jump_count` tell where audio_sample went back, or was more than JUMP_MILLIS from where the time of its frames
    was; the latter is None where nobody told its rate. Percentiles are of `Curves.sound_delay_millis`.
    """

    speaking_share: float | None
    by_voice_count: int
    visemes_seen: int
    changes_per_sec: float | None
    silent_count: int
    silent_by_voice_count: int
    silent_shut_share: float | None
    backward_count: int
    jump_count: int | None
    delay_p50_millis: float | None
    delay_p95_millis: float | None


def speech_figures(curves: Curves, affect: AffectCurves, *, audio_rate_hz: int | None = None) -> SpeechFigures | None:
    """The figures of at least one frame, None where no voice was listened to; `audio_rate_hz` is what audio_sample counts in."""
    by_voice = curves.by_voice
    speaking = speaking_at(curves.take.times_nanos, affect)
    known = np.isfinite(speaking)
    if not by_voice.any() and not known.any():
        return None
    silent = _away_from_speech(curves.take.times_nanos, speaking)
    silent_by_voice = silent & by_voice
    shut = lip_gap(curves.take.blendshapes[silent_by_voice]) < _SHUT_GAP
    delays = curves.sound_delay_millis[by_voice]
    backward, jumps = _breaks(curves, audio_rate_hz)
    return SpeechFigures(
        speaking_share=float((speaking[known] >= SPEAKS).mean()) if known.any() else None,
        by_voice_count=int(by_voice.sum()),
        visemes_seen=int(np.unique(curves.visemes[by_voice].argmax(axis=1)).size),
        changes_per_sec=_changes_per_sec(curves),
        silent_count=int(silent.sum()),
        silent_by_voice_count=int(silent_by_voice.sum()),
        silent_shut_share=float(shut.mean()) if shut.size else None,
        backward_count=backward,
        jump_count=jumps,
        delay_p50_millis=float(np.percentile(delays, 50)) if delays.size else None,
        delay_p95_millis=float(np.percentile(delays, 95)) if delays.size else None,
    )


def speaking_at(times_nanos: NDArray[np.int64], affect: AffectCurves) -> NDArray[np.float32]:
    """(n,) the probability that held at these times: that of the update before; NaN before the first one."""
    places = np.searchsorted(affect.times_nanos, times_nanos, side="right")
    return np.concatenate((np.full(1, np.nan, np.float32), affect.speaking))[places]


def _away_from_speech(times_nanos: NDArray[np.int64], speaking: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where nobody speaks, and nobody did a moment ago."""
    before = np.where(speaking >= SPEAKS, times_nanos, np.iinfo(np.int64).min // 2)
    since_nanos = times_nanos - np.maximum.accumulate(before)
    away: NDArray[np.bool_] = (speaking < SPEAKS) & (since_nanos > _SETTLED_SECS * NANOS_PER_SEC)
    return away


def _changes_per_sec(curves: Curves) -> float | None:
    """Over the time in which one frame of the voice follows another."""
    follows = curves.by_voice[1:] & curves.by_voice[:-1]
    secs = float(np.diff(curves.take.times_nanos)[follows].sum()) / NANOS_PER_SEC
    changes = np.diff(curves.visemes.argmax(axis=1)) != 0
    return float((changes & follows).sum()) / secs if secs > 0 else None


def _breaks(curves: Curves, audio_rate_hz: int | None) -> tuple[int, int | None]:
    """How often audio_sample went back, and how often it was not where the time of the frames was."""
    there = curves.audio_samples != NO_SAMPLE
    samples, times_nanos = np.diff(curves.audio_samples[there]), np.diff(curves.take.times_nanos[there])
    backward = int((samples < 0).sum())
    if not audio_rate_hz:
        return backward, None
    off_millis = samples * (NANOS_PER_SEC / NANOS_PER_MILLI / audio_rate_hz) - times_nanos / NANOS_PER_MILLI
    return backward, int((np.abs(off_millis) > JUMP_MILLIS).sum())
