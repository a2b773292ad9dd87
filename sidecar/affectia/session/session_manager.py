"""Opens and closes sessions, and runs what they share: perception pool, voice thread and motion thread."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from affectia.capture.source import Source, SourceState
from affectia.errors import NoFreeSlot, SessionError, SessionExists
from affectia.perception.pool import PerceptionPool
from affectia.pipeline import Pipeline
from affectia.session.consent import checked_modality
from affectia.session.motion_thread import MotionThread
from affectia.session.session import Session, SessionOptions
from affectia.session.session_parts import SessionParts
from affectia.session.session_request import SessionRequest
from affectia.session.slot_acting import SlotActing
from affectia.session.voices import Voices
from affectia.signals.face_calibration import FaceCalibration
from affectia.wire import topic

_NAMED = 8  # of the avatars that there are, where one is not found


class SessionManager:
    """All sessions of the process; any thread may call it, calls take turns.

    Consent takes turns within its session only: it takes `Session.lock` and never the manager's. Who holds the manager's lock may
    take a session's, never the other way round, and nobody holds two sessions'.
    """

    def __init__(
        self, pipeline: Pipeline, motion: MotionThread, pool: PerceptionPool, voices: Voices, parts: SessionParts, *, slots: int = 512
    ) -> None:
        self._pipeline = pipeline
        self._motion = motion
        self._pool = pool
        self._voices = voices
        self._parts = parts
        self._slot_acting = SlotActing(pipeline)
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
            session = self._parts.session(request, avatar_ids, slots)
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
        self._parts.record(session)
        return session

    def set_consent(self, session_id: str, modality: str, *, granted: bool) -> Session:
        """Grant or revoke; a revoked source is closed, and what it drove is at rest and invalid when this returns: all of an avatar that
        was seen, the mouth of one that was heard. What is not revoked goes on.

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

    def calibrate(self, session_id: str, calibration: FaceCalibration | None) -> Session:
        """Take a calibration into use for the first face of an open session, None to show what is measured as it is."""
        with self._lock:
            session = self.get(session_id)
            session.acting = replace(session.acting, calibration=calibration)
            self._motion.call(lambda: self._slot_acting.calibrate(session))
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

    def has_avatar(self, avatar_id: str) -> bool:
        """Whether an open session has an avatar of this id; never waits."""
        return any(avatar_id in session.avatar_ids for session in self._sessions.values())

    def slot_of(self, avatar_id: str) -> int:
        """The slot of an avatar; raises SessionError where no open session has it; never waits."""
        for session in self._sessions.values():
            if avatar_id in session.avatar_ids:
                return session.slot_by_avatar[avatar_id]
        known = [avatar for session in self._sessions.values() for avatar in session.avatar_ids]
        more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
        raise SessionError(f"avatar {avatar_id!r} is of no open session, expected one of: {', '.join(known[:_NAMED]) or 'none'}{more}")

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
            try:
                self._motion.call(lambda: self._slot_acting.set_lives(session))
                for source in session.sources:
                    if source.modality == modality and source.state in (SourceState.IDLE, SourceState.ENDED):
                        self._start(session, source)
            except BaseException:
                session.consent.revoke(modality)
                with contextlib.suppress(SessionError, TimeoutError):
                    self._motion.call(lambda: self._slot_acting.set_lives(session))
                raise

    def _revoke(self, session: Session, modality: str) -> None:
        # First the gate, before any lock: nothing may hold this up. Then what is shown, then what was learned, then the device.
        session.consent.revoke(modality)
        with session.lock:
            self._check_open(session)
            session.consent.revoke(modality)  # again: a grant may have had its turn meanwhile
            with contextlib.ExitStack() as remaining:  # each of them happens whatever the others raise, the last one first
                if session.source.modality == modality:
                    remaining.callback(session.mailbox.take)
                    remaining.callback(session.source.stop)
                    if session.track is not None:
                        remaining.callback(session.track.forget)
                    remaining.callback(session.calibration_tap.forget)
                    remaining.callback(self._motion.withdraw, session.session_id)
                    remaining.callback(self._motion.call, lambda: self._forget_faces(session))
                voice = session.voice
                if voice is not None and voice.source.modality == modality:
                    if session.emotion is not None:
                        remaining.callback(session.emotion.forget_voice)
                    remaining.callback(voice.inbox.clear)
                    remaining.callback(voice.source.stop)
                    remaining.callback(voice.track.forget)
                    remaining.callback(voice.inbox.clear)  # also now: whoever listens gets none of it while the device is being closed
                    remaining.callback(self._motion.withdraw_voice, session.session_id)
                    remaining.callback(self._motion.call, lambda: self._forget_voice(session))

    def _check_open(self, session: Session) -> None:
        """Raise SessionError where a session was stopped before its lock, which is held now, was free."""
        if self.get(session.session_id) is not session:
            raise SessionError(f"session {session.session_id!r} was stopped and opened anew; ask again")

    def _open(self, session: Session) -> None:
        if self._is_closed:
            raise SessionError("sidecar is stopping, expected a running one")
        self._motion.call(lambda: self._open_slots(session))
        if session.track is not None:
            self._pool.add(session.track)
        if session.voice is not None:
            self._voices.add(session.voice.track)
        with session.lock:  # from here on somebody else may find it
            self._sessions = {**self._sessions, session.session_id: session}
            # One right after the other: a file's pictures and its sound begin at the same instant.
            for source in session.sources:
                if session.consent.allows(source.modality):
                    self._start(session, source)

    @staticmethod
    def _start(session: Session, source: Source) -> None:
        kind = "" if source is session.source else "-voice"
        source.start(name=f"capture-{session.session_id}{kind}")

    def _close(self, session: Session) -> None:
        """Undo `_open`, as far as it came."""
        with session.lock:  # to the end: who changes consent then finds it gone, and its slots are nobody else's yet
            session.stopped = True
            session.calibration_tap.forget(SessionError(f"session {session.session_id!r} was stopped; nothing was changed"))
            session.mailbox.close()
            session.source.stop()
            if session.track is not None and not self._pool.remove(session.track):
                session.track.close()
            if session.voice is not None:
                session.voice.source.stop()
                session.voice.inbox.close()
                if not self._voices.remove(session.voice.track):
                    session.voice.track.close()
            self._sessions = {name: other for name, other in self._sessions.items() if other is not session}
            with contextlib.suppress(SessionError, TimeoutError):  # a motion thread that ends takes the avatars with it
                self._motion.call(lambda: self._close_slots(session))

    def _checked_ids(self, request: SessionRequest) -> tuple[str, ...]:
        topic.checked_id(request.session_id, what="session id")
        if request.session_id in self._used_ids:
            raise SessionExists(f"session id {request.session_id!r} was used already, expected a new one: ids are never used twice")
        request.check()
        if request.avatars > len(self._free_slots):
            raise NoFreeSlot(f"{len(self._free_slots)} avatar slots are free, {request.avatars} were asked for; close a session")
        further = [topic.checked_id(f"{request.session_id}-{number}") for number in range(2, request.avatars + 1)]
        if used := self._used_ids.intersection(further):
            raise SessionExists(f"avatar id {min(used)!r} was used already, expected a session id that makes new ones")
        return (request.session_id, *further)

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
        self._slot_acting.open(session)
        session.movement = functools.partial(self._slot_acting.report, session)

    def _close_slots(self, session: Session) -> None:
        self._motion.withdraw(session.session_id)
        self._motion.withdraw_voice(session.session_id)
        moved = session.movement()  # before its slots forget it
        session.movement = lambda: moved
        for slot in session.slots.tolist():
            self._pipeline.close_slot(slot)

    def _forget_faces(self, session: Session) -> None:
        self._slot_acting.set_lives(session)
        self._motion.withdraw(session.session_id)
        self._pipeline.forget_faces(session.slots)

    def _forget_voice(self, session: Session) -> None:
        self._slot_acting.set_lives(session)
        self._motion.withdraw_voice(session.session_id)
        self._pipeline.forget_voices(session.slots)
