"""What happens in a round of the speech thread: the sound of all lines through hearing and mouths, and their chunks out."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC, Clock
from affectia.errors import AffectiaError, SessionError
from affectia.perception.voice.heard_frames import HeardFrames
from affectia.perception.voice.log_mel import HOP
from affectia.perception.voice.voice_engine import STEP, VoiceEngine
from affectia.session.speech.speech_events import EndReason
from affectia.session.speech.speech_line import SpeechLine
from affectia.session.speech.track_mouths import MouthWork, TrackMouths

log = logging.getLogger(__name__)

Result = TypeVar("Result")
Sound = NDArray[np.float32]

# Hearing takes one step of some lines at a time and live voices wait for it: 2 s of sound are some milliseconds. Blocks of 100 ms of a
# few lines are quicker than short ones of many.
HELD_SAMPLES: Final = 32_000
LEAST_BLOCK: Final = 1600
SENT_AT_ONCE: Final = 32  # chunks in one go, so that the motion thread is not held up
LOOK_SECS: Final = 0.25  # so often it is looked at whether the avatars are still there
TOLD_SECS: Final = 10  # so often it is told that chunks do not go out

Parcel = tuple[bytes, Sequence[bytes]]  # a topic and its chunks
Deliver = Callable[[Sequence[Parcel]], Sequence[int]]  # how many of each are out; may raise, then none is


class SpeechRounds:
    """Runs lines; all of it on one thread.

    `deliver` sends chunks; `has_avatar` tells whether a session still has one; `forget` gets each line of which nothing is left to show.
    """

    def __init__(
        self,
        mouths: TrackMouths,
        deliver: Deliver,
        clock: Clock,
        *,
        has_avatar: Callable[[str], bool],
        forget: Callable[[SpeechLine], None],
    ) -> None:
        self._mouths = mouths
        self._deliver = deliver
        self._clock = clock
        self._has_avatar = has_avatar
        self._forget = forget
        self._looked_nanos = 0
        self._told_nanos = -TOLD_SECS * NANOS_PER_SEC

    def run(self, lines: Sequence[SpeechLine], engine: VoiceEngine) -> float | None:
        """One round; seconds until the next is due though nobody wakes the thread, 0 for at once, None for never."""
        now = self._clock.now_nanos()
        for line in lines:
            self._guarded(line, functools.partial(line.begin, now))
        self._look(lines, now)
        self._hear(lines, engine)
        now = self._clock.now_nanos()
        for line in lines:
            self._guarded(line, functools.partial(line.prepare, now))
        self._send(lines)
        self._release(lines)
        now = self._clock.now_nanos()
        for line in lines:
            if line.is_played(now):
                self._forget(line)
        if any(line.has_backlog(now) for line in lines):
            return 0.0
        waits = [secs for line in lines if (secs := line.due_secs(now)) is not None]
        if any(line.request.needs_session for line in lines):
            waits.append(LOOK_SECS)
        return min(waits, default=None)

    def end(self, lines: Sequence[SpeechLine], why: EndReason | AffectiaError) -> None:
        """Shut all mouths, as far as chunks can still be sent, and tell every caller why."""
        now = self._clock.now_nanos()
        for line in lines:
            line.shut(why, now)
        self._send(lines, is_last=True)
        self._release(lines)

    def _hear(self, lines: Sequence[SpeechLine], engine: VoiceEngine) -> None:
        now = self._clock.now_nanos()
        going = [line for line in lines if not line.is_over]
        most = min(STEP, max(LEAST_BLOCK, HELD_SAMPLES // max(1, len(going)) // HOP * HOP))
        due = []
        for line in going:
            taken = self._guarded(line, functools.partial(line.take, most, now))
            if taken is not None:
                due.append((line, taken))
        for group in _groups(due):
            hearing = [line for line, _ in group]
            streams, blocks = [line.stream for line in hearing], [pcm for _, pcm in group]
            self._note(hearing, self._together(hearing, functools.partial(engine.hear, streams, blocks)))
        self._move([line for line, _ in due if not line.is_over])
        if ending := [line for line in going if line.is_at_end]:
            self._note(ending, self._together(ending, functools.partial(engine.finish, [line.stream for line in ending])))
            ending = [line for line in ending if not line.is_over]
            for line in ending:
                line.finish()
            self._move(ending, is_all=True)

    @staticmethod
    def _note(lines: Sequence[SpeechLine], heard: Sequence[HeardFrames]) -> None:
        if heard:  # there is nothing where the networks broke
            for line, frames in zip(lines, heard, strict=True):
                line.grid.add(frames)

    def _move(self, lines: Sequence[SpeechLine], *, is_all: bool = False) -> None:
        """Make the mouths of what was heard, and give each line its rows."""
        if not lines:
            return
        now = self._clock.now_nanos()
        rows = self._mouths.rows([MouthWork(self._slot(line), line.grid) for line in lines])
        for line, made in zip(lines, rows, strict=True):
            line.add(made, now, is_all=is_all)

    def _send(self, lines: Sequence[SpeechLine], *, is_last: bool = False) -> None:
        room = SENT_AT_ONCE
        sending = []
        for line in lines:
            count = len(line.outgoing) if is_last else min(len(line.outgoing), room)
            room -= count
            if count:
                sending.append((line, [line.outgoing[place].body for place in range(count)]))
        if not sending:
            return
        try:
            counts = self._deliver([(line.topic, bodies) for line, bodies in sending])
        except Exception as error:  # the motion thread ends, or is held up: then they are sent later
            self._tell_not_sent(len(sending), error)
            counts = [0] * len(sending)
        now = self._clock.now_nanos()
        for (line, bodies), count in zip(sending, counts, strict=True):
            line.note_sent(len(bodies) if is_last else count, now)

    def _tell_not_sent(self, lines: int, error: Exception) -> None:
        now = self._clock.now_nanos()
        if now - self._told_nanos >= TOLD_SECS * NANOS_PER_SEC:
            self._told_nanos = now
            log.warning("chunks of %d lines were not sent yet: %s", lines, type(error).__name__)

    def _look(self, lines: Sequence[SpeechLine], now_nanos: int) -> None:
        if now_nanos - self._looked_nanos < LOOK_SECS * NANOS_PER_SEC:
            return
        self._looked_nanos = now_nanos
        for line in lines:
            avatar_id = line.request.avatar_id
            if line.request.needs_session and not self._has_avatar(avatar_id):
                line.shut(SessionError(f"avatar {avatar_id!r} is gone, its session was stopped"), now_nanos)

    def _release(self, lines: Sequence[SpeechLine]) -> None:
        """Give back what lines that are over held."""
        for line in lines:
            if line.is_over and not line.stream.is_closed:
                line.inbox.close()
                line.stream.close()
                if line.slot is not None:
                    self._mouths.close(line.slot)
                    line.slot = None
                line.wake_caller()

    def _slot(self, line: SpeechLine) -> int:
        if line.slot is None:
            line.slot = self._mouths.open()
        return line.slot

    def _guarded(self, line: SpeechLine, work: Callable[[], Result]) -> Result | None:
        """What the work returns; where it breaks, this line ends and no other."""
        try:
            return work()
        except Exception as error:
            self._fail([line], error)
            return None

    def _together(self, lines: Sequence[SpeechLine], work: Callable[[], list[HeardFrames]]) -> list[HeardFrames]:
        """What the networks answer; where they break, nobody knows how far each of these lines was heard."""
        try:
            return work()
        except Exception as error:
            self._fail(lines, error)
            return []

    def _fail(self, lines: Sequence[SpeechLine], error: Exception) -> None:
        # The text of a foreign error may hold values, so only its type is told.
        if not isinstance(error, AffectiaError):
            log.error("%d lines of speech ended with %s", len(lines), type(error).__name__)
            error = AffectiaError(f"line of speech ended with {type(error).__name__}, which is a fault of the sidecar")
        now = self._clock.now_nanos()
        for line in lines:
            line.shut(error, now)


def _groups(due: Sequence[tuple[SpeechLine, Sound]]) -> Iterator[Sequence[tuple[SpeechLine, Sound]]]:
    """Lines that are heard together: as many as have `HELD_SAMPLES`."""
    group: list[tuple[SpeechLine, Sound]] = []
    size = 0
    for line, pcm in due:
        if group and size + pcm.size > HELD_SAMPLES:
            yield group
            group, size = [], 0
        group.append((line, pcm))
        size += pcm.size
    if group:
        yield group
