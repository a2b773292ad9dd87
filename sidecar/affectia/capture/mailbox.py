"""A place for one sample: the newest wins, and what it replaces is counted."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Mailbox(Generic[Item]):
    """One writer puts, one reader takes; neither ever waits for the other unless it asks to."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._item: Item | None = None
        self._closed = False
        self.put_count = 0
        self.dropped_count = 0

    def put(self, item: Item) -> None:
        """Leave an item; one that nobody took is dropped and counted."""
        with self._changed:
            if self._item is not None:
                self.dropped_count += 1
            self._item = item
            self.put_count += 1
            self._changed.notify_all()

    def put_when_empty(self, item: Item, timeout_secs: float) -> bool:
        """Leave an item as soon as the last one was taken; False when that did not happen in time or the mailbox was closed."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._item is None or self._closed, timeout_secs) or self._closed:
                return False
            self._item = item
            self.put_count += 1
            self._changed.notify_all()
            return True

    def take(self) -> Item | None:
        """The item, or None when there is none; never waits."""
        with self._changed:
            item, self._item = self._item, None
            if item is not None:
                self._changed.notify_all()
            return item

    @property
    def is_full(self) -> bool:
        """Whether an item waits."""
        return self._item is not None

    def close(self) -> None:
        """Wake a writer that waits in `put_when_empty`, and let nobody wait there again."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
