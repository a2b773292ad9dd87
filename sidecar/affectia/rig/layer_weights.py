"""How much each layer of an avatar counts: idle life, captured face, speech, emotion, overrides; with fades."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC

LAYERS: Final = ("idle", "face", "speech", "emotion", "override")  # bottom to top


class LayerWeights:
    """Five weights 0..1 of every slot, 1 until they are set; the motion thread alone calls it.

    A weight goes to its new value along a line in time, from what it is when it is set.
    """

    def __init__(self, slots: int) -> None:
        shape = (slots, len(LAYERS))
        self._from, self._to = np.ones(shape, np.float32), np.ones(shape, np.float32)
        self._begins_nanos = np.zeros(shape, np.int64)
        self._rates = np.ones(shape, np.float64)  # shares of the way in a nanosecond
        self._weighed = np.zeros(slots, np.bool_)  # those whose weights are not all 1
        self._count = 0

    def set(self, slot: int, layer: int, weight: float, fade_secs: float, now_nanos: int) -> None:
        """Let a layer's weight go to another one within `fade_secs`; `layer` is its place in LAYERS."""
        fade_nanos = round(fade_secs * NANOS_PER_SEC)
        self._from[slot, layer] = self._at(np.array([slot]), np.array([now_nanos]))[0, layer]
        self._to[slot, layer] = weight
        self._begins_nanos[slot, layer] = now_nanos if fade_nanos > 1 else now_nanos - 1  # without a fade it is there now
        self._rates[slot, layer] = 1 / max(fade_nanos, 1)
        self._count += int(not self._weighed[slot])
        self._weighed[slot] = True

    def goals(self, slot: int, now_nanos: int) -> tuple[tuple[float, float], ...]:
        """Of each layer the weight that it will have, and the seconds until then."""
        ends_nanos = self._begins_nanos[slot] + np.rint(1 / self._rates[slot]).astype(np.int64)
        left_secs = np.maximum(ends_nanos - now_nanos, 0) / NANOS_PER_SEC
        return tuple(zip(self._to[slot].tolist(), left_secs.tolist(), strict=True))

    def weights(self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64]) -> NDArray[np.float32] | None:
        """(n, 5) of these slots, each at its own instant; None where all of them are 1."""
        if not self._count or not self._weighed[slots].any():
            return None
        weights = self._at(slots, times_nanos)
        # Who has come back to 1 is left alone from now on.
        back = (self._to[slots] == 1).all(axis=1) & (weights == 1).all(axis=1)
        if back.any():
            self.forget(slots[back])
        return None if back.all() else weights

    def forget(self, slots: NDArray[np.intp]) -> None:
        """All layers of some slots count whole again, at once."""
        self._count -= int(np.count_nonzero(self._weighed[slots]))
        self._weighed[slots] = False
        self._from[slots], self._to[slots], self._begins_nanos[slots], self._rates[slots] = 1, 1, 0, 1

    def _at(self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64]) -> NDArray[np.float32]:
        shares = np.clip((times_nanos[:, None] - self._begins_nanos[slots]) * self._rates[slots], 0, 1).astype(np.float32)
        starts, goals = self._from[slots], self._to[slots]
        # At the end it is the goal itself, not a number beside it.
        return np.where(shares < 1, starts + (goals - starts) * shares, goals)
