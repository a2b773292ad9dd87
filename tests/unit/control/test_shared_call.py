from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

import pytest

from affectia.control.shared_call import SharedCall

pytestmark = pytest.mark.unit


class Slow:
    """Waits for the test; counts its runs."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.runs = 0
        self.go = threading.Event()

    def __call__(self) -> int:
        self.runs += 1
        assert self.go.wait(10)
        if self.error is not None:
            raise self.error
        return self.runs


def test_callers_share_one_run_and_the_next_gets_a_new_one() -> None:
    slow = Slow()

    async def scene() -> None:
        call = SharedCall(slow)
        waiting = [asyncio.ensure_future(call()) for _ in range(5)]
        await asyncio.sleep(0)
        slow.go.set()
        assert await asyncio.gather(*waiting) == [1] * 5
        assert await call() == 2

    asyncio.run(scene())


def test_cancelled_caller_leaves_the_run_to_the_others() -> None:
    slow = Slow()

    async def scene() -> None:
        call = SharedCall(slow)
        first, second = asyncio.ensure_future(call()), asyncio.ensure_future(call())
        await asyncio.sleep(0)
        first.cancel()
        with suppress(asyncio.CancelledError):
            await first
        slow.go.set()
        assert await second == 1

    asyncio.run(scene())
    assert slow.runs == 1


def test_every_caller_gets_the_error_and_the_next_run_is_a_new_one() -> None:
    slow = Slow(ValueError("no"))

    async def scene() -> None:
        call = SharedCall(slow)
        waiting = [asyncio.ensure_future(call()) for _ in range(3)]
        await asyncio.sleep(0)
        slow.go.set()
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(end) for end in ended] == [ValueError] * 3
        slow.error = None
        assert await call() == 2

    asyncio.run(scene())
