"""A session: its pictures, its voice, its avatars, its consent."""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from affectia.capture.mailbox import Mailbox
from affectia.capture.source import Source, SourceState
from affectia.errors import ConfigError
from affectia.perception.track import Track
from affectia.session.calibration.calibration_tap import CalibrationTap
from affectia.session.consent import ConsentGate
from affectia.session.mapping.mapped_session import MappedSession
from affectia.session.no_pictures import NoPictures
from affectia.session.npc_source import NpcSource
from affectia.session.session_acting import SessionActing
from affectia.session.session_emotion import SessionEmotion
from affectia.session.session_voice import SessionVoice
from affectia.signals.video_sample import VideoSample
from affectia.telemetry.motion_meter import MotionReport


class SessionState(enum.Enum):
    """Where a session stands, or one of its sources; the first of two is what both together are."""

    RUNNING = "running"
    RETRYING = "retrying"
    WAITING_FOR_CONSENT = "waiting for consent"
    ENDED = "ended"


_ORDER = tuple(SessionState)


@dataclass(frozen=True)
class SessionOptions:
    """What may change while a session runs."""

    precision_bits: int = 8
    rate_hz: float = 60.0
    smoothing: float = 1.0

    def __post_init__(self) -> None:
        if self.precision_bits not in (8, 16):
            raise ConfigError(f"precision_bits is {self.precision_bits}, expected 8 or 16")
        if not 0 < self.rate_hz <= 120:
            raise ConfigError(f"rate_hz is {self.rate_hz}, expected more than 0 and at most 120")
        if not 0 <= self.smoothing <= 10:
            raise ConfigError(f"smoothing is {self.smoothing}, expected 0 (raw) to 10")


@dataclass(slots=True)
class Session:
    """What belongs to one session.

    Its manager's lock guards `options`, `acting` and whether it is open; `lock` whatever changes consent or starts or stops a source,
    so that these take turns and wait for no other session. Who needs both takes the manager's first.
    """

    session_id: str
    source: Source
    avatar_ids: tuple[str, ...]
    slots: NDArray[np.intp]
    consent: ConsentGate
    options: SessionOptions
    mailbox: Mailbox[VideoSample] = field(default_factory=Mailbox)
    track: Track | None = None
    voice: SessionVoice | None = None
    emotion: SessionEmotion | None = None
    acting: SessionActing = field(default_factory=SessionActing)
    mapped: MappedSession | None = None
    calibration_tap: CalibrationTap = field(default_factory=CalibrationTap)
    movement: Callable[[], MotionReport] = MotionReport  # how its avatars have moved until now; any thread
    stopped: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Its pictures and its voice, as far as it has them."""
        pictures = () if isinstance(self.source, NoPictures) else (self.source,)
        return pictures if self.voice is None else (*pictures, self.voice.source)

    @property
    def slot_by_avatar(self) -> dict[str, int]:
        """The slot of each of its avatars."""
        return dict(zip(self.avatar_ids, self.slots.tolist(), strict=True))

    @property
    def lives(self) -> bool:
        """Whether idle life may drive its avatars now: as it was chosen, and never while consent is missing for what drives them first,
        its pictures, or its voice where it has none. An avatar that blinks then would pretend that somebody is there.
        """
        has_pictures = not isinstance(self.source, NoPictures | NpcSource)
        modality = self.voice.source.modality if isinstance(self.source, NoPictures) and self.voice is not None else self.source.modality
        return self.consent.allows(modality) and self.acting.lives(has_pictures=has_pictures)

    @property
    def state(self) -> SessionState:
        """Where the session stands now: it runs as long as one of its sources does."""
        return min(map(self.state_of, self.sources), key=_ORDER.index, default=SessionState.ENDED)

    def state_of(self, source: Source) -> SessionState:
        """Where one of its sources stands now."""
        if self.stopped:
            return SessionState.ENDED
        if not self.consent.allows(source.modality):
            return SessionState.WAITING_FOR_CONSENT
        if source.state is SourceState.RETRYING:
            return SessionState.RETRYING
        return SessionState.ENDED if source.state is SourceState.ENDED else SessionState.RUNNING
