"""The emotion_updates of many avatars: quantized in one pass, put together for those that somebody listens to."""

from __future__ import annotations

from typing import Final

import numpy as np

from affectia import registry
from affectia.publish.feeling_batch import FeelingBatch
from affectia.registry import Bone, Group
from affectia.signals.avatar_state import AvatarState
from affectia.signals.avatar_weights import AvatarWeights
from affectia.signals.face_channels import ALL_ACTION_UNITS, BLINK_BIT, BLINK_EVENTS_BIT, GAZE_BIT
from affectia.wire import quantize, rotation
from affectia.wire.emotion_update import EmotionUpdate

_UNITS: Final = len(registry.ACTION_UNITS)
_U16: Final = (1 << 16) - 1
_GAZE_LIMIT: Final = (1 << 15) - 1


class AffectBatch:
    """What emotion_updates say of a state and the weights out of it: head, action units and gaze are smoothed, lids are as
    seen, whether somebody speaks is as heard, and how somebody feels as fusion holds it.
    """

    def __init__(self, state: AvatarState, weights: AvatarWeights) -> None:
        bones = weights.bones
        turns = rotation.multiplied(bones[:, Bone.NECK], bones[:, Bone.HEAD])
        self._poses = quantize.angles_i16(rotation.to_euler_deg(turns)).tobytes()
        self._units = quantize.weights_u8(weights.action_units).tobytes()
        self._blinks = quantize.weights_u8(state.blink).tobytes()
        tangents = np.floor(weights.gaze * np.float32(registry.UNIT_GAZE_I16_PER_TANGENT) + np.float32(0.5))
        self._gazes = np.clip(tangents, -_GAZE_LIMIT, _GAZE_LIMIT).astype("<i2").tobytes()
        self._events = (state.blink_events.astype(np.int64) & _U16).tolist()
        self._measured = state.measured.tolist()
        self._valid = weights.groups.valid
        self._speaking: dict[int, int] = {}
        if state.voices is not None:
            speaking = quantize.weights_u8(state.voices.speaking).tolist()
            self._speaking = dict(zip(state.voices.rows.tolist(), speaking, strict=True))
        self._feelings = None if state.affects is None else FeelingBatch(state.affects, weights.groups.valid[:, Group.EMOTION])

    def fill(self, update: EmotionUpdate, row: int) -> None:
        """Write what is known of one avatar into its update; what is not measured or not valid stays out."""
        update.speaking_probability = self._speaking.get(row)
        measured = self._measured[row]
        units = measured & ALL_ACTION_UNITS
        if units:
            update.action_unit_support = units
            update.action_units = self._units[_UNITS * row : _UNITS * (row + 1)]
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
