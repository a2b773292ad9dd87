"""What chance gives each event of each avatar: a few numbers, known by the avatar, the kind of the event and how many there were before."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.rig.idle import philox

UNIFORMS: Final = slice(0, 4)  # of an event's numbers: those between 0 and 1
NORMALS: Final = slice(4, 8)  # those of a standard normal distribution
_NUMBERS: Final = NORMALS.stop
_BLOCK: Final = 16  # events of which the numbers are made at once: making one costs nearly as much


class EventDraws:
    """The numbers of every slot's events, of some kinds each counted for itself; one thread.

    An event's key is (avatar, seed), its counter (number of the event, half of its numbers, kind, 0).
    """

    def __init__(self, slots: int, *, kinds: int) -> None:
        self._keys = np.zeros((slots, 2), np.uint32)
        self._count = np.zeros((slots, kinds), np.int64)
        self._numbers = np.zeros((slots, kinds, _BLOCK, _NUMBERS))

    def open(self, slot: int, key: NDArray[np.uint32]) -> None:
        """Begin anew, with another key."""
        self._keys[slot] = key
        self._count[slot] = 0

    def take(self, slots: NDArray[np.intp], kind: int) -> NDArray[np.float64]:
        """(m, 8) the numbers of the next event of a kind, of m different slots."""
        count = self._count[slots, kind]
        self._count[slots, kind] = count + 1
        place = count % _BLOCK
        used = place == 0
        if used.any():
            self._fill(slots[used], kind, count[used])
        numbers: NDArray[np.float64] = self._numbers[slots, kind, place]
        return numbers

    def _fill(self, slots: NDArray[np.intp], kind: int, count: NDArray[np.int64]) -> None:
        counters = np.zeros((slots.size, _BLOCK, 2, 4), np.uint32)
        counters[..., 0] = (count[:, None] + np.arange(_BLOCK))[..., None]
        counters[..., 1] = (0, 1)
        counters[..., 2] = kind
        keys = np.repeat(self._keys[slots], 2 * _BLOCK, axis=0)
        words = philox.philox4x32(counters.reshape(-1, 4), keys).reshape(-1, _NUMBERS)
        numbers = np.empty(words.shape)
        numbers[:, UNIFORMS] = philox.uniform(words[:, UNIFORMS])
        numbers[:, NORMALS] = philox.normal(words[:, NORMALS])
        self._numbers[slots, kind] = numbers.reshape(slots.size, _BLOCK, _NUMBERS)
