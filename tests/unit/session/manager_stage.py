"""Sessions on real threads, with cameras, microphones and networks that are none."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from affectia.capture.camera import CameraOptions, Device
from affectia.capture.microphone import MicrophoneOptions
from affectia.capture.microphone_device import BlockTaker, MicrophoneStream
from affectia.capture.microphone_fault import MicrophoneFault
from affectia.clock import NANOS_PER_MILLI, SystemClock
from affectia.inference.model_store import ModelStore
from affectia.perception.pool import PerceptionPool
from affectia.perception.voice.emotion.speech_emotion_choice import SpeechEmotionChoice
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.pipeline import Pipeline, PipelineOptions
from affectia.publish.zmq_transport import ZmqTransport
from affectia.registry import Group
from affectia.session.acting_choice import ActingChoice
from affectia.session.calibration.kept_calibrations import KeptCalibrations
from affectia.session.motion_thread import MotionThread
from affectia.session.session import SessionState
from affectia.session.session_manager import SessionManager
from affectia.session.session_parts import PartOptions, SessionParts
from affectia.session.session_request import SessionRequest
from affectia.session.source_spec import SourceSpec
from affectia.session.voice_spec import VoiceSpec
from affectia.session.voices import Voices
from affectia.signals.face_observations import FaceObservations
from affectia.signals.video_sample import VideoSample
from affectia.store.calibration_store import CalibrationStore
from affectia.store.variant_record import VariantRecord
from affectia.wire import avatar_frame, topic
from affectia.wire.avatar_frame import AvatarFrame
from tests.unit.fakes import FakePerceiver, free_port, wait_until
from tests.unit.perception.voice.emotion.made_speech import FakeNetwork
from tests.unit.perception.voice.made_voices import LevelDetector, MarkingNetwork, syllables


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


class FakeMicrophone:
    """Hears somebody who speaks all the time, in blocks of 10 ms, on a thread of its own; silent after `pull_out`."""

    key = "fake, none"
    rate_hz = 16_000
    channels = 1

    def __init__(self) -> None:
        self.closed = threading.Event()
        self.heard = 0
        self._sound = syllables(1.0)[:, None]
        self._on_end: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, name="fake-microphone", daemon=True)

    def start(self, take: BlockTaker, on_end: Callable[[], None]) -> MicrophoneFault | None:
        self._take, self._on_end = take, on_end
        self._thread.start()
        return None

    def pull_out(self) -> None:
        self.closed.set()
        self._on_end()

    def close(self) -> None:
        self.closed.set()

    def _run(self) -> None:
        while not self.closed.wait(0.01):
            first = self.heard * 160 % 16_000
            self._take(self._sound[first : first + 160], 10 * NANOS_PER_MILLI, False)
            self.heard += 1


class FakeMicrophones:
    """Counts how often a microphone was opened; there is one while `plugged`."""

    def __init__(self) -> None:
        self.plugged = True
        self.opened: list[FakeMicrophone] = []

    def __call__(self, which: str, options: MicrophoneOptions) -> MicrophoneStream | MicrophoneFault:
        if not self.plugged:
            return MicrophoneFault.GONE
        self.opened.append(FakeMicrophone())
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
    """Sessions on real threads, with cameras and networks that are none. Its avatars do not live by themselves unless `start` says so."""

    def __init__(self, cache: Path) -> None:
        self.clock = clock = SystemClock()
        self.transport = ZmqTransport(port=free_port())
        self.pipeline = Pipeline(self.transport, clock, PipelineOptions(slots=4))
        self.motion = MotionThread(self.pipeline, self.transport, clock)
        self.pool = PerceptionPool(workers=1)
        self.voices = Voices(self.engine, clock, load_emotion=self.speech_emotion)
        self.cameras = FakeCameras()
        self.microphones = FakeMicrophones()
        self.engines: list[VoiceEngine] = []
        self.feelings: list[FakeNetwork] = []
        self.perceivers: list[SlowPerceiver] = []
        self.kept = KeptCalibrations(CalibrationStore(cache / "calibrations"))
        self.record = VariantRecord(cache / "variants.jsonl", clock=clock)
        self.sent: list[tuple[bytes, bytes]] = []
        self.transport.tap(lambda topic, body: self.sent.append((topic, body)))
        shared = (self.motion, self.pool, self.voices, ModelStore(cache), clock)
        options = PartOptions(microphone=MicrophoneOptions(first_retry_secs=0.05, longest_retry_secs=0.05))
        self.parts = SessionParts(
            *shared,
            options=options,
            camera_opener=self.cameras,
            microphone_opener=self.microphones,
            microphone_diagnose=lambda which: MicrophoneFault.GONE,
            perceiver=self.perceiver,
            acting=ActingChoice(clock, kept=self.kept, record=self.record),
        )
        runs = (self.pipeline, self.motion, self.pool, self.voices)
        self.manager = SessionManager(*runs, self.parts, slots=4)
        self.without_models = SessionManager(*runs, SessionParts(*shared), slots=4)
        self.motion.start()
        self.pool.start()

    def perceiver(self, faces: int) -> SlowPerceiver:
        self.perceivers.append(SlowPerceiver(faces))
        return self.perceivers[-1]

    def engine(self) -> VoiceEngine:
        self.engines.append(VoiceEngine(LevelDetector(), MarkingNetwork()))  # type: ignore[arg-type]
        return self.engines[-1]

    def speech_emotion(self) -> SpeechEmotionChoice:
        self.feelings.append(FakeNetwork())
        return SpeechEmotionChoice(self.feelings[-1])

    def start(self, name: str = "a", source: str = "camera:0", *, voice: str = "none", idle: str = "off", **more: Any) -> None:
        self.manager.start(SessionRequest(name, SourceSpec.parse(source), voice=VoiceSpec.parse(voice), idle=idle, **more))

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
        self.voices.stop()
        self.motion.stop()


def is_silent(frames: list[AvatarFrame]) -> bool:
    """Whether frames show and say nothing of anybody."""
    at_rest = all(not frame.blendshape_weights().any() for frame in frames)
    return at_rest and not any(frame.is_valid(group) for frame in frames for group in Group)
