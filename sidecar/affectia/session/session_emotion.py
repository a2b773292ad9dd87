"""How it is found out how the people of one session feel: by which methods, how often, how quickly. Nothing of what is found."""

from __future__ import annotations

from typing import Final

from affectia.clock import Clock
from affectia.perception.face.emotion.face_emotion import FaceEmotion
from affectia.perception.voice.emotion.emotion_listener import EmotionListener
from affectia.perception.voice.emotion.emotion_thread import EmotionThread
from affectia.signals.emotion_observations import EmotionObservations
from affectia.telemetry.rate_meter import RateMeter

OFF: Final = "off"


class SessionEmotion:
    """What belongs to one session; each sink notes its own results on its own thread, any thread may read.

    `face` is what reads its faces, None without pictures to look at; `voice` what listens to all voices, None without a voice, and
    `listener` this one's place there. They are set before the session runs.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.face: FaceEmotion | None = None
        self.voice: EmotionThread | None = None
        self.listener: EmotionListener | None = None
        self._face_results = RateMeter()
        self._voice_results = RateMeter()
        self.language = ""  # of the newest result, ISO 639; empty where it is not told, and before the first

    @property
    def is_asked(self) -> bool:
        """Whether anybody is to find out how these people feel."""
        return self.voice is not None or (self.face is not None and self.face.is_on)

    def note_face(self) -> None:
        """Count a result of the faces; nothing of it is kept."""
        self._face_results.mark(self._clock.now_nanos())

    def note_voice(self, found: EmotionObservations) -> None:
        """Count a result of the voice; its language alone is kept."""
        self._voice_results.mark(self._clock.now_nanos())
        self.language = found.language

    def forget_voice(self) -> None:
        """Nothing of what was heard is told any more."""
        self.language = ""

    @property
    def face_method(self) -> str:
        """What reads the faces: "hsemotion", "fer", "blendshapes", or "off"."""
        return OFF if self.face is None else self.face.name

    @property
    def voice_method(self) -> str:
        """What listens: "sensevoice", "funasr", "edge", "off", or "loading" for the first moments of the first voice."""
        return OFF if self.voice is None else self.voice.method

    @property
    def face_provider(self) -> str:
        """What runs the network of the faces; empty without one."""
        return "" if self.face is None else self.face.provider

    @property
    def voice_provider(self) -> str:
        """What runs the network of the voice; empty without one."""
        return "" if self.voice is None else self.voice.provider

    @property
    def face_hz(self) -> float:
        """Results a second of the last few seconds."""
        return self._face_results.hz(self._clock.now_nanos())

    @property
    def voice_hz(self) -> float:
        """Results a second of the last few seconds."""
        return self._voice_results.hz(self._clock.now_nanos())

    @property
    def face_p95_millis(self) -> float:
        """Of one look at all faces of a picture, over all sessions: they share the network."""
        return 0.0 if self.face is None else self.face.durations.percentile_millis(95)

    @property
    def voice_p95_millis(self) -> float:
        """From a window of this voice to its result."""
        return 0.0 if self.listener is None else self.listener.durations.percentile_millis(95)

    @property
    def notices(self) -> tuple[str, ...]:
        """Why nothing better finds out how these people feel."""
        face = "" if self.face is None else self.face.notice
        voice = "" if self.voice is None else self.voice.notice
        broken = "" if self.listener is None else self.listener.notice
        return tuple(notice for notice in (face, voice, broken) if notice)
