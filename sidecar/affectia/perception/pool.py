"""The threads that perceive: cores - 1 of them, tracks in turn, the newest sample of each."""

from __future__ import annotations

import logging
import os
import threading

from affectia.perception.track import Track

log = logging.getLogger(__name__)

REMOVAL_SECS = 2.0  # so long `remove` waits for a sample that is being looked at


class PerceptionPool:
    """Runs tracks; a track is on one thread at a time, and a busy one holds up no other.

    A track is also run when it is time to forget whom it saw, at the end of a wait and without a `wake`.
    Any thread may call `add`, `remove` and `wake`. Whoever puts a sample into a track's inbox calls `wake` afterwards.
    """

    def __init__(self, workers: int | None = None) -> None:
        count = workers or max(1, (os.cpu_count() or 2) - 1)
        self._changed = threading.Condition()
        self._tracks: list[Track] = []
        self._busy: set[Track] = set()
        self._abandoned: set[Track] = set()
        self._next = 0
        self._stopping = False
        self._threads = [threading.Thread(target=self._run, name=f"perception-{number}", daemon=True) for number in range(count)]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_secs: float = 2.0) -> None:
        """End the threads and close every track."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout_secs)
        for track in self._tracks:
            if track not in self._busy:
                track.close()
        self._tracks.clear()

    def add(self, track: Track) -> None:
        """Take a track into the round."""
        with self._changed:
            self._tracks.append(track)
            self._changed.notify_all()

    def remove(self, track: Track) -> bool:
        """Take a track out and close it; waits for the sample that is being looked at. False where it was never in."""
        with self._changed:
            if track not in self._tracks:
                return False
            self._tracks.remove(track)
            is_free = self._changed.wait_for(lambda: track not in self._busy, timeout=REMOVAL_SECS)
            if not is_free:
                self._abandoned.add(track)  # its network is still at work; who runs it closes it
        if is_free:
            track.close()
        else:
            track.forget()
        return True

    @property
    def is_crowded(self) -> bool:
        """Whether a track waits for a thread; any thread may ask."""
        with self._changed:
            return any(track.is_due for track in self._tracks if track not in self._busy)

    def wake(self) -> None:
        """A sample came in."""
        with self._changed:
            self._changed.notify_all()  # not one: it could be somebody who waits in `remove`

    def _run(self) -> None:
        while (track := self._next_track()) is not None:
            try:
                track.step()
            except Exception as error:
                # A network that breaks on one sample must not take the thread with it; the text may hold data, so only the type is told.
                if count := track.take_failures():
                    samples = "one sample" if count == 1 else f"{count} samples"
                    log.error("perception of %s ended with %s", samples, type(error).__name__)
            finally:
                with self._changed:
                    self._busy.discard(track)
                    is_abandoned = track in self._abandoned
                    self._abandoned.discard(track)
                    self._changed.notify_all()
                if is_abandoned:
                    track.close()

    def _next_track(self) -> Track | None:
        """The next track in turn that is due; waits for one, None when the pool ends."""
        with self._changed:
            while not self._stopping:
                for step in range(len(self._tracks)):
                    track = self._tracks[(self._next + step) % len(self._tracks)]
                    if track.is_due and track not in self._busy:
                        self._next = (self._next + step + 1) % len(self._tracks)
                        self._busy.add(track)
                        return track
                self._changed.wait(self._secs_to_next())
            return None

    def _secs_to_next(self) -> float | None:
        """Seconds until a track is due without a sample, None where none will be; holding the lock."""
        waits = [secs for track in self._tracks if track not in self._busy and (secs := track.stale_in_secs) is not None]
        return min(waits, default=None)
