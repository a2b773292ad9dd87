"""One pull of a model at a time, across threads and processes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from affectia.clock import NANOS_PER_SEC, Clock, SystemClock
from affectia.errors import ModelUnavailable
from affectia.store.file_lock import FileLock

_POLL_SECS = 0.1


class PullLock:
    """A context that one holder per file is in; the empty file stays behind, for deleting it would race.

    Each holder makes its own object; an object is used by one thread.
    """

    def __init__(
        self, path: Path, *, clock: Clock | None = None, timeout_secs: float = 900.0, on_wait: Callable[[], None] | None = None
    ) -> None:
        self._path = path
        self._clock = clock or SystemClock()
        self._timeout_secs = timeout_secs
        self._on_wait = on_wait  # called once when another holder is in
        self._lock = FileLock(path)

    def __enter__(self) -> Self:
        """Wait for the lock.

        Raises:
            ModelUnavailable: the other holder did not leave in time, or the file system cannot lock.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._acquire()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Leave, and let the next one in."""
        self._lock.release()

    def _acquire(self) -> None:
        deadline_nanos = self._clock.now_nanos() + round(self._timeout_secs * NANOS_PER_SEC)
        turn = threading.Condition()  # nobody notifies it: another process could not
        waited = False
        while True:
            try:
                if self._lock.try_acquire():
                    return
            except OSError as error:
                words = error.strerror or type(error).__name__
                raise ModelUnavailable(
                    f"the model cache cannot be locked: {words}, set AFFECTIA_CACHE_DIR to a local folder: {self._path}"
                ) from error
            if self._clock.now_nanos() >= deadline_nanos:
                raise ModelUnavailable(f"another pull has held the lock for {self._timeout_secs:g} s, expected it to end: {self._path}")
            if not waited and self._on_wait is not None:
                self._on_wait()
            waited = True
            with turn:
                self._clock.wait(turn, _POLL_SECS)
