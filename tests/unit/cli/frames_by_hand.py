"""Frames and updates for the tests of what people look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from affectia import registry
from affectia.client import ReceivedFrame, ReceivedUpdate
from affectia.registry import Bone, Group, Source
from affectia.wire import rotation
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.emotion_update import EmotionUpdate

FACE = (Group.EYES, Group.BROWS, Group.MOUTH, Group.HEAD)


@dataclass(frozen=True)
class Feeling:
    """What an update says of how somebody feels; the group is 0.5 s old and half sure."""

    held: str | None = "happy"
    scores: tuple[tuple[str, float], ...] = (("happy", 0.8), ("neutral", 0.2))
    affect: tuple[float, float, float] = (0.5, -0.25, 0.0)
    shares: tuple[float, float] = (0.6, 0.4)
    heard: tuple[str, ...] = ()


def groups(*, found: bool = True, age_ticks: int = 0, spoken: bool = False, felt: bool = False) -> bytes:
    """The face groups valid (or none at all), of this age; `spoken`: the mouth is a voice's, face or not; `felt`: the emotion is valid."""
    states = bytearray()
    for group in Group:
        valid = found and group in FACE
        by_voice = spoken and group == Group.MOUTH
        source = Source.VOICE if by_voice else Source.FACE
        known = bytes((1 | source << 1, 255, age_ticks, 255) if valid or by_voice else (0, 0, 255, 0))
        states += bytes((1 | Source.FACE << 1, 128, 50, 153)) if felt and group == Group.EMOTION else known
    return bytes(states)


def bones(head_deg: tuple[float, float, float]) -> bytes:
    """A head turn, shared by head and neck; the left eye 10 degrees to the left."""
    turns = np.zeros((len(registry.BONES), 4))
    turns[:, 3] = 1
    whole = rotation.from_euler_deg(np.array(head_deg))
    turns[Bone.HEAD], turns[Bone.NECK] = rotation.scaled(whole, 0.6), rotation.scaled(whole, 0.4)
    turns[Bone.LEFT_EYE] = rotation.from_euler_deg(np.array((10.0, 0.0, 0.0)))
    return np.round(turns * registry.UNIT_QUATERNION_I16).astype("<i2").tobytes()


def received(
    sequence: int,
    *,
    at_millis: float = 0.0,
    latency_millis: float = 20.0,
    shapes: dict[str, float] | None = None,
    head_deg: tuple[float, float, float] = (0.0, 0.0, 0.0),
    found: bool = True,
    age_ticks: int = 0,
    spoken: bool = False,
    visemes: Mapping[str, float] | None = None,
    audio_sample: int | None = None,
    stream_id: int = 7,
    avatar_id: str = "default",
) -> ReceivedFrame:
    """A frame that shows the instant `at_millis` and arrives `latency_millis` later; without `visemes` its mouth says aa."""
    said = visemes or {"aa": 1.0}
    weights = bytes(round(255 * (shapes or {}).get(name, 0.0)) for name in registry.BLENDSHAPES)
    frame = AvatarFrame(
        stream_id,
        sequence,
        round(at_millis * 1e6) + 1_000_000_000,
        500,
        groups=groups(found=found, age_ticks=age_ticks, spoken=spoken),
        blendshapes=weights,
        bones=bones(head_deg),
        head_translation=bytes(6),
        visemes=bytes(round(255 * said.get(name, 0.0)) for name in registry.VISEMES),
        dominant_viseme=bytes((10, 204)),
        effects=bytes(4),
        audio_sample=audio_sample,
    )
    return ReceivedFrame(avatar_id, frame, frame.time_nanos + round(latency_millis * 1e6))


def updated(
    sequence: int,
    *,
    at_millis: float = 0.0,
    latency_millis: float = 20.0,
    units: Mapping[str, float | None] | None = None,
    gaze_deg: tuple[float, float] | None = (0.0, 0.0),
    lids: tuple[float, float] | None = (0.0, 0.0),
    blinks: tuple[int, int, int, int] | None = (0, 0, 0, 0),
    found: bool = True,
    speaking: float | None = None,
    feeling: Feeling | None = None,
    stream_id: int = 7,
    avatar_id: str = "default",
) -> ReceivedUpdate:
    """An update of the same instant as the frame; `units` are those that are not 0, None is not measured."""
    values = units or {}
    support = sum(1 << place for place, name in enumerate(registry.ACTION_UNITS) if values.get(name, 0.0) is not None)
    tangents = None if gaze_deg is None else np.tan(np.radians(gaze_deg)) * registry.UNIT_GAZE_I16_PER_TANGENT
    update = EmotionUpdate(
        stream_id,
        sequence,
        round(at_millis * 1e6) + 1_000_000_000,
        500,
        groups=groups(found=found, felt=feeling is not None),
        action_unit_support=support if found else None,
        action_units=bytes(round(255 * (values.get(name) or 0.0)) for name in registry.ACTION_UNITS) if found else None,
        gaze=None if tangents is None else np.round(tangents).astype("<i2").tobytes(),
        blink=None if lids is None else bytes(round(255 * shut) for shut in lids),
        speaking_probability=None if speaking is None else round(255 * speaking),
        blink_events=blinks,
    )
    if feeling is not None:
        scores = dict(feeling.scores)
        update.emotion_support = (1 << len(registry.EMOTIONS)) - 1
        update.emotions = bytes(round(255 * scores.get(name, 0.0)) for name in registry.EMOTIONS)
        valence, arousal, dominance = (round(127 * each) for each in feeling.affect)
        update.affect, update.affect_method = (valence, arousal, dominance), 1
        update.emotion_label = None if feeling.held is None else registry.EMOTIONS.index(feeling.held)
        update.emotion_shares = bytes(round(255 * share) for share in feeling.shares)
        update.voice_events = sum(1 << registry.VOICE_EVENTS.index(name) for name in feeling.heard)
    return ReceivedUpdate(avatar_id, update, update.time_nanos + round(latency_millis * 1e6))
