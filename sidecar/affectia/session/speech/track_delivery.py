"""From the speech thread to the motion thread, which alone sends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol


class ChunkSender(Protocol):
    """Sends chunks on the motion thread."""

    def send(self, topic: bytes, bodies: Sequence[bytes]) -> int:
        """How many are out, from the first on."""
        ...


class TrackDelivery:
    """Sends chunks of several topics in one go; waits until that is done, a tick of the motion thread at most.

    `call` runs a function on the motion thread and raises SessionError or TimeoutError where it cannot (`MotionThread.call`).
    """

    def __init__(self, call: Callable[[Callable[[], None]], None], sender: ChunkSender) -> None:
        self._call = call
        self._sender = sender

    def __call__(self, parcels: Sequence[tuple[bytes, Sequence[bytes]]]) -> list[int]:
        """How many chunks of each parcel, which is a topic and its chunks, are out."""
        counts: list[int] = []

        def send() -> None:
            counts.extend(self._sender.send(topic, bodies) for topic, bodies in parcels)

        self._call(send)
        return counts
