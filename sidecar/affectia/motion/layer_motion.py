"""Layers over what is captured and spoken: idle life, a feeling on springs, overrides; then what no face can show is put right."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ConfigError
from affectia.motion import bone_turns
from affectia.motion.correctors import BLINKS, DOWNS, Correctors, CorrectorsOptions
from affectia.motion.spring import CriticalSpring, SpringOptions
from affectia.motion.step_clock import StepClock
from affectia.registry import Group
from affectia.signals import avatar_weights
from affectia.signals.acting_layers import OverrideRows
from affectia.signals.avatar_weights import BONES, AvatarWeights
from affectia.signals.column import column
from affectia.signals.pose_layer import CHANNELS, EFFECTS, SHAPES, SHIFT, TURNS, UNITS, VISEMES, channel_groups
from affectia.signals.slot_rows import slot_rows
from affectia.signals.speech_weights import SpeechWeights

_POSE: Final = slice(TURNS.start, SHIFT.stop)  # turns, then the head's shift
_TURNS_OF_POSE: Final = slice(0, TURNS.stop - TURNS.start)
_SHIFT_OF_POSE: Final = slice(TURNS.stop - TURNS.start, CHANNELS - TURNS.start)
_BETWEEN: Final = slice(VISEMES.start, EFFECTS.stop)  # visemes and effects, which stand side by side
_BEYOND: Final = slice(SHAPES.stop, CHANNELS)
_SIL: Final = registry.VISEMES.index("sil")
_CORNERS: Final = ("mouthSmile", "mouthFrown", "mouthDimple")
_NOT_SPOKEN: Final = ("cheekSquint", "noseSneer")
_LEAST_SUM: Final = np.float32(1e-6)
_ZERO: Final = np.array(0, np.float32)  # without an axis numpy is twice as fast as with a scalar
_ONE: Final = np.array(1, np.float32)


@dataclass(frozen=True)
class LayerMotionOptions:
    """How feelings come and go per region, and what they leave to speech; ConfigError for what cannot work.

    `corner_share` 0..1: how much of a feeling the corners of the mouth keep while somebody speaks; jaw and lips keep none, cheeks and
    nose all. 0.4 is what reference data of talking heads limit it to, and what a seen smile keeps.
    """

    eyes: SpringOptions = field(default_factory=lambda: SpringOptions(0.15, 0.4))
    brows: SpringOptions = field(default_factory=lambda: SpringOptions(0.2, 0.5))
    mouth: SpringOptions = field(default_factory=lambda: SpringOptions(0.25, 0.6))
    body: SpringOptions = field(default_factory=lambda: SpringOptions(0.5, 0.9))
    effects: SpringOptions = field(default_factory=lambda: SpringOptions(0.4, 0.8))
    correctors: CorrectorsOptions = field(default_factory=CorrectorsOptions)
    corner_share: float = 0.4

    def __post_init__(self) -> None:
        if not 0 <= self.corner_share <= 1:
            raise ConfigError(f"corner_share is {self.corner_share}, expected 0 to 1")

    def omegas(self) -> NDArray[np.float32]:
        """(2, 101) radians a second of attack and release of each channel of a layer; `body` is head and shift too."""
        of_group = {Group.EYES: self.eyes, Group.BROWS: self.brows, Group.MOUTH: self.mouth, Group.EMOTION: self.effects}
        return np.array([of_group.get(Group(group), self.body).omegas() for group in channel_groups().tolist()], np.float32).T


class LayerMotion:
    """Mixes what acts on avatars into their weights; one thread.

    Idle life is added. A feeling is drawn by springs and comes over what is there: of what a shape lacks to be full, or of what it has
    where the feeling takes away, so that nothing jumps and nothing is exceeded. Overrides come last. A feeling that nobody wants any
    more eases away, and then costs nothing.
    """

    def __init__(self, slots: int, options: LayerMotionOptions | None = None) -> None:
        options = options or LayerMotionOptions()
        self._springs = CriticalSpring(slots, omegas=options.omegas())
        self._correctors = Correctors(options.correctors)
        self._clock = StepClock(slots)
        self._moves = np.zeros(slots, np.bool_)  # has a feeling, or one that still goes
        self._moving = 0  # how many do
        # Of each shape of a feeling, what talking takes, and what lips that touch for a sound take.
        self._taken = taken_by_talking(options.corner_share)[None]
        self._lips = taken_by_talking(1)[None]
        self._room = 0

    def reset(self, slots: NDArray[np.intp]) -> None:
        """Forget the feelings of some slots: nothing of them is shown any more."""
        self._springs.reset(slots)
        self._moves[slots] = False
        self._moving = int(np.count_nonzero(self._moves))

    def layered(self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64], weights: AvatarWeights) -> AvatarWeights:
        """The weights, `weights.acting` mixed in where they stand; row i is slots[i] at times_nanos[i].

        To be called when all else is smoothed and spoken, before eye bones are posed.
        """
        acting, channels = weights.acting, weights.channels
        if slots.size == 0:
            return weights
        if acting is None and not self._moving:
            self._correctors.correct(channels)
            return weights
        if slots.size > self._room:
            self._make_room(slots.size)
        downs = channels[:, DOWNS]
        before = downs.copy()
        idle, wanted, talking, overrides = (
            (None, None, None, None) if acting is None else (acting.idle, acting.feeling, acting.talking, acting.overrides)
        )
        feeling = self._felt(slots, times_nanos, wanted)
        apart = self._apart(slots.size, weights.speech)
        if idle is not None:
            self._live(channels, idle, apart)
        if feeling is not None:
            self._feel(channels, feeling, talking, apart)
        self._pose(weights, idle, feeling)
        lowered = downs - before
        if overrides is not None and overrides.rows.size:
            _override(weights, overrides)
            lowered = downs - before
            # A lid that is set is where it was set.
            lowered[overrides.rows] *= 1 - overrides.share[:, BLINKS]
        self._correctors.correct(channels, lowered=lowered)
        return weights

    def _felt(
        self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64], wanted: NDArray[np.float32] | None
    ) -> NDArray[np.float32] | None:
        """(n, 101) what is shown of feelings, None where nobody shows any."""
        if wanted is None and not self._moving:
            return None
        moves = self._moves[slot_rows(slots)]
        moving = np.count_nonzero(moves)
        if wanted is not None and moving < slots.size:
            begin = ~moves & wanted.any(axis=1)
            if np.count_nonzero(begin):
                fresh = slots[begin]
                self._clock.start(fresh, times_nanos[begin])  # nothing was wanted until now
                self._moves[fresh] = True
                self._moving = int(np.count_nonzero(self._moves))
                moves = self._moves[slots]
                moving = np.count_nonzero(moves)
        if not moving:
            return None
        if moving == slots.size:
            return self._drawn(slots, times_nanos, wanted)
        rows = np.flatnonzero(moves)
        spread = self._spread[: slots.size]
        spread[:] = 0
        spread[rows] = self._drawn(slots[rows], times_nanos[rows], None if wanted is None else wanted[rows])
        return spread

    def _drawn(self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64], wanted: NDArray[np.float32] | None) -> NDArray[np.float32]:
        """(n, 101) what slots show that all have a feeling, after the springs' step."""
        shown = self._springs.moved(slots, wanted, self._clock.passed(slots, times_nanos))
        if wanted is None:
            self._rest(slots)
        return shown

    def _rest(self, slots: NDArray[np.intp]) -> None:
        still = self._springs.settle(slots)
        if np.count_nonzero(still):
            self._moves[slots[still]] = False
            self._moving = int(np.count_nonzero(self._moves))

    def _apart(self, count: int, speech: SpeechWeights | None) -> NDArray[np.float32] | None:
        """(n, 52) what is left of shapes that act where lips touch each other or the teeth for a sound, None where none do."""
        if speech is None or not np.count_nonzero(speech.closure):
            return None
        closure = speech.closure
        touching = np.maximum(closure[:, 0], closure[:, 1])
        if touching.size < count:
            some, touching = touching, np.zeros(count, np.float32)
            touching[speech.rows] = some
        apart = column(touching) * self._lips
        left: NDArray[np.float32] = np.subtract(_ONE, apart, out=apart)
        return left

    def _live(self, channels: NDArray[np.float32], idle: NDArray[np.float32], apart: NDArray[np.float32] | None) -> None:
        """Add idle life, which has no visemes."""
        if apart is None:
            units = channels[:, UNITS]
            units += idle[:, UNITS]
            return
        shown, effects = channels[:, SHAPES], channels[:, EFFECTS]
        shown += idle[:, SHAPES] * apart
        effects += idle[:, EFFECTS]

    def _feel(
        self,
        channels: NDArray[np.float32],
        feeling: NDArray[np.float32],
        talking: NDArray[np.float32] | None,
        apart: NDArray[np.float32] | None,
    ) -> None:
        """Put a feeling over the shapes: s + o (1 - s) of an o that gives, s (1 + o) of one that takes."""
        count = channels.shape[0]
        felt, over = feeling[:, SHAPES], self._over[:count]
        if talking is not None and np.count_nonzero(talking):
            part = np.multiply(column(talking), self._taken, out=self._part[:count])
            np.subtract(_ONE, part, out=part)
            part *= felt
            felt = part
        if apart is not None:
            felt = np.multiply(felt, apart, out=self._part[:count])
        shapes = channels[:, SHAPES]
        np.abs(felt, out=over)
        over *= shapes
        shapes -= over
        np.maximum(felt, _ZERO, out=over)
        shapes += over
        effects = channels[:, EFFECTS]
        np.maximum(effects, feeling[:, EFFECTS], out=effects)

    def _pose(self, weights: AvatarWeights, idle: NDArray[np.float32] | None, feeling: NDArray[np.float32] | None) -> None:
        """Turn the bones by all that is wanted of them, in one pass: small rotation vectors add up."""
        if idle is not None and feeling is not None:
            pose = np.add(idle[:, _POSE], feeling[:, _POSE], out=self._posed[: idle.shape[0]])
        elif idle is not None:
            pose = idle[:, _POSE]
        elif feeling is not None:
            pose = feeling[:, _POSE]
        else:
            return
        if not np.count_nonzero(pose):
            return
        bone_turns.turn(weights.bones, pose[:, _TURNS_OF_POSE].reshape(-1, BONES, 3))
        shift = weights.channels[:, avatar_weights.SHIFT]
        shift += pose[:, _SHIFT_OF_POSE]

    def _make_room(self, count: int) -> None:
        self._room = count
        self._over, self._part = (np.empty((count, SHAPES.stop), np.float32) for _ in range(2))
        self._posed = np.empty((count, _POSE.stop - _POSE.start), np.float32)
        self._spread = np.empty((count, CHANNELS), np.float32)


