"""Calibrations: each person's rest becomes the avatar's rest, and each person's reach its reach, within limits."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.signals import face_channels
from affectia.signals.avatar_state import AvatarState
from affectia.signals.face_calibration import FaceCalibration
from affectia.signals.face_channels import ACTION_UNITS, BLINK, FACE_GROUP_COUNT, FACE_GROUPS, GAZE, POSITION, SHAPES, TURN

# A capture may be bad: somebody smiled, spoke, looked aside. Whatever it says, this much of a face's way stays.
MOST_NEUTRAL: Final = 0.5
MOST_NEUTRAL_CORNERS: Final = 0.3  # of the mouth's corners and of the jaw: what is taken off them would be missed most
MOST_LIDS_OPEN: Final = 0.6  # how far an open eye may be shut
MOST_GAIN: Final = 2.5
MOST_GAZE_DEG: Final = 10.0
MOST_HEAD_DEG: Final = 30.0

_EYE_FULL_DEG: Final = {"In": 30.0, "Out": 30.0, "Up": 25.0, "Down": 25.0}  # of a full eyeLook shape: as the skeleton turns the eyes
_CORNERS: Final = ("mouthSmile", "mouthFrown", "mouthDimple", "mouthStretch", "jawOpen")
_LEVELS: Final = slice(0, BLINK.stop)  # the channels with a level: shapes, action units, gaze, blink
_LEVEL_COUNT: Final = _LEVELS.stop
_HEAD: Final = slice(TURN.start, POSITION.stop)
_HEAD_GROUP: Final = FACE_GROUP_COUNT - 1
_WIDE: Final = 8.0  # a gaze is signed and has no end at 1; no gaze is further off

_SHAPE: Final = {name: place for place, name in enumerate(registry.BLENDSHAPES)}
_UNIT: Final = {name: ACTION_UNITS.start + place for place, name in enumerate(registry.ACTION_UNITS)}
_BLINKS: Final = (_SHAPE["eyeBlinkLeft"], _SHAPE["eyeBlinkRight"])


def _pairs() -> dict[int, int]:
    """Channels of which one is the other's opposite, both ways: a gaze is one or the other, never both."""
    looks = [(one, other, side) for one, other in (("In", "Out"), ("Up", "Down")) for side in ("Left", "Right")]
    ways = [(f"eyeLook{one}{side}", f"eyeLook{other}{side}") for one, other, side in looks]
    pairs = [(_SHAPE[one], _SHAPE[other]) for one, other in ways]
    pairs += [(_UNIT["au61_eyes_left"], _UNIT["au62_eyes_right"]), (_UNIT["au63_eyes_up"], _UNIT["au64_eyes_down"])]
    return dict(sorted([*pairs, *((other, one) for one, other in pairs)]))


_PAIRS: Final = _pairs()
_PAIRED: Final = np.array(list(_PAIRS), np.intp)
_OPPOSITE: Final = np.array(list(_PAIRS.values()), np.intp)


def _most_neutral() -> NDArray[np.float32]:
    """(levels,) how much of each channel may be taken off."""
    most = np.full(_LEVEL_COUNT, MOST_NEUTRAL, np.float32)
    for name, place in _SHAPE.items():
        if name.startswith(_CORNERS):
            most[place] = MOST_NEUTRAL_CORNERS
        if name.startswith("eyeLook"):
            way = name.removeprefix("eyeLook").removesuffix("Left").removesuffix("Right")
            most[place] = MOST_GAZE_DEG / _EYE_FULL_DEG[way]
    most[_UNIT["au12_smile"]] = most[_UNIT["au14_dimple"]] = most[_UNIT["au15_lip_corner_depress"]] = MOST_NEUTRAL_CORNERS
    most[GAZE] = np.tan(np.radians(MOST_GAZE_DEG))
    return most


def _reach_of_weights() -> NDArray[np.float32]:
    """(4, levels): from the groups' weights to how far each channel may go at these."""
    reach = np.zeros((FACE_GROUP_COUNT, _LEVEL_COUNT), np.float32)
    reach[face_channels.channel_groups()[_LEVELS] - FACE_GROUPS.start, np.arange(_LEVEL_COUNT)] = 1
    reach[:, GAZE] *= _WIDE
    return reach


_MOST_NEUTRAL: Final = _most_neutral()
_REACH: Final = _reach_of_weights()
_LEAST: Final = np.zeros(_LEVEL_COUNT, np.float32)
_LEAST[GAZE] = -_WIDE


