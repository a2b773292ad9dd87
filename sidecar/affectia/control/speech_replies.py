"""What a caller of Speak is to be told, from the speech thread to the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from affectia.errors import AffectiaError
from affectia.session.speech.speech_events import ChunkSent, Ended, EndReason, Failed, Flushed, Progress, SpeechEvent
from affectia.v1 import speak_pb2

MOST_WAITING: Final = 256  # replies
_REASONS: Final = {
    EndReason.FINISHED: speak_pb2.SPEECH_END_REASON_FINISHED,
    EndReason.FLUSHED: speak_pb2.SPEECH_END_REASON_FLUSHED,
    EndReason.INTERRUPTED: speak_pb2.SPEECH_END_REASON_INTERRUPTED,
}


class SpeechReplies:
    """The listener of one line; made, iterated and waited for on one event loop, told on any thread, which never waits.

    While `MOST_WAITING` replies wait, no more of the caller's sound is taken. Of progress only the newest waits.
    """

    def __init__(self, *, with_chunks: bool) -> None:
        self._with_chunks = with_chunks
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._waiting: deque[SpeechEvent] = deque()
        self._is_woken = False
        self._woken = asyncio.Event()
        self._has_sender = False  # who waits for `room`
        self._room = asyncio.Event()

    @property
    def has_room(self) -> bool:
        """Whether the caller reads what it is told."""
        return len(self._waiting) < MOST_WAITING

    def tell(self, event: SpeechEvent) -> None:
        """Put an event behind the others."""
        if isinstance(event, ChunkSent) and not self._with_chunks:
            return
        with self._lock:
            if isinstance(event, Progress) and self._waiting and isinstance(self._waiting[-1], Progress):
                self._waiting.pop()
            self._waiting.append(event)
            if self._is_woken:
                return
            self._is_woken = True
        self._call_soon(self._woken)

    def wake(self) -> None:
        """The line takes more sound: whoever waits for that goes on."""
        if self._has_sender:
            self._has_sender = False
            self._call_soon(self._room)

    def fail(self, error: AffectiaError) -> None:
        """End the call with an error of its own, before whatever else waits: a line may have ended meanwhile, and its caller erred."""
        with self._lock:
            self._waiting.appendleft(Failed(error))
            self._is_woken = True
        self._call_soon(self._woken)

    async def next(self) -> SpeechEvent:
        """The oldest event; waits for one."""
        while True:
            with self._lock:
                if self._waiting:
                    return self._waiting.popleft()
                self._is_woken = False
                self._woken.clear()
            await self._woken.wait()

    async def room(self, has_room: Callable[[], bool], timeout_secs: float) -> None:
        """Wait until the line takes more sound, or for so long."""
        self._room.clear()
        self._has_sender = True
        if not has_room():  # asked after the line knows that somebody waits
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._room.wait(), timeout_secs)

    def _call_soon(self, event: asyncio.Event) -> None:
        with contextlib.suppress(RuntimeError):  # the loop was closed, nobody is left to tell
            self._loop.call_soon_threadsafe(event.set)


def reply(event: SpeechEvent) -> speak_pb2.SpeakReply:
    """The message of an event; raises the error of one that failed."""
    if isinstance(event, ChunkSent):
        return speak_pb2.SpeakReply(track_chunk=event.body)
    if isinstance(event, Progress):
        progress = speak_pb2.SpeechProgress(heard_samples=event.heard_samples, queued_millis=event.queued_millis)
        return speak_pb2.SpeakReply(progress=progress)
    if isinstance(event, Flushed):
        flushed = speak_pb2.SpeechFlushed(at_sample=event.at_sample, closed_by_sample=event.closed_by_sample)
        return speak_pb2.SpeakReply(flushed=flushed)
    if isinstance(event, Ended):
        ended = speak_pb2.SpeechEnded(
            reason=_REASONS[event.reason], samples=event.samples, remaining_millis=event.remaining_millis, notices=event.notices
        )
        return speak_pb2.SpeakReply(ended=ended)
    raise event.error
