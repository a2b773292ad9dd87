"""From action units to shapes, all avatars in one pass."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.rig.mapping.action_unit_shapes import ActionUnitShapes, load_action_unit_shapes

_STEADY: Final = np.float32(0.1)  # added to both sides of a pair before they are compared: those of a resting face are noise
_HALF: Final = np.float32(0.5)


class UnitMapping:
    """Writes the shapes that `action_unit_shapes.toml` makes of action units; remembers nothing from call to call but its memory; one
    thread.

    A unit has no side. What it moves on both sides is shared between them as the measured shapes are, so that a crooked smile stays
    crooked. `measured` (52,) are shapes that are left as they are, whatever units move them.
    """

    def __init__(self, *, table: ActionUnitShapes | None = None, measured: NDArray[np.bool_] | None = None) -> None:
        self.table = table or load_action_unit_shapes()
        moved = self.table.amounts.any(axis=0)
        if measured is not None:
            moved &= ~measured
        ordered, self._pairs = _in_pairs(np.flatnonzero(moved))
        self.places = np.array(ordered, np.intp)
        """Shapes that are written to: those without a side, then left ones, then their right ones."""
        parts = [(unit, shape) for shape in ordered for unit in np.flatnonzero(self.table.amounts[:, shape]).tolist()]
        self._units = np.array([unit for unit, _ in parts], np.intp)
        self._taken = -np.array([self.table.amounts[part] for part in parts], np.float32)
        shapes = [shape for _, shape in parts]
        self._starts = np.array([shapes.index(shape) for shape in ordered], np.intp)
        self._scale = self.table.gain * (1 + self.table.damping)
        self._bent = np.flatnonzero(self.table.steepness)
        self._slope = self.table.steepness[self._bent] / 2  # a logistic curve is a hyperbolic tangent of half the steepness
        self._offset = -self._slope * self.table.onset[self._bent]
        at_none, at_full = np.tanh(self._offset), np.tanh(self._slope + self._offset)
        self._bent_scale = self.table.gain[self._bent] / (at_full - at_none)
        self._bent_shift = -self._bent_scale * at_none
        self._room = 0

    def strengths(self, units: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, 28) what the curves make of (n, 28) intensities 0..1: 0..1, memory that the next call writes to."""
        if units.shape[0] > self._room:
            self._make_room(units.shape[0])
        out = self._strengths[: units.shape[0]]
        np.multiply(units, self.table.damping, out=out)
        out += 1
        np.divide(units, out, out=out)
        out *= self._scale
        bent = units[:, self._bent]
        bent *= self._slope
        bent += self._offset
        np.tanh(bent, out=bent)
        bent *= self._bent_scale
        bent += self._bent_shift
        out[:, self._bent] = bent
        np.minimum(out, self.table.limit, out=out)
        np.maximum(out, 0, out=out)
        return out

    def write(self, units: NDArray[np.float32], shapes: NDArray[np.float32]) -> None:
        """Put what (n, 28) intensities move in the place of the measured ones among (n, 52) shapes."""
        strengths = self.strengths(units)
        parts, moved = self._parts[: units.shape[0]], self._moved[: units.shape[0]]
        np.take(strengths, self._units, axis=1, out=parts, mode="clip")
        parts *= self._taken
        parts += 1
        np.multiply.reduceat(parts, self._starts, axis=1, out=moved)
        np.subtract(1, moved, out=moved)
        if self._pairs:
            both = shapes[:, self.places[-2 * self._pairs :]]
            both += _STEADY
            left, right = both[:, : self._pairs], both[:, self._pairs :]
            middle = left + right
            middle *= _HALF
            left /= middle
            right /= middle
            moved[:, -2 * self._pairs :] *= both
            np.minimum(moved, 1, out=moved)
        shapes[:, self.places] = moved

    def _make_room(self, count: int) -> None:
        self._room = count
        self._strengths = np.empty((count, len(registry.ACTION_UNITS)), np.float32)
        self._parts = np.empty((count, self._units.size), np.float32)
        self._moved = np.empty((count, self.places.size), np.float32)


def _in_pairs(places: NDArray[np.intp]) -> tuple[list[int], int]:
    """The places of shapes in order: those without a partner, left ones, their right ones; and how many pairs there are."""
    names = {registry.BLENDSHAPES[place]: place for place in places.tolist()}
    partners = {name: f"{name[:-4]}Right" for name in names if name.endswith("Left") and f"{name[:-4]}Right" in names}
    paired = {*partners, *partners.values()}
    alone = [place for name, place in names.items() if name not in paired]
    return [*alone, *(names[name] for name in partners), *(names[name] for name in partners.values())], len(partners)
