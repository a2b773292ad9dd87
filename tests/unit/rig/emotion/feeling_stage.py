"""An emotion overlay on a stage: what people feel and what is wished, made by hand."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import FrameType
from typing import Any

import numpy as np
import numpy.typing as npt

from affectia import registry
from affectia.clock import NANOS_PER_SEC
from affectia.registry import Group
from affectia.rig.emotion.emotion_line import EmotionTimeCode, emotion_weights
from affectia.rig.emotion.emotion_overlay import EmotionOverlay, EmotionOverlayOptions
from affectia.rig.emotion.preferred_emotion import PreferredEmotion, preferred_emotion
from affectia.signals import pose_layer
from affectia.signals.affect_states import AffectStates
from tests.unit.feelings import EMOTION

Floats = npt.NDArray[np.float32]

START = 3 * NANOS_PER_SEC


def felt(*told: Mapping[str, float], arousal: float = 0.0, rows: tuple[int, ...] | None = None) -> AffectStates:
    """How some people feel: scores by name, what is left of 1 is neutral."""
    count = len(told)
    scores = np.zeros((count, 8), np.float32)
    for row, named in zip(scores, told, strict=True):
        for name, score in named.items():
            row[EMOTION[name]] = score
        row[EMOTION["neutral"]] += 1 - row.sum()
    affect = np.zeros((count, 3), np.float32)
    affect[:, 1] = arousal
    return AffectStates(
        np.arange(count) if rows is None else np.array(rows),
        scores,
        np.full(count, 255, np.uint8),
        affect,
        np.zeros(count, np.uint8),
        np.zeros(count, np.int8),
        np.ones((count, 2), np.float32),
        np.full((count, 6), np.nan, np.float32),
        np.zeros(count, np.uint8),
    )


def captured(count: int = 1, *, face: float = 0.0, feeling: float = 1.0) -> Floats:
    presence = np.zeros((count, 6), np.float32)
    presence[:, : Group.HEAD + 1] = face
    presence[:, Group.EMOTION] = feeling
    return presence


class Scene:
    """An overlay, asked again and again until a time, one step a frame."""

    def __init__(self, slots: int = 8, *, rate_hz: float = 60, **options: Any) -> None:
        self.overlay = EmotionOverlay(slots, EmotionOverlayOptions(**options))
        self.now_nanos = START
        self.step_nanos = round(NANOS_PER_SEC / rate_hz)
        self.told = False

    def prefer(self, emotions: Mapping[str, float], *, slot: int = 0, **chosen: Any) -> None:
        self.overlay.prefer(slot, preferred_emotion(emotions, **chosen), self.now_nanos)

    def run(
        self, secs: float, affects: AffectStates | None = None, presence: Floats | None = None, slots: tuple[int, ...] = (0,)
    ) -> Floats:
        """The layer after so many seconds."""
        out = np.full((len(slots), pose_layer.CHANNELS), np.nan, np.float32)
        presence = captured(len(slots)) if presence is None else presence
        for _ in range(max(1, round(secs * NANOS_PER_SEC / self.step_nanos))):
            self.now_nanos += self.step_nanos
            self.told = self.overlay.layer(np.array(slots), np.full(len(slots), self.now_nanos), affects, presence, out)
        return out

    def mood(self, slot: int = 0) -> dict[str, float]:
        return dict(zip(registry.EMOTIONS, self.overlay.moods(np.array([slot]))[0].tolist(), strict=True))


def wish_of(slot: int) -> PreferredEmotion | None:
    """Wishes of all kinds for a crowd."""
    name = registry.EMOTIONS[slot % 8]
    codes = [EmotionTimeCode(0.1 * place, emotion_weights({name: (place + slot) % 3 / 2})) for place in range(slot % 7)]
    if slot % 3 == 0:
        return None
    return preferred_emotion({name: 0.5}, strength=(slot % 5) / 4, max_emotions=1 + slot % 8, contrast=1 + slot % 2, time_codes=codes)


def crowd_of(slots: list[int], groups: list[list[int]]) -> Floats:
    """(slots, 101) what slots show that are asked in these groups; each has its own feeling, wish, captured parts and time."""
    overlay = EmotionOverlay(64)
    rng = np.random.default_rng(8)
    scores = rng.dirichlet(np.ones(8), 64).astype(np.float32)
    arousal = rng.uniform(-1, 1, 64).astype(np.float32)
    presence = rng.uniform(0, 1, (64, 6)).astype(np.float32)
    shown = np.zeros((64, pose_layer.CHANNELS), np.float32)
    overlay.set_overlay_shares(np.arange(64), rng.uniform(0, 1, 64).astype(np.float32))
    for slot in slots:
        if (wish := wish_of(slot)) is not None:
            overlay.prefer(slot, wish, START + slot)
    for step in range(30):
        for group in groups:
            feels = [slot for slot in group if slot % 4]
            affects = felt(*[{}] * len(feels), rows=tuple(place for place, slot in enumerate(group) if slot % 4)) if feels else None
            if affects is not None:
                affects.scores[:] = scores[feels]
                affects.affect[:, 1] = arousal[feels]
            out = np.zeros((len(group), pose_layer.CHANNELS), np.float32)
            times = START + np.array([step * (NANOS_PER_SEC // 60) + 1000 * slot for slot in group])
            overlay.layer(np.array(group), times, affects, presence[group], out)
            shown[group] = out
    return shown[slots]


def python_lines(count: int) -> int:
    """How many lines of Python three frames of so many avatars take, each with a feeling, a face and a line."""
    codes = [EmotionTimeCode(0.5 * place, emotion_weights({"happy": place % 2})) for place in range(30)]
    wish = preferred_emotion({"sad": 1}, strength=0.5, time_codes=codes, hold_secs=1)
    overlay, slots = EmotionOverlay(512), np.arange(count)
    for slot in range(count):
        overlay.prefer(slot, wish, START)
    presence, out = captured(count, face=0.5), np.zeros((count, pose_layer.CHANNELS), np.float32)
    affects, executed = felt(*[{"happy": 0.5}] * count), 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal executed
        executed += event == "line" and "emotion" in frame.f_code.co_filename
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        for frame in range(3):
            overlay.layer(slots, np.full(count, START + frame * 16_666_667), affects, presence, out)
            overlay.moods(slots)
    finally:
        sys.settrace(before)
    return executed
