"""Hearing of a whole process: the networks come with the first voice, one thread listens to all, another to how they sound."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from affectia.capture.audio_queue import AudioQueue
from affectia.clock import Clock
from affectia.errors import SessionError
from affectia.perception.voice.emotion.emotion_listener import EmotionListener
from affectia.perception.voice.emotion.emotion_thread import EmotionThread
from affectia.perception.voice.emotion.speech_emotion_choice import SpeechEmotionChoice
from affectia.perception.voice.emotion.speech_emotion_options import OFF, SpeechEmotionOptions
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.perception.voice.voice_perceiver import VoicePerceiver
from affectia.perception.voice.voice_thread import VoiceThread
from affectia.perception.voice.voice_track import VoiceTrack
from affectia.signals.emotion_observations import EmotionObservations
from affectia.signals.voice_observations import VoiceObservations

log = logging.getLogger(__name__)


class Voices:
    """Makes tracks and runs them; who has no voice pays for no network and no thread. Any thread.

    `load` makes the engine, once, when the first track is asked for. `load_emotion` makes what listens for how voices sound, once, when
    the first track with somebody to tell it to is added, on the thread that listens; None: nobody does.
    """

    def __init__(
        self,
        load: Callable[[], VoiceEngine],
        clock: Clock,
        *,
        load_emotion: Callable[[], SpeechEmotionChoice] | None = None,
        emotion_options: SpeechEmotionOptions | None = None,
    ) -> None:
        self._load = load
        self._clock = clock
        self._emotion_options = emotion_options or SpeechEmotionOptions()
        self._emotion: EmotionThread | None = None
        if load_emotion is not None and self._emotion_options.method != OFF:
            self._emotion = EmotionThread(load_emotion, clock=clock)
        self._listeners: dict[VoiceTrack, EmotionListener] = {}
        self._lock = threading.Lock()
        self._engine: VoiceEngine | None = None
        self._thread: VoiceThread | None = None
        self._is_stopped = False

    @property
    def engine(self) -> VoiceEngine | None:
        """The networks, None as long as nobody has a voice."""
        return self._engine

    @property
    def notice(self) -> str:
        """Which network is missing, and what to do about it; empty when all are there, and before the first voice."""
        return "" if self._engine is None else self._engine.notice

    @property
    def emotion(self) -> EmotionThread | None:
        """What listens for how voices sound, None where nobody does."""
        return self._emotion

    def listener(self, *, admits: Callable[[], bool], sink: Callable[[EmotionObservations], None]) -> EmotionListener | None:
        """A voice's place among those that are listened to for how they sound, to be given to `track`; None where nobody does."""
        if self._emotion is None:
            return None
        options = self._emotion_options
        return EmotionListener(admits=admits, sink=sink, clock=self._clock, options=options, on_due=self._emotion.wake)

    def track(
        self,
        inbox: AudioQueue,
        *,
        admits: Callable[[], bool],
        sink: Callable[[VoiceObservations], None],
        listener: EmotionListener | None = None,
    ) -> VoiceTrack:
        """A new track, which is not run yet; the first one waits for the networks, a quarter of a second."""
        perceiver = VoicePerceiver(self.loaded())
        track = VoiceTrack(inbox, perceiver, admits=admits, sink=sink, listener=listener, clock=self._clock)
        if listener is not None:
            self._listeners[track] = listener
        return track

    def loaded(self) -> VoiceEngine:
        """The networks, loaded now where they were not; raises SessionError once everything is being stopped."""
        with self._lock:
            if self._is_stopped:
                raise SessionError("sidecar is stopping, expected a running one")
            if self._engine is None:
                engine = self._load()
                if engine.notice:
                    log.warning("hearing is degraded: %s", engine.notice)
                self._thread = VoiceThread(engine, clock=self._clock)
                self._thread.start()
                self._engine = engine
            return self._engine

    def add(self, track: VoiceTrack) -> None:
        """Run a track that was made here."""
        if self._thread is not None:
            self._thread.add(track)
        listener = self._listeners.get(track)
        if listener is not None and self._emotion is not None:
            self._emotion.add(listener)

    def remove(self, track: VoiceTrack) -> bool:
        """Take a track out and close it; false where it was never in."""
        listener = self._listeners.pop(track, None)
        if listener is not None and self._emotion is not None:
            self._emotion.remove(listener)
        return self._thread is not None and self._thread.remove(track)

    def wake(self) -> None:
        """Sound came in."""
        if self._thread is not None:
            self._thread.wake()

    def stop(self) -> None:
        """End the thread and close every track."""
        with self._lock:
            self._is_stopped = True
        if self._emotion is not None:
            self._emotion.stop()
        if self._thread is not None:
            self._thread.stop()
