"""A slow call whose callers share one run of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class SharedCall(Generic[Result]):
    """Runs a blocking function on a thread; whoever asks while it runs gets that run's result.

    So many callers cost no more than one, and a device is never opened twice at once. Belongs to one event loop; a caller that is
    cancelled leaves the run to the others.
    """

    def __init__(self, function: Callable[[], Result]) -> None:
        self._function = function
        self._running: asyncio.Task[Result] | None = None

    async def __call__(self) -> Result:
        """The function's result; raises what it raises."""
        if self._running is None or self._running.done():
            self._running = asyncio.ensure_future(asyncio.to_thread(self._function))
            self._running.add_done_callback(_retrieve)
        return await asyncio.shield(self._running)


def _retrieve(task: asyncio.Task[Result]) -> None:
    """Look at how a run ended, so that asyncio does not complain of one whose callers have all left."""
    if not task.cancelled():
        task.exception()
