"""What a caller has sent of a line, and nobody has taken yet."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

from affectia.capture.pcm import PcmFormat
from affectia.errors import AffectiaError, ConfigError
from affectia.session.speech.speech_events import EndReason

HELD_SECS: Final = 2
HELD_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class FlushAnswer:
    """What became of a flush; `is_pending`: the sound has not come so far, and will be cut there."""

    stream_id: int
    at_sample: int
    closed_by_sample: int
    is_pending: bool = False


def _unanswered() -> Future[FlushAnswer]:
    """A future that cannot be cancelled: who asked may be gone before the line is cut, and it is cut all the same."""
    answer: Future[FlushAnswer] = Future()
    answer.set_running_or_notify_cancel()
    return answer


@dataclass(frozen=True, slots=True)
class CutOrder:
    """Cut a line at a sample, or where playback is now; why; and who waits for the answer."""

    at_sample: int | None
    why: EndReason | AffectiaError
    answer: Future[FlushAnswer] = field(default_factory=_unanswered)


class SpeechInbox:
    """Any thread; each call that brings something wakes the speech thread.

    It never refuses sound, its caller looks at `has_room` first: so it holds 2 s or 1 MiB, whichever is less, and one message.
    """

    def __init__(self, form: PcmFormat, wake: Callable[[], None]) -> None:
        self._room_bytes = min(HELD_SECS * form.rate_hz * form.frame_bytes, HELD_BYTES)
        self._wake = wake
        self._lock = threading.Lock()
        self._held: deque[bytes] = deque()
        self._held_bytes = 0
        self._played_sample: int | None = None
        self._cuts: list[CutOrder] = []
        self._is_closed = False
        self.is_ended = False

    @property
    def has_room(self) -> bool:
        """Whether more sound may be put in now."""
        return self._is_closed or self._held_bytes < self._room_bytes

    @property
    def is_empty(self) -> bool:
        """Whether no sound waits."""
        return not self._held

    def put(self, pcm: bytes) -> None:
        """The next sound; raises ConfigError behind the end. Nothing is kept of it once the line is over."""
        with self._lock:
            if self.is_ended:
                raise ConfigError("line has ended and gets more pcm, expected nothing more; open another one")
            if pcm and not self._is_closed:
                self._held.append(pcm)
                self._held_bytes += len(pcm)
        self._wake()

    def end(self) -> None:
        """No more sound will come."""
        self.is_ended = True
        self._wake()

    def report(self, played_sample: int) -> None:
        """Playback is at a sample now."""
        with self._lock:
            self._played_sample = played_sample
        self._wake()

    def cut(self, order: CutOrder) -> None:
        """Have the line cut."""
        with self._lock:
            self._cuts.append(order)
        self._wake()

    def take(self, least_bytes: int = 1) -> bytes:
        """The oldest pieces, so many that they have `least_bytes`, or all there are; empty when there are none."""
        with self._lock:
            pieces, size = [], 0
            while self._held and size < least_bytes:
                pieces.append(self._held.popleft())
                size += len(pieces[-1])
            self._held_bytes -= size
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def take_report(self) -> int | None:
        """The newest report since the last call."""
        with self._lock:
            report, self._played_sample = self._played_sample, None
            return report

    def take_cuts(self) -> list[CutOrder]:
        """The orders to cut since the last call."""
        with self._lock:
            cuts, self._cuts = self._cuts, []
            return cuts

    def close(self) -> None:
        """Throw away what waits and what is still to come."""
        with self._lock:
            self._is_closed = True
            self._held.clear()
            self._held_bytes = 0
