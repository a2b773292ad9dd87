"""Weights in the shapes of avatars that are no ARKit-52 avatars; the last step of the rig."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ConfigError
from affectia.rig.mirror import mirror_after_shapes
from affectia.rig.profile import Profile
from affectia.rig.profile_matrix import ProfileMatrix, is_finite
from affectia.rig.profile_sources import BLINKS, MOODS, SOURCE_COUNT
from affectia.rig.viseme_shapes import load_viseme_shapes
from affectia.signals.avatar_weights import UNITS, AvatarWeights
from affectia.signals.retargeted import AFTER_SHAPES, Retargeted
from affectia.wire.layout import STANDARD, Layout

_AFTER: Final = AFTER_SHAPES.stop - AFTER_SHAPES.start
_LARGEST_LAYOUT_ID: Final = (1 << 16) - 1


class Retarget:
    """The profile of every slot; one thread.

    Layouts are stable: the same names have the same id and hash as long as this object lives, in the order of their first use.
    """

    def __init__(self, slots: int) -> None:
        self._number = np.zeros(slots, np.intp)  # of the profile of each slot; 0: frames of the standard layout as they are
        self._matrices: list[ProfileMatrix | None] = [None]
        self._counts = [slots]  # how many slots have each of them
        self._numbers: dict[Profile, int] = {}
        self._layouts: dict[tuple[str, ...], Layout] = {registry.BLENDSHAPES: STANDARD}
        self._tongue_jaw_share = load_viseme_shapes().tongue_jaw_share
        self._used: list[int] = []
        self._room = 0
        self._rooms: dict[int, NDArray[np.float32]] = {}

    @property
    def active(self) -> bool:
        """Whether any avatar has a profile that must be calculated."""
        return bool(self._used)

    def set(self, slot: int, profile: Profile) -> Layout:
        """Give a slot its profile; returns the layout that its frames have from now on."""
        layout = self._layout(profile)
        self._set(slot, 0 if profile.is_standard else self._prepared(profile))
        return layout

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Back to ARKit 52."""
        for slot in slots.tolist():
            self._set(slot, 0)

    def shown(self, slots: NDArray[np.intp], weights: AvatarWeights, moods: NDArray[np.float32] | None) -> tuple[Retargeted, ...]:
        """The avatars among some whose frames have another profile, grouped by it; the weights stay as they are.

        `moods` (n, 8) is what is felt and shown, in registry order; None: nothing. What is returned holds until the next call.
        """
        if not self._used:
            return ()
        if slots.size == 1:
            number = int(self._number[slots[0]])
            return (self._retargeted(number, np.zeros(1, np.intp), weights, moods),) if number else ()
        numbers = self._number[slots]
        found = [(number, np.flatnonzero(numbers == number)) for number in self._used]
        return tuple(self._retargeted(number, rows, weights, moods) for number, rows in found if rows.size)

    def _retargeted(self, number: int, rows: NDArray[np.intp], weights: AvatarWeights, moods: NDArray[np.float32] | None) -> Retargeted:
        matrix = self._matrices[number]
        assert matrix is not None
        channels = weights.channels
        if rows.size < channels.shape[0]:
            channels = channels[rows]
            moods = None if moods is None else moods[rows]
        sources, out = self._memory(number, rows.size)
        sources[:, UNITS] = channels[:, UNITS]
        sources[:, MOODS] = 0 if moods is None else moods
        np.minimum(channels[:, BLINKS[0]], channels[:, BLINKS[1]], out=sources[:, -1])
        if not is_finite(sources):
            # A number that is none would spoil every shape of its avatar.
            np.nan_to_num(sources, copy=False, nan=0.0, posinf=1.0, neginf=0.0)
        matrix.write(sources, out[:, :-_AFTER])
        out[:, -_AFTER:] = channels[:, AFTER_SHAPES]
        if matrix.profile.mirrored:
            mirror_after_shapes(out[:, -_AFTER:])
        return Retargeted(rows, out)

    def _memory(self, number: int, count: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        if count > self._room:
            self._room = count
            self._sources = np.empty((count, SOURCE_COUNT), np.float32)
            self._rooms.clear()
        out = self._rooms.get(number)
        if out is None:
            matrix = self._matrices[number]
            assert matrix is not None
            out = self._rooms[number] = np.empty((self._room, len(matrix.profile.shapes) + _AFTER), np.float32)
        return self._sources[:count], out[:count]

    def _set(self, slot: int, number: int) -> None:
        if self._number[slot] == number:
            return
        self._counts[self._number[slot]] -= 1
        self._counts[number] += 1
        self._number[slot] = number
        self._used = [used for used, count in enumerate(self._counts) if used and count]
        self._rooms = {used: room for used, room in self._rooms.items() if used in self._used}

    def _prepared(self, profile: Profile) -> int:
        number = self._numbers.get(profile)
        if number is None:
            number = self._numbers[profile] = len(self._matrices)
            self._matrices.append(ProfileMatrix(profile, tongue_jaw_share=self._tongue_jaw_share))
            self._counts.append(0)
        return number

    def _layout(self, profile: Profile) -> Layout:
        names = profile.shape_names
        layout = self._layouts.get(names)
        if layout is None:
            # The standard layout is among them and takes no number.
            layout_id = registry.WIRE_FIRST_CUSTOM_LAYOUT_ID + len(self._layouts) - 1
            if layout_id > _LARGEST_LAYOUT_ID:
                raise ConfigError(f"{len(self._layouts)} kinds of avatars were announced, expected fewer; start the sidecar anew")
            layout = self._layouts[names] = Layout.of(layout_id, (names, registry.BONES, registry.VISEMES, registry.EFFECTS))
        return layout
