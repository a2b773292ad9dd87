"""A source without a face: every blendshape in turn and a circling head, to debug an engine with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from affectia import registry
from affectia.capture.source import ObservationSink, Source
from affectia.clock import NANOS_PER_SEC, Clock
from affectia.signals.face_observations import FaceObservations
from affectia.wire import rotation

_SHAPES: Final = len(registry.BLENDSHAPES)


@dataclass(frozen=True)
class SyntheticOptions:
    """`shape_secs` is how long each shape rises and falls, `head_circle_secs` how long the head takes for a round."""

    rate_hz: float = 60.0
    shape_secs: float = 0.5
    head_circle_secs: float = 8.0
    head_circle_deg: float = 15.0


def wiggle(time_nanos: int, *, avatars: int, options: SyntheticOptions, captured_at_nanos: int) -> FaceObservations:
    """The made-up faces at one instant of the show; a pure function of its arguments, each avatar one shape further on."""
    secs = time_nanos / NANOS_PER_SEC
    places = secs / options.shape_secs + np.arange(avatars)
    rows = np.arange(avatars)
    shapes = np.zeros((avatars, _SHAPES), np.float32)
    shapes[rows, places.astype(np.int64) % _SHAPES] = np.sin(np.pi * (places % 1.0))
    angle = 2 * math.pi * secs / options.head_circle_secs
    yaw, pitch = options.head_circle_deg * math.cos(angle), options.head_circle_deg * math.sin(angle)
    turn = rotation.from_euler_deg(np.array((yaw, pitch, 0.0))).astype(np.float32)
    return FaceObservations.of_shapes(captured_at_nanos, shapes=shapes, head_rotation=turn)


class SyntheticSource(Source):
    """Delivers observations ready-made; no perception, nobody's consent."""

    description = "synthetic"

    def __init__(self, avatars: int, sink: ObservationSink, clock: Clock, options: SyntheticOptions | None = None) -> None:
        super().__init__(clock)
        self._avatars = avatars
        self._sink = sink
        self._options = options or SyntheticOptions()
        self.frame_rate_hz = self._options.rate_hz

    def _run(self) -> None:
        period_nanos = round(NANOS_PER_SEC / self._options.rate_hz)
        started = due = self._clock.now_nanos()
        while not self._stopping.wait(max(0, due - self._clock.now_nanos()) / NANOS_PER_SEC):
            now = self._clock.now_nanos()
            self._sink(wiggle(now - started, avatars=self._avatars, options=self._options, captured_at_nanos=now))
            self._mark(now)
            due = max(due + period_nanos, now)
