"""All lines that are spoken: who says what, and the thread that makes their mouths."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

from affectia import registry
from affectia.clock import NANOS_PER_MILLI, Clock
from affectia.errors import AffectiaError, NoFreeSlot, SessionError, SessionExists
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.session.speech.speech_events import EndReason, SpeechListener
from affectia.session.speech.speech_inbox import CutOrder, FlushAnswer, SpeechInbox
from affectia.session.speech.speech_line import SpeechLine, look_ahead_millis
from affectia.session.speech.speech_request import SpeechRequest
from affectia.session.speech.speech_rounds import Deliver, SpeechRounds
from affectia.session.speech.spoken_track import SpokenTrack
from affectia.session.speech.track_mouths import TrackMouths

log = logging.getLogger(__name__)

THREAD_NAME: Final = "speech"
MAX_LINES: Final = 64  # that are being sent
MAX_PLAYED: Final = 1024  # those that are only being played besides
GATHER_SECS: Final = 0.0003  # for each line: a round begins so long after the last one, so that many callers share it


@dataclass(frozen=True, slots=True)
class OpenedLine:
    """A line that may be sent: where its sound goes, and what its caller must know."""

    inbox: SpeechInbox
    stream_id: int
    look_ahead_millis: int
    degraded: bool
    starts_in_millis: int


class Speech:
    """Any thread. The thread and the networks come with the first line.

    A synthesiser's voice is nobody's: no consent is asked for. `engine` gives the networks, loaded when it is asked first; `deliver` sends
    chunks and `has_avatar` says whether a session has an avatar, both called on the speech thread.
    """

    def __init__(
        self,
        engine: Callable[[], VoiceEngine],
        deliver: Deliver,
        clock: Clock,
        *,
        has_avatar: Callable[[str], bool],
        max_lines: int = MAX_LINES,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._has_avatar = has_avatar
        self._max_lines = max_lines
        self._mouths = TrackMouths(max_lines)
        self._rounds = SpeechRounds(self._mouths, deliver, clock, has_avatar=has_avatar, forget=self._forget)
        self._changed = threading.Condition()
        self._lines: tuple[SpeechLine, ...] = ()
        self._is_woken = False
        self._is_stopping = False
        self._thread: threading.Thread | None = None

    @property
    def line_count(self) -> int:
        """How many lines are being sent or played."""
        return len(self._lines)

    def open(self, request: SpeechRequest, listener: SpeechListener) -> OpenedLine:
        """Have a line spoken; the first one waits for the networks, a quarter of a second.

        Raises SessionError for an avatar that no session has, SessionExists while another line is being sent to it, NoFreeSlot when too
        many are open.
        """
        avatar_id = request.avatar_id
        if request.needs_session and not self._has_avatar(avatar_id):
            raise SessionError(f"avatar {avatar_id!r} is of no open session, expected one; start a session, or speak without one")
        engine = self._engine()
        with self._changed:
            earlier = self._checked(request)
            for line in earlier if request.interrupts else ():
                line.inbox.cut(CutOrder(None, EndReason.INTERRUPTED))
            track = SpokenTrack(
                stream_id=secrets.randbits(32),
                rate_hz=request.form.rate_hz,
                frame_rate_hz=request.frame_rate_hz,
                look_ahead_millis=look_ahead_millis(request.form.rate_hz, self._mouths.leads),
                degraded=not engine.has_visemes,
            )
            inbox = SpeechInbox(request.form, self.wake)
            opened = SpeechLine(
                request,
                listener,
                inbox,
                stream=engine.new_stream(),
                track=track,
                leads=self._mouths.leads,
                before=earlier[-1] if earlier else None,
            )
            self._lines = (*self._lines, opened)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, args=(engine,), name=THREAD_NAME, daemon=True)
                self._thread.start()
        self.wake()
        waits_millis = opened.starts_in_nanos(self._clock.now_nanos()) // NANOS_PER_MILLI
        if request.interrupts:
            waits_millis = min(waits_millis, registry.WIRE_TRACK_CLOSE_MILLIS)
        return OpenedLine(inbox, track.stream_id, track.look_ahead_millis, engine.is_degraded, waits_millis)

    def flush(self, avatar_id: str, at_sample: int | None) -> Future[FlushAnswer]:
        """Cut what an avatar says at a sample of it, or now, and what it was to say next whole; SessionError where it says nothing."""
        with self._changed:
            mine = [line for line in self._lines if line.request.avatar_id == avatar_id]
            if not mine:
                raise SessionError(f"avatar {avatar_id!r} says nothing, expected one that speaks")
            orders = [CutOrder(at_sample if line is mine[0] else None, EndReason.FLUSHED) for line in mine]
            for line, order in zip(reversed(mine), reversed(orders), strict=True):  # the last first: else it would begin
                line.inbox.cut(order)
        return orders[0].answer

    def wake(self) -> None:
        """Something came in."""
        with self._changed:
            self._is_woken = True
            self._changed.notify_all()

    def stop(self, timeout_secs: float = 2.0) -> None:
        """Shut every mouth that speaks, tell the callers, and end the thread."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout_secs)

    def _checked(self, request: SpeechRequest) -> list[SpeechLine]:
        """The lines of the avatar that are not played to their end; raises where there is no place for another one."""
        if self._is_stopping:
            raise SessionError("sidecar is stopping, expected a running one")
        earlier = [line for line in self._lines if line.request.avatar_id == request.avatar_id]
        sent = sum(not line.stream.is_closed for line in self._lines)
        if sent >= self._max_lines or len(self._lines) >= self._max_lines + MAX_PLAYED:
            raise NoFreeSlot(f"{sent} lines are being spoken, expected at most {self._max_lines}; end one")
        if not request.interrupts and any(not line.is_over for line in earlier):
            raise SessionExists(f"avatar {request.avatar_id!r} speaks a line that has not ended, expected none; end, flush or interrupt it")
        return earlier

    def _forget(self, line: SpeechLine) -> None:
        with self._changed:
            self._lines = tuple(other for other in self._lines if other is not line)
            late = line.inbox.take_cuts()
        for order in late:
            order.answer.set_result(FlushAnswer(line.track.stream_id, line.position.out_sample, line.position.out_sample))

    def _run(self, engine: VoiceEngine) -> None:
        wait_secs: float | None = 0.0
        while True:
            with self._changed:
                if wait_secs != 0.0 and not self._is_woken and not self._is_stopping:
                    self._changed.wait(wait_secs)
                self._is_woken = False
                if self._is_stopping:
                    break
            began_nanos = self._clock.now_nanos()
            wait_secs = self._round(engine)
            if wait_secs != 0.0:
                self._gather(began_nanos)
        self._rounds.end(self._lines, EndReason.STOPPED)
        self._lines = ()

    def _round(self, engine: VoiceEngine) -> float | None:
        try:
            return self._rounds.run(self._lines, engine)
        except Exception as error:
            # A round that breaks must not leave mouths open; the text of a foreign error may hold values.
            log.error("a round of speech ended with %s", type(error).__name__)
            self._rounds.end(self._lines, AffectiaError(f"speech ended with {type(error).__name__}, which is a fault of the sidecar"))
            return None

    def _gather(self, began_nanos: int) -> None:
        """Let the sound of several callers come together."""
        left_secs = GATHER_SECS * len(self._lines) - (self._clock.now_nanos() - began_nanos) / 1e9
        if left_secs > 0 and len(self._lines) > 1:
            with self._changed:
                self._changed.wait_for(lambda: self._is_stopping, left_secs)