def taken_by_talking(corner_share: float) -> NDArray[np.float32]:
    """(52,) 0..1: what talking takes of each shape of a feeling: all of the mouth, of its corners all but a share, no cheek, no nose."""
    taken = np.zeros(len(registry.BLENDSHAPES), np.float32)
    for place, (name, group) in enumerate(zip(registry.BLENDSHAPES, registry.BLENDSHAPE_GROUPS, strict=True)):
        if group == Group.MOUTH and not name.startswith(_NOT_SPOKEN):
            taken[place] = 1 - corner_share if name.startswith(_CORNERS) else 1
    return taken


def _override(weights: AvatarWeights, overrides: OverrideRows) -> None:
    """Add what is to be added, then set by the shares."""
    rows, share, value, added = overrides.rows, overrides.share, overrides.value, overrides.added
    channels = weights.channels
    shapes = channels[rows, SHAPES]
    shapes += added[:, SHAPES]
    shapes += share[:, SHAPES] * (value[:, SHAPES] - shapes)
    channels[rows, SHAPES] = shapes
    if not (np.count_nonzero(share[:, _BEYOND]) or np.count_nonzero(added[:, _BEYOND])):
        return  # most overrides are of shapes
    for place, here in ((_BETWEEN, _BETWEEN), (SHIFT, avatar_weights.SHIFT)):
        shown = channels[rows, here]
        shown += added[:, place]
        shown += share[:, place] * (value[:, place] - shown)
        channels[rows, here] = shown
    if np.count_nonzero(share[:, VISEMES]) or np.count_nonzero(added[:, VISEMES]):
        visemes = np.maximum(channels[rows, VISEMES], _ZERO)
        visemes[visemes.sum(axis=1) < _LEAST_SUM, _SIL] = 1  # a mouth of which nothing is left is shut
        visemes /= visemes.sum(axis=1, keepdims=True)
        channels[rows, VISEMES] = visemes
    turned, set_to = added[:, TURNS], share[:, TURNS]
    adds, sets = np.count_nonzero(turned), np.count_nonzero(set_to)
    if adds or sets:
        bones = weights.bones[rows]
        if adds:
            bone_turns.turn(bones, turned.reshape(-1, BONES, 3))
        if sets:
            towards = bone_turns.quaternions(value[:, TURNS].reshape(-1, BONES, 3))
            bone_turns.bend(bones, towards=towards, share=set_to.reshape(-1, BONES, 3).max(axis=2))
        weights.bones[rows] = bones
