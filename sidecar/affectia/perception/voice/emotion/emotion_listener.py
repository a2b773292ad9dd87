"""One voice on its way to how it sounds: its newest seconds, whose turn it is, and where the result goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC, Clock
from affectia.perception.voice.emotion.prosody import prosody
from affectia.perception.voice.emotion.speech_emotion import Feeling, SpeechEmotion
from affectia.perception.voice.emotion.speech_emotion_options import SpeechEmotionOptions
from affectia.perception.voice.emotion.speech_window import FRAMES_A_SEC, HeardSpeech, SpeechWindow
from affectia.perception.voice.emotion.usual_feeling import UsualFeeling
from affectia.perception.voice.heard_frames import HeardFrames
from affectia.signals.emotion_observations import EMOTIONS, EmotionObservations, Modality
from affectia.telemetry.duration_window import DurationWindow

NEW_SPEECH_FRAMES: Final = 10  # without so much speech since the last result nobody wants another
FAILURES_TO_NOTICE: Final = 30  # in a row
FAILURE_NOTICE: Final = "the speech emotion network fails on every window; restart the session"


class EmotionListener:
    """What an EmotionThread runs for one voice.

    The voice's track calls `hear` and, from any thread, `forget`. The emotion thread calls `take`, and after each one that gave sound
    `deliver` or `fail`. `admits` is asked before sound is handed out and before a result goes to `sink`. `on_due` is called from `hear`
    when it is this voice's turn; it must not wait.
    """

    def __init__(
        self,
        *,
        admits: Callable[[], bool],
        sink: Callable[[EmotionObservations], None],
        clock: Clock,
        options: SpeechEmotionOptions,
        on_due: Callable[[], None] = lambda: None,
    ) -> None:
        self._admits = admits
        self._sink = sink
        self._clock = clock
        self._on_due = on_due
        self._window = SpeechWindow()
        self._period_nanos = round(options.period_secs * NANOS_PER_SEC)
        self._least_speech_frames = round(options.least_speech_secs * FRAMES_A_SEC)
        self._heard: HeardSpeech | None = None  # what was handed out
        self._usual: UsualFeeling | None = None  # of who speaks, once something was told
        self._began_nanos = 0
        self._due_nanos: int | None = None
        self._is_fresh = True
        self._is_closed = False
        self._failed_in_row = 0
        self.durations = DurationWindow()

    @property
    def notice(self) -> str:
        """What is wrong with listening to this voice, empty when all is well."""
        return FAILURE_NOTICE if self._failed_in_row >= FAILURES_TO_NOTICE else ""

    @property
    def due_since_nanos(self) -> int | None:
        """Since when it is this voice's turn: there is enough speech in the window, some of it new; None where it is not."""
        window, due = self._window, self._due_nanos
        if self._is_closed or window.new_speech_frames < NEW_SPEECH_FRAMES:
            return None
        if (due is not None and self._clock.now_nanos() < due) or window.speech_frames < self._least_speech_frames:
            return None
        return due or 0

    def hear(self, pcm: NDArray[np.float32], heard: HeardFrames, *, end_sample: int, ends_at_nanos: int) -> None:
        """Sound that may be kept, up to `end_sample` of its stream, and the frames that are known now, the last of which ends at
        `ends_at_nanos`.
        """
        if self._is_closed:
            return
        self._window.add(
            pcm,
            first_sample=end_sample - pcm.size,
            speaking=heard.speaking,
            first_frame=heard.first_frame,
            ends_at_nanos=ends_at_nanos,
        )
        if self.due_since_nanos is not None:
            self._on_due()

    def forget(self) -> None:
        """Throw the sound away at once, and any result of it that is still being worked on."""
        with self._window.lock:
            self._window.clear()
            self._usual = None
        self._due_nanos = None
        self._is_fresh = True
        self._failed_in_row = 0

    def close(self) -> None:
        """Hear nothing any more."""
        self._is_closed = True
        self.forget()

    def take(self, network: SpeechEmotion) -> NDArray[np.float32] | None:
        """What the network is to listen to now; None where there is too little, or it may not."""
        now = self._began_nanos = self._clock.now_nanos()
        # A period after the last turn was due, not after it came: turns come with blocks of sound.
        due = now if self._due_nanos is None else self._due_nanos
        heard = self._window.newest(window_secs=network.window_secs, least_secs=network.least_secs)
        if heard is None or not self._admits():
            return None
        self._due_nanos = max(due, now - self._period_nanos // 2) + self._period_nanos
        self._heard = heard
        return heard.pcm

    def deliver(self, feeling: Feeling, network: SpeechEmotion) -> None:
        """Hand on how what was taken sounds, unless it was forgotten meanwhile."""
        heard, self._heard = self._heard, None
        if heard is None:
            return
        said = prosody(heard.pcm, heard.is_speech)
        self.durations.add(self._clock.now_nanos() - self._began_nanos)
        self._failed_in_row = 0
        with self._window.lock:  # so that `forget` is before it or after it
            if not (self._window.is_still(heard) and self._admits()):
                return
            told = self._against_usual(feeling, network, new_secs=heard.new_secs).doubted(network.support)
            scores = np.asarray(told.scores, np.float32).reshape(1, EMOTIONS)
            is_fresh, self._is_fresh = self._is_fresh, False
            self._sink(
                EmotionObservations(
                    Modality.VOICE,
                    heard.ends_at_nanos,
                    np.ones(1, np.bool_),
                    scores,
                    network.support,
                    np.asarray(told.affect, np.float32).reshape(1, 3),
                    feeling.affect_method,
                    confidence=scores.max(axis=1),
                    quality=np.array([heard.share], np.float32),
                    fresh=np.array([is_fresh]),
                    prosody=said,
                    events=feeling.events,
                    language=feeling.language,
                )
            )

    def _against_usual(self, feeling: Feeling, network: SpeechEmotion, *, new_secs: float) -> Feeling:
        if network.usual is None:
            return feeling
        if self._usual is None:
            self._usual = UsualFeeling(network.usual, network.support)
        return self._usual.told(feeling, new_secs=new_secs)

    def fail(self) -> None:
        """Note that what was taken could not be listened to."""
        self._heard = None
        self._failed_in_row += 1
