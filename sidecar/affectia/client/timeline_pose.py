"""The pose that a timeline shows: interpolated between two frames, and brought in and to rest group by group."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.layout import Layout

_GROUP: Final = {name: place for place, name in enumerate(registry.GROUPS)}
_SHAPE_GROUP: Final = dict(zip(registry.BLENDSHAPES, registry.BLENDSHAPE_GROUPS, strict=True))
_BONE_GROUP: Final = dict(zip(registry.BONES, registry.BONE_GROUPS, strict=True))
_MOUTH: Final = _GROUP["mouth"]
_IDENTITY: Final = np.array((0, 0, 0, 1), np.float32)
_SMALL_ARC: Final = np.float32(0.9995)  # the cosine of half a turn of 3.6 degrees
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Durations = tuple[int, int]  # to rest, and to what is live


class TimelinePose:
    """What to show now; the timeline overwrites its arrays at the next ask.

    Units as in AvatarFrame. `presence` (groups,) says how much of each group is live, 0 = rest. `frame` is the earlier of the two
    frames that the pose lies between, for all that is not interpolated. Nanoseconds are None before the first frame.
    """

    def __init__(self, layout: Layout) -> None:
        shapes, bones, visemes, effects = layout.parts
        self.layout = layout
        groups = [_SHAPE_GROUP.get(name, _MOUTH) for name in shapes] + [_MOUTH] * len(visemes)
        groups += [_GROUP["emotion"]] * len(effects) + [_GROUP["head"]] * 3
        self.scalar_groups = np.array(groups, np.intp)
        self.bone_groups = np.array([_BONE_GROUP.get(name, _GROUP["body"]) for name in bones], np.intp)
        # One flat array for all that is interpolated linearly, so that a display frame is a few numpy calls.
        self.scalar_rest = np.array([0] * len(shapes) + [name == "sil" for name in visemes] + [0] * (len(effects) + 3), np.float32)
        self._scalars = self.scalar_rest.copy()
        first, second, third = np.cumsum((len(shapes), len(visemes), len(effects))).tolist()
        self.parts = (slice(0, first), slice(first, second), slice(second, third), slice(third, third + 3))
        self.blendshapes, self.visemes, self.effects, self.head_translation_cm = (self._scalars[part] for part in self.parts)
        self.bone_quaternions = np.tile(_IDENTITY, (len(bones), 1))
        self.presence = np.zeros(len(registry.GROUPS), np.float32)
        self.frame: AvatarFrame | None = None
        self.dominant_viseme: tuple[int, float] | None = None
        self.time_nanos: int | None = None
        self.offset_nanos: int | None = None
        self.delay_nanos = 0
        # Where each group's transition started from, when, and whether it leads to what is live or to rest.
        self._from = (self._scalars.copy(), self.bone_quaternions.copy(), self.presence.copy())
        self._since = [0] * len(registry.GROUPS)
        self._live = np.zeros(len(registry.GROUPS), np.bool_)

    def turn(self, live: Bools, now_nanos: int, *, restarted: bool) -> None:
        """Start a transition, from what is shown, in every group that came alive, died, or whose timeline began anew."""
        turned = (live != self._live) | restarted
        if not turned.any():
            return
        scalars, bones, presence = self._from
        np.copyto(scalars, self._scalars, where=turned[self.scalar_groups])
        np.copyto(bones, self.bone_quaternions, where=turned[self.bone_groups][:, None])
        np.copyto(presence, self.presence, where=turned)
        self._live = live
        self._since = [now_nanos if turned[group] else since for group, since in enumerate(self._since)]

    def show(
        self, earlier: TimelineKey | None, later: TimelineKey | None, *, fraction: float, now_nanos: int, durations_nanos: Durations
    ) -> None:
        """Fill the arrays with what lies at `fraction` between two frames, or with rest, as far as the transitions have come."""
        amounts = [
            _smoothstep(now_nanos - since, durations_nanos[live]) for since, live in zip(self._since, self._live.tolist(), strict=True)
        ]
        amount = np.array(amounts, np.float32)
        scalars, bones = self.scalar_rest, np.broadcast_to(_IDENTITY, self.bone_quaternions.shape)
        hold_scalars, hold_bones = np.zeros(len(scalars), np.bool_), np.zeros(len(bones), np.bool_)
        if earlier is not None and later is not None:
            live_scalars, live_bones = self._live[self.scalar_groups], self._live[self.bone_groups]
            step = np.where(later.scalars_usable, np.float32(fraction), np.float32(0))
            scalars = np.where(live_scalars, earlier.scalars + (later.scalars - earlier.scalars) * step, scalars)
            step = np.where(later.bones_usable, np.float32(fraction), np.float32(0))
            bones = np.where(live_bones[:, None], _slerp(earlier.bones, later.bones, step), bones)
            # A part that the sender says nothing about stays as it is shown.
            hold_scalars, hold_bones = live_scalars & ~earlier.scalars_usable, live_bones & ~earlier.bones_usable
        from_scalars, from_bones, from_presence = self._from
        mixed = from_scalars + (scalars - from_scalars) * amount[self.scalar_groups]
        np.copyto(self._scalars, mixed, where=~hold_scalars)
        np.copyto(self.bone_quaternions, _slerp(from_bones, bones, amount[self.bone_groups]), where=~hold_bones[:, None])
        self.presence[:] = from_presence + (self._live - from_presence) * amount


class TimelineKey:
    """One buffered frame, decoded once; a usable element is one that the frame carries and whose group is valid."""

    __slots__ = ("bones", "bones_usable", "frame", "scalars", "scalars_usable", "valid")

    def __init__(self, frame: AvatarFrame, pose: TimelinePose) -> None:
        self.frame = frame
        self.valid = np.array([frame.is_valid(group) for group in range(len(registry.GROUPS))])
        self.scalars = pose.scalar_rest.copy()
        self.scalars_usable = self.valid[pose.scalar_groups]
        values = (frame.blendshape_weights(), frame.viseme_weights(), frame.effect_weights(), frame.head_translation_cm())
        for part, found in zip(pose.parts, values, strict=True):
            if len(found):
                self.scalars[part] = found
            else:
                self.scalars_usable[part] = False
        self.bones = frame.bone_quaternions() if frame.bones else np.broadcast_to(_IDENTITY, pose.bone_quaternions.shape)
        self.bones_usable = self.valid[pose.bone_groups] & bool(frame.bones)


def _smoothstep(elapsed_nanos: int, duration_nanos: int) -> float:
    if elapsed_nanos >= duration_nanos:
        return 1.0
    t = max(0, elapsed_nanos) / duration_nanos
    return t * t * (3 - 2 * t)


def _slerp(start: Floats, end: Floats, amount: Floats) -> Floats:
    """(n, 4) unit quaternions turned by (n,) amounts of the shorter arc from one to the other, and normalised.

    Shoemake 1985. Small arcs are mixed: there the sine that slerp divides by says little, and between two frames that both came nothing
    else occurs.
    """
    cosine = np.einsum("ij,ij->i", start, end)
    sign = np.where(cosine < 0, np.float32(-1), np.float32(1))
    cosine *= sign
    first, second = 1 - amount, amount
    if cosine.min(initial=1) < _SMALL_ARC:
        large = cosine < _SMALL_ARC
        arc = np.arccos(np.where(large, cosine, np.float32(0)))
        sine = np.sin(arc)
        first = np.where(large, np.sin(first * arc) / sine, first)
        second = np.where(large, np.sin(second * arc) / sine, second)
    turned: Floats = start * first[:, None] + end * (sign * second)[:, None]
    turned /= np.sqrt(np.einsum("ij,ij->i", turned, turned))[:, None]
    return turned
