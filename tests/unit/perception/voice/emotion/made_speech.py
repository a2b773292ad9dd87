"""A network that says what a test says, and voices that are heard as a test says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.clock import FakeClock
from affectia.perception.voice.emotion.speech_emotion import Feeling
from affectia.perception.voice.heard_frames import HeardFrames
from affectia.signals.audio_sample import VOICE_RATE_HZ
from affectia.signals.emotion_observations import ALL_EMOTIONS, EMOTIONS, AffectMethod, EmotionObservations, Modality
from affectia.signals.voice_observations import VISEMES

HAPPY = registry.EMOTIONS.index("happy")
HOP = 160


def buzz(hertz: NDArray[np.float64] | float, secs: float, *, harmonics: int = 12) -> NDArray[np.float32]:
    """A buzz of this pitch, which may change sample by sample."""
    each = np.broadcast_to(np.asarray(hertz, np.float64), round(secs * VOICE_RATE_HZ))
    phase = 2 * np.pi * np.cumsum(each) / VOICE_RATE_HZ
    return np.asarray(0.1 * sum(np.sin(number * phase) / number for number in range(1, harmonics + 1)), np.float32)


def feeling(*, unknown: float = 0.0, events: int = 0, language: str = "") -> Feeling:
    """Happy by 0.65."""
    scores = np.full(EMOTIONS, 0.05, np.float32)
    scores[HAPPY] = 0.65
    return Feeling(scores, np.array([0.5, 0.3, 0.2], np.float32), AffectMethod.PROJECTED, events, language, unknown)


class FakeNetwork:
    """A SpeechEmotion that remembers what it was given; it waits while `go_on` is cleared."""

    name = "edge"
    support = ALL_EMOTIONS
    provider = "CPUExecutionProvider"
    notice = ""
    usual: NDArray[np.float32] | None = None

    def __init__(self, *, window_secs: float = 3.0, least_secs: float = 1.0) -> None:
        self.window_secs = window_secs
        self.least_secs = least_secs
        self.calls: list[list[NDArray[np.float32]]] = []
        self.answer: Callable[[], Feeling] = feeling
        self.is_broken = False
        self.is_closed = False
        self.clock: FakeClock | None = None
        self.takes_secs = 0.0
        self.entered, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    @property
    def batches(self) -> list[int]:
        return [len(windows) for windows in self.calls]

    def feel(self, windows: Sequence[NDArray[np.float32]]) -> list[Feeling]:
        self.calls.append(list(windows))
        self.entered.set()
        assert self.go_on.wait(10)
        if self.clock is not None:
            self.clock.advance(secs=self.takes_secs)
        if self.is_broken:
            raise RuntimeError("what was heard")
        return [self.answer() for _ in windows]

    def close(self) -> None:
        self.is_closed = True


def heard(first_frame: int, *speaking: float) -> HeardFrames:
    """Frames of which only matters whether somebody speaks."""
    count = len(speaking)
    return HeardFrames(first_frame, np.zeros((count, VISEMES), np.float32), np.zeros(count, np.float32), np.array(speaking, np.float32))


def felt(*, captured_at_nanos: int = 0, language: str = "") -> EmotionObservations:
    """What is told of a voice that sounds happy."""
    told = feeling(language=language)
    one = np.ones(1, np.float32)
    return EmotionObservations(
        Modality.VOICE,
        captured_at_nanos,
        np.ones(1, np.bool_),
        told.scores[None],
        ALL_EMOTIONS,
        told.affect[None],
        told.affect_method,
        confidence=one,
        quality=one,
        fresh=np.zeros(1, np.bool_),
        language=told.language,
    )
