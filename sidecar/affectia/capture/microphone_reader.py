"""The thread that opens and closes one microphone, so that a driver that hangs holds up nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from affectia.capture.block_ring import BlockRing, HeardBlock
from affectia.capture.microphone_device import MicrophoneStream
from affectia.capture.microphone_fault import MicrophoneFault
from affectia.clock import Clock


class MicrophoneReader:
    """One attempt at a microphone: opened, left to run until it ends or until `cancel`, closed, all on one daemon thread.

    Sound comes on the device's own thread, whose callback only copies it into a second of memory and calls `on_change`; `take` gets it
    out on the owner's thread. `on_change` is also called when the microphone has opened and when the attempt has ended. `block_count`,
    `is_open` and `ended` may be read at any time; `fault` and `error` count once it has ended.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        opener: Callable[[], MicrophoneStream | MicrophoneFault],
        diagnose: Callable[[], MicrophoneFault],
        on_change: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._opener = opener
        self._diagnose = diagnose
        self._on_change = on_change
        self._over = threading.Event()  # cancelled, or ended by itself
        self._thread: threading.Thread | None = None
        self._ring: BlockRing | None = None
        self.stream: MicrophoneStream | None = None  # once it is open
        self.block_count = 0
        self.lost_count = 0  # samples that nobody took in time; known once it has ended
        self.is_open = False
        self.cancelled = False
        self.ended = False
        self.fault: MicrophoneFault | None = None
        self.error: Exception | None = None

    def start(self, *, name: str) -> None:
        """Start the thread, named `name`."""
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Want nothing more; a driver that hangs is left to itself and its device given back when it answers."""
        self.cancelled = True
        self._over.set()

    def give_up(self, fault: MicrophoneFault) -> None:
        """End the attempt for a reason that its watcher has seen."""
        self.fault = fault
        self._over.set()

    def join(self, timeout_secs: float) -> bool:
        """Wait for the end; False where the driver still hangs."""
        if self._thread is not None:
            self._thread.join(timeout_secs)
        return self.ended

    def take(self) -> HeardBlock | None:
        """The oldest block that was heard, None when there is none or nobody may hear it any more."""
        ring = self._ring
        return None if self.cancelled or ring is None else ring.take()

    def _run(self) -> None:
        try:
            self._use()
        except Exception as error:  # of a fake or a driver's binding: the owner decides
            self.error = error
        finally:
            self.ended = True
            self._on_change()

    def _use(self) -> None:
        if self.cancelled:
            return
        stream = self._opener()
        if isinstance(stream, MicrophoneFault):
            self.fault = stream
            return
        try:
            if self.cancelled:
                return
            self._ring = BlockRing(capacity=stream.rate_hz, channels=stream.channels)
            self.stream = stream
            refused = stream.start(self._heard, self._over.set)
            if refused is not None:
                self.fault = refused
                return
            self.is_open = True
            self._on_change()
            self._over.wait()
        finally:
            if self.cancelled:
                self._forget()  # now: a driver may take its time to let go
            stream.close()
            self._forget()
        if not self.cancelled and self.fault in (None, MicrophoneFault.STALLED):
            found = self._diagnose()
            if self.fault is None or found is MicrophoneFault.GONE:
                self.fault = found

    def _forget(self) -> None:
        """Let go of the memory: what was heard goes with the attempt."""
        if self._ring is not None:
            self.lost_count = self._ring.lost_count
            self._ring = None

    def _heard(self, samples: NDArray[np.float32], age_nanos: int, is_gap: bool) -> None:
        ring = self._ring
        if self.cancelled or ring is None:
            return
        ring.put(samples, heard_at_nanos=self._clock.now_nanos() - age_nanos, is_gap=is_gap)
        self.block_count += 1
        self._on_change()
