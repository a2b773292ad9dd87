"""Sessions on real threads, with cameras and networks that are none."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np

from affectia.capture.camera import CameraOptions, Device
from affectia.clock import SystemClock
from affectia.inference.model_store import ModelStore
from affectia.perception.pool import PerceptionPool
from affectia.pipeline import Pipeline, PipelineOptions
from affectia.publish.zmq_transport import ZmqTransport
from affectia.registry import Group
from affectia.session.motion_thread import MotionThread
from affectia.session.session import SessionState
from affectia.session.session_manager import SessionManager, SessionRequest
from affectia.session.source_spec import SourceSpec
from affectia.signals.face_observations import FaceObservations
from affectia.signals.video_sample import VideoSample
from affectia.wire import avatar_frame, topic
from affectia.wire.avatar_frame import AvatarFrame
from tests.unit.fakes import FakePerceiver, free_port, wait_until


class FakeCamera:
    """Gives grey pictures, 200 a second."""

    def __init__(self) -> None:
        self.released = threading.Event()

    def read(self) -> tuple[bool, Any]:
        self.released.wait(0.005)
        return True, np.zeros((4, 4, 3), np.uint8)

    def release(self) -> None:
        self.released.set()


class FakeCameras:
    """Counts how often a camera was opened; there is one while `plugged`."""

    def __init__(self) -> None:
        self.plugged = True
        self.opened: list[FakeCamera] = []

    def __call__(self, index: int, options: CameraOptions) -> Device | None:
        if not self.plugged:
            return None
        self.opened.append(FakeCamera())
        return self.opened[-1]


class SlowPerceiver(FakePerceiver):
    """Counts from the moment it looks; with `go_on` cleared it keeps looking."""

    def __init__(self, faces: int = 1) -> None:
        super().__init__(faces)
        self.looked = 0
        self.entered, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    def perceive(self, sample: VideoSample) -> FaceObservations:
        self.looked += 1
        self.entered.set()
        assert self.go_on.wait(10)
        return super().perceive(sample)


class Stage:
    """Sessions on real threads, with cameras and networks that are none."""

    def __init__(self, cache: Path) -> None:
        clock = SystemClock()
        self.transport = ZmqTransport(port=free_port())
        self.pipeline = Pipeline(self.transport, clock, PipelineOptions(slots=4))
        self.motion = MotionThread(self.pipeline, self.transport, clock)
        self.pool = PerceptionPool(workers=1)
        self.cameras = FakeCameras()
        self.perceivers: list[SlowPerceiver] = []
        self.sent: list[tuple[bytes, bytes]] = []
        self.transport.tap(lambda topic, body: self.sent.append((topic, body)))
        shared = (self.pipeline, self.motion, self.pool, ModelStore(cache), clock)
        self.manager = SessionManager(*shared, slots=4, camera_opener=self.cameras, perceiver=self.perceiver)
        self.without_models = SessionManager(*shared, slots=4)
        self.motion.start()
        self.pool.start()

    def perceiver(self, faces: int) -> SlowPerceiver:
        self.perceivers.append(SlowPerceiver(faces))
        return self.perceivers[-1]

    def start(self, name: str = "a", source: str = "camera:0", **more: Any) -> None:
        self.manager.start(SessionRequest(name, SourceSpec.parse(source), **more))

    def state(self, name: str = "a") -> SessionState:
        return self.manager.get(name).state

    def frames(self, name: str = "a") -> list[AvatarFrame]:
        return [avatar_frame.decode(body) for sent, body in list(self.sent) if sent == topic.avatar(name)]

    def next_frames(self, count: int = 3, name: str = "a") -> list[AvatarFrame]:
        """The next frames that come out from now on."""
        before = len(self.frames(name))
        assert wait_until(lambda: len(self.frames(name)) >= before + count)
        return self.frames(name)[before:]

    def is_shown(self, name: str = "a") -> bool:
        return wait_until(lambda: any(frame.is_valid(Group.MOUTH) for frame in self.frames(name)[-1:]))

    def close(self) -> None:
        self.manager.stop_all()
        self.pool.stop()
        self.motion.stop()
