"""Observations out of a take: a face that was recorded as curves, played as if the person were there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from affectia.capture.source import ObservationSink, Source
from affectia.clock import NANOS_PER_SEC, Clock
from affectia.errors import ConfigError
from affectia.signals.face_observations import FaceObservations
from affectia.store.take_csv import HALF_TURNS
from affectia.store.take_reader import TakeReading, read_take
from affectia.wire import rotation

FASTEST: Final = 100.0


@dataclass(frozen=True)
class TakeFileOptions:
    """How a take is played: `speed` 2 is twice as fast, `angle_scale` what the file writes a degree as (store/take_csv.py)."""

    loop: bool = False
    speed: float = 1.0
    angle_scale: float = HALF_TURNS

    def __post_init__(self) -> None:
        if not 1 / FASTEST <= self.speed <= FASTEST:
            raise ConfigError(f"speed is {self.speed:g}, expected {1 / FASTEST:g} to {FASTEST:g}")


class TakeFileSource(Source):
    """Plays one take on its own times; no perception, nobody's consent: what is in the file was recorded with it.

    Reads the whole file when it is made; raises CaptureError where it is no take. Eyes come from the eyeLook shapes as everywhere in
    the pipeline, the file's own eye turns are not used. A row whose successor is due already is not shown: `passed_over` counts them.
    """

    def __init__(self, path: Path, sink: ObservationSink, clock: Clock, options: TakeFileOptions | None = None) -> None:
        super().__init__(clock)
        self._sink = sink
        self._options = options or TakeFileOptions()
        self.description = f"take:{path.name}"
        self.reading: TakeReading = read_take(path, angle_scale=self._options.angle_scale)
        self.frame_rate_hz = self.reading.rate_hz * self._options.speed
        self.passed_over = 0
        self._turns = rotation.from_euler_deg(self.reading.take.head_deg).astype(np.float32)
        self._due_nanos: list[int] = np.round(self.reading.take.times_nanos / self._options.speed).astype(np.int64).tolist()
        self._length_nanos = round(self.reading.duration_secs / self._options.speed * NANOS_PER_SEC)

    @property
    def duration_secs(self) -> float:
        """How long one round takes at the speed that was chosen."""
        return self._length_nanos / NANOS_PER_SEC

    def _run(self) -> None:
        started = self._clock.now_nanos()
        while self._play_round(started) and self._options.loop:
            started += self._length_nanos
            if self._clock.now_nanos() - started > self._length_nanos:  # the machine slept: it does not run after lost time
                started = self._clock.now_nanos()

    def _play_round(self, started: int) -> bool:
        """Play the take once and wait out its last row; false when it was stopped."""
        dues = self._due_nanos
        for place, due in enumerate(dues):
            if self._stopping.wait(max(0, started + due - self._clock.now_nanos()) / NANOS_PER_SEC):
                return False
            now = self._clock.now_nanos()
            if place + 1 < len(dues) and now - started >= dues[place + 1]:
                self.passed_over += 1
                continue
            self._sink(self.observations(place, now))
            self._mark(now)
        return not self._stopping.wait(max(0, started + self._length_nanos - self._clock.now_nanos()) / NANOS_PER_SEC)

    def observations(self, place: int, captured_at_nanos: int) -> FaceObservations:
        """Row `place` of the take as if it was seen at this instant."""
        if not self.reading.found[place]:
            return FaceObservations.nobody(captured_at_nanos)
        shapes = self.reading.take.blendshapes[place : place + 1]
        return FaceObservations.of_shapes(captured_at_nanos, shapes=shapes, head_rotation=self._turns[place])
