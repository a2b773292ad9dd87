"""The thread that hears: all voices of the process, whatever waits of each, in one call of the networks per round."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import Final

from affectia.clock import NANOS_PER_SEC, Clock, SystemClock
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.perception.voice.voice_track import VoiceTrack

log = logging.getLogger(__name__)

THREAD_NAME: Final = "perception-voice"
FAILURE_LOG_SECS: Final = 10.0


class VoiceThread:
    """Runs voice tracks; apart from the perception pool, because a block of 10 ms must not wait for a face network of 15.

    Any thread may call `add`, `remove` and `wake`. Whoever puts sound into a track's inbox calls `wake` afterwards. A track is also
    run when it is time to forget its voice, without a `wake`.
    """

    def __init__(self, engine: VoiceEngine, *, clock: Clock | None = None) -> None:
        self._engine = engine
        self._clock = clock or SystemClock()
        self._changed = threading.Condition()
        self._tracks: list[VoiceTrack] = []
        self._is_woken = False
        self._is_stopping = False
        self._untold_failures = 0
        self._told_nanos: int | None = None
        self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, timeout_secs: float = 2.0) -> None:
        """End the thread and close every track; a thread that was never started is fine."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout_secs)
        tracks, self._tracks = self._tracks, []
        for track in tracks:
            track.close()

    def add(self, track: VoiceTrack) -> None:
        """Take a track in."""
        with self._changed:
            self._tracks = [*self._tracks, track]
        self.wake()

    def remove(self, track: VoiceTrack) -> bool:
        """Take a track out and close it; waits for the round that is under way. False where it was never in."""
        with self._changed:
            if track not in self._tracks:
                return False
            self._tracks = [other for other in self._tracks if other is not track]
        track.close()
        return True

    def wake(self) -> None:
        """Sound came in."""
        with self._changed:
            self._is_woken = True
            self._changed.notify_all()

    def _run(self) -> None:
        while (tracks := self._next_tracks()) is not None:
            while self._round(tracks):
                with self._changed:
                    if self._is_stopping:
                        return
                    tracks = self._tracks

    def _next_tracks(self) -> Sequence[VoiceTrack] | None:
        """The tracks, after a `wake` or when one is to forget; None when the thread ends."""
        with self._changed:
            waits = [secs for track in self._tracks if (secs := track.stale_in_secs) is not None]
            if not self._is_woken and not self._is_stopping:
                self._changed.wait(min(waits, default=None))
            self._is_woken = False
            return None if self._is_stopping else self._tracks

    def _round(self, tracks: Sequence[VoiceTrack]) -> bool:
        """Hear what waits of every track; False where nothing did."""
        due = []
        for track in tracks:
            try:
                pcm = track.take()
            except Exception as error:
                self._tell_failure(error)
                continue
            if pcm is not None:
                due.append((track, pcm))
        if not due:
            return False
        try:
            heard = self._engine.hear([track.stream for track, _ in due], [pcm for _, pcm in due])
        except Exception as error:
            # A network that breaks on one block must not take the thread with it; the text may hold data, so only the type is told.
            for track, _ in due:
                track.fail()
            self._tell_failure(error)
            return True
        for (track, _), frames in zip(due, heard, strict=True):
            try:
                track.deliver(frames)
            except Exception as error:
                self._tell_failure(error)
        return True

    def _tell_failure(self, error: Exception) -> None:
        """Log the first failure at once, later ones together."""
        self._untold_failures += 1
        now = self._clock.now_nanos()
        if self._told_nanos is None or now - self._told_nanos >= FAILURE_LOG_SECS * NANOS_PER_SEC:
            log.error("hearing ended %d times with %s", self._untold_failures, type(error).__name__)
            self._untold_failures, self._told_nanos = 0, now
