"""A pipeline with its transport and clock, driven as the motion thread drives it, and words to ask what came out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from affectia.clock import NANOS_PER_SEC, FakeClock
from affectia.pipeline import Pipeline, PipelineOptions
from affectia.registry import Group
from affectia.signals.face_observations import FaceObservations
from affectia.signals.voice_observations import FRAME_NANOS, VoiceObservations
from tests.unit.fakes import SHAPE, FakeTransport, face, slots, voice

START = 10 * NANOS_PER_SEC


class Stage:
    """A pipeline with its transport and clock, driven as the motion thread drives it."""

    def __init__(self, count: int = 4, *prefixes: bytes) -> None:
        self.clock = FakeClock(start_nanos=START)
        self.transport = FakeTransport(*prefixes)
        self.pipeline = Pipeline(self.transport, self.clock, PipelineOptions(slots=count))

    def open(self, slot: int = 0, name: str = "a", *, rate_hz: float = 60, smoothing: float = 0, precision_bits: int = 8) -> None:
        self.pipeline.open_slot(slot, name, precision_bits=precision_bits, rate_hz=rate_hz, smoothing=smoothing)

    def observe(self, faces: FaceObservations, *numbers: int) -> list[int]:
        return self._tick(*self.pipeline.observe(slots(*(numbers or (0,))), faces))

    def hear(self, heard: VoiceObservations, slot: int = 0) -> list[int]:
        """Hear a voice and tick what it makes due; the pose times."""
        now_nanos = self.clock.now_nanos()
        self.pipeline.hear(slot, heard, now_nanos)
        times: list[int] = []
        while (due := self.pipeline.voice_slots(now_nanos))[0].size:
            self._tick(*due)
            times += due[1].tolist()
        return times

    def say(self, secs: float, *, block: int = 2, viseme: str = "aa", speaking: float = 1.0, late_secs: float = 0.045) -> list[int]:
        """Speak in blocks of so many frames, each heard `late_secs` after its end; the timer runs too. The pose times of the voice."""
        times = []
        for _ in range(round(secs * 100 / block)):
            self.clock.advance(nanos=block * FRAME_NANOS)
            ends_nanos = self.clock.now_nanos() - round(late_secs * NANOS_PER_SEC)
            starts_nanos = ends_nanos - (block - 1) * FRAME_NANOS
            sample = (starts_nanos - START) * 48_000 // NANOS_PER_SEC + 48_000
            times += self.hear(voice(starts_nanos, *[viseme] * block, speaking=speaking, source_sample=sample))
            self.timer()
        return times

    def timer(self) -> list[int]:
        return self._tick(*self.pipeline.timer_slots(self.clock.now_nanos()))

    def _tick(self, due: npt.NDArray[np.intp], times_nanos: npt.NDArray[np.int64]) -> list[int]:
        self.pipeline.tick(due, times_nanos)
        ticked: list[int] = due.tolist()
        return ticked

    def run(self, secs: float, *, source_hz: float, timer_hz: float = 60) -> int:
        """Play a source and the timer for a while; returns how many frames came out."""
        before, began = len(times_of(self)), self.clock.now_nanos()
        events = sorted(
            [(number / source_hz, True) for number in range(round(secs * source_hz))]
            + [(number / timer_hz, False) for number in range(round(secs * timer_hz))]
        )
        for at, is_sample in events:
            self.clock.advance(nanos=began + round(at * NANOS_PER_SEC) - self.clock.now_nanos())
            if is_sample:
                self.observe(face(self.clock.now_nanos()))
            else:
                self.timer()
        return len(times_of(self)) - before


def jaw_of(stage: Stage, name: str = "a") -> list[float]:
    return [round(float(frame.blendshape_weights()[SHAPE["jawOpen"]]), 2) for frame in stage.transport.frames(name)]


def times_of(stage: Stage, name: str = "a") -> list[int]:
    return [frame.time_nanos for frame in stage.transport.frames(name)]


def mouth_of(stage: Stage, name: str = "a") -> list[tuple[bool, int]]:
    return [frame.group(Group.MOUTH)[:2] for frame in stage.transport.frames(name)]
