"""Everything that one sidecar process runs, put together once."""

from __future__ import annotations

import gc
import sys
from dataclasses import dataclass, field

from affectia import registry
from affectia.capture.camera import CameraOptions
from affectia.capture.microphone import MicrophoneOptions
from affectia.clock import Clock, SystemClock, epoch_offset_nanos
from affectia.inference.model_store import ModelStore
from affectia.perception.attention import AttentionOptions
from affectia.perception.face.emotion.face_emotion import FaceEmotionOptions
from affectia.perception.pool import PerceptionPool
from affectia.perception.voice.emotion.sense_voice_options import SenseVoiceOptions
from affectia.perception.voice.emotion.speech_emotion_choice import SpeechEmotionChoice
from affectia.perception.voice.emotion.speech_emotion_options import SpeechEmotionOptions
from affectia.perception.voice.voice_activity import VoiceActivityOptions
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.pipeline import Pipeline, PipelineOptions
from affectia.publish.track_publisher import TrackPublisher
from affectia.publish.zmq_transport import ZmqTransport
from affectia.rig.mapping.mapping_options import MappingOptions
from affectia.session.act.avatar_acts import AvatarActs
from affectia.session.acting_choice import ActingChoice
from affectia.session.calibration.kept_calibrations import KeptCalibrations
from affectia.session.calibration.session_calibrations import SessionCalibrations
from affectia.session.motion_thread import MotionThread
from affectia.session.session import Session
from affectia.session.session_acting import AUTO
from affectia.session.session_manager import SessionManager
from affectia.session.session_parts import PartOptions, SessionParts
from affectia.session.speech.speech import Speech
from affectia.session.speech.track_delivery import TrackDelivery
from affectia.session.voices import Voices

SWITCH_INTERVAL_SECS = 0.0005  # one busy Python thread makes the tick 17.7 ms late at the default of 5 ms


@dataclass(frozen=True)
class SidecarOptions:
    """Where the sidecar listens and how its stages are set; `mapping` and `idle` hold for sessions that ask for none."""

    port_base: int = registry.PORT_BASE
    host: str = "127.0.0.1"
    perception_workers: int | None = None
    pipeline: PipelineOptions = field(default_factory=PipelineOptions)
    camera: CameraOptions = field(default_factory=CameraOptions)
    microphone: MicrophoneOptions = field(default_factory=MicrophoneOptions)
    attention: AttentionOptions = field(default_factory=AttentionOptions)
    voice: VoiceActivityOptions = field(default_factory=VoiceActivityOptions)
    face_emotion: FaceEmotionOptions = field(default_factory=FaceEmotionOptions)
    speech_emotion: SpeechEmotionOptions = field(default_factory=SpeechEmotionOptions)
    sense_voice: SenseVoiceOptions = field(default_factory=SenseVoiceOptions)
    mapping: MappingOptions = field(default_factory=MappingOptions)
    idle: str = AUTO


class Sidecar:
    """Transport, pipeline, motion thread, perception pool, voice thread and sessions; `start` once, `stop` once.

    The frames port is bound when this is made: PortInUse comes from here. `kept` are the calibrations, by default those of the user.
    """

    def __init__(
        self,
        options: SidecarOptions | None = None,
        *,
        models: ModelStore | None = None,
        clock: Clock | None = None,
        kept: KeptCalibrations | None = None,
    ) -> None:
        self.options = options or SidecarOptions()
        self.clock = clock or SystemClock()
        self.models = models or ModelStore()
        self.epoch_offset_nanos = epoch_offset_nanos(self.clock)
        self.transport = ZmqTransport(port=self.options.port_base + registry.PORT_PUBLISH, host=self.options.host)
        self.pipeline = Pipeline(self.transport, self.clock, self.options.pipeline)
        self.motion = MotionThread(self.pipeline, self.transport, self.clock)
        self.pool = PerceptionPool(self.options.perception_workers)
        self.voices = Voices(
            lambda: VoiceEngine.load(self.models, self.options.voice),
            self.clock,
            load_emotion=self._speech_emotion,
            emotion_options=self.options.speech_emotion,
        )
        devices = PartOptions(
            camera=self.options.camera,
            microphone=self.options.microphone,
            attention=self.options.attention,
            face_emotion=self.options.face_emotion,
        )
        kept = kept or KeptCalibrations()
        acting = ActingChoice(self.clock, mapping=self.options.mapping, idle=self.options.idle, kept=kept)
        shared = (self.motion, self.pool, self.voices, self.models, self.clock)
        parts = SessionParts(*shared, options=devices, acting=acting, mouth_lag_nanos=self.pipeline.mouth_lag_nanos)
        slots = self.options.pipeline.slots
        self.sessions = SessionManager(self.pipeline, self.motion, self.pool, self.voices, parts, slots=slots)
        self.acts = AvatarActs(self.sessions, self.pipeline, self.motion, self.clock)
        self.calibrations: SessionCalibrations[Session] = SessionCalibrations(
            self.sessions, self.clock, kept=kept, epoch_offset_nanos=self.epoch_offset_nanos
        )
        tracks = TrackDelivery(self.motion.call, TrackPublisher(self.transport, self.clock))
        self.speech = Speech(self.voices.loaded, tracks, self.clock, has_avatar=self.sessions.has_avatar)

    def _speech_emotion(self) -> SpeechEmotionChoice:
        options = self.options
        return SpeechEmotionChoice.load(self.models, options.speech_emotion, sense_voice=options.sense_voice, clock=self.clock)

    def start(self) -> None:
        """Start the shared threads."""
        sys.setswitchinterval(SWITCH_INTERVAL_SECS)
        gc.collect()
        gc.freeze()  # what was imported stays for ever; a full collection would walk all of it in the middle of a frame
        self.motion.start()
        self.pool.start()

    def stop(self) -> None:
        """Close every session and end every thread; under a second unless a device hangs."""
        self.speech.stop()  # its mouths are shut while chunks still go out
        self.sessions.stop_all()
        self.pool.stop()
        self.voices.stop()
        self.motion.stop()
