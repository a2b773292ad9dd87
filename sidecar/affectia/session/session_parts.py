"""What a session is put together from: its sources, and who looks at and listens to them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.capture.audio_file import AudioFileOptions, AudioFileSource
from affectia.capture.audio_queue import AudioQueue
from affectia.capture.camera import CameraOptions, CameraSource, Device, open_camera
from affectia.capture.mailbox import Mailbox
from affectia.capture.microphone import MicrophoneOptions, MicrophoneSource, Opener
from affectia.capture.microphone_device import diagnose_microphone, open_microphone
from affectia.capture.microphone_fault import MicrophoneFault
from affectia.capture.source import ObservationSink, Source
from affectia.capture.synthetic import SyntheticSource
from affectia.capture.take_file import TakeFileSource
from affectia.capture.video_file import VideoFileOptions, VideoFileSource
from affectia.clock import Clock
from affectia.inference.model_store import ModelStore
from affectia.perception.attention import Attention, AttentionOptions
from affectia.perception.face.emotion.face_emotion import FaceEmotion, FaceEmotionOptions
from affectia.perception.face.face_perceiver import FacePerceiver
from affectia.perception.face.landmarks.landmarker import FaceLandmarker
from affectia.perception.pool import PerceptionPool
from affectia.perception.track import Perceiver, Track
from affectia.session.acting_choice import ActingChoice
from affectia.session.consent import ConsentGate
from affectia.session.motion_thread import MotionThread
from affectia.session.no_pictures import NoPictures
from affectia.session.npc_source import NpcSource
from affectia.session.session import Session
from affectia.session.session_emotion import SessionEmotion
from affectia.session.session_request import SessionRequest
from affectia.session.session_voice import SessionVoice
from affectia.session.voice_spec import VoiceSpec
from affectia.session.voices import Voices
from affectia.signals.emotion_observations import EmotionObservations
from affectia.signals.face_observations import FaceObservations
from affectia.signals.video_sample import VideoSample
from affectia.signals.voice_observations import VoiceObservations

log = logging.getLogger(__name__)

FACE_MODEL: Final = "face_landmarker"


@dataclass(frozen=True)
class PartOptions:
    """How devices are opened, and how and how often pictures are looked at."""

    camera: CameraOptions = field(default_factory=CameraOptions)
    microphone: MicrophoneOptions = field(default_factory=MicrophoneOptions)
    attention: AttentionOptions = field(default_factory=AttentionOptions)
    face_emotion: FaceEmotionOptions = field(default_factory=FaceEmotionOptions)


class SessionParts:
    """Makes sessions of which nothing runs yet; any thread.

    `camera_opener`, `microphone_opener` with `microphone_diagnose`, and `perceiver` (of so many faces) stand in for OpenCV's cameras,
    PortAudio's microphones and the face landmarker. `acting` knows profiles, mappings and calibrations. `mouth_lag_nanos` is how late
    motion makes a mouth.
    """

    def __init__(
        self,
        motion: MotionThread,
        pool: PerceptionPool,
        voices: Voices,
        models: ModelStore,
        clock: Clock,
        *,
        options: PartOptions | None = None,
        acting: ActingChoice | None = None,
        mouth_lag_nanos: int = 0,
        camera_opener: Callable[[int, CameraOptions], Device | None] = open_camera,
        microphone_opener: Opener = open_microphone,
        microphone_diagnose: Callable[[str], MicrophoneFault] = diagnose_microphone,
        perceiver: Callable[[int], Perceiver] | None = None,
    ) -> None:
        self._motion = motion
        self._pool = pool
        self._voices = voices
        self._models = models
        self._clock = clock
        self._options = options or PartOptions()
        self._acting = acting or ActingChoice(clock)
        self._mouth_lag_nanos = mouth_lag_nanos
        self.camera_opener = camera_opener
        self._microphone_opener = microphone_opener
        self._microphone_diagnose = microphone_diagnose
        self._perceiver = perceiver
        self._face_emotion: FaceEmotion | None = None  # comes with the first face
        self._loading = threading.Lock()

    def session(self, request: SessionRequest, avatar_ids: tuple[str, ...], slots: NDArray[np.intp]) -> Session:
        """A session with its sources and with who looks and listens; raises ConfigError, CaptureError or ModelError."""
        acting, mapped = self._acting.chosen(request)  # before anything is opened
        mailbox = _WakingMailbox(self._pool)
        consent = ConsentGate(request.consent)
        emotion = SessionEmotion(self._clock)

        def show(faces: FaceObservations) -> None:
            self._motion.post(request.session_id, slots, faces)
            session.calibration_tap.offer(faces)

        def post(faces: FaceObservations) -> None:
            consent.when_allowed(source.modality, lambda: show(faces))

        def post_emotion(found: EmotionObservations) -> None:
            emotion.note_face()
            consent.when_allowed(source.modality, lambda: self._motion.post_emotion(request.session_id, slots, found))

        source = self._source(request, mailbox, post)
        session = Session(request.session_id, source, avatar_ids, slots, consent, request.options, mailbox, acting=acting, mapped=mapped)
        # The voice before the face: a network of pictures that was loaded would have to be closed where there is no microphone.
        if request.voice is not None:
            session.voice = self._voice(request.voice, request, consent, slots[:1], emotion)
        if not request.source.is_ready_made:
            try:
                perceiver = self._new_perceiver(request, emotion)
            except BaseException:
                if session.voice is not None and not self._voices.remove(session.voice.track):
                    session.voice.track.close()  # its place among the voices
                raise
            session.track = Track(
                mailbox,
                perceiver,
                admits=lambda: consent.allows(source.modality),
                sink=post,
                emotion_sink=post_emotion,
                attention=Attention(self._options.attention),
                is_crowded=lambda: self._pool.is_crowded,
                clock=self._clock,
            )
        session.emotion = emotion if emotion.is_asked else None
        return session

    def record(self, session: Session) -> None:
        """Keep figures of the movement of a session that was closed, where its mapping was chosen; waits for the disk, and never raises."""
        if session.mapped is not None and not isinstance(session.source, NpcSource):  # a mapping is of faces
            self._acting.mapped.end(session.mapped, session.movement())

    def _source(self, request: SessionRequest, mailbox: Mailbox[VideoSample], post: ObservationSink) -> Source:
        spec = request.source
        if spec.kind == "none":
            return NoPictures(self._clock)
        if spec.kind == "npc":
            return NpcSource(self._clock)
        if spec.kind == "synthetic":
            return SyntheticSource(request.avatars, post, self._clock)
        if spec.kind == "camera":
            camera = CameraSource(spec.camera_index, mailbox, self._clock, self._options.camera, self.camera_opener)
            if "camera" in request.consent:
                camera.check()  # without consent the device is not even opened
            return camera
        path = self._models.path(spec.clip_id) if spec.kind == "clip" else spec.path
        assert path is not None
        if spec.kind == "take":
            return TakeFileSource(path, post, self._clock, replace(spec.take, loop=request.loop))
        return VideoFileSource(path, mailbox, self._clock, VideoFileOptions(loop=request.loop))

    def _voice(
        self, spec: VoiceSpec, request: SessionRequest, consent: ConsentGate, slots: NDArray[np.intp], emotion: SessionEmotion
    ) -> SessionVoice:
        inbox = AudioQueue(on_put=self._voices.wake)
        source = self._voice_source(spec, request, inbox)

        def admits() -> bool:
            return consent.allows(source.modality)

        def post(heard: VoiceObservations) -> None:
            voice.note(heard)
            consent.when_allowed(source.modality, lambda: self._motion.post_voice(request.session_id, int(slots[0]), heard))

        def post_emotion(found: EmotionObservations) -> None:
            emotion.note_voice(found)
            consent.when_allowed(source.modality, lambda: self._motion.post_emotion(request.session_id, slots, found))

        emotion.voice = self._voices.emotion
        emotion.listener = self._voices.listener(admits=admits, sink=post_emotion)
        track = self._voices.track(inbox, admits=admits, sink=post, listener=emotion.listener)
        voice = SessionVoice(source, inbox, track, self._voices.notice, self._mouth_lag_nanos)
        return voice

    def _voice_source(self, spec: VoiceSpec, request: SessionRequest, inbox: AudioQueue) -> Source:
        if spec.kind == "microphone":
            options, opener, diagnose = self._options.microphone, self._microphone_opener, self._microphone_diagnose
            microphone = MicrophoneSource(spec.microphone, inbox, self._clock, options, opener, diagnose)
            if "microphone" in request.consent:
                microphone.check()
            return microphone
        pictures = request.source
        clip_id, path = (pictures.clip_id, pictures.path) if spec.kind == "same" else (spec.clip_id, spec.path)
        if clip_id:
            path = self._models.path(clip_id)
        assert path is not None
        return AudioFileSource(path, inbox, self._clock, AudioFileOptions(loop=request.loop))

    def _new_perceiver(self, request: SessionRequest, emotion: SessionEmotion) -> Perceiver:
        if self._perceiver is not None:
            return self._perceiver(request.avatars)
        landmarker = FaceLandmarker(self._models.path(FACE_MODEL), faces=request.avatars)
        emotion.face = self._loaded_face_emotion()
        return FacePerceiver(
            landmarker,
            self._clock,
            faces=request.avatars,
            vertical_fov_deg=self._options.camera.vertical_fov_deg,
            emotion=emotion.face,
            with_voice=request.voice is not None,
        )

    def _loaded_face_emotion(self) -> FaceEmotion:
        """One for all sessions."""
        with self._loading:
            if self._face_emotion is None:
                self._face_emotion = FaceEmotion.load(self._models, self._options.face_emotion)
                if self._face_emotion.notice:
                    log.warning("face emotion: %s", self._face_emotion.notice)
            return self._face_emotion


class _WakingMailbox(Mailbox[VideoSample]):
    """A mailbox that tells the perception pool when something comes in."""

    def __init__(self, pool: PerceptionPool) -> None:
        super().__init__()
        self._pool = pool

    def put(self, item: VideoSample) -> None:
        super().put(item)
        self._pool.wake()

    def put_when_empty(self, item: VideoSample, timeout_secs: float) -> bool:
        taken = super().put_when_empty(item, timeout_secs)
        self._pool.wake()
        return taken
