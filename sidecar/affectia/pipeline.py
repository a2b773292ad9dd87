"""The way of a frame: observations in, fusion, rig, motion, frames out. Read `tick` first."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC, Clock
from affectia.fusion.face_fusion import FaceFusion, FaceFusionOptions
from affectia.motion.smoother import Smoother, SmootherOptions
from affectia.publish.frame_publisher import FramePublisher, Transport
from affectia.rig.face_rig import FaceRig, FaceRigOptions
from affectia.signals.face_observations import FaceObservations

LIVE_FOR_NANOS = 100 * NANOS_PER_MILLI  # so long after its last observation a slot needs no timer
_EARLY = 0.25  # a frame may come this share of its period before it is due: sources jitter


@dataclass(frozen=True)
class PipelineOptions:
    """How the stages are set; `slots` is how many avatars there can be at once."""

    slots: int = 512
    fusion: FaceFusionOptions = field(default_factory=FaceFusionOptions)
    rig: FaceRigOptions = field(default_factory=FaceRigOptions)
    motion: SmootherOptions = field(default_factory=SmootherOptions)


class Pipeline:
    """All avatars of the process as rows of arrays. Everything here runs on the motion thread."""

    def __init__(self, transport: Transport, clock: Clock, options: PipelineOptions | None = None) -> None:
        options = options or PipelineOptions()
        self._clock = clock
        self._fusion = FaceFusion(options.slots, options.fusion)
        self._rig = FaceRig(options.rig)
        self._motion = Smoother(options.slots, options.motion)
        self.publisher = FramePublisher(options.slots, transport, clock)
        self._open = np.zeros(options.slots, np.bool_)
        self._observed_at_nanos = np.zeros(options.slots, np.int64)
        self._posed_at_nanos = np.zeros(options.slots, np.int64)
        self._due_nanos = np.zeros(options.slots, np.int64)
        self._period_nanos = np.zeros(options.slots, np.int64)
        self._slowness = np.ones(options.slots, np.float32)

    def open_slot(
        self, slot: int, avatar_id: str, *, precision_bits: int, rate_hz: float, smoothing: float, several_faces: bool = False
    ) -> None:
        """Give a slot to an avatar; `several_faces`: it is one of those before one camera."""
        rows = np.array([slot])
        self.forget(rows)
        self._motion.set_profile(rows, several_faces=several_faces)
        self.publisher.open(slot, avatar_id, precision_bits=precision_bits)
        self.configure(slot, precision_bits=precision_bits, rate_hz=rate_hz, smoothing=smoothing)
        self._posed_at_nanos[slot] = self._due_nanos[slot] = 0
        self._open[slot] = True

    def configure(self, slot: int, *, precision_bits: int, rate_hz: float, smoothing: float) -> None:
        """Set what may change while an avatar lives."""
        self.publisher.set_precision(slot, precision_bits)
        self._period_nanos[slot] = round(NANOS_PER_SEC / rate_hz)
        self._slowness[slot] = smoothing

    def close_slot(self, slot: int) -> None:
        """Take a slot back."""
        self._open[slot] = False
        self.publisher.close(slot)
        self.forget(np.array([slot]))

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Drop what was seen of these avatars: their next frames are at rest and say that nothing is valid."""
        self._fusion.forget(slots)
        self._motion.reset(slots)
        self._observed_at_nanos[slots] = 0

    def observe(self, slots: NDArray[np.intp], faces: FaceObservations) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """Take in one sample's faces; returns the slots that are due now, and the instant that their poses show."""
        mine = self._open[slots]
        self._fusion.observe(slots, faces)
        self._observed_at_nanos[slots] = faces.captured_at_nanos
        due = slots[mine & self._is_due(slots, faces.captured_at_nanos)]
        return due, np.full(due.size, faces.captured_at_nanos, np.int64)

    def timer_slots(self, now_nanos: int) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """The slots that no observation drives now, and the instant that their poses show."""
        idle = self._open & (now_nanos - self._observed_at_nanos > LIVE_FOR_NANOS)
        slots = np.flatnonzero(idle)
        due = slots[self._is_due(slots, now_nanos)]
        return due, np.full(due.size, now_nanos, np.int64)

    def tick(self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64]) -> None:
        """Show these avatars, each at its own instant: one pass for all of them."""
        if slots.size == 0:
            return
        times_nanos = np.maximum(times_nanos, self._posed_at_nanos[slots] + 1)  # the times of a stream only rise
        self._posed_at_nanos[slots] = times_nanos
        # A period after the last frame was due, not after it came: else frames that come early or late would shift the rate. One that
        # is late by more than half a period is not made up for.
        period_nanos = self._period_nanos[slots]
        self._due_nanos[slots] = np.maximum(self._due_nanos[slots], times_nanos - period_nanos // 2) + period_nanos
        state = self._fusion.state(slots, times_nanos)
        weights = self._rig.weights(state)
        weights = self._motion.moved(slots, times_nanos, weights, self._slowness[slots])
        self.publisher.publish(slots, times_nanos, state, weights)

    def _is_due(self, slots: NDArray[np.intp], now_nanos: int) -> NDArray[np.bool_]:
        due: NDArray[np.bool_] = now_nanos >= self._due_nanos[slots] - _EARLY * self._period_nanos[slots]
        return due
