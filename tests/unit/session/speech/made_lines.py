"""Lines of speech without sockets and threads: networks that say `aa` where it is loud, a clock that the test moves, chunks in a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from affectia.capture.pcm import PcmFormat
from affectia.client.track_queue import TrackQueue
from affectia.clock import FakeClock
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.session.speech.speech_events import ChunkSent, EndReason, SpeechEvent
from affectia.session.speech.speech_inbox import CutOrder, SpeechInbox
from affectia.session.speech.speech_line import SpeechLine, look_ahead_millis
from affectia.session.speech.speech_request import SpeechRequest
from affectia.session.speech.speech_rounds import SpeechRounds
from affectia.session.speech.spoken_track import SpokenTrack
from affectia.session.speech.track_mouths import TrackMouths
from affectia.wire import track_chunk
from affectia.wire.layout import TRACK
from affectia.wire.track_chunk import TrackChunk
from tests.unit.perception.voice.made_voices import LevelDetector, MarkingNetwork

RATE_HZ = 16_000
JAW_OPEN = TRACK.parts[0].index("jawOpen")

Event = TypeVar("Event", bound=SpeechEvent)


def buzz(secs: float, rate_hz: int = RATE_HZ) -> bytes:
    """Loud enough to be taken for speech, int16."""
    time = np.arange(round(secs * rate_hz)) / rate_hz
    sound = 0.1 * sum(np.sin(2 * np.pi * 110 * harmonic * time) / harmonic for harmonic in range(1, 8))
    return np.asarray(sound * 32767, "<i2").tobytes()


def made_engine() -> VoiceEngine:
    return VoiceEngine(LevelDetector(), MarkingNetwork())  # type: ignore[arg-type] # a network that was never a file


def request(avatar_id: str = "npc", *, rate_hz: int = RATE_HZ, frame_rate_hz: int = 60, **more: bool) -> SpeechRequest:
    return SpeechRequest(avatar_id, PcmFormat(rate_hz), frame_rate_hz=frame_rate_hz, needs_session=more.pop("needs_session", False), **more)


class Told:
    """A listener that keeps what it is told."""

    def __init__(self) -> None:
        self.has_room = True
        self.events: list[SpeechEvent] = []
        self.woken = 0

    def tell(self, event: SpeechEvent) -> None:
        self.events.append(event)

    def wake(self) -> None:
        self.woken += 1

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    def chunks(self) -> list[TrackChunk]:
        return [track_chunk.decode(event.body) for event in self.of(ChunkSent)]


class Rounds:
    """Rounds of lines on a clock that the test moves; `sent` is what went out by topic."""

    def __init__(self, *, slots: int = 8, rate_limit: int | None = None) -> None:
        self.clock = FakeClock()
        self.engine = made_engine()
        self.mouths = TrackMouths(slots)
        self.sent: dict[bytes, list[bytes]] = {}
        self.rate_limit = rate_limit  # chunks of a topic that go out at once
        self.error: Exception | None = None
        self.avatars: set[str] = set()
        self.lines: list[SpeechLine] = []
        self.rounds = SpeechRounds(
            self.mouths, self._deliver, self.clock, has_avatar=lambda name: name in self.avatars, forget=self._forget
        )

    def open(self, wanted: SpeechRequest | None = None, before: SpeechLine | None = None) -> tuple[SpeechLine, Told]:
        wanted = wanted or request()
        told = Told()
        rate_hz = wanted.form.rate_hz
        track = SpokenTrack(
            stream_id=len(self.lines) + 7,
            rate_hz=rate_hz,
            frame_rate_hz=wanted.frame_rate_hz,
            look_ahead_millis=look_ahead_millis(rate_hz, self.mouths.leads),
            degraded=False,
        )
        inbox = SpeechInbox(wanted.form, lambda: None)
        leads = self.mouths.leads
        line = SpeechLine(wanted, told, inbox, stream=self.engine.new_stream(), track=track, leads=leads, before=before)
        self.lines.append(line)
        return line, told

    def run(self, times: int = 1, *, secs: float = 0.0) -> float | None:
        """So many rounds, each so long after the one before; what the last one said."""
        wait: float | None = None
        for _ in range(times):
            self.clock.advance(secs=secs)
            wait = self.rounds.run(tuple(self.lines), self.engine)
        return wait

    def run_dry(self) -> None:
        """Rounds until no sound can be heard at once."""
        while self.run() == 0.0:
            pass

    def _deliver(self, parcels: Sequence[tuple[bytes, Sequence[bytes]]]) -> list[int]:
        if self.error is not None:
            raise self.error
        counts = []
        for topic, bodies in parcels:
            count = len(bodies) if self.rate_limit is None else min(self.rate_limit, len(bodies))
            self.sent.setdefault(topic, []).extend(bodies[:count])
            counts.append(count)
        return counts

    def _forget(self, line: SpeechLine) -> None:
        self.lines.remove(line)


def jaw(chunks: Sequence[TrackChunk]) -> NDArray[np.float32]:
    """How far the jaw is open in all frames."""
    return np.concatenate([chunk.blendshape_weights()[:, JAW_OPEN] for chunk in chunks])


def queue_of(chunks: Sequence[TrackChunk]) -> TrackQueue:
    """What an engine has of a track."""
    queue = TrackQueue(capacity_millis=60_000)
    for chunk in chunks:
        assert queue.push(chunk)
    return queue


def cut_at(at_sample: int | None, line: SpeechLine) -> CutOrder:
    order = CutOrder(at_sample, EndReason.FLUSHED)
    line.inbox.cut(order)
    return order
