"""Perception of one voice: blocks of sound in, observations with their times and their places in the source out."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.perception.voice.heard_frames import LOOK_AHEAD_NANOS, HeardFrames
from affectia.perception.voice.log_mel import HOP
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.signals.audio_sample import VOICE_RATE_HZ, AudioSample
from affectia.signals.voice_observations import FRAME_NANOS, VoiceObservations

# Blocks are stamped when a driver hands them over, some milliseconds early or late, while sound itself runs evenly: the time of a
# stream's beginning follows the stamps slowly, by a 32nd of the difference each block, which is enough for clocks that run apart.
_FOLLOWED: Final = 32
_JUMP_NANOS: Final = 50 * NANOS_PER_MILLI  # what differs by more is no jitter: it is believed at once


class VoicePerceiver:
    """One voice; one thread at a time, `forget` and `close` excepted.

    `accept` a block, let the engine hear what it returns, and hand the frames to `observations`: so many voices can be heard in one
    call. `perceive` is all three for one voice.
    """

    def __init__(self, engine: VoiceEngine) -> None:
        self._engine = engine
        self.stream = engine.new_stream()
        self._begin()

    def _begin(self) -> None:
        self._accepted = 0  # samples of this stream
        self._zero_nanos: int | None = None  # when its sample 0 sounded
        self._source_zero = 0.0  # the place of its sample 0 in the source
        self._source_rate_hz = VOICE_RATE_HZ
        self._last_nanos: int | None = None  # of the last frame that was given out

    def accept(self, sample: AudioSample, *, follows: bool = True) -> NDArray[np.float32]:
        """Note when and where a block begins; returns its sound, which is to be heard before the next block is accepted or with it.

        `follows` is false when whoever calls left something out; then, or when the block says so, the stream begins anew.
        """
        if not (follows and sample.follows) or sample.source_rate_hz != self._source_rate_hz:
            self.stream.reset(keeps_voice=True)
            last_nanos = self._last_nanos
            self._begin()
            self._last_nanos = last_nanos
        self._source_rate_hz = sample.source_rate_hz
        self._source_zero = sample.source_sample - self._accepted * sample.source_rate_hz / VOICE_RATE_HZ
        zero_nanos = sample.starts_at_nanos - self._accepted * NANOS_PER_SEC // VOICE_RATE_HZ
        known_nanos = self._zero_nanos
        if known_nanos is None or abs(zero_nanos - known_nanos) > _JUMP_NANOS:
            self._zero_nanos = zero_nanos
        else:
            self._zero_nanos = known_nanos + (zero_nanos - known_nanos) // _FOLLOWED
        self._accepted += sample.pcm.size
        return sample.pcm

    def observations(self, heard: HeardFrames) -> VoiceObservations | None:
        """What was heard, with times and places; None for no frame. Times of one voice rise from frame to frame."""
        if not heard.count or self._zero_nanos is None:
            return None
        starts_at_nanos = self._zero_nanos + heard.first_frame * FRAME_NANOS
        if self._last_nanos is not None:
            starts_at_nanos = max(starts_at_nanos, self._last_nanos + 1)  # a jump back must not take frames back
        self._last_nanos = starts_at_nanos + (heard.count - 1) * FRAME_NANOS
        places = np.arange(heard.first_frame, heard.first_frame + heard.count) * (HOP * self._source_rate_hz / VOICE_RATE_HZ)
        return VoiceObservations(
            starts_at_nanos,
            heard.visemes,
            heard.loudness,
            heard.speaking,
            source_samples=np.maximum(np.rint(self._source_zero + places), 0).astype(np.int64),
            source_rate_hz=self._source_rate_hz,
            look_ahead_nanos=LOOK_AHEAD_NANOS,
            degraded=not self._engine.has_visemes,
        )

    def perceive(self, sample: AudioSample) -> VoiceObservations | None:
        """What is known after one more block."""
        pcm = self.accept(sample)
        return self.observations(self._engine.hear([self.stream], [pcm])[0])

    def finish(self) -> VoiceObservations | None:
        """The last frames of a voice that has ended; the next block begins a stream."""
        observations = self.observations(self._engine.finish([self.stream])[0])
        self._begin()
        return observations

    def forget(self) -> None:
        """Drop everything that was learned of the voice, and the end of its sound."""
        self.stream.reset()
        self._begin()

    def close(self) -> None:
        """Forget, and give the place in the engine back."""
        self.stream.close()
