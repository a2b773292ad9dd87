"""What avatars do beside what is captured of them: idle life, gaze, gestures, feelings, overrides; all slots in one pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.clock import NANOS_PER_SEC
from affectia.registry import Group, Source
from affectia.rig.emotion.emotion_overlay import EmotionOverlay, EmotionOverlayOptions
from affectia.rig.gestures import Gestures
from affectia.rig.idle.idle_life import IdleLife, IdleOptions
from affectia.rig.layer_weights import LayerWeights
from affectia.rig.look_at import LookAt
from affectia.rig.override_layer import OverrideLayer
from affectia.signals import face_channels, pose_layer
from affectia.signals.acting_layers import ActingLayers, OverrideRows
from affectia.signals.avatar_state import AvatarState
from affectia.signals.face_channels import ACTION_UNITS, TURN
from affectia.signals.groups import GroupStates
from affectia.signals.pose_layer import CHANNELS
from affectia.wire import rotation

IDLE, FACE, SPEECH, EMOTION, OVERRIDE = range(5)  # the layers, bottom to top

_GROUP_OF_CHANNEL: Final = pose_layer.channel_groups()
_GROUPS: Final = np.eye(len(registry.GROUPS), dtype=np.float32)[_GROUP_OF_CHANNEL]  # (channels, groups)
COME_IN_SECS: Final = 0.2

_GROUP_OF_FACE: Final = face_channels.channel_groups()
_FADES: Final = np.ones(face_channels.CHANNELS, np.bool_)
_FADES[TURN] = _FADES[face_channels.BLINK_EVENTS] = False  # a rotation is shared out, a count stays

# What is captured of the head keeps the body still too: no body of its own is captured. (groups, channels)
_CAPTURED_BY: Final = np.eye(len(registry.GROUPS), dtype=np.float32)[
    np.where(_GROUP_OF_CHANNEL == Group.BODY, Group.HEAD, _GROUP_OF_CHANNEL)
].T.copy()
_ACTED: Final = np.array((1, 0, 1), np.float32)  # confidence, age and weight of a group that acts
_VOICE: Final = np.uint8(Source.VOICE)
_EMOTION: Final = np.uint8(Source.EMOTION)
_FELT: Final = np.array([group not in (Group.EYES, Group.HEAD) for group in Group])  # what a feeling moves most of
_NEUTRAL: Final = registry.EMOTIONS.index("neutral")
_HALF: Final = np.float32(0.5)


@dataclass(frozen=True)
class ActingOptions:
    """How idle life and the emotion overlay are set."""

    idle: IdleOptions = field(default_factory=IdleOptions)
    emotion: EmotionOverlayOptions = field(default_factory=EmotionOverlayOptions)


class Acting:
    """The layers of every slot; the motion thread alone calls it, and whoever gets there by a command.

    Its parts are for whoever directs an avatar: `overlay` (feelings), `overrides`, `gestures`, `look`, `layers` (weights).
    """

    def __init__(self, slots: int, options: ActingOptions | None = None) -> None:
        options = options or ActingOptions()
        self.idle = IdleLife(slots, options.idle)
        self.overlay = EmotionOverlay(slots, options.emotion)
        self.overrides = OverrideLayer(slots)
        self.gestures = Gestures(slots)
        self.look = LookAt(slots)
        self.layers = LayerWeights(slots)
        self._felt_share: NDArray[np.float32] | None = None  # of the emotion layer, in the last `act`; None: 1
        self._let = np.zeros((slots, len(registry.GROUPS)), np.float32)  # how much of what is captured has come in
        self._let_nanos = np.zeros(slots, np.int64)  # 0: begins anew
        self._lives = np.zeros(slots, np.bool_)
        self._living = 0
        self._room = 0

    def open(self, slot: int, avatar_id: str, *, seed: int, lives: bool) -> None:
        """Begin with an avatar; `lives`: idle life drives what is not captured of it."""
        self.close(slot)
        self.idle.open(slot, avatar_id, seed=seed)
        self.set_lives(np.array([slot]), lives)

    def set_lives(self, slots: NDArray[np.intp], lives: bool) -> None:
        """Whether idle life drives what is not captured of these avatars."""
        self._lives[slots] = lives
        self._let_nanos[slots] = 0
        self._living = int(np.count_nonzero(self._lives))

    def close(self, slot: int) -> None:
        """End an avatar: nothing that was asked of it goes on."""
        slots = np.array([slot])
        self.set_lives(slots, False)
        for part in (self.idle, self.overlay, self.overrides, self.gestures, self.look, self.layers):
            part.forget(slots)

    def act(self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64], state: AvatarState) -> ActingLayers | None:
        """The layers of some avatars, each at its own instant; None where nothing acts.

        The groups of `state` are written to: what acts is valid, and says what drives it; a layer that is faded out takes its part of the
        state with it. What is returned holds until the next call.
        """
        if slots.size > self._room:
            self._room = slots.size
            self._idle, self._feeling = (np.zeros((slots.size, CHANNELS), np.float32) for _ in range(2))
        weights = self.layers.weights(slots, times_nanos)
        self._felt_share = None if weights is None else weights[:, EMOTION]
        if weights is not None:
            _fade(state, weights)
        groups = state.groups
        lives = self._lives[slots] if self._living else None
        captured = _captured(state)
        if lives is not None and np.count_nonzero(lives):
            self._let_in(slots, times_nanos, state, captured, lives)
        feeling = self._feeling[: slots.size]
        feels = self.overlay.layer(slots, times_nanos, state.affects, captured, feeling)
        idle = self._alive(slots, times_nanos, captured, lives, None if weights is None else weights[:, IDLE])
        overrides = self.overrides.rows(slots, times_nanos) if self.overrides.active else None
        if idle is None and overrides is None and not feels:
            return None
        if weights is not None:
            feeling *= weights[:, EMOTION, None]
            if overrides is not None:
                share = weights[overrides.rows, OVERRIDE, None]
                overrides = OverrideRows(overrides.rows, overrides.share * share, overrides.value, overrides.added * share)
        felt: NDArray[np.bool_] | None = np.any(feeling, axis=1) if feels else None
        acts = felt if lives is None else lives if felt is None else lives | felt
        if idle is not None and (self.gestures.active or self.look.active):
            moved: NDArray[np.bool_] = np.any(idle, axis=1)
            acts = moved if acts is None else acts | moved
        if acts is not None:
            _tell(groups, acts, felt)
        if overrides is not None:
            _tell_overrides(groups, overrides)
        talking = None
        if state.voices is not None and feels:
            talking = np.zeros(slots.size, np.float32)
            talking[state.voices.rows] = state.voices.talking
        return ActingLayers(idle, feeling if feels else None, talking, overrides)

    def _let_in(
        self,
        slots: NDArray[np.intp],
        times_nanos: NDArray[np.int64],
        state: AvatarState,
        captured: NDArray[np.float32],
        lives: NDArray[np.bool_],
    ) -> None:
        """Let what is captured of avatars that live come in within COME_IN_SECS: a receiver sees groups that are valid before and
        after, and would show the step. `captured` and the state are written to.
        """
        known = self._let[slots]
        step = np.maximum(times_nanos - self._let_nanos[slots], 0) / (COME_IN_SECS * NANOS_PER_SEC)
        let = np.minimum(captured, known + step[:, None].astype(np.float32))
        new = ~lives | (self._let_nanos[slots] == 0)  # nothing comes in where nothing was shown before
        let[new] = captured[new]
        self._let[slots], self._let_nanos[slots] = let, times_nanos
        if not np.count_nonzero(let < captured):
            return
        share = np.divide(let, captured, out=np.ones_like(let), where=captured > 0)
        turn = rotation.scaled(state.values[:, TURN], share[:, Group.HEAD].astype(np.float64))
        state.values[:] *= np.where(_FADES, share[:, _GROUP_OF_FACE], 1)
        state.values[:, TURN] = turn
        state.groups.levels[..., 2] *= share
        captured[:] = let

    def moods(self, slots: NDArray[np.intp]) -> NDArray[np.float32]:
        """(n, 8) what is felt of the avatars of the last `act`, as far as their emotion layer counts."""
        moods = self.overlay.moods(slots)
        if self._felt_share is None:
            return moods
        moods = moods * self._felt_share[:, None]
        moods[:, _NEUTRAL] += 1 - self._felt_share
        return moods

    def _alive(
        self,
        slots: NDArray[np.intp],
        times_nanos: NDArray[np.int64],
        captured: NDArray[np.float32],
        lives: NDArray[np.bool_] | None,
        weight: NDArray[np.float32] | None,
    ) -> NDArray[np.float32] | None:
        """(n, 101) idle life where nothing is captured, a gaze that is directed in its place, and gestures over both."""
        moves, looks = self.gestures.active, self.look.active
        living = 0 if lives is None else np.count_nonzero(lives)
        if not (living or moves or looks):
            return None
        idle = self._idle[: slots.size]
        if lives is not None and living == slots.size:
            self.idle.layer(slots, times_nanos, self.overlay.moods(slots), idle)
        else:
            idle[:] = 0
            if lives is not None and living:
                rows = np.flatnonzero(lives)
                some = np.empty((rows.size, CHANNELS), np.float32)
                self.idle.layer(slots[rows], times_nanos[rows], self.overlay.moods(slots[rows]), some)
                idle[rows] = some
        if living and weight is not None:
            idle *= weight[:, None]
        if looks:
            self.look.add(slots, times_nanos, idle)
        if captured.any():
            idle *= 1 - captured @ _CAPTURED_BY
        if moves:
            self.gestures.add(slots, times_nanos, idle)
        return idle


def _captured(state: AvatarState) -> NDArray[np.float32]:
    """(n, 6) 0..1: how far each group is a face's; a mouth that a voice has is not."""
    captured = state.groups.weight.copy()
    if state.voices is not None:
        rows, mouth = state.voices.rows, int(Group.MOUTH)
        spoken = state.groups.source[rows, mouth] == _VOICE
        captured[rows[spoken], mouth] = 0
    return captured


