"""What each number of idle life does to each channel, as one table: the pose is a product of both."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.registry import Bone
from affectia.rig import gaze_shapes
from affectia.rig.idle.moves import TRACKS, Track
from affectia.signals import avatar_weights
from affectia.signals.pose_layer import CHANNELS, SHIFT, TURNS

SWAYS: Final = 18  # slow sines, three for each turn and each shift of the head
NUMBERS: Final = TRACKS + SWAYS

# Bones from the body up to the head: what turns them turns the eyes too.
_CARRY_EYES: Final = (Bone.SPINE, Bone.CHEST, Bone.UPPER_CHEST, Bone.NECK, Bone.HEAD)
_NECK_SHARE: Final = 0.4  # of a head's turn, as the rest of the rig has it


class IdlePose:
    """A table (numbers, channels) that is filled effect by effect: `number` is a Track, or TRACKS + the place of a sway.

    Angles in degrees, yaw to the subject's left, pitch down, roll towards the right shoulder.
    """

    def __init__(self) -> None:
        self._table = np.zeros((NUMBERS, CHANNELS))
        self._gaze = np.zeros((NUMBERS, 4))  # yaw of the left and of the right eye, then their pitch, in space

    def turn(self, number: int, bone: Bone, *, yaw_deg: float = 0.0, pitch_deg: float = 0.0, roll_deg: float = 0.0) -> None:
        """A bone's turn for each unit of a number."""
        start = TURNS.start + 3 * bone
        self._table[number, start : start + 3] += np.radians((pitch_deg, yaw_deg, roll_deg))

    def turn_head(self, number: int, *, yaw_deg: float = 0.0, pitch_deg: float = 0.0, roll_deg: float = 0.0) -> None:
        """A turn of the head for each unit of a number, of which the neck does its part."""
        for bone, share in ((Bone.NECK, _NECK_SHARE), (Bone.HEAD, 1 - _NECK_SHARE)):
            self.turn(number, bone, yaw_deg=share * yaw_deg, pitch_deg=share * pitch_deg, roll_deg=share * roll_deg)

    def shift_head(self, number: int, *, x_cm: float = 0.0, y_cm: float = 0.0, z_cm: float = 0.0) -> None:
        """A shift of the head for each unit of a number: left, up, forward."""
        self._table[number, SHIFT] += (x_cm, y_cm, z_cm)

    def look(self, number: int, *, yaw_deg: float = 0.0, pitch_deg: float = 0.0, apart_deg: float = 0.0) -> None:
        """A turn of the gaze in space for each unit of a number; `apart_deg` of each eye outwards."""
        self._gaze[number] += (yaw_deg + apart_deg, yaw_deg - apart_deg, pitch_deg, pitch_deg)

    def shape(self, number: int, name: str, weight: float) -> None:
        """A blendshape for each unit of a number."""
        self._table[number, gaze_shapes.SHAPE[name]] += weight

    def table(self) -> NDArray[np.float32]:
        """(numbers, channels); a shape may come out below 0 or above 1.

        Eyes turn against what carries them, so that the gaze rests on what it rests on (the vestibulo-ocular reflex, whose gain is
        nearly 1). Each eyeLook shape gets the whole angle with its sign: below 0 it is its opposite's.
        """
        turns = self._table[:, TURNS].reshape(NUMBERS, avatar_weights.BONES, 3)[:, list(_CARRY_EYES)].sum(axis=1)
        in_head = self._gaze - np.degrees(turns[:, (1, 1, 0, 0)])
        table = self._table.copy()
        table[:, gaze_shapes.PLACES] = gaze_shapes.signed_weights(in_head)
        return np.ascontiguousarray(table, np.float32)


def vergence_deg(distance_cm: float) -> float:
    """How far each eye turns in to look at something so far before it."""
    return math.degrees(math.atan(gaze_shapes.HALF_EYE_DISTANCE_CM / distance_cm))


def base_pose(distance_cm: float, brows: float) -> IdlePose:
    """What needs no part of its own: both eyes turn in to somebody before them, and a glance up lifts the brows a little."""
    pose = IdlePose()
    pose.look(Track.ALIVE, apart_deg=-vergence_deg(distance_cm))
    # With the head, not with the eyes: brows are slow.
    for name, weight in (("browInnerUp", 0.05), ("browOuterUpLeft", 0.03), ("browOuterUpRight", 0.03)):
        pose.shape(Track.FOLLOW_PITCH, name, -weight * brows)
    return pose
