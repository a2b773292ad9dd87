"""A profile as arrays: one product and a few passes make its shapes for any number of avatars."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.rig.mirror import MIRRORED_SOURCES
from affectia.rig.profile import CurveKind, Profile
from affectia.rig.profile_sources import PLACES, SOURCE_COUNT

_JAW_OPEN: Final = PLACES["jawOpen"]
_TONGUE_OUT: Final = PLACES["tongueOut"]


class ProfileMatrix:
    """Computes the shapes of one profile; nothing is remembered from call to call but memory. One thread.

    `tongue_jaw_share` is how much of tongueOut opens the jaw where the avatar has no tongue.
    """

    def __init__(self, profile: Profile, *, tongue_jaw_share: float) -> None:
        self.profile = profile
        shapes = profile.shapes
        matrix = np.zeros((SOURCE_COUNT, len(shapes)), np.float32)
        for column, shape in enumerate(shapes):
            for place, factor in shape.row:
                matrix[place, column] = shape.gain * factor
        if not profile.tongue:
            matrix[_TONGUE_OUT] += np.float32(tongue_jaw_share) * matrix[_JAW_OPEN]
        if profile.mirrored:
            matrix = np.ascontiguousarray(matrix[MIRRORED_SOURCES])  # what a left source did, a right one does
        self._matrix = matrix
        self._low, self._high = (np.array([shape.limit[end] for shape in shapes], np.float32) for end in (0, 1))
        offset = np.array([shape.offset for shape in shapes], np.float32)
        self._offset = offset if offset.any() else None
        self._damped = self._columns("damped")
        self._damping = np.array([shape.curve.damping for shape in shapes], np.float32)[self._damped]
        self._sigmoid = self._columns("sigmoid")
        steepness = np.array([shapes[column].curve.steepness for column in self._sigmoid], np.float32)
        middle = np.array([shapes[column].curve.middle for column in self._sigmoid], np.float32)
        begins, ends = (1 / (1 + np.exp(-steepness * (end - middle))) for end in (0, 1))
        self._steepness, self._middle, self._begins, self._rise = steepness, middle, begins, 1 / (ends - begins)

    def write(self, sources: NDArray[np.float32], out: NDArray[np.float32]) -> None:
        """Overwrite (n, shapes) `out` with what (n, sources) finite numbers make of them."""
        np.matmul(sources, self._matrix, out=out)
        if self._damped.size:
            x = np.minimum(np.maximum(out[:, self._damped], 0), 1)  # np.clip costs twice as much
            out[:, self._damped] = x * (1 - self._damping * x)
        if self._sigmoid.size:
            x = np.minimum(np.maximum(out[:, self._sigmoid], 0), 1)
            out[:, self._sigmoid] = (1 / (1 + np.exp(self._steepness * (self._middle - x))) - self._begins) * self._rise
        if self._offset is not None:
            np.maximum(out, 0, out=out)
            out += self._offset
        np.maximum(out, self._low, out=out)
        np.minimum(out, self._high, out=out)

    def _columns(self, kind: CurveKind) -> NDArray[np.intp]:
        return np.array([column for column, shape in enumerate(self.profile.shapes) if shape.curve.kind == kind], np.intp)


def is_finite(values: NDArray[np.float32]) -> bool:
    """Whether an array holds nothing but finite numbers; may say no of numbers beyond 1e18."""
    flat = values.reshape(-1)
    return math.isfinite(np.dot(flat, flat))
