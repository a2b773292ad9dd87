"""A clock that shows how far a sound has been heard."""

from __future__ import annotations

import threading


class SoundTime:
    """A Clock whose `nanos` are set by whoever plays the sound; one thread. Nothing ever waits on it."""

    def __init__(self) -> None:
        self.nanos = 0

    def now_nanos(self) -> int:
        """How far, in nanoseconds."""
        return self.nanos

    def wait(self, condition: threading.Condition, timeout_secs: float) -> bool:
        """Never waits: a sound in a file comes as it is read."""
        return False
