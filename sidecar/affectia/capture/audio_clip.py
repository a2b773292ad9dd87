"""A whole file of sound at once: a spoken line, or the sound track of a video."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.capture.audio_decoder import AudioDecoder
from affectia.capture.sound_watch import SoundWatch
from affectia.capture.voice_resampler import VoiceResampler
from affectia.errors import CaptureError

LONGEST_SECS: Final = 30 * 60.0
_LEAST_MISSING_SECS: Final = 0.1  # encoders round the length that they declare to their own frames of some 20 to 60 ms


@dataclass(frozen=True, slots=True)
class AudioClip:
    """Sound that was read whole; nobody writes to `pcm`.

    `pcm` (n,) float32, mono, -1..1, finite, at `VOICE_RATE_HZ`; its sample k is the file's sample k * source_rate_hz / 16000.
    `source_sample_count` is the length in the file's own rate. `notices` says in words what is wrong with the sound: it can be used all
    the same.
    """

    pcm: NDArray[np.float32]
    source_rate_hz: int
    source_sample_count: int
    channels: int
    notices: tuple[str, ...] = ()

    @property
    def duration_secs(self) -> float:
        """How long it is."""
        return self.source_sample_count / self.source_rate_hz


def read_audio_clip(path: Path, *, longest_secs: float = LONGEST_SECS) -> AudioClip:
    """Decode a file to its end, several hundred times faster than it plays; any thread.

    Raises CaptureError, with the path last, where it is no file, has no sound, or is longer than `longest_secs`.
    """
    decoder = AudioDecoder(path)
    if decoder.declared_secs > longest_secs:
        raise _too_long(decoder.declared_secs, longest_secs, path)
    resampler = VoiceResampler(decoder.rate_hz)
    watch = SoundWatch(decoder.rate_hz)
    parts: list[NDArray[np.float32]] = []
    for samples in decoder.blocks():
        watch.look(samples)
        parts.append(resampler.push(samples))
        if resampler.taken_count > longest_secs * decoder.rate_hz:
            raise _too_long(resampler.taken_count / decoder.rate_hz, longest_secs, path)
    watch.finish()
    count = resampler.taken_count
    if count == 0:
        raise CaptureError(f"file has no sound that can be decoded, expected some: {path}")
    parts.append(resampler.flush())
    pcm = np.clip(np.concatenate(parts), -1, 1)  # a filter may swing a little beyond what it was given
    return AudioClip(pcm, decoder.rate_hz, count, decoder.channels, _notices(decoder, watch, count / decoder.rate_hz))


def _notices(decoder: AudioDecoder, watch: SoundWatch, secs: float) -> tuple[str, ...]:
    found = []
    if not watch.was_heard:
        found.append("silent")
    if watch.was_overdriven:
        found.append("clipped")
    if secs < decoder.declared_secs - _LEAST_MISSING_SECS:
        found.append(f"truncated: decoded {secs:.1f} of {decoder.declared_secs:.1f} s")
    if decoder.damaged_count:
        found.append(f"damaged: {decoder.damaged_count} packets could not be decoded")
    if decoder.filled_count:
        found.append(f"incomplete: {decoder.filled_count / decoder.rate_hz:.1f} s are missing and were made silent")
    if decoder.wrong_count:
        found.append(f"{decoder.wrong_count} samples are no numbers")
    return tuple(found)


def _too_long(secs: float, longest_secs: float, path: Path) -> CaptureError:
    return CaptureError(f"sound is {secs / 60:.1f} min long, expected at most {longest_secs / 60:.0f} min: {path}")