class CalibrationTable:
    """The calibration of every slot that has one; the motion thread alone calls it.

    A shape becomes (value - alpha * neutral) / (largest - alpha * neutral), from 0 to 1: what reads as rest is rest, what reads as full
    stays full. Lids go from their own open to their own shut level, so that a blink always shuts. A gaze is shifted and not stretched;
    what looks in less looks out more. The head's turn is against its rest, and its way along the axes of that. How much may be taken
    off and stretched is limited by the constants above. A state that fades has all of this fade with it, for its values are scaled by
    the weights of their groups already, and rest is where they end.
    """

    def __init__(self, slots: int) -> None:
        self._has = np.zeros(slots, np.bool_)
        self._count = 0
        self._offset = np.zeros((slots, _LEVEL_COUNT), np.float32)  # as a share of the reach
        self._gain = np.ones((slots, _LEVEL_COUNT), np.float32)
        self._half_turn = np.zeros(slots, np.float32)  # radians, of the head at rest
        self._head = np.zeros((slots, 7, 7), np.float32)  # its axis against a rotation; the way in its axes
        self._room = 0

    @property
    def active(self) -> bool:
        """Whether any slot has one; false costs nothing."""
        return self._count > 0

    def set(self, slot: int, calibration: FaceCalibration | None) -> None:
        """Give a slot a calibration, or none: then its values are what was measured, to the last bit."""
        self._has[slot] = calibration is not None
        self._count = int(np.count_nonzero(self._has))
        if calibration is not None:
            self._offset[slot], self._gain[slot] = _levels(calibration)
            self._half_turn[slot], self._head[slot] = _head_zero(calibration)

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Take the calibrations of some slots away."""
        self._has[slots] = False
        self._count = int(np.count_nonzero(self._has))

    def apply(self, slots: NDArray[np.intp], state: AvatarState) -> None:
        """Calibrate a state in place, row i as slots[i] is set; of a shape or unit that is not finite comes 0 or full, nothing raises."""
        if not self._count:
            return
        has = self._has[slots]
        weights = state.groups.levels[:, FACE_GROUPS, 2]
        if has.all():
            self._apply(slots, state.values, weights)
        elif has.any():
            values = state.values[has]
            self._apply(slots[has], values, weights[has])
            state.values[has] = values

    def _apply(self, slots: NDArray[np.intp], values: NDArray[np.float32], weights: NDArray[np.float32]) -> None:
        count = slots.size
        if count > self._room:
            self._room = count
            self._reach = np.empty((count, _LEVEL_COUNT), np.float32)
            self._scratch = np.empty((count, _LEVEL_COUNT), np.float32)
        reach, scratch = self._reach[:count], self._scratch[:count]
        levels = values[:, _LEVELS]
        signed = levels.take(_PAIRED, axis=1)
        signed -= levels.take(_OPPOSITE, axis=1)
        levels[:, _PAIRED] = signed
        np.matmul(weights, _REACH, out=reach)
        np.multiply(self._offset[slots], reach, out=scratch)
        levels -= scratch
        levels *= self._gain[slots]
        np.fmax(levels, _LEAST, out=levels)
        np.fmin(levels, reach, out=levels)
        # The inverse of the resting head's rotation, by as much of its angle as the head is there: cos - sin * axis, before what is seen.
        angle = self._half_turn[slots] * weights[:, _HEAD_GROUP]
        head = values[:, _HEAD]
        turned = np.matmul(self._head[slots], head[:, :, None])[:, :, 0]
        head[:, :4] *= np.cos(angle)[:, None]
        turned[:, :4] *= np.sin(angle)[:, None]
        head[:, :4] += turned[:, :4]
        head[:, 4:] = turned[:, 4:]


def _levels(calibration: FaceCalibration) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(levels,) what is taken off, as a share of the reach, and by how much the rest is stretched."""
    alpha = np.float32(calibration.alpha)
    offset, full = np.zeros(_LEVEL_COUNT, np.float32), np.ones(_LEVEL_COUNT, np.float32)
    offset[SHAPES], full[SHAPES] = calibration.neutral, calibration.largest
    offset[ACTION_UNITS] = calibration.action_units
    offset[GAZE] = calibration.gaze
    offset[_PAIRED] -= offset[_OPPOSITE]
    offset *= alpha
    np.clip(offset, -_MOST_NEUTRAL, _MOST_NEUTRAL, out=offset)
    # Lids last: their levels are theirs alone, and rather than that a blink does not shut them, less is taken off.
    opened, shut = calibration.lids.T
    opened = np.clip(shut - np.float32(1 / MOST_GAIN), 0, np.minimum(alpha * opened, MOST_LIDS_OPEN))
    for places in (list(_BLINKS), [BLINK.start, BLINK.stop - 1]):
        offset[places], full[places] = opened, shut
    gain = 1 / np.maximum(full - offset, np.float32(1 / MOST_GAIN))
    gain[_PAIRED] = gain[GAZE] = 1
    offset[GAZE] /= _WIDE
    return offset, gain


def _head_zero(calibration: FaceCalibration) -> tuple[float, NDArray[np.float32]]:
    """Half the angle of the resting head in radians, and (7, 7): -axis as what is multiplied from the left, and the inverse rotation."""
    quaternion = calibration.head_rotation.astype(np.float64)
    quaternion = quaternion if quaternion[3] >= 0 else -quaternion
    sine = float(np.linalg.norm(quaternion[:3]))
    half = float(np.arctan2(sine, quaternion[3]))
    half = min(half, float(np.radians(MOST_HEAD_DEG / 2))) * calibration.alpha
    axis = quaternion[:3] / sine if sine > 1e-6 else np.zeros(3)
    x, y, z = -axis
    across = np.array(((0, -z, y), (z, 0, -x), (-y, x, 0)))  # the cross product with the axis
    head = np.zeros((7, 7), np.float32)
    head[:3, :3], head[:3, 3], head[3, :3] = across, -axis, axis
    # Rodrigues' formula.
    head[4:, 4:] = np.eye(3) + np.sin(2 * half) * across + (1 - np.cos(2 * half)) * across @ across
    return half, head
