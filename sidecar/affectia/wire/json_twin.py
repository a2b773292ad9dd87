"""The JSON twin of avatar_frame, emotion_update and track_chunk, for debugging and the web: protos/avatar_frame.md section 10."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.clock import NANOS_PER_MILLI
from affectia.registry import Group
from affectia.wire import rotation
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.emotion_update import EmotionUpdate
from affectia.wire.track_chunk import TrackChunk

_GROUP_OF_SHAPE = dict(zip(registry.BLENDSHAPES, registry.BLENDSHAPE_GROUPS, strict=True))
_METHODS = {0: "regressed", 1: "projected"}
_GROUP_OF_BONE = dict(zip(registry.BONES, registry.BONE_GROUPS, strict=True))


def avatar_frame_json(frame: AvatarFrame, *, avatar_id: str, epoch_offset_nanos: int) -> dict[str, Any]:
    """The frame in real units; values of a group that is not valid are left out."""
    shapes, bones, visemes, effects = frame.layout.parts
    blendshapes = {
        name: round(float(weight), 4)
        for name, weight in zip(shapes, frame.blendshape_weights(), strict=False)
        if frame.is_valid(_GROUP_OF_SHAPE.get(name, Group.MOUTH))
    }
    transforms: dict[str, float] = {}
    if frame.bones is not None:
        for name, (yaw, pitch, roll) in zip(bones, rotation.to_euler_deg(frame.bone_quaternions()).tolist(), strict=True):
            if frame.is_valid(_GROUP_OF_BONE.get(name, Group.BODY)):
                transforms |= {f"{name}_pitch": round(pitch, 3), f"{name}_yaw": round(yaw, 3), f"{name}_roll": round(roll, 3)}
    if frame.head_translation is not None and frame.is_valid(Group.HEAD):
        transforms |= dict(zip(("head_x", "head_y", "head_z"), (round(float(v), 3) for v in frame.head_translation_cm()), strict=True))
    viseme: str | None = None
    confidence: float | None = None
    if frame.dominant_viseme is not None and frame.is_valid(Group.MOUTH):
        viseme = visemes[frame.dominant_viseme[0]]
        confidence = round(frame.dominant_viseme[1] / registry.UNIT_WEIGHT_U8, 4)
    particles = (
        {name: round(float(weight), 4) for name, weight in zip(effects, frame.effect_weights(), strict=False)}
        if frame.is_valid(Group.EMOTION)
        else {}
    )
    payload = {
        "blendshapes": blendshapes,
        "bone_transforms": transforms,
        "viseme": viseme,
        "viseme_conf": confidence,
        "particles": particles,
    }
    return _envelope("avatar_frame", frame, avatar_id, epoch_offset_nanos, payload)


def emotion_update_json(update: EmotionUpdate, *, avatar_id: str, epoch_offset_nanos: int) -> dict[str, Any]:
    """The update in real units; what is not measured or not valid is null or left out."""
    emotional = update.is_valid(Group.EMOTION)
    scores = {name: round(score, 4) for name, score in update.emotion_scores().items()} if emotional else {}
    affect = update.affect if emotional else None
    pose = update.head_pose_deg().tolist() if update.is_valid(Group.HEAD) else []
    gaze = update.gaze_tangents().tolist() if update.is_valid(Group.EYES) else []
    speaking = update.speaking_probability
    payload: dict[str, Any] = {
        "emotion": update.label() if emotional else None,
        "scores": scores,
        "valence": None if affect is None else round(affect[0] / registry.UNIT_AFFECT_I8, 4),
        "arousal": None if affect is None else round(affect[1] / registry.UNIT_AFFECT_I8, 4),
        "dominance": None if affect is None else round(affect[2] / registry.UNIT_AFFECT_I8, 4),
        "au": {name: round(value, 4) for name, value in update.action_unit_intensities().items()},
        "head_pose": dict(zip(("yaw", "pitch", "roll"), (round(v, 2) for v in pose), strict=True)) if pose else None,
        "gaze": dict(zip(("x", "y"), (round(v, 4) for v in gaze), strict=True)) if gaze else None,
        "speaking_probability": None if speaking is None else round(speaking / registry.UNIT_WEIGHT_U8, 4),
    }
    if update.is_valid(Group.EYES):
        if update.blink is not None:
            payload["blink"] = dict(zip(("left", "right"), (round(v, 4) for v in update.blink_closures().tolist()), strict=True))
        if update.blink_events is not None:
            payload["blinks"] = dict(zip(("both", "left_winks", "right_winks", "last_millis"), update.blink_events, strict=True))
    if emotional:
        if update.affect_method is not None:
            payload["affect_method"] = _METHODS.get(update.affect_method)
        if update.emotion_shares is not None:
            payload["shares"] = dict(zip(("face", "voice"), (round(v, 4) for v in update.shares().tolist()), strict=True))
    if update.prosody is not None:
        payload["prosody"] = {name: None if v is None else round(v, 4) for name, v in update.prosody_values().items()}
    if update.voice_events is not None:
        payload["voice_events"] = list(update.heard())
    return _envelope("emotion_update", update, avatar_id, epoch_offset_nanos, payload)


def track_chunk_json(chunk: TrackChunk, *, avatar_id: str) -> dict[str, Any]:
    """The chunk in real units, one list of a value per frame for each name; its time is its samples, so timestamp_ms is null."""
    shapes, visemes = chunk.layout.parts
    payload = {
        "stream_id": chunk.stream_id,
        "start_sample": chunk.start_sample,
        "sample_rate_hz": chunk.sample_rate_hz,
        "frame_rate_hz": chunk.frame_rate_hz,
        "frame_count": chunk.frame_count,
        "blendshapes": _columns(shapes, chunk.blendshape_weights()),
        "visemes": _columns(visemes, chunk.viseme_weights()),
        "end": chunk.end,
        "look_ahead_millis": chunk.look_ahead_millis,
        "degraded": chunk.degraded,
    }
    return {"type": "track_chunk", "session_id": avatar_id, "timestamp_ms": None, "sequence": chunk.sequence, "payload": payload}


def _columns(names: tuple[str, ...], weights: NDArray[np.float32]) -> dict[str, list[float]]:
    return {name: [round(value, 4) for value in column] for name, column in zip(names, weights.T.tolist(), strict=True)}


def _envelope(
    kind: str, message: AvatarFrame | EmotionUpdate, avatar_id: str, epoch_offset_nanos: int, payload: dict[str, Any]
) -> dict[str, Any]:
    return {
        "type": kind,
        "session_id": avatar_id,
        "timestamp_ms": (message.time_nanos + epoch_offset_nanos) // NANOS_PER_MILLI,
        "sequence": message.sequence,
        "payload": payload,
    }
