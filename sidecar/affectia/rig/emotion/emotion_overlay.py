"""The emotion overlay: what is inferred and what is preferred as shapes, posture and effects, all slots in one pass."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.errors import ConfigError
from affectia.registry import Emotion, Group
from affectia.rig.emotion.emotion_postprocess import ArousalRise, blend, blend_rate, contrasted, secs_since, strongest
from affectia.rig.emotion.emotion_styles import EmotionStyles, load_emotion_styles
from affectia.rig.emotion.preferred_emotion import EMOTIONS, PreferredEmotion, check_range
from affectia.rig.emotion.preferred_table import PreferredTable
from affectia.signals import pose_layer
from affectia.signals.affect_states import AffectStates
from affectia.signals.column import column
from affectia.signals.slot_rows import slot_rows

# What is shown of a slot: weights of what is inferred, of high and low arousal, and of what is preferred.
_INFERRED: Final = slice(0, EMOTIONS)
_AROUSAL: Final = slice(EMOTIONS, EMOTIONS + 2)
_OWN: Final = slice(0, _AROUSAL.stop)  # what somebody shows by himself
_WISHED: Final = slice(_AROUSAL.stop, _AROUSAL.stop + EMOTIONS)
_WEIGHTS: Final = _WISHED.stop
_STRENGTH, _SHOWN, _CONTRAST, _RATE, _MOST = range(5)  # the settings of a slot

_NEUTRAL: Final = int(Emotion.NEUTRAL)
_EMOTION: Final = int(Group.EMOTION)
_OF_A_FACE: Final = slice(int(Group.EYES), int(Group.HEAD) + 1)  # groups that a face shows: eyes, brows, mouth, head
_NOTHING: Final = np.float32(5e-4)  # a weight below this cannot be seen
_HALF: Final = np.array(0.5, np.float32)  # numpy takes arrays without an axis more quickly than scalars
_ONE: Final = np.array(1, np.float32)
_LONGEST_STEP_SECS: Final = np.array(0.1, np.float32)


@dataclass(frozen=True)
class EmotionOverlayOptions:
    """How emotions are shown, where a preferred emotion does not say it itself.

    `auto`: show what is inferred of face and voice; else only what is preferred. `emotion_strength` 0..1; `max_emotions` 1..8, so many at
    once, neutral not counted; `emotion_contrast` 0.1..3, of what is inferred; `live_blend_coef` 0..0.99, how much of the last moment goes
    on, at 30 frames a second. `effects` and `posture` 0..2 multiply effects, and what of the bones an emotion moves. Raises ConfigError.
    """

    auto: bool = True
    emotion_strength: float = 0.6
    max_emotions: int = 3
    emotion_contrast: float = 1.0
    live_blend_coef: float = 0.7
    effects: float = 1.0
    posture: float = 1.0

    def __post_init__(self) -> None:
        for name in ("emotion_strength", "max_emotions", "emotion_contrast", "live_blend_coef"):
            check_range(name, getattr(self, name), prefix="emotion_overlay.")
        for name in ("effects", "posture"):
            if not 0 <= getattr(self, name) <= 2:
                raise ConfigError(f"emotion_overlay.{name} is {getattr(self, name)}, expected 0 to 2")


class EmotionOverlay:
    """What all slots show of feelings; one thread.

    The way of an emotion: contrast, weight of what is captured of it, mixed with what is preferred, the strongest of the mixture, strength,
    blend in time, styles. Neutral is rest: its share is what an emotion is weaker by. A face that is captured shows its feeling itself, so
    shapes and head of an *inferred* emotion are left out as far as their group is captured; what is *preferred* counts whole, and so do
    effects and posture of both. What is given are targets: motion eases the channels.
    """

    def __init__(self, slots: int, options: EmotionOverlayOptions | None = None, *, styles: EmotionStyles | None = None) -> None:
        self._options = options = options or EmotionOverlayOptions()
        styles = styles or load_emotion_styles()
        multiplied = np.ones(pose_layer.CHANNELS, np.float32)
        multiplied[pose_layer.EFFECTS] = options.effects
        multiplied[pose_layer.TURNS] = options.posture
        face, body = styles.face * multiplied, styles.body * multiplied
        self._own_face = np.concatenate((face, styles.arousal_face * multiplied))
        own_body = np.concatenate((body, styles.arousal_body * multiplied))
        self._all = np.concatenate((own_body + self._own_face, body + face))  # (18, 101)
        self._but_own_face = np.concatenate((own_body, body + face))
        groups = pose_layer.channel_groups()
        self._channels_of = (groups == np.arange(_OF_A_FACE.start, _OF_A_FACE.stop)[:, None]).astype(np.float32)
        self._arousal = ArousalRise(styles.dead_zone)
        self._preferred = PreferredTable(slots)
        defaults = (0, options.emotion_strength, options.emotion_contrast, blend_rate(options.live_blend_coef), options.max_emotions)
        self._defaults = np.array(defaults, np.float32)
        self._settings = np.tile(self._defaults, (slots, 1))
        self._contrasts = options.emotion_contrast != 1
        self._hides = np.full(slots, -1, np.float32)  # overlay share - 1
        self._is_lit = np.zeros(slots, np.bool_)  # a slot that shows something, or is about to
        self._lit = False  # whether any is
        self._told_nanos = np.zeros(slots, np.int64)
        self._shown = np.zeros((slots, _WEIGHTS), np.float32)
        self._target = np.zeros((slots, _WEIGHTS), np.float32)
        self._is_aimed = np.zeros(slots, np.bool_)  # its target holds until something is said to it
        self._inferred = np.zeros((slots, EMOTIONS), np.float32)  # as it was told last
        self._at_rest = np.zeros((slots, EMOTIONS), np.float32)
        self._at_rest[:, _NEUTRAL] = 1
        self._at_rest.flags.writeable = False

    def prefer(self, slot: int, wish: PreferredEmotion, now_nanos: int) -> None:
        """Show what is preferred from now on, and its line from its beginning; it takes the place of the wish before."""
        self._settle(slot, now_nanos)
        options = self._options
        self._settings[slot] = (
            wish.strength,
            options.emotion_strength if wish.emotion_strength is None else wish.emotion_strength,
            options.emotion_contrast if wish.contrast is None else wish.contrast,
            blend_rate(options.live_blend_coef if wish.live_blend_coef is None else wish.live_blend_coef),
            options.max_emotions if wish.max_emotions is None else wish.max_emotions,
        )
        self._preferred.set(slot, wish, now_nanos)
        self._is_aimed[slot] = False
        self._is_lit[slot] = self._lit = True
        self._contrasts = bool((self._settings[:, _CONTRAST] != 1).any())

    def clear(self, slot: int, now_nanos: int) -> None:
        """End what is preferred; what is inferred comes back, or rest."""
        if self._preferred.is_set[slot]:
            self._settle(slot, now_nanos)
            self._end(np.array([slot]))

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Drop all that is known and wished of some slots; they show nothing at once. Overlay shares stay: they are how a slot is set."""
        self._end(slots)
        self._shown[slots] = self._target[slots] = self._inferred[slots] = 0
        self._is_lit[slots] = False
        self._lit = bool(self._is_lit.any())

    def forget_inferred(self, slots: NDArray[np.intp]) -> None:
        """Drop what was inferred of some slots, at once; what is preferred stays."""
        self._shown[slots, _OWN] = self._target[slots, _OWN] = 0
        self._inferred[slots] = 0
        self._is_aimed[slots] = False
        # What was preferred and is on its way out goes on to its end.
        self._is_lit[slots] &= self._preferred.is_set[slots] | self._shown[slots, _WISHED].any(axis=1)
        self._lit = bool(self._is_lit.any())

    def set_overlay_shares(self, slots: NDArray[np.intp], shares: NDArray[np.float32] | float) -> None:
        """How much of the shapes of an inferred emotion (n,) 0..1 is added to a face that is captured; 0 until it is said."""
        self._hides[slots] = np.subtract(shares, 1)

    def layer(
        self,
        slots: NDArray[np.intp],
        times_nanos: NDArray[np.int64],
        affects: AffectStates | None,
        presence: NDArray[np.float32],
        out: NDArray[np.float32],
    ) -> bool:
        """Write what n different slots want shown of feelings, each at its own instant, into (n, 101) channels of `pose_layer`.

        `affects`: how they feel, as far as it is known; `presence` (n, 6) 0..1: how far each group is captured, the feeling too. False
        where nobody has any: then `out` is untouched.
        """
        if not self._options.auto:
            affects = None
        if (affects is None and not self._lit) or not slots.size:
            return False
        rows = slot_rows(slots)
        if affects is None and not np.count_nonzero(self._is_lit[rows]):
            return False
        for slot, ended_nanos in self._preferred.over(slots, times_nanos):
            self.clear(slot, ended_nanos)
        self._light(slots, rows, times_nanos, affects)
        step_secs = secs_since(self._told_nanos[rows], times_nanos)
        self._told_nanos[rows] = times_nanos
        settings = self._settings[rows]
        target = self._target[rows]
        if affects is not None or self._preferred.has_lines or np.count_nonzero(self._is_aimed[rows]) < slots.size:
            self._aim(slots, rows, times_nanos, affects, presence, settings, step_secs, target)
        shown = self._shown[rows]
        blend(shown, target, settings[:, _RATE], step_secs)
        if affects is None or affects.rows.size < slots.size:
            self._fade(slots, affects, shown)
        if not isinstance(rows, slice):
            self._shown[rows] = shown
        captured = presence[:, _OF_A_FACE]
        if np.count_nonzero(captured):
            np.dot(shown, self._but_own_face, out=out)
            counts = captured * column(self._hides[rows])
            counts += _ONE
            if np.count_nonzero(counts):  # a face that is wholly captured shows all of it itself
                own = shown[:, _OWN].dot(self._own_face)
                own *= counts.dot(self._channels_of)
                out += own
        else:
            np.dot(shown, self._all, out=out)
        units = out[:, pose_layer.UNITS]
        np.minimum(units, _ONE, out=units)
        return True

    def moods(self, slots: NDArray[np.intp]) -> NDArray[np.float32]:
        """(n, 8) the emotions that are shown, 0..1, with the strength that they are shown with; neutral is what is left of 1."""
        if not self._lit:
            return self._at_rest[: slots.size]
        shown = self._shown[slots]
        moods: NDArray[np.float32] = shown[:, _INFERRED] + shown[:, _WISHED]
        moods[:, _NEUTRAL] = 0
        np.maximum(1 - moods.sum(axis=1), 0, out=moods[:, _NEUTRAL])
        return moods

    def aggregate(self, slot: int) -> tuple[NDArray[np.float32] | None, NDArray[np.float32] | None, NDArray[np.float32]]:
        """(8,) each: what was inferred last and what was preferred then, None where nothing was, and what is shown."""
        inferred, slots = self._inferred[slot].copy(), np.array([slot])
        preferred = self._preferred.at(slots, self._told_nanos[slots])[0] if self._preferred.is_set[slot] else None
        return (inferred if inferred.any() else None), preferred, self.moods(slots)[0].copy()

    def _aim(
        self,
        slots: NDArray[np.intp],
        rows: slice | NDArray[np.intp],
        times_nanos: NDArray[np.int64],
        affects: AffectStates | None,
        presence: NDArray[np.float32],
        settings: NDArray[np.float32],
        step_secs: NDArray[np.float32],
        target: NDArray[np.float32],
    ) -> None:
        """Write the (n, 18) weights that are to be shown."""
        target[...] = 0
        if affects is not None:
            self._infer(slots, rows, affects, presence, settings, target)
        else:
            self._inferred[rows] = 0
        wishes = self._preferred.active
        if wishes:
            # A line goes on during a step: its middle is what holds in it, so that the frame rate has no say.
            wished = self._preferred.at(slots, times_nanos, earlier_secs=np.minimum(step_secs, _LONGEST_STEP_SECS) * _HALF)
            np.multiply(wished, settings[:, :1], out=target[:, _WISHED])
        flat = target.reshape(-1)
        if not math.isfinite(flat.dot(flat)):
            target[~np.isfinite(target)] = 0
        mixed = target[:, _INFERRED] + target[:, _WISHED] if wishes else target[:, _INFERRED].copy()
        mixed[:, _NEUTRAL] = 0
        counts = strongest(mixed, settings[:, _MOST])
        target[:, _INFERRED] *= counts
        if wishes:
            target[:, _WISHED] *= counts
        target *= column(settings[:, _SHOWN])
        self._is_aimed[rows] = affects is None  # what does not change need not be made again
        if not isinstance(rows, slice):
            self._target[rows] = target

    def _infer(
        self,
        slots: NDArray[np.intp],
        rows: slice | NDArray[np.intp],
        affects: AffectStates,
        presence: NDArray[np.float32],
        settings: NDArray[np.float32],
        target: NDArray[np.float32],
    ) -> None:
        """Write what is inferred, and arousal, as far as they are captured and nothing else is preferred."""
        everybody = affects.rows.size == slots.size
        known: slice | NDArray[np.intp] = slice(None) if everybody else affects.rows
        counts = presence[known, _EMOTION]
        if self._preferred.active:
            counts = counts * (_ONE - settings[known, _STRENGTH])
        scores = contrasted(affects.scores, settings[known, _CONTRAST]) if self._contrasts else affects.scores
        target[known, _INFERRED] = scores
        target[known, _AROUSAL] = self._arousal.rows(affects.affect[:, 1])
        target[known, _OWN] *= column(counts)
        if everybody:
            self._inferred[rows] = affects.scores
        else:
            self._inferred[rows] = 0
            self._inferred[slots[known]] = affects.scores

    def _light(
        self, slots: NDArray[np.intp], rows: slice | NDArray[np.intp], times_nanos: NDArray[np.int64], affects: AffectStates | None
    ) -> None:
        """Begin with those of whom something is known now: their time counts from here."""
        lit = self._is_lit[rows]
        if np.count_nonzero(lit) == slots.size:
            return
        dark = ~lit
        self._told_nanos[slots[dark]] = times_nanos[dark]
        if affects is not None:
            self._is_lit[slots[affects.rows]] = self._lit = True

    def _fade(self, slots: NDArray[np.intp], affects: AffectStates | None, shown: NDArray[np.float32]) -> None:
        """End with those of whom nothing is known any more, as soon as nothing is to be seen of it."""
        held = self._preferred.is_set[slots]
        if affects is not None:
            held[affects.rows] = True
        if np.count_nonzero(held) == slots.size:
            return
        gone = ~held & (shown.max(axis=1) < _NOTHING)
        if gone.any():
            shown[gone] = 0
            self._is_lit[slots[gone]] = False
            self._lit = bool(self._is_lit.any())

    def _end(self, slots: NDArray[np.intp]) -> None:
        self._preferred.clear(slots)
        self._is_aimed[slots] = False
        self._settings[slots] = self._defaults
        self._contrasts = bool((self._settings[:, _CONTRAST] != 1).any())

    def _settle(self, slot: int, now_nanos: int) -> None:
        """Bring what is shown to an instant between two calls, by what was wanted until then."""
        one = slice(slot, slot + 1)
        now = np.array([now_nanos], np.int64)
        if self._is_lit[slot]:
            blend(self._shown[one], self._target[one], self._settings[one, _RATE], secs_since(self._told_nanos[one], now))
            now = np.maximum(now, self._told_nanos[one])
        self._told_nanos[one] = now
