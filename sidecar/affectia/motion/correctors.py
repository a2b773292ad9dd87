"""What no face can show, put right after all layers: lips closed further than the jaw is open, one thing and its opposite, odd lids.

What is captured passes nearly as it is: a wink stays a wink, blinks lose nothing of their height, and lids follow only what directs the
eyes beside the capture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ConfigError
from affectia.signals.avatar_weights import UNITS

_SHAPE: Final = {name: place for place, name in enumerate(registry.BLENDSHAPES)}


def _both(name: str) -> slice:
    """The places of a shape on the left and on the right."""
    left, right = _SHAPE[name + "Left"], _SHAPE[name + "Right"]
    return slice(left, right + 1, right - left)


BLINKS: Final = _both("eyeBlink")
DOWNS: Final = _both("eyeLookDown")
_WIDES: Final = _both("eyeWide")
_JAW_OPEN: Final = _SHAPE["jawOpen"]
_MOUTH_CLOSE: Final = _SHAPE["mouthClose"]
_OPPOSED: Final = (
    *(("eyeLookIn" + side, "eyeLookOut" + side) for side in ("Left", "Right")),
    *(("eyeLookUp" + side, "eyeLookDown" + side) for side in ("Left", "Right")),
    ("jawLeft", "jawRight"),
    ("mouthLeft", "mouthRight"),
)
# First one of each pair, then what it is opposed to: one gather, one scatter.
_PAIRS: Final = np.array([_SHAPE[name] for names in zip(*_OPPOSED, strict=True) for name in names], np.intp)
_HALF: Final = len(_OPPOSED)
# Arrays without an axis: numpy computes with them twice as fast as with a scalar.
_ZERO: Final = np.array(0, np.float32)
_ONE: Final = np.array(1, np.float32)


@dataclass(frozen=True)
class CorrectorsOptions:
    """Weights 0..1; ConfigError for what cannot work.

    `lid_share`: how far a lid goes down with an eye that looks down whole. Lids that are both down from `alike_from` on, wholly so at
    `alike_at`, are shown as far down as the lower one, where they differ by `alike_within` or less; from `wink_from` on they are left.
    """

    lid_share: float = 0.3
    alike_from: float = 0.55
    alike_at: float = 0.75
    alike_within: float = 0.12
    wink_from: float = 0.3

    def __post_init__(self) -> None:
        if not 0 <= self.lid_share <= 1:
            raise ConfigError(f"lid_share is {self.lid_share}, expected 0 to 1")
        for low, high in (("alike_from", "alike_at"), ("alike_within", "wink_from")):
            if not 0 <= getattr(self, low) < getattr(self, high) <= 1:
                found = f"{low} is {getattr(self, low)} and {high} {getattr(self, high)}"
                raise ConfigError(f"{found}, expected 0 to 1, the first below the second")


class Correctors:
    """Puts the channels of avatars right where they stand; remembers nothing, and each row is its own."""

    def __init__(self, options: CorrectorsOptions | None = None) -> None:
        self.options = options = options or CorrectorsOptions()
        self._lid_share = np.array(options.lid_share, np.float32)
        self._alike_from, self._wink_from = (np.array(value, np.float32) for value in (options.alike_from, options.wink_from))
        self._shut_slope = np.array(1 / (options.alike_at - options.alike_from), np.float32)
        self._near_slope = np.array(1 / (options.alike_within - options.wink_from), np.float32)
        self._room = 0
        self._count_of_views = 0

    def correct(self, channels: NDArray[np.float32], *, lowered: NDArray[np.float32] | None = None) -> None:
        """Put (n, 140) channels right.

        `lowered` (n, 2): how far layers have turned the left and the right eye down, beyond what is captured; None where no layer did
        anything, so that all weights are within 0..1 already.
        """
        if lowered is not None:
            units = channels[:, UNITS]
            np.maximum(units, _ZERO, out=units)
            np.minimum(units, _ONE, out=units)
        close = channels[:, _MOUTH_CLOSE]
        np.minimum(close, channels[:, _JAW_OPEN], out=close)
        self._part(channels)
        blinks = channels[:, BLINKS]
        if lowered is not None:
            np.maximum(blinks, lowered * self._lid_share, out=blinks)
        self._match(blinks)
        wides = channels[:, _WIDES]
        wides -= wides * blinks

    def _part(self, channels: NDArray[np.float32]) -> None:
        """Of a shape and its opposite, show only what the larger has more."""
        if channels.shape[0] != self._count_of_views:
            self._make_views(channels.shape[0])
        channels.take(_PAIRS, axis=1, out=self._pairs, mode="clip")
        one, other, smaller = self._one, self._other, self._smaller
        np.minimum(one, other, out=smaller)
        if np.count_nonzero(smaller):
            one -= smaller
            other -= smaller
            channels[:, _PAIRS] = self._pairs

    def _make_views(self, count: int) -> None:
        if count > self._room:
            self._room = count
            self._all_pairs = np.empty((count, 2 * _HALF), np.float32)
            self._all_smaller = np.empty((count, _HALF), np.float32)
        self._count_of_views = count
        self._pairs, self._smaller = self._all_pairs[:count], self._all_smaller[:count]
        self._one, self._other = self._pairs[:, :_HALF], self._pairs[:, _HALF:]

    def _match(self, blinks: NDArray[np.float32]) -> None:
        """Show lids alike that are both nearly shut, and whose difference is no wink: that is the sensor's, not the face's."""
        left, right = blinks[:, 0], blinks[:, 1]
        higher = np.minimum(left, right)
        if not np.count_nonzero(higher > self._alike_from):
            return
        lower = np.maximum(left, right)
        near = lower - higher
        near -= self._wink_from
        near *= self._near_slope
        share = higher - self._alike_from
        share *= self._shut_slope
        for part in (near, share):
            np.maximum(part, _ZERO, out=part)
            np.minimum(part, _ONE, out=part)
        share *= near
        blinks += share[:, None] * (lower[:, None] - blinks)
