"""Opens and closes sessions, and runs what they share: perception pool and motion thread."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from affectia.capture.camera import CameraOptions, CameraSource, Device, open_camera
from affectia.capture.mailbox import Mailbox
from affectia.capture.source import Source, SourceState
from affectia.capture.synthetic import SyntheticSource
from affectia.capture.take_file import TakeFileSource
from affectia.capture.video_file import VideoFileOptions, VideoFileSource
from affectia.clock import Clock
from affectia.errors import ConfigError, NoFreeSlot, SessionError, SessionExists
from affectia.inference.model_store import ModelStore
from affectia.perception.attention import Attention, AttentionOptions
from affectia.perception.face.face_perceiver import FacePerceiver
from affectia.perception.face.landmarks.landmarker import FaceLandmarker
from affectia.perception.pool import PerceptionPool
from affectia.perception.track import Perceiver, Track
from affectia.pipeline import Pipeline
from affectia.session.consent import ConsentGate, checked_modality
from affectia.session.motion_thread import MotionThread
from affectia.session.session import Session, SessionOptions
from affectia.session.source_spec import SourceSpec
from affectia.signals.face_observations import FaceObservations
from affectia.signals.video_sample import VideoSample
from affectia.wire import topic

FACE_MODEL = "face_landmarker"
MOST_FACES = 8  # of one picture: each costs a network run


@dataclass(frozen=True)
class SessionRequest:
    """What a caller wants to be opened; a source of pictures has an avatar for each face that it may show."""

    session_id: str
    source: SourceSpec
    avatars: int = 1
    consent: frozenset[str] = frozenset()
    options: SessionOptions = SessionOptions()
    loop: bool = False


class SessionManager:
    """All sessions of the process; any thread may call it, calls take turns.

    Consent takes turns within its session only: it takes `Session.lock` and never the manager's. Who holds the manager's lock may
    take a session's, never the other way round, and nobody holds two sessions'.
    `camera_opener` and `perceiver` (of so many faces) stand in for OpenCV's cameras and the face landmarker.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        motion: MotionThread,
        pool: PerceptionPool,
        models: ModelStore,
        clock: Clock,
        *,
        slots: int = 512,
        camera: CameraOptions | None = None,
        attention: AttentionOptions | None = None,
        camera_opener: Callable[[int, CameraOptions], Device | None] = open_camera,
        perceiver: Callable[[int], Perceiver] | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._motion = motion
        self._pool = pool
        self._models = models
        self._clock = clock
        self._camera = camera or CameraOptions()
        self._camera_opener = camera_opener
        self._attention = attention
        self._perceiver = perceiver or self._face_perceiver
        self._lock = threading.RLock()
        self._sessions: dict[str, Session] = {}  # replaced and never changed, so that `all` needs no lock
        self._used_ids: set[str] = set()
        self._free_slots = list(range(slots))
        self._is_closed = False

    def start(self, request: SessionRequest) -> Session:
        """Open a session; its first frames are out when the source delivers, or at once where consent is missing.

        Raises ConfigError, CaptureError, ModelError or SessionError; then nothing is left open.
        """
        with self._lock:
            avatar_ids = self._checked_ids(request)
            slots = np.array(self._free_slots[: request.avatars], np.intp)
            self._free_slots = self._free_slots[request.avatars :]
            self._used_ids |= {request.session_id, *avatar_ids}
        session: Session | None = None
        try:
            # Outside the lock: a camera or a model may take seconds, and nobody else's consent or stop waits for them.
            session = self._prepared(request, avatar_ids, slots)
            with self._lock:
                self._open(session)
        except BaseException:
            with self._lock:
                if session is not None:
                    self._close(session)
                self._free_slots += slots.tolist()
                self._used_ids -= {request.session_id, *avatar_ids}
            raise
        return session

    def stop(self, session_id: str) -> Session:
        """Close a session: source, perception, avatars."""
        with self._lock:
            session = self.get(session_id)
            self._close(session)
            self._free_slots += session.slots.tolist()
            return session

    def set_consent(self, session_id: str, modality: str, *, granted: bool) -> Session:
        """Grant or revoke; a revoked source is closed and its avatars are at rest and invalid when this returns.

        Raises ConfigError, CaptureError or SessionError, and a revocation also TimeoutError where the motion thread does not answer:
        the source is closed and what was learned is forgotten all the same.
        """
        session = self.get(session_id)
        checked_modality(modality)
        if granted:
            self._grant(session, modality)
        else:
            self._revoke(session, modality)
        return session

    def configure(self, session_id: str, options: SessionOptions) -> Session:
        """Change a running session's options."""
        with self._lock:
            session = self.get(session_id)
            session.options = options

            def apply() -> None:
                for slot in session.slots.tolist():
                    self._pipeline.configure(
                        slot, precision_bits=options.precision_bits, rate_hz=options.rate_hz, smoothing=options.smoothing
                    )

            self._motion.call(apply)
            return session

    def get(self, session_id: str) -> Session:
        """An open session; raises SessionError with the open ones where it is none."""
        sessions = self._sessions
        if session_id not in sessions:
            known = ", ".join(sorted(sessions)) or "none"
            raise SessionError(f"session {session_id!r} is not open, open sessions: {known}")
        return sessions[session_id]

    def all(self) -> Iterable[Session]:
        """The open sessions; never waits, not even while a camera or a model is being opened."""
        return tuple(self._sessions.values())

    def stop_all(self) -> None:
        """Close every session; one that is still being opened is not opened any more, nor is any later one."""
        with self._lock:
            self._is_closed = True
            for session in self.all():
                self.stop(session.session_id)

    def _grant(self, session: Session, modality: str) -> None:
        with session.lock:
            self._check_open(session)
            if session.stopped or self._is_closed:
                raise SessionError(f"session {session.session_id!r} is being stopped, expected one that goes on")
            session.consent.grant(modality)
            if session.source.modality == modality and session.source.state in (SourceState.IDLE, SourceState.ENDED):
                try:
                    session.source.start(name=f"capture-{session.session_id}")
                except BaseException:
                    session.consent.revoke(modality)
                    raise

    def _revoke(self, session: Session, modality: str) -> None:
        # First the gate, before any lock: nothing may hold this up. Then what is shown, then what was learned, then the device.
        session.consent.revoke(modality)
        with session.lock:
            self._check_open(session)
            session.consent.revoke(modality)  # again: a grant may have had its turn meanwhile
            if session.source.modality != modality:
                return
            with contextlib.ExitStack() as remaining:  # each of them happens whatever the others raise, the last one first
                remaining.callback(session.mailbox.take)
                remaining.callback(session.source.stop)
                if session.track is not None:
                    remaining.callback(session.track.forget)
                remaining.callback(self._motion.withdraw, session.session_id)
                self._motion.call(lambda: self._forget(session))

    def _check_open(self, session: Session) -> None:
        """Raise SessionError where a session was stopped before its lock, which is held now, was free."""
        if self.get(session.session_id) is not session:
            raise SessionError(f"session {session.session_id!r} was stopped and opened anew; ask again")

    def _prepared(self, request: SessionRequest, avatar_ids: tuple[str, ...], slots: NDArray[np.intp]) -> Session:
        """The session with its source and its perceiver, of which nothing runs yet."""
        mailbox = _WakingMailbox(self._pool)
        consent = ConsentGate(request.consent)

        def post(faces: FaceObservations) -> None:
            consent.when_allowed(source.modality, lambda: self._motion.post(request.session_id, slots, faces))

        source = self._source(request, mailbox, post)
        session = Session(request.session_id, source, avatar_ids, slots, consent, request.options, mailbox)
        if not request.source.is_ready_made:
            session.track = Track(
                mailbox,
                self._perceiver(request.avatars),
                admits=lambda: consent.allows(source.modality),
                sink=post,
                attention=Attention(self._attention),
                is_crowded=lambda: self._pool.is_crowded,
                clock=self._clock,
            )
        return session

    def _open(self, session: Session) -> None:
        if self._is_closed:
            raise SessionError("sidecar is stopping, expected a running one")
        self._motion.call(lambda: self._open_slots(session))
        if session.track is not None:
            self._pool.add(session.track)
        with session.lock:  # from here on somebody else may find it
            self._sessions = {**self._sessions, session.session_id: session}
            if session.consent.allows(session.source.modality):
                session.source.start(name=f"capture-{session.session_id}")

    def _close(self, session: Session) -> None:
        """Undo `_open`, as far as it came."""
        with session.lock:  # to the end: who changes consent then finds it gone, and its slots are nobody else's yet
            session.stopped = True
            session.mailbox.close()
            session.source.stop()
            if session.track is not None and not self._pool.remove(session.track):
                session.track.close()
            self._sessions = {name: other for name, other in self._sessions.items() if other is not session}
            with contextlib.suppress(SessionError, TimeoutError):  # a motion thread that ends takes the avatars with it
                self._motion.call(lambda: self._close_slots(session))

    def _checked_ids(self, request: SessionRequest) -> tuple[str, ...]:
        topic.checked_id(request.session_id, what="session id")
        if request.session_id in self._used_ids:
            raise SessionExists(f"session id {request.session_id!r} was used already, expected a new one: ids are never used twice")
        most = {"synthetic": len(self._free_slots), "take": 1}.get(request.source.kind, MOST_FACES)
        if request.avatars < 1 or (request.avatars > most and request.source.kind != "synthetic"):
            raise ConfigError(f"avatar count is {request.avatars}, expected 1 to {most} for a source of kind {request.source.kind}")
        if request.avatars > len(self._free_slots):
            raise NoFreeSlot(f"{len(self._free_slots)} avatar slots are free, {request.avatars} were asked for; close a session")
        further = [topic.checked_id(f"{request.session_id}-{number}") for number in range(2, request.avatars + 1)]
        if used := self._used_ids.intersection(further):
            raise SessionExists(f"avatar id {min(used)!r} was used already, expected a session id that makes new ones")
        return (request.session_id, *further)

    def _source(self, request: SessionRequest, mailbox: Mailbox[VideoSample], post: Callable[[FaceObservations], None]) -> Source:
        spec = request.source
        if spec.kind == "synthetic":
            return SyntheticSource(request.avatars, post, self._clock)
        if spec.kind == "camera":
            camera = CameraSource(spec.camera_index, mailbox, self._clock, self._camera, self._camera_opener)
            if "camera" in request.consent:
                camera.check()  # without consent the device is not even opened
            return camera
        path = self._models.path(spec.clip_id) if spec.kind == "clip" else spec.path
        assert path is not None
        if spec.kind == "take":
            return TakeFileSource(path, post, self._clock, replace(spec.take, loop=request.loop))
        return VideoFileSource(path, mailbox, self._clock, VideoFileOptions(loop=request.loop))

    def _face_perceiver(self, faces: int) -> Perceiver:
        landmarker = FaceLandmarker(self._models.path(FACE_MODEL), faces=faces)
        return FacePerceiver(landmarker, self._clock, faces=faces, vertical_fov_deg=self._camera.vertical_fov_deg)

    def _open_slots(self, session: Session) -> None:
        options = session.options
        for slot, avatar_id in zip(session.slots.tolist(), session.avatar_ids, strict=True):
            self._pipeline.open_slot(
                slot,
                avatar_id,
                precision_bits=options.precision_bits,
                rate_hz=options.rate_hz,
                smoothing=options.smoothing,
                several_faces=session.track is not None and len(session.avatar_ids) > 1,
            )

    def _close_slots(self, session: Session) -> None:
        self._motion.withdraw(session.session_id)
        for slot in session.slots.tolist():
            self._pipeline.close_slot(slot)

    def _forget(self, session: Session) -> None:
        self._motion.withdraw(session.session_id)
        self._pipeline.forget(session.slots)


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
