"""One voice on its way through perception: an inbox, a perceiver, and where its observations go."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC, Clock, SystemClock
from affectia.perception.voice.heard_frames import HeardFrames
from affectia.perception.voice.voice_perceiver import VoicePerceiver
from affectia.perception.voice.voice_stream import VoiceStream
from affectia.signals.audio_sample import AudioSample
from affectia.signals.voice_observations import FRAME_NANOS, VoiceObservations
from affectia.telemetry.duration_window import DurationWindow

ROUND_SAMPLES: Final = 3200  # 0.2 s: a voice that comes faster than real time gets no more of a round, so that live ones do not wait
FORGET_SECS: Final = 0.1  # so long `forget` waits for the round that is under way
STALE_SECS: Final = 1.75  # so long what was learned of a voice outlives its last sound
FAILURES_TO_NOTICE: Final = 30  # in a row
FAILURE_NOTICE: Final = "the voice networks fail on every block; restart the session"


class SoundInbox(Protocol):
    """Where blocks of sound wait, in their order."""

    def take(self) -> AudioSample | None:
        """The oldest block, None when there is none; never waits."""
        ...


class SoundListener(Protocol):
    """Takes the sound itself, with what was heard in it."""

    def hear(self, pcm: NDArray[np.float32], heard: HeardFrames, *, end_sample: int, ends_at_nanos: int) -> None:
        """Sound up to `end_sample` of its stream, and the frames that are known now, the last of which ends at `ends_at_nanos`."""
        ...

    def forget(self) -> None:
        """Throw all of it away, at once; any thread."""
        ...


class VoiceTrack:
    """What a VoiceThread runs.

    `admits` is asked before each block: while it says no, sound is thrown away unheard. It is asked again before observations go to
    `sink`, and before the sound, with what was heard in it, goes to `listener`. The thread calls `take`, and after each one that gave
    sound `deliver` or `fail`; any thread may call `forget` and `close`.
    """

    def __init__(
        self,
        inbox: SoundInbox,
        perceiver: VoicePerceiver,
        *,
        admits: Callable[[], bool],
        sink: Callable[[VoiceObservations], None],
        listener: SoundListener | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._inbox = inbox
        self._perceiver = perceiver
        self._admits = admits
        self._sink = sink
        self._listener = listener
        self._clock = clock or SystemClock()
        self.durations = DurationWindow()
        self.refused_count = 0
        self._at_work = threading.Lock()
        self._is_to_forget = False
        self._is_closed = False
        self._next: AudioSample | None = None  # taken, and kept for the next round because it begins a stream
        self._rest: NDArray[np.float32] | None = None  # of a block that is longer than a round
        self._round: NDArray[np.float32] | None = None  # the sound of the round that is under way
        self._has_gap = False
        self._began_nanos = 0
        self._newest_nanos: int | None = None  # of the last round; None while nothing is known of anybody
        self._failed_in_row = 0

    @property
    def stream(self) -> VoiceStream:
        """What to give the engine with the sound of `take`."""
        return self._perceiver.stream

    @property
    def stale_in_secs(self) -> float | None:
        """Seconds until what is known of the voice is to be forgotten if no sound comes, 0 from then on; None where nothing is known."""
        newest_nanos = self._newest_nanos
        if newest_nanos is None:
            return None
        return max(0.0, STALE_SECS - (self._clock.now_nanos() - newest_nanos) / NANOS_PER_SEC)

    def take(self) -> NDArray[np.float32] | None:
        """The sound of the next round: what waits and may be heard, up to `ROUND_SAMPLES`; None where there is none.

        What the inbox raises is raised; nothing of the round is kept then, and the next block begins a stream.
        """
        self._at_work.acquire()
        pcm = None
        try:
            if not self._is_closed:
                self._began_nanos = self._clock.now_nanos()
                pcm = self._waiting()
                if pcm is None and self.stale_in_secs == 0.0:
                    self._is_to_forget = True  # only ever set here: `forget` may set it at any moment
        except BaseException:
            self._has_gap = True
            self._next = self._rest = None
            raise
        finally:
            self._round = pcm
            if pcm is None:
                self._end_round()
        return pcm

    def deliver(self, heard: HeardFrames) -> None:
        """Hand on what was heard in the sound of `take`."""
        try:
            self._failed_in_row = 0
            now = self._newest_nanos = self._clock.now_nanos()
            self.durations.add(now - self._began_nanos)
            observations = self._perceiver.observations(heard)
            if observations is not None and self._admits():  # consent may have been taken back meanwhile
                self._sink(observations)
            self._listen(heard, observations)
        finally:
            self._end_round()

    def fail(self) -> None:
        """Note that the sound of `take` could not be heard; the next block begins a stream."""
        self._failed_in_row += 1
        self._has_gap = True
        self._rest = None
        self._newest_nanos = self._clock.now_nanos()
        self._end_round()

    def forget(self) -> None:
        """Drop everything that was learned of the voice: at once, or as soon as the round that is under way is done; any thread."""
        self._is_to_forget = True
        self._forget_sound()  # whatever the round is at
        if self._at_work.acquire(timeout=FORGET_SECS):
            self._end_round()

    def close(self) -> None:
        """Free the voice's place; waits for the round that is under way."""
        with self._at_work:
            self._is_closed = True
            self._next = self._rest = None
            self._forget_sound()
            self._perceiver.close()

    @property
    def notice(self) -> str:
        """What is wrong with hearing this voice, empty when all is well."""
        return FAILURE_NOTICE if self._failed_in_row >= FAILURES_TO_NOTICE else ""

    def _listen(self, heard: HeardFrames, observations: VoiceObservations | None) -> None:
        """Let the listener have the sound of this round, which begins anew where this stream does."""
        pcm, listener = self._round, self._listener
        if pcm is None or listener is None or self._is_to_forget or not self._admits():
            return
        ends_at_nanos = 0 if observations is None else observations.ends_at_nanos + FRAME_NANOS
        listener.hear(pcm, heard, end_sample=self._perceiver.stream.sound.end, ends_at_nanos=ends_at_nanos)

    def _forget_sound(self) -> None:
        if self._listener is not None:
            self._listener.forget()

    def _end_round(self) -> None:
        """Holding the lock, which is free afterwards."""
        self._round = None
        try:
            if self._is_to_forget and not self._is_closed:
                self._is_to_forget = False  # first: who asks from here on is not overheard
                self._newest_nanos = None
                self._failed_in_row = 0
                self._next = self._rest = None
                self._forget_sound()
                self._perceiver.forget()
        finally:
            self._at_work.release()

    def _waiting(self) -> NDArray[np.float32] | None:
        pieces: list[NDArray[np.float32]] = []
        room = ROUND_SAMPLES
        while room > 0 and (piece := self._next_piece(is_first=not pieces)) is not None:
            if piece.size > room:
                piece, self._rest = piece[:room], piece[room:]
            pieces.append(piece)
            room -= piece.size
        if len(pieces) > 1:
            return np.concatenate(pieces)
        return pieces[0] if pieces else None

    def _next_piece(self, *, is_first: bool) -> NDArray[np.float32] | None:
        """The next sound of the same stream; None where there is none, or it begins a stream and is not the round's first."""
        if self._rest is not None:
            if self._admits():
                rest, self._rest = self._rest, None
                return rest
            self._rest = None
            self._has_gap = True
        while (sample := self._next or self._inbox.take()) is not None:
            self._next = None
            if not self._admits():
                self.refused_count += 1
                self._has_gap = True
                self._forget_sound()
                continue
            if not is_first and (self._has_gap or not sample.follows):
                self._next = sample
                return None
            follows, self._has_gap = not self._has_gap, False
            return self._perceiver.accept(sample, follows=follows)
        return None
