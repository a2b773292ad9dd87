"""Sound out of a file, at its own speed or as fast as it is taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.capture.audio_decoder import AudioDecoder
from affectia.capture.audio_queue import AudioSink
from affectia.capture.sound_watch import SoundWatch
from affectia.capture.source import Source
from affectia.capture.voice_resampler import VoiceResampler
from affectia.clock import NANOS_PER_SEC, Clock
from affectia.errors import CaptureError
from affectia.signals.audio_sample import VOICE_RATE_HZ, AudioSample

BLOCK: Final = VOICE_RATE_HZ // 100  # 10 ms, as a microphone's
_LEAST_ROUND_SECS: Final = 0.05  # to open a file takes milliseconds: a shorter one in a loop would do nothing else


@dataclass(frozen=True)
class AudioFileOptions:
    """How a file is played. `starts_at_nanos` is the clock's time at which its first sample sounds, None: when the thread starts.

    A video that loops has rounds as long as its pictures, so that the voice of the hundredth round still fits the face.
    """

    loop: bool = False
    real_time: bool = True
    starts_at_nanos: int | None = None


class AudioFileSource(Source):
    """Plays one file in blocks of 10 ms; in real time a block comes when it has sounded to its end, as from a microphone.

    `source_sample` counts on through all rounds. Nobody's consent: what is in the file was recorded with it. Raises CaptureError where
    the file has no sound that can be played.
    """

    def __init__(self, path: Path, sink: AudioSink, clock: Clock, options: AudioFileOptions | None = None) -> None:
        super().__init__(clock)
        self._path = path
        self._sink = sink
        self._options = options or AudioFileOptions()
        self.description = f"file:{path.name}"
        self._decoder = AudioDecoder(path)
        self.source_rate_hz = self._decoder.rate_hz
        self.channels = self._decoder.channels
        self.frame_rate_hz = VOICE_RATE_HZ / BLOCK

    def _run(self) -> None:
        try:
            self._play()
        except CaptureError as error:
            # Whoever asks for the state or reads the log learns the file's name, not the folders of whoever opened it.
            raise CaptureError(str(error).replace(str(self._path), self._path.name)) from None

    def _play(self) -> None:
        asked = self._options.starts_at_nanos
        started = self._clock.now_nanos() if asked is None else asked
        round_count = 0  # samples of the source in a round, 0: as many as there are
        if self._options.loop and self._decoder.has_pictures:
            round_count = self._decoder.pictures_nanos() * self.source_rate_hz // NANOS_PER_SEC
        base = 0  # samples of the source in the rounds before
        while True:
            length = 0  # of this round in samples of the source
            for place, pcm, taken in self._blocks(round_count):
                length = taken
                follows = base + place > 0
                nanos = started + base * NANOS_PER_SEC // self.source_rate_hz + place * NANOS_PER_SEC // VOICE_RATE_HZ
                source_sample = base + (place * self.source_rate_hz + VOICE_RATE_HZ // 2) // VOICE_RATE_HZ
                if not self._send(AudioSample(nanos, pcm, self.source_rate_hz, source_sample, follows)):
                    return
            if length == 0:
                raise CaptureError(f"file has no sound that can be decoded, expected some: {self._path}")
            base += length
            if not self._options.loop:
                return
            if not round_count and length < _LEAST_ROUND_SECS * self.source_rate_hz:
                found, least = (round(1000 * secs) for secs in (length / self.source_rate_hz, _LEAST_ROUND_SECS))
                raise CaptureError(f"sound is {found} ms long and is to be looped, expected {least} ms at least: {self._path}")

    def _send(self, sample: AudioSample) -> bool:
        """Deliver a block when it is due; False when the source was stopped."""
        if self._options.real_time:
            over = sample.starts_at_nanos + len(sample.pcm) * NANOS_PER_SEC // VOICE_RATE_HZ
            if self._stopping.wait(max(0, over - self._clock.now_nanos()) / NANOS_PER_SEC):
                return False
            self._sink.put(sample)
        else:
            while not self._sink.put_when_room(sample, timeout_secs=0.1):
                if self._stopping.is_set():
                    return False
        self._mark(self._clock.now_nanos())
        return not self._stopping.is_set()

    def _blocks(self, round_count: int) -> Iterator[tuple[int, NDArray[np.float32], int]]:
        """(place in the round at 16 kHz, block, samples of the source decoded so far in this round) to the round's end."""
        resampler = VoiceResampler(self.source_rate_hz)
        watch = SoundWatch(self.source_rate_hz)
        place, taken = 0, 0
        waiting = np.zeros(0, np.float32)
        for samples in self._in_round(round_count):
            watch.look(samples)
            self.notice = self._finding(watch)
            taken += len(samples)
            waiting = np.concatenate((waiting, np.clip(resampler.push(samples), -1, 1)))
            whole = len(waiting) // BLOCK * BLOCK
            for begin in range(0, whole, BLOCK):
                yield place, waiting[begin : begin + BLOCK], taken
                place += BLOCK
            waiting = waiting[whole:]
        waiting = np.concatenate((waiting, np.clip(resampler.flush(), -1, 1)))
        for begin in range(0, len(waiting), BLOCK):
            block = waiting[begin : begin + BLOCK]
            yield place, block, taken
            place += len(block)

    def _in_round(self, round_count: int) -> Iterator[NDArray[np.float32]]:
        """The file's blocks, cut or filled up with silence to the length of a round."""
        count = 0
        for samples in self._decoder.blocks():
            if round_count and count + len(samples) >= round_count:
                yield samples[: round_count - count]
                return
            count += len(samples)
            yield samples
        while 0 < count < round_count:
            part = min(round_count - count, self.source_rate_hz)
            count += part
            yield np.zeros((part, 1), np.float32)

    def _finding(self, watch: SoundWatch) -> str:
        if watch.is_overdriven:
            return f"{self.description} is overdriven: its peaks are cut off"
        return f"{self.description} is silent so far" if watch.is_silent and not watch.was_heard else ""
