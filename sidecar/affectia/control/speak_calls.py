"""Speak and Flush as calls: requests into a line, what becomes of it back to the caller."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, Final

import grpc
from google.protobuf.message import DecodeError

from affectia.capture.pcm import PcmFormat
from affectia.control.speech_replies import SpeechReplies, reply
from affectia.errors import AffectiaError, ConfigError, NoFreeSlot
from affectia.session.speech.speech import MAX_LINES, OpenedLine, Speech
from affectia.session.speech.speech_events import Ended, EndReason
from affectia.session.speech.speech_inbox import CutOrder, SpeechInbox
from affectia.session.speech.speech_request import FRAME_RATE_HZ, SpeechRequest
from affectia.v1 import speak_pb2

OPEN_SECS: Final = 10.0  # so long a caller may take to open a line
IDLE_SECS: Final = 60.0  # so long it may send nothing while its line takes more, and read nothing of what it is told
FLUSH_SECS: Final = 2.0
HIGHEST_SAMPLE: Final = (1 << 63) - 1  # at 192 kHz, a million years
STOPPING: Final = "sidecar is stopping, connect again when it is back"
_ROOM_SECS: Final = 0.5  # so often it is looked at whether there is room, beside being told


class SpeakCalls:
    """Serves both on one event loop."""

    def __init__(self, speech: Speech, *, idle_secs: float = IDLE_SECS) -> None:
        self._speech = speech
        self._idle_secs = idle_secs
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

        Raises ConfigError for requests that mean nothing and for a caller that stands still, NoFreeSlot when too many lines are open,
        and what `Speech.open` does.
        """
        if self.count >= MAX_LINES:
            raise NoFreeSlot(f"{self.count} lines are being spoken, expected fewer; end one")
        self._opening += 1
        try:
            opening = await _opening(requests)
            replies = SpeechReplies(with_chunks=not opening.without_chunks)
            opened = await self._open(speech_request(opening), replies)
        finally:
            self._opening -= 1
        self._inboxes.add(opened.inbox)
        reader = asyncio.ensure_future(_read(requests, opened.inbox, replies, idle_secs=self._idle_secs))
        end: Ended | None = None
        try:
            await self._write(context, speak_pb2.SpeakReply(opened=_opened(opened)))
            while end is None:
                event = await replies.next()
                if isinstance(event, Ended) and event.reason is EndReason.STOPPED:
                    await context.abort(grpc.StatusCode.UNAVAILABLE, STOPPING)
                await self._write(context, reply(event))
                end = event if isinstance(event, Ended) else None
        finally:
            self._inboxes.discard(opened.inbox)
            if end is None:
                opened.inbox.cut(CutOrder(None, EndReason.FLUSHED))
            reader.cancel()
            with suppress(asyncio.CancelledError):
                await reader

    async def flush(self, request: speak_pb2.FlushRequest) -> speak_pb2.FlushResponse:
        """Cut what an avatar says; raises SessionError where it says nothing, ConfigError for a sample that no line has."""
        at_sample = request.at_sample if request.HasField("at_sample") else None
        if at_sample is not None and at_sample > HIGHEST_SAMPLE:
            raise ConfigError(f"at_sample is {at_sample}, expected at most {HIGHEST_SAMPLE}")
        answer = await asyncio.wait_for(asyncio.wrap_future(self._speech.flush(request.avatar_id, at_sample)), FLUSH_SECS)
        return speak_pb2.FlushResponse(
            stream_id=answer.stream_id,
            at_sample=answer.at_sample,
            closed_by_sample=answer.closed_by_sample,
            pending=answer.is_pending,
        )

    async def _open(self, request: SpeechRequest, replies: SpeechReplies) -> OpenedLine:
        """The line, opened on a thread; where the caller goes meanwhile it is cut as soon as it is there, since nobody else would."""
        opening = asyncio.ensure_future(asyncio.to_thread(self._speech.open, request, replies))
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_cut_unwanted)
            raise

    async def _write(self, context: Any, message: speak_pb2.SpeakReply) -> None:
        """Tell the caller; ConfigError where it reads nothing any more."""
        try:
            async with asyncio.timeout(self._idle_secs):
                await context.write(message)
        except TimeoutError:
            raise ConfigError(f"no reply was read for {self._idle_secs:g} s, expected a caller that reads them") from None


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
    except DecodeError:
        raise _unreadable() from None
    kind = first.WhichOneof("request")
    if kind != "open":
        raise ConfigError(f"first request is {kind or 'empty'}, expected open")
    return first.open


async def _read(requests: AsyncIterator[speak_pb2.SpeakRequest], inbox: SpeechInbox, replies: SpeechReplies, *, idle_secs: float) -> None:
    """Pass on what the caller sends, no faster than the line takes it; whatever breaks here ends the call."""
    try:
        while True:
            try:
                async with asyncio.timeout(None if inbox.is_ended else idle_secs):
                    request = await anext(requests)
            except StopAsyncIteration:
                break
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
    except TimeoutError:
        replies.fail(ConfigError(f"nothing came for a line in {idle_secs:g} s, expected pcm, played_sample or end"))
    except DecodeError:
        replies.fail(_unreadable())
    except Exception as error:
        # The text of a foreign error may hold what was sent, so only its type is told.
        replies.fail(AffectiaError(f"reading of requests ended with {type(error).__name__}, which is a fault of the sidecar"))


def _unreadable() -> ConfigError:
    return ConfigError("request cannot be read, expected a SpeakRequest")


def _cut_unwanted(opening: asyncio.Future[OpenedLine]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().inbox.cut(CutOrder(None, EndReason.FLUSHED))


def _opened(opened: OpenedLine) -> speak_pb2.SpeechOpened:
    return speak_pb2.SpeechOpened(
        stream_id=opened.stream_id,
        look_ahead_millis=opened.look_ahead_millis,
        degraded=opened.degraded,
        starts_in_millis=opened.starts_in_millis,
    )
