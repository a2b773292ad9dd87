"""Parts of an avatar from elsewhere: the head of a headset, the eyes of another camera, or nothing at all."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ConfigError
from affectia.registry import Group
from affectia.signals import avatar_weights
from affectia.signals.avatar_weights import EFFECTS, QUATERNIONS, SHAPES, VISEMES, AvatarWeights
from affectia.signals.groups import GroupStates

OWN: Final = -1
"""The source of a group that is the avatar's own, as all are at first."""

_SHOWN: Final = avatar_weights.SHOWN.stop
_COLUMNS: Final = np.arange(_SHOWN)
_GROUPS: Final = np.arange(len(registry.GROUPS))


def _channel_groups() -> NDArray[np.intp]:
    """(shown channels,) the group of each."""
    groups = np.full(_SHOWN, Group.HEAD, np.intp)
    groups[SHAPES] = registry.BLENDSHAPE_GROUPS
    groups[VISEMES] = Group.MOUTH
    groups[EFFECTS] = Group.EMOTION
    groups[QUATERNIONS] = np.repeat(np.array(registry.BONE_GROUPS, np.intp), 4)
    return groups


_GROUP_OF_CHANNEL: Final = _channel_groups()


class ChannelRouting:
    """Where each group of each slot comes from; one thread.

    Shapes, visemes, effects, bones and head shift of a group go together with what is told of it (valid, source, confidence, age,
    weight). A source gives its own last frame, as it was before anything was routed to it, so that routes may go in a circle. What is
    measured of a face (action units, gaze) is not shown and stays its avatar's.
    """

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._rest = slots  # a row behind those of the slots: at rest, nothing valid
        self._source = np.full((slots, len(registry.GROUPS)), OWN, np.intp)
        self._takes, self._gives = (np.zeros(slots, np.bool_) for _ in range(2))
        self._taking = self._giving = 0
        rest = AvatarWeights.at_rest(GroupStates.unknown(1))
        self._no_channels, self._no_groups = rest.channels[0, :_SHOWN], rest.groups
        self._channels = np.tile(self._no_channels, (slots + 1, 1))
        self._groups = GroupStates.unknown(slots + 1)

    @property
    def active(self) -> bool:
        """Whether any group of any slot is not its own."""
        return self._taking > 0

    def set(self, slot: int, group: Group, source: int | None) -> None:
        """Take a group of a slot from another slot, from nowhere (None: at rest and not valid, an engine fills it), or back (OWN).

        Raises ConfigError where there is no such slot.
        """
        if source is not None and source != OWN and not 0 <= source < self._slots:
            raise ConfigError(f"source of {group.name.lower()} is slot {source}, expected 0 to {self._slots - 1}")
        self._source[slot, group] = self._rest if source is None else OWN if source == slot else source
        self._count()

    def routes(self, slot: int) -> dict[Group, int | None]:
        """What is not a slot's own, as `set` takes it."""
        sources = self._source[slot].tolist()
        return {group: None if sources[group] == self._rest else sources[group] for group in Group if sources[group] != OWN}

    def forget(self, slots: NDArray[np.intp]) -> None:
        """End some avatars: all of them is their own again, and what others take from them is at rest, whoever gets the slot next."""
        self._source[slots] = OWN
        self._source[np.isin(self._source, slots)] = self._rest
        self._count()
        self.drop(slots)

    def drop(self, slots: NDArray[np.intp]) -> None:
        """Forget the last frames of some avatars, where consent is taken back: until their next ones, others take rest from them."""
        self._channels[slots] = self._no_channels
        self._groups.valid[slots], self._groups.source[slots] = self._no_groups.valid, self._no_groups.source
        self._groups.levels[slots] = self._no_groups.levels

    def route(self, slots: NDArray[np.intp], weights: AvatarWeights) -> None:
        """Change (n) weights and their groups in place; row i is of slots[i]."""
        if not self._taking:
            return
        channels, groups, kept = weights.channels[:, :_SHOWN], weights.groups, self._groups
        # First all that others take, then what is taken: a frame shows nothing that was routed before.
        if self._giving:
            gives = self._gives[slots]
            if gives.any():
                givers = slots[gives]
                self._channels[givers] = channels[gives]
                kept.valid[givers], kept.source[givers] = groups.valid[gives], groups.source[gives]
                kept.levels[givers] = groups.levels[gives]
        takes = np.flatnonzero(self._takes[slots])
        if not takes.size:
            return
        source = self._source[slots[takes]]
        taken = source != OWN
        whose = source[:, _GROUP_OF_CHANNEL]
        channels[takes] = np.where(taken[:, _GROUP_OF_CHANNEL], self._channels[whose, _COLUMNS], channels[takes])
        groups.valid[takes] = np.where(taken, kept.valid[source, _GROUPS], groups.valid[takes])
        groups.source[takes] = np.where(taken, kept.source[source, _GROUPS], groups.source[takes])
        groups.levels[takes] = np.where(taken[..., None], kept.levels[source, _GROUPS], groups.levels[takes])

    def _count(self) -> None:
        gave = self._gives.copy()
        self._takes = (self._source != OWN).any(axis=1)
        self._gives[:] = False
        self._gives[self._source[(self._source != OWN) & (self._source != self._rest)]] = True
        self._taking, self._giving = int(np.count_nonzero(self._takes)), int(np.count_nonzero(self._gives))
        if (begins := np.flatnonzero(self._gives & ~gave)).size:
            self.drop(begins)  # what is kept of them is of the last time that somebody took from them
