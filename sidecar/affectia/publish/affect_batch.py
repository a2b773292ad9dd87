"""The emotion_updates of many avatars: quantized in one pass, put together for those that somebody listens to."""

from __future__ import annotations

from typing import Final

import numpy as np

from affectia import registry
from affectia.publish.feeling_batch import FeelingBatch
from affectia.publish.group_bytes import GROUP_BYTES, group_bytes
from affectia.registry import Bone, Group
from affectia.signals.avatar_state import AvatarState
from affectia.signals.avatar_weights import ACTION_UNITS, GAZE, AvatarWeights
from affectia.signals.face_channels import ALL_ACTION_UNITS, BLINK_BIT, BLINK_EVENTS_BIT, GAZE_BIT
from affectia.signals.known_people import KnownPeople
from affectia.wire import quantize, rotation
from affectia.wire.emotion_update import EmotionUpdate

# What is quantized in one pass, column by column.
_UNITS: Final = slice(0, len(registry.ACTION_UNITS))
_GAZE: Final = slice(_UNITS.stop, _UNITS.stop + 2)
_BLINK: Final = slice(_GAZE.stop, _GAZE.stop + 2)
_POSE: Final = slice(_BLINK.stop, _BLINK.stop + 3)
_TOLD: Final = slice(ACTION_UNITS.start, GAZE.stop)  # of the channels of weights: action units, then gaze
_LIMIT_I16: Final = (1 << 15) - 1
_SCALES: Final = np.full(_POSE.stop, registry.UNIT_WEIGHT_U8, np.float32)
_SCALES[_GAZE] = registry.UNIT_GAZE_I16_PER_TANGENT
_SCALES[_POSE] = registry.UNIT_ANGLE_I16_PER_DEG
_LARGEST: Final = np.full(_POSE.stop, registry.UNIT_WEIGHT_U8, np.float32)
_LARGEST[_GAZE] = _LARGEST[_POSE] = _LIMIT_I16
_SMALLEST: Final = np.where(_LARGEST == _LIMIT_I16, -_LARGEST, np.float32(0))
_U16: Final = (1 << 16) - 1


class AffectBatch:
    """What emotion_updates say of a state and the weights out of it: head, action units and gaze are smoothed, lids are as
    seen, whether somebody speaks is as heard, and how somebody feels as fusion holds it. `known` says what of it is of people and not
    acted; without it nothing is.
    """

    def __init__(self, state: AvatarState, weights: AvatarWeights, known: KnownPeople | None = None) -> None:
        turns = weights.bones[:, Bone.NECK : Bone.HEAD + 1] if known is None else known.turns
        # Where nothing acts, what is told of the groups is the frame's.
        self._groups = b"" if known is None else group_bytes(known.groups).tobytes()
        valid = weights.groups.valid if known is None else known.groups.valid
        told = np.empty((turns.shape[0], _POSE.stop), np.float32)
        told[:, : _GAZE.stop] = weights.channels[:, _TOLD]
        told[:, _BLINK] = state.blink
        told[:, _POSE] = rotation.euler_deg_of_product(turns[:, 0], turns[:, 1])
        whole = quantize.scaled(told, _SCALES, _SMALLEST, _LARGEST).astype("<i2")
        self._units = whole[:, _UNITS].astype(np.uint8).tobytes()
        self._blinks = whole[:, _BLINK].astype(np.uint8).tobytes()
        self._gazes = whole[:, _GAZE].tobytes()
        self._poses = whole[:, _POSE].tobytes()
        self._events = (state.blink_events.astype(np.int64) & _U16).tolist()
        self._measured = state.measured.tolist()
        self._valid = valid
        self._speaking: dict[int, int] = {}
        if state.voices is not None:
            speaking = quantize.weights_u8(state.voices.speaking).tolist()
            self._speaking = dict(zip(state.voices.rows.tolist(), speaking, strict=True))
        self._feelings = None if state.affects is None else FeelingBatch(state.affects, valid[:, Group.EMOTION])

    def fill(self, update: EmotionUpdate, row: int) -> None:
        """Write what is known of one avatar into its update; what is not measured or not valid stays out."""
        if self._groups:
            update.groups = self._groups[GROUP_BYTES * row : GROUP_BYTES * (row + 1)]
        update.speaking_probability = self._speaking.get(row)
        measured = self._measured[row]
        units = measured & ALL_ACTION_UNITS
        if units:
            update.action_unit_support = units
            update.action_units = self._units[_UNITS.stop * row : _UNITS.stop * (row + 1)]
        if self._valid[row, Group.HEAD]:
            update.head_pose = self._poses[6 * row : 6 * row + 6]
        if self._valid[row, Group.EYES]:
            if measured & GAZE_BIT:
                update.gaze = self._gazes[4 * row : 4 * row + 4]
            if measured & BLINK_BIT:
                update.blink = self._blinks[2 * row : 2 * row + 2]
            if measured & BLINK_EVENTS_BIT:
                blinks, left_winks, right_winks, last_millis = self._events[row]
                update.blink_events = (blinks, left_winks, right_winks, last_millis)
        if self._feelings is not None:
            self._feelings.fill(update, row)
