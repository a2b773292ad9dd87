"""One line that is spoken: its sound on the way to hearing, its track on the way out, and what it waits for."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.capture.pcm_stream import PcmStream
from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.errors import AffectiaError
from affectia.perception.voice.heard_frames import LOOK_AHEAD_FRAMES
from affectia.perception.voice.voice_stream import VoiceStream
from affectia.session.speech.playback_position import PlaybackPosition
from affectia.session.speech.speech_events import ChunkSent, Ended, EndReason, Failed, Flushed, Progress, SpeechListener
from affectia.session.speech.speech_inbox import CutOrder, FlushAnswer, SpeechInbox
from affectia.session.speech.speech_request import SpeechRequest
from affectia.session.speech.spoken_track import SpokenTrack
from affectia.session.speech.track_grid import HEARD_HZ, GridLeads, TrackGrid
from affectia.signals.audio_sample import VOICE_RATE_HZ
from affectia.wire import topic, track_chunk
from affectia.wire.track_chunk import TrackChunk

# Frames that are out and were not played: readers keep 10 s. Where nobody reports, playback may have begun later than is thought.
AHEAD_REPORTED_SECS: Final = 9.5
AHEAD_GUESSED_SECS: Final = 8.0
STALL_NANOS: Final = 40 * NANOS_PER_MILLI  # so long the rest of a chunk may wait for more
_CLOSE_AHEAD_NANOS: Final = 500 * NANOS_PER_MILLI
PROGRESS_NANOS: Final = 250 * NANOS_PER_MILLI
_CLOSE_NANOS: Final = registry.WIRE_TRACK_CLOSE_MILLIS * NANOS_PER_MILLI
_LEAST_BLOCK: Final = VOICE_RATE_HZ // HEARD_HZ
_RESAMPLING_MILLIS: Final = 2.1  # what is heard behind a sample when it is resampled; longer below 16 kHz


def look_ahead_millis(rate_hz: int, leads: GridLeads) -> int:
    """So much sound behind a frame's instant, at most, is heard before the frame is made."""
    resampling = 0.0 if rate_hz == VOICE_RATE_HZ else _RESAMPLING_MILLIS * max(1.0, VOICE_RATE_HZ / rate_hz)
    heard = (LOOK_AHEAD_FRAMES + 1) * 1000 / HEARD_HZ  # frames of a track stand between those that are heard
    return math.ceil(heard + 1000 * max(leads.mouth_secs, leads.closure_secs) + resampling - 1e-6)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A chunk that waits to be sent, up to which sample subscribers then have frames, and what happens when it is out."""

    body: bytes
    up_to_sample: int
    then: Callable[[int], None] | None = None


class SpeechLine:
    """The state of a line; its `inbox` is for any thread, all else for the speech thread alone.

    In each round: `begin`, `take`, what was heard into `grid`, `add` of the rows that became of it, `prepare`, and `note_sent` for what
    went out of `outgoing`. It needs its place in the engine and its `slot` until it `is_over`.
    """

    def __init__(
        self,
        request: SpeechRequest,
        listener: SpeechListener,
        inbox: SpeechInbox,
        *,
        stream: VoiceStream,
        track: SpokenTrack,
        leads: GridLeads,
        before: SpeechLine | None = None,
    ) -> None:
        self.request = request
        self.inbox = inbox
        self.stream = stream
        self.slot: int | None = None  # among the mouths, while frames are made
        self.track = track
        self.grid = TrackGrid(request.frame_rate_hz, leads)
        self.topic = topic.track(request.avatar_id)
        self.position = PlaybackPosition(request.form.rate_hz)
        self.outgoing: deque[Outgoing] = deque()
        self._listener = listener
        self._before = before
        self._pcm = PcmStream(request.form)
        self._sound: NDArray[np.float32] = np.empty(0, np.float32)  # converted and not heard
        self._taken = 0  # samples at VOICE_RATE_HZ that went to be heard
        self._is_flushed = False  # whether the end of the sound came out of the resampler
        self._is_at_end = False  # whether all sound was heard that ever will be
        self._pending: list[CutOrder] = []  # that wait for their sound, the earliest first
        self._waits_since_nanos = 0
        self._shut_at_nanos = 0  # of a line that was cut: when its closing can have been shown
        self._told = Progress(0, 0)
        self._told_nanos = 0

    @property
    def is_over(self) -> bool:
        """Whether no frame will be made any more; the last ones may still have to go out."""
        return self.track.is_over

    @property
    def is_at_end(self) -> bool:
        """Whether hearing is to be finished: no more sound will be taken."""
        return self._is_at_end and not self.is_over

    def free_at_nanos(self, now_nanos: int) -> int | None:
        """When another line may take the mouth over without cutting this one off; None while nobody can tell."""
        if not self.is_over or self.outgoing:
            return None
        return max(now_nanos + self.position.remaining_nanos(now_nanos), self._shut_at_nanos)

    def is_played(self, now_nanos: int) -> bool:
        """Whether nothing of it is to be shown any more."""
        free_at = self.free_at_nanos(now_nanos)
        return free_at is not None and free_at <= now_nanos

    def is_held(self, now_nanos: int) -> bool:
        """Whether its first chunk waits for what the avatar says before it."""
        if self._before is not None and self._before.is_played(now_nanos):
            self._before = None
        return self._before is not None

    def starts_in_nanos(self, now_nanos: int) -> int:
        """How long its first chunk waits, as far as can be told."""
        free_at = None if self._before is None else self._before.free_at_nanos(now_nanos)
        return 0 if free_at is None else max(0, free_at - now_nanos)

    def begin(self, now_nanos: int) -> None:
        """Take in what the caller has said meanwhile."""
        report = self.inbox.take_report()
        if report is not None:
            self.position.report(report, now_nanos)
        for order in self.inbox.take_cuts():
            self._order(order, now_nanos)

    def take(self, most: int, now_nanos: int) -> NDArray[np.float32] | None:
        """The next sound to be heard, at most so many samples at VOICE_RATE_HZ; None where there is none, or no room for its frames."""
        most = min(most, self._room(now_nanos))
        if self._is_at_end or self.is_over or most < _LEAST_BLOCK or not self._listener.has_room:
            return None
        self._convert(most)
        cut = self._pending[0].at_sample if self._pending else None
        if cut is not None:  # what is behind it is not heard any more
            most = min(most, max(0, -(-cut * VOICE_RATE_HZ // self.track.rate_hz) - self._taken))
        block, self._sound = self._sound[:most], self._sound[most:]
        self._taken += len(block)
        is_cut = cut is not None and self._taken * self.track.rate_hz >= cut * VOICE_RATE_HZ
        self._is_at_end = is_cut or (self._is_flushed and not len(self._sound))
        return block if len(block) else None

    def finish(self) -> None:
        """Let `grid` have what is missing to the end, once hearing is finished."""
        samples = min(self._pcm.source_sample_count, -(-self._taken * self.track.rate_hz // VOICE_RATE_HZ))
        if self._is_flushed:  # the line ends before it could be cut
            self._pending = [order for order in self._pending if (order.at_sample or 0) <= samples]
        # A cut needs the frame behind it too, to know the pose in between.
        self.grid.finish(self.track.frames_up_to(samples) + bool(self._pending))

    def add(self, rows: NDArray[np.uint8], now_nanos: int, *, is_all: bool = False) -> None:
        """Add what became of it; `is_all`: there will be no more."""
        if not self.track.waiting:
            self._waits_since_nanos = now_nanos
        self.track.add(rows)
        order = self._pending[0] if self._pending else None
        if order is not None and order.at_sample is not None:
            if is_all or self.track.sample_of(self.track.made - 1) >= order.at_sample:
                self._cut(order.at_sample, order, now_nanos)
        elif is_all:
            self._post(self.track.finish(), lambda now: self._tell_end(EndReason.FINISHED, now))

    def prepare(self, now_nanos: int) -> None:
        """Put into `outgoing` what is to go out now, and tell how far everything is."""
        if not self.is_over and not self.is_held(now_nanos):
            is_stalled = now_nanos - self._waits_since_nanos >= STALL_NANOS
            if is_stalled and self.has_backlog(now_nanos):  # the rest of the chunk comes by itself, soon enough for who plays it
                is_stalled = self.position.remaining_nanos(now_nanos) < _CLOSE_AHEAD_NANOS
            if chunks := self.track.chunks(all_of_them=self.track.taken == 0 or is_stalled):
                self._waits_since_nanos = now_nanos  # what is left of them came with them
                self._post(chunks)
        if not self.is_over and now_nanos - self._told_nanos >= PROGRESS_NANOS:
            heard = self._taken * self.track.rate_hz // VOICE_RATE_HZ
            progress = Progress(heard, self.position.remaining_millis(now_nanos))
            if progress != self._told:
                self._told, self._told_nanos = progress, now_nanos
                self._listener.tell(progress)
        if self.inbox.has_room:
            self.wake_caller()

    def wake_caller(self) -> None:
        """Let the caller send more."""
        self._listener.wake()

    def note_sent(self, count: int, now_nanos: int) -> None:
        """So many of `outgoing` are out."""
        for _ in range(count):
            sent = self.outgoing.popleft()
            self.position.note_out(sent.up_to_sample, now_nanos)
            self._listener.tell(ChunkSent(sent.body))
            if sent.then is not None:
                sent.then(now_nanos)

    def shut(self, why: EndReason | AffectiaError, now_nanos: int) -> None:
        """End it before its time, and shut the mouth, also that of a line that is only being played."""
        self._order(CutOrder(None, why), now_nanos)

    def due_secs(self, now_nanos: int) -> float | None:
        """Seconds until it has something to do though nobody wakes it; None for never."""
        if self.outgoing:
            return 0.003
        if self.is_over:
            free_at = self.free_at_nanos(now_nanos)
            return None if free_at is None else max(0.001, (free_at - now_nanos) / NANOS_PER_SEC)
        if self._before is not None:
            return max(0.001, min(0.05, self.starts_in_nanos(now_nanos) / NANOS_PER_SEC or 0.05))
        if self.track.waiting:
            return max(0.001, (self._waits_since_nanos + STALL_NANOS - now_nanos) / NANOS_PER_SEC)
        return None if self.inbox.is_empty and not len(self._sound) else 0.02

    def has_backlog(self, now_nanos: int) -> bool:
        """Whether there is sound that another round could hear at once."""
        if self.is_over or not self._listener.has_room or self._room(now_nanos) < _LEAST_BLOCK:
            return False
        return len(self._sound) >= _LEAST_BLOCK or not self.inbox.is_empty

    def _room(self, now_nanos: int) -> int:
        """Samples at VOICE_RATE_HZ that may be heard until too many frames are out."""
        secs = AHEAD_GUESSED_SECS if self.position.reported_sample is None else AHEAD_REPORTED_SECS
        rate_hz = self.track.rate_hz
        ahead = self.track.sample_of(self.track.made) - self.position.played_sample(now_nanos)
        return int((secs * rate_hz - ahead) * VOICE_RATE_HZ / rate_hz)

    def _convert(self, wanted: int) -> None:
        """Have so many samples in `_sound`, as far as there are."""
        parts, count = [self._sound], len(self._sound)
        while count < wanted and not self._is_flushed:
            is_ended = self.inbox.is_ended  # asked before: what comes with the end must not be left behind
            missing = (wanted - count) * self.track.rate_hz // VOICE_RATE_HZ + 1
            data = self.inbox.take(missing * self.request.form.frame_bytes)
            if not data and not is_ended:
                break
            sample = self._pcm.push(data) if data else self._pcm.flush()
            self._is_flushed = not data
            if sample is not None:
                parts.append(sample.pcm)
                count += len(sample.pcm)
        self._sound = np.concatenate(parts) if len(parts) > 1 else parts[0]

    def _order(self, order: CutOrder, now_nanos: int) -> None:
        """Cut now, or note where to cut."""
        if not self.is_over and self.is_held(now_nanos):  # nothing of it was shown, and nothing will be
            self._before = None
            self.track.drop()
            self._close(order.why, 0, 0, order, now_nanos)
            return
        at_sample = order.at_sample
        if at_sample is None:
            at_sample = min(self.position.likely_sample(now_nanos), self.track.sample_of(self.track.made))
        # What was played is not cut any more; a report beyond what was made so far must not keep the mouth open.
        at_sample = max(at_sample, min(self.position.reported_sample or 0, self.track.sample_of(max(0, self.track.made - 1))))
        over_at = self.track.over_at_sample
        if over_at is not None and at_sample >= over_at:  # it shuts as it is
            order.answer.set_result(FlushAnswer(self.track.stream_id, over_at, max(over_at, self.position.out_sample)))
            return
        if over_at is not None or order.at_sample is None or self.track.sample_of(self.track.made - 1) >= at_sample:
            self._cut(at_sample, order, now_nanos)
            return
        closed_by = at_sample + self.track.rate_hz * registry.WIRE_TRACK_CLOSE_MILLIS // 1000
        order.answer.set_result(FlushAnswer(self.track.stream_id, at_sample, closed_by, is_pending=True))
        self._pending.append(CutOrder(at_sample, order.why))
        self._pending.sort(key=lambda each: each.at_sample or 0)

    def _cut(self, at_sample: int, order: CutOrder, now_nanos: int) -> None:
        was_over = self.is_over
        chunks, at_sample, closed_by = self.track.cut(at_sample)
        self._shut_at_nanos = now_nanos + _CLOSE_NANOS
        why = None if was_over else order.why
        self._post(chunks, lambda now: self._close(why, at_sample, closed_by, order, now))

    def _close(self, why: EndReason | AffectiaError | None, at_sample: int, closed_by: int, order: CutOrder, now_nanos: int) -> None:
        """Tell everybody that it was cut; `why` is None where its caller has had the end already."""
        self._shut_at_nanos = now_nanos + _CLOSE_NANOS
        if not order.answer.done():
            order.answer.set_result(FlushAnswer(self.track.stream_id, at_sample, closed_by))
        if isinstance(why, AffectiaError):
            self._listener.tell(Failed(why))
        elif why is not None:
            self._listener.tell(Flushed(at_sample, closed_by))
            self._tell_end(why, now_nanos)

    def _tell_end(self, reason: EndReason, now_nanos: int) -> None:
        end = Ended(reason, self.position.out_sample, self.position.remaining_millis(now_nanos), self._pcm.notices)
        self._listener.tell(end)

    def _post(self, chunks: list[TrackChunk], then: Callable[[int], None] | None = None) -> None:
        for number, chunk in enumerate(chunks, start=1):
            up_to = math.ceil(chunk.frame_sample(chunk.frame_count))
            self.outgoing.append(Outgoing(track_chunk.encode(chunk), up_to, then if number == len(chunks) else None))