def _fade(state: AvatarState, weights: NDArray[np.float32]) -> None:
    """Take the share of what is captured and spoken that its layer has lost."""
    face = weights[:, FACE]
    if (face < 1).any():
        turn = rotation.scaled(state.values[:, TURN], face.astype(np.float64))
        state.values[:, : ACTION_UNITS.stop] *= face[:, None]
        state.values[:, TURN] = turn
        state.groups.levels[..., 2] *= face[:, None]
    if state.voices is not None:
        state.voices.weight[:] *= weights[state.voices.rows, SPEECH]


def _tell(groups: GroupStates, acts: NDArray[np.bool_], felt: NDArray[np.bool_] | None) -> None:
    """Write into the groups of avatars that act what drives those that nothing captured does; (n,) each. Where nothing is valid the source
    is idle already.
    """
    free = acts[:, None] > groups.valid
    if felt is not None:
        np.copyto(groups.source, _EMOTION, where=free & felt[:, None] & _FELT)
    np.copyto(groups.levels, _ACTED, where=free[..., None])
    np.logical_or(groups.valid, free, out=groups.valid)


def _tell_overrides(groups: GroupStates, overrides: OverrideRows) -> None:
    """Write into the groups which of them are overridden: more than half of a channel of theirs is."""
    rows = overrides.rows
    share = np.maximum(overrides.share, np.abs(overrides.added))
    forced = (share >= _HALF).astype(np.float32) @ _GROUPS > 0
    valid, source, levels = groups.valid[rows], groups.source[rows], groups.levels[rows]
    valid |= share @ _GROUPS > 0
    source[forced] = Source.OVERRIDE
    levels[forced] = _ACTED
    groups.valid[rows], groups.source[rows], groups.levels[rows] = valid, source, levels
