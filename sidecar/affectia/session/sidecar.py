"""Everything that one sidecar process runs, put together once."""

from __future__ import annotations

import gc
import sys
from dataclasses import dataclass, field

from affectia import registry
from affectia.capture.camera import CameraOptions
from affectia.clock import Clock, SystemClock, epoch_offset_nanos
from affectia.inference.model_store import ModelStore
from affectia.perception.attention import AttentionOptions
from affectia.perception.pool import PerceptionPool
from affectia.pipeline import Pipeline, PipelineOptions
from affectia.publish.zmq_transport import ZmqTransport
from affectia.session.motion_thread import MotionThread
from affectia.session.session_manager import SessionManager

SWITCH_INTERVAL_SECS = 0.0005  # one busy Python thread makes the tick 17.7 ms late at the default of 5 ms


@dataclass(frozen=True)
class SidecarOptions:
    """Where the sidecar listens and how its stages are set."""

    port_base: int = registry.PORT_BASE
    host: str = "127.0.0.1"
    perception_workers: int | None = None
    pipeline: PipelineOptions = field(default_factory=PipelineOptions)
    camera: CameraOptions = field(default_factory=CameraOptions)
    attention: AttentionOptions = field(default_factory=AttentionOptions)


class Sidecar:
    """Transport, pipeline, motion thread, perception pool and sessions; `start` once, `stop` once.

    The frames port is bound when this is made: PortInUse comes from here.
    """

    def __init__(self, options: SidecarOptions | None = None, *, models: ModelStore | None = None, clock: Clock | None = None) -> None:
        self.options = options or SidecarOptions()
        self.clock = clock or SystemClock()
        self.models = models or ModelStore()
        self.epoch_offset_nanos = epoch_offset_nanos(self.clock)
        self.transport = ZmqTransport(port=self.options.port_base + registry.PORT_PUBLISH, host=self.options.host)
        self.pipeline = Pipeline(self.transport, self.clock, self.options.pipeline)
        self.motion = MotionThread(self.pipeline, self.transport, self.clock)
        self.pool = PerceptionPool(self.options.perception_workers)
        self.sessions = SessionManager(
            self.pipeline,
            self.motion,
            self.pool,
            self.models,
            self.clock,
            slots=self.options.pipeline.slots,
            camera=self.options.camera,
            attention=self.options.attention,
        )

    def start(self) -> None:
        """Start the shared threads."""
        sys.setswitchinterval(SWITCH_INTERVAL_SECS)
        gc.collect()
        gc.freeze()  # what was imported stays for ever; a full collection would walk all of it in the middle of a frame
        self.motion.start()
        self.pool.start()

    def stop(self) -> None:
        """Close every session and end every thread; under a second unless a device hangs."""
        self.sessions.stop_all()
        self.pool.stop()
        self.motion.stop()
