"""Speak and Flush as calls: requests into a line, what becomes of it back to the caller."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, Final

import grpc

from affectia.capture.pcm import PcmFormat
from affectia.control.speech_replies import SpeechReplies, reply
from affectia.errors import AffectiaError, ConfigError, NoFreeSlot
from affectia.session.speech.speech import MAX_LINES, OpenedLine, Speech
from affectia.session.speech.speech_events import Ended, EndReason
from affectia.session.speech.speech_inbox import CutOrder, SpeechInbox
from affectia.session.speech.speech_request import FRAME_RATE_HZ, SpeechRequest
from affectia.v1 import speak_pb2

OPEN_SECS: Final = 10.0  # so long a caller may take to open a line
FLUSH_SECS: Final = 2.0
STOPPING: Final = "sidecar is stopping, connect again when it is back"
_ROOM_SECS: Final = 0.5  # so often it is looked at whether there is room, beside being told


class SpeakCalls:
    """Serves both on one event loop."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech
        self._inboxes: set[SpeechInbox] = set()
        self._opening = 0

    @property
    def count(self) -> int:
        """How many calls of Speak run."""
        return self._opening + len(self._inboxes)

    def close(self) -> None:
        """End every call: the mouths close, the callers are told that the sidecar stops."""
        for inbox in self._inboxes:
            inbox.cut(CutOrder(None, EndReason.STOPPED))

    async def speak(self, requests: AsyncIterator[speak_pb2.SpeakRequest], context: Any) -> None:
        """One line from its `open` to its end; whatever ends the call shuts the mouth.

        Raises ConfigError for requests that mean nothing, NoFreeSlot when too many lines are open, and what `Speech.open` does.
        """
        if self.count >= MAX_LINES:
            raise NoFreeSlot(f"{self.count} lines are being spoken, expected fewer; end one")
        self._opening += 1
        try:
            opening = await _opening(requests)
            replies = SpeechReplies(with_chunks=not opening.without_chunks)
            opened = await asyncio.to_thread(self._speech.open, speech_request(opening), replies)
        finally:
            self._opening -= 1
        self._inboxes.add(opened.inbox)
        reader = asyncio.ensure_future(_read(requests, opened.inbox, replies))
        end: Ended | None = None
        try:
            await context.write(speak_pb2.SpeakReply(opened=_opened(opened)))
            while end is None:
                event = await replies.next()
                if isinstance(event, Ended) and event.reason is EndReason.STOPPED:
                    await context.abort(grpc.StatusCode.UNAVAILABLE, STOPPING)
                await context.write(reply(event))
                end = event if isinstance(event, Ended) else None
        finally:
            self._inboxes.discard(opened.inbox)
            if end is None:
                opened.inbox.cut(CutOrder(None, EndReason.FLUSHED))
            reader.cancel()
            with suppress(asyncio.CancelledError):
                await reader

    async def flush(self, request: speak_pb2.FlushRequest) -> speak_pb2.FlushResponse:
        """Cut what an avatar says; raises SessionError where it says nothing."""
        at_sample = request.at_sample if request.HasField("at_sample") else None
        answer = await asyncio.wait_for(asyncio.wrap_future(self._speech.flush(request.avatar_id, at_sample)), FLUSH_SECS)
        return speak_pb2.FlushResponse(
            stream_id=answer.stream_id,
            at_sample=answer.at_sample,
            closed_by_sample=answer.closed_by_sample,
            pending=answer.is_pending,
        )


def speech_request(message: speak_pb2.OpenSpeech) -> SpeechRequest:
    """What a caller wants; raises ConfigError where it cannot be."""
    return SpeechRequest(
        message.avatar_id,
        PcmFormat(message.rate_hz, message.channels or 1, message.sample_type or "int16"),
        frame_rate_hz=message.frame_rate_hz or FRAME_RATE_HZ,
        interrupts=message.interrupt,
        needs_session=not message.without_session,
    )


async def _opening(requests: AsyncIterator[speak_pb2.SpeakRequest]) -> speak_pb2.OpenSpeech:
    """The first request, which opens the line."""
    try:
        first = await asyncio.wait_for(anext(requests), OPEN_SECS)
    except TimeoutError:
        raise ConfigError(f"no line was opened within {OPEN_SECS:.0f} s, expected open as the first request") from None
    except StopAsyncIteration:
        raise ConfigError("there was no request, expected open as the first one") from None
    kind = first.WhichOneof("request")
    if kind != "open":
        raise ConfigError(f"first request is {kind or 'empty'}, expected open")
    return first.open


async def _read(requests: AsyncIterator[speak_pb2.SpeakRequest], inbox: SpeechInbox, replies: SpeechReplies) -> None:
    """Pass on what the caller sends, no faster than the line takes it."""
    try:
        async for request in requests:
            kind = request.WhichOneof("request")
            if kind == "pcm":
                while not inbox.has_room:
                    await replies.room(lambda: inbox.has_room, _ROOM_SECS)
                inbox.put(request.pcm)
            elif kind == "played_sample":
                inbox.report(request.played_sample)
            elif kind == "flush":
                inbox.cut(CutOrder(request.flush.at_sample if request.flush.HasField("at_sample") else None, EndReason.FLUSHED))
            elif kind == "end":
                inbox.end()
            else:
                raise ConfigError(f"request is {kind or 'empty'}, expected pcm, played_sample, flush or end: the line is open")
        inbox.end()
    except AffectiaError as error:
        replies.fail(error)


def _opened(opened: OpenedLine) -> speak_pb2.SpeechOpened:
    return speak_pb2.SpeechOpened(
        stream_id=opened.stream_id,
        look_ahead_millis=opened.look_ahead_millis,
        degraded=opened.degraded,
        starts_in_millis=opened.starts_in_millis,
    )
