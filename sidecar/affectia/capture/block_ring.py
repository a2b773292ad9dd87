"""Blocks of sound on their way out of a device's callback: copied, bounded, and nothing else."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class HeardBlock:
    """`samples` (n, channels) float32 as the device gave it; `first_sample` counts what the device has delivered, lost blocks included.

    `heard_at_nanos` is the clock's time of the first sample as far as it was known then. `is_gap`: something before it is missing.
    """

    samples: NDArray[np.float32]
    first_sample: int
    heard_at_nanos: int
    is_gap: bool


class BlockRing:
    """A device's thread puts, one other thread takes; the memory is made once. What finds no room is lost, counted and told."""

    def __init__(self, *, capacity: int, channels: int) -> None:
        self._memory = np.zeros((capacity, channels), np.float32)
        self._lock = threading.Lock()
        self._blocks: deque[tuple[int, int, int, bool]] = deque()  # first sample, length, time, whether it is a gap
        self._write = 0  # places in the memory
        self._used = 0
        self._count = 0  # samples that the device has delivered
        self._is_gap = False
        self.lost_count = 0

    def put(self, samples: NDArray[np.float32], *, heard_at_nanos: int, is_gap: bool) -> None:
        """Copy (n, channels) in; a few microseconds."""
        length, capacity = len(samples), len(self._memory)
        with self._lock:
            first, self._count = self._count, self._count + length
            self._is_gap |= is_gap
            if length == 0 or self._used + length > capacity:
                self.lost_count += length
                self._is_gap |= length > 0
                return
            until_end = min(length, capacity - self._write)
            self._memory[self._write : self._write + until_end] = samples[:until_end]
            self._memory[: length - until_end] = samples[until_end:]
            self._write = (self._write + length) % capacity
            self._used += length
            self._blocks.append((first, length, heard_at_nanos, self._is_gap))
            self._is_gap = False

    def take(self) -> HeardBlock | None:
        """The oldest block in memory of its own, None when there is none."""
        with self._lock:
            if not self._blocks:
                return None
            first, length, heard_at_nanos, is_gap = self._blocks.popleft()
            begin = (self._write - self._used) % len(self._memory)
            until_end = min(length, len(self._memory) - begin)
            samples = np.empty((length, self._memory.shape[1]), np.float32)
            samples[:until_end] = self._memory[begin : begin + until_end]
            samples[until_end:] = self._memory[: length - until_end]
            self._used -= length
            return HeardBlock(samples, first, heard_at_nanos, is_gap)
