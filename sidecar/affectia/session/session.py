"""A session: its pictures, its voice, its avatars, its consent."""

from __future__ import annotations

import enum
import threading
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from affectia.capture.mailbox import Mailbox
from affectia.capture.source import Source, SourceState
from affectia.errors import ConfigError
from affectia.perception.track import Track
from affectia.session.consent import ConsentGate
from affectia.session.no_pictures import NoPictures
from affectia.session.session_emotion import SessionEmotion
from affectia.session.session_voice import SessionVoice
from affectia.signals.video_sample import VideoSample


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

    Its manager's lock guards `options` and whether it is open; `lock` whatever changes consent or starts or stops a source,
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
    stopped: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Its pictures and its voice, as far as it has them."""
        pictures = () if isinstance(self.source, NoPictures) else (self.source,)
        return pictures if self.voice is None else (*pictures, self.voice.source)

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
