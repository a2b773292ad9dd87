"""What a script asks of an avatar, each at its own second."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

import numpy as np

from affectia import registry
from affectia.bake.performance_script import Gesture, Layer, Look, Override, PerformanceScript, SpokenLine
from affectia.rig.acting import Acting
from affectia.rig.emotion.preferred_emotion import PreferredEmotion
from affectia.rig.layer_weights import LAYERS


class PerformanceCues:
    """Cues of one slot in the order of time. Of one instant, what ends comes before what begins, else as the script has it.

    `instant_nanos` makes an instant of a second of the script; one thread.
    """

    def __init__(self, acting: Acting, slot: int, instant_nanos: Callable[[float], int]) -> None:
        self._acting = acting
        self._slot = slot
        self._instant_nanos = instant_nanos
        self._waiting: list[tuple[int, bool, int, Callable[[int], object]]] = []
        self._numbers = itertools.count()

    def add_script(self, script: PerformanceScript) -> None:
        """Everything that a script asks for, but its lines."""
        for layer in script.layers:
            self._add_layer(layer)
        for override in script.overrides:
            self._add_override(override)
        for gesture in script.gestures:
            self._add_gesture(gesture)
        for look in script.looks:
            self._add_look(look)

    def add_line(self, line: SpokenLine, secs: float) -> None:
        """The emotions along a line that is so long."""
        if not line.emotions:
            return
        wish = preferred(line, secs)

        def begin(now_nanos: int) -> None:
            self._acting.overlay.prefer(self._slot, wish, now_nanos)

        self._add(line.at_secs, begin)

    def run(self, until_nanos: int) -> None:
        """Do what is due up to an instant, each at its own."""
        while self._waiting and self._waiting[0][0] <= until_nanos:
            at_nanos, _begins, _number, act = heapq.heappop(self._waiting)
            act(at_nanos)

    def _add_layer(self, layer: Layer) -> None:
        def begin(now_nanos: int) -> None:
            self._acting.layers.set(self._slot, LAYERS.index(layer.layer), layer.weight, layer.fade_secs, now_nanos)

        self._add(layer.at_secs, begin)

    def _add_override(self, override: Override) -> None:
        entries, adds = override.entries(), override.mode == "add"
        channels = [entry.channel for entry in entries]

        def begin(now_nanos: int) -> None:
            self._acting.overrides.apply(self._slot, entries, adds=adds, hold=True, fade_secs=override.fade_secs, now_nanos=now_nanos)

        def end(now_nanos: int) -> None:
            self._acting.overrides.release(self._slot, channels, now_nanos=now_nanos)

        self._add(override.from_secs, begin)
        self._add(override.to_secs, end, begins=False)

    def _add_gesture(self, gesture: Gesture) -> None:
        def begin(now_nanos: int) -> None:
            strength, speed = gesture.strength, gesture.speed
            self._acting.gestures.trigger(self._slot, gesture.name, strength=strength, speed=speed, now_nanos=now_nanos)

        self._add(gesture.at_secs, begin)

    def _add_look(self, look: Look) -> None:
        def begin(now_nanos: int) -> None:
            self._acting.look.look(
                self._slot,
                yaw_deg=look.yaw_deg,
                pitch_deg=look.pitch_deg,
                weight=look.weight,
                head_share=look.head_share,
                hold=True,
                now_nanos=now_nanos,
            )

        def end(now_nanos: int) -> None:
            self._acting.look.release(self._slot, now_nanos=now_nanos)

        self._add(look.from_secs, begin)
        self._add(look.to_secs, end, begins=False)

    def _add(self, at_secs: float, act: Callable[[int], object], *, begins: bool = True) -> None:
        heapq.heappush(self._waiting, (self._instant_nanos(at_secs), begins, next(self._numbers), act))


def preferred(line: SpokenLine, secs: float) -> PreferredEmotion:
    """The emotions along a line of a length, at least one; they end when it has ended and lingered."""
    at_secs = np.array([code.at_secs for code in line.emotions], np.float64)
    weights = np.array([code.weights for code in line.emotions], np.float32)
    neutral = np.zeros(len(registry.EMOTIONS), np.float32)
    hold_secs = max(1e-3, secs + line.linger_secs - float(at_secs[-1]))
    return PreferredEmotion(neutral, emotion_strength=line.emotion_strength, at_secs=at_secs, line_weights=weights, hold_secs=hold_secs)
