"""How the captured face of each slot is put on its avatar: the mapping variants at work."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.rig.mapping.action_unit_shapes import ActionUnitShapes
from affectia.rig.mapping.mapping_variant import MappingVariant
from affectia.rig.mapping.unit_mapping import UnitMapping
from affectia.signals.avatar_state import AvatarState
from affectia.signals.face_channels import ALL_ACTION_UNITS

# A blink lasts three pictures, and where somebody looks is told by angles: lids and eyes are measured better than any unit tells them.
_MEASURED_BETTER: Final = ("eyeBlink", "eyeLook")
# What a feeling shows in: brows, lids (never a blink), cheeks, nose, corners of the mouth. Jaw and lips also speak, so they stay; so does
# cheekPuff, which is breath.
_SHOWS_FEELING: Final = ("brow", "eyeSquint", "eyeWide", "cheekSquint", "noseSneer", "mouthSmile", "mouthFrown", "mouthDimple")
_OVERLAY_SHARE: Final = {MappingVariant.EMOTION: 1.0, MappingVariant.BLEND: 0.5}


def _named(beginnings: tuple[str, ...]) -> NDArray[np.bool_]:
    """(52,) the shapes whose names begin so."""
    return np.array([name.startswith(beginnings) for name in registry.BLENDSHAPES])


class FaceMapping:
    """The variant of each slot, SHAPES until another is set; one thread."""

    def __init__(self, slots: int, *, table: ActionUnitShapes | None = None) -> None:
        self._units = UnitMapping(table=table, measured=_named(_MEASURED_BETTER))
        self._feeling = _named(_SHOWS_FEELING)
        self._by_units = np.zeros(slots, np.bool_)
        self._overlay = np.zeros(slots, np.float32)
        self._kept = np.ones((slots, len(registry.BLENDSHAPES)), np.float32)
        self._unit_count = self._overlay_count = 0

    @property
    def active(self) -> bool:
        """Whether any slot has another variant than SHAPES."""
        return self._unit_count > 0 or self._overlay_count > 0

    def set(self, slot: int, variant: MappingVariant) -> None:
        """Give a slot a variant."""
        share = _OVERLAY_SHARE.get(variant, 0.0)
        self._by_units[slot] = variant is MappingVariant.ACTION_UNITS
        self._overlay[slot] = share
        self._kept[slot] = np.where(self._feeling, 1 - share, 1)
        self._unit_count, self._overlay_count = int(np.count_nonzero(self._by_units)), int(np.count_nonzero(self._overlay))

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Give some slots back to SHAPES."""
        for slot in slots.tolist():
            self.set(slot, MappingVariant.SHAPES)

    def apply(self, slots: NDArray[np.intp], state: AvatarState) -> None:
        """Change the shapes of a state in place; an avatar of whom no action unit is measured keeps the shapes that are."""
        if self._overlay_count:
            shapes = state.blendshapes
            shapes *= self._kept[slots]
        if self._unit_count:
            told = self._by_units[slots]
            told &= (state.measured & ALL_ACTION_UNITS) != 0
            count = int(np.count_nonzero(told))
            if count == slots.size:
                self._units.write(state.action_units, state.blendshapes)
            elif count:
                some = state.blendshapes[told]
                self._units.write(state.action_units[told], some)
                state.blendshapes[told] = some

    def overlay_shares(self, slots: NDArray[np.intp]) -> NDArray[np.float32]:
        """(n,) how strongly the emotion overlay may add to a face that is captured: 0 SHAPES and ACTION_UNITS, 1 EMOTION, 0.5 BLEND."""
        shares: NDArray[np.float32] = self._overlay[slots]
        return shares
