"""What a running microphone says, block by block: mono at 16 kHz, with the time at which it sounded."""

from __future__ import annotations

import sys

import numpy as np

from affectia.capture.block_ring import HeardBlock
from affectia.capture.microphone_fault import MicrophoneFault
from affectia.capture.pcm import as_float
from affectia.capture.sound_clock import SoundClock
from affectia.capture.sound_watch import SoundWatch
from affectia.capture.voice_resampler import VoiceResampler
from affectia.clock import NANOS_PER_SEC
from affectia.signals.audio_sample import VOICE_RATE_HZ, AudioSample


def silence_step(platform: str = sys.platform) -> str:
    """What a person can do about silence; some systems hand out zeros where they do not allow to listen."""
    may_be_forbidden = platform in ("darwin", "win32")
    return "turn it on or up" + (f", or {MicrophoneFault.NO_PERMISSION.next_step(platform)}" if may_be_forbidden else "")


class MicrophoneVoice:
    """One opening of one microphone; one thread. After a gap the stream begins anew where the device has got to in the meantime.

    `finding` is what is wrong with the sound now, as the end of a sentence; empty when nothing is. `wrong_count` counts samples that
    were no number.
    """

    def __init__(self, rate_hz: int, *, silent_secs: float) -> None:
        self._rate_hz = rate_hz
        self._resampler = VoiceResampler(rate_hz)
        self._clock = SoundClock(rate_hz)
        self._watch = SoundWatch(rate_hz, silent_secs=silent_secs)
        self._base = 0  # where the resampler's stream begins, in the device's samples
        self._follows = False
        self._last_nanos = 0
        self.wrong_count = 0

    @property
    def finding(self) -> str:
        """What is wrong with the sound now."""
        if self._watch.is_silent:
            return f"delivers only silence: {silence_step()}"
        return "is overdriven: turn its level down" if self._watch.is_overdriven else ""

    def convert(self, block: HeardBlock) -> AudioSample | None:
        """What can be told after this block, None when there is nothing yet."""
        samples, wrong = as_float(block.samples)
        self.wrong_count += wrong
        self._watch.look(samples)
        if block.is_gap:
            self._clock = SoundClock(self._rate_hz)  # what the driver has lost was not counted
        is_steady = self._clock.observe(block.first_sample, len(samples), block.heard_at_nanos)
        if block.is_gap or not is_steady:
            self._resampler.reset()
            self._base, self._follows = block.first_sample, False
        begins, source_sample = self._resampler.given_count, self._base + self._resampler.source_sample
        pcm = self._resampler.push(samples)
        if len(pcm) == 0:
            return None
        nanos = self._clock.nanos_of(self._base) + begins * NANOS_PER_SEC // VOICE_RATE_HZ
        self._last_nanos = max(nanos, self._last_nanos + 1)
        follows, self._follows = self._follows, True
        return AudioSample(self._last_nanos, np.clip(pcm, -1, 1), self._rate_hz, source_sample, follows)
