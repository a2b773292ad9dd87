"""Sound that somebody pushes, in chunks of any size and at any speed, made into samples with exact positions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectia.capture.pcm import PcmFormat, as_float, read_pcm
from affectia.capture.sound_watch import SoundWatch
from affectia.capture.voice_resampler import VoiceResampler
from affectia.clock import NANOS_PER_SEC
from affectia.errors import CaptureError
from affectia.signals.audio_sample import VOICE_RATE_HZ, AudioSample


class PcmStream:
    """One stream of one declared format; no thread, no clock: its owner calls from one thread at a time.

    `starts_at_nanos` of its samples is `started_at_nanos` + position / rate, whenever the chunk came. All positions are whole numbers
    computed from counts, so that nothing drifts however long it goes on. `wrong_count` counts samples that were no number (they are
    silence now); `notices` says in words what is wrong with the sound so far.
    """

    def __init__(self, form: PcmFormat, *, started_at_nanos: int = 0) -> None:
        self.form = form
        self._started_at_nanos = started_at_nanos
        self._resampler = VoiceResampler(form.rate_hz)
        self._watch = SoundWatch(form.rate_hz)
        self._rest = b""  # of a frame that a chunk was cut in
        self._left_over_bytes = 0
        self._has_begun = False
        self._base = 0  # where the resampler's stream begins, in samples of the source
        self.wrong_count = 0

    @property
    def source_sample_count(self) -> int:
        """How many samples of each channel were pushed."""
        return self._base + self._resampler.taken_count

    @property
    def notices(self) -> tuple[str, ...]:
        """What is wrong with the sound so far, in words; empty when nothing is."""
        found = []
        if self.wrong_count:
            found.append(f"{self.wrong_count} samples are no numbers")
        if self._watch.was_overdriven:
            found.append("clipped")
        if self.source_sample_count and not self._watch.was_heard:
            found.append("silent")
        if self._left_over_bytes:
            found.append(f"ends with {self._left_over_bytes} bytes of a sample of {self.form.frame_bytes}")
        return tuple(found)

    def push(self, data: bytes | bytearray | memoryview | NDArray[Any]) -> AudioSample | None:
        """The sound that can be told after this chunk, None when there is none yet.

        Bytes may end within a sample, the next chunk goes on there. An array is (n,) or (n, channels) in the declared type; CaptureError
        where it is not.
        """
        samples, wrong = self._of_array(data) if isinstance(data, np.ndarray) else self._of_bytes(data)
        self.wrong_count += wrong
        self._watch.look(samples)
        begins = self._resampler.given_count
        return self._sample(begins, self._resampler.push(samples))

    def flush(self) -> AudioSample | None:
        """The sound that was held back; after it a push goes on behind what was pushed so far, as after a pause."""
        self._left_over_bytes, self._rest = len(self._rest), b""
        self._watch.finish()
        begins, taken = self._resampler.given_count, self._resampler.taken_count
        last = self._sample(begins, self._resampler.flush())
        self._base += taken
        self._has_begun = False
        return last

    def _sample(self, begins: int, pcm: NDArray[np.float32]) -> AudioSample | None:
        """The sample whose first value is number `begins` of the resampler's stream."""
        if len(pcm) == 0:
            return None
        rate_hz = self.form.rate_hz
        nanos = self._started_at_nanos + self._base * NANOS_PER_SEC // rate_hz + begins * NANOS_PER_SEC // VOICE_RATE_HZ
        source_sample = self._base + (begins * rate_hz + VOICE_RATE_HZ // 2) // VOICE_RATE_HZ
        follows, self._has_begun = self._has_begun, True
        return AudioSample(nanos, pcm, rate_hz, source_sample, follows)

    def _of_bytes(self, data: bytes | bytearray | memoryview) -> tuple[NDArray[np.float32], int]:
        whole = self._rest + bytes(data)
        size = len(whole) // self.form.frame_bytes * self.form.frame_bytes
        self._rest = whole[size:]
        return read_pcm(memoryview(whole)[:size], self.form)

    def _of_array(self, data: NDArray[Any]) -> tuple[NDArray[np.float32], int]:
        if data.ndim == 1 and len(data) % self.form.channels == 0:
            data = data.reshape(-1, self.form.channels)
        if data.ndim != 2 or data.shape[1] != self.form.channels or data.dtype.name != self.form.sample_type or self._rest:
            raise CaptureError(
                f"sound is an array of shape {data.shape} of {data.dtype}, expected (n, {self.form.channels}) of {self.form.sample_type}"
            )
        return as_float(data)
