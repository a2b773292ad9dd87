"""A session: one source, its avatars, its consent."""

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
from affectia.signals.video_sample import VideoSample


class SessionState(enum.Enum):
    """Where a session stands."""

    WAITING_FOR_CONSENT = "waiting for consent"
    RUNNING = "running"
    RETRYING = "retrying"
    ENDED = "ended"


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

    Its manager's lock guards `options` and whether it is open; `lock` whatever changes consent or starts or stops the source,
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
    stopped: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def state(self) -> SessionState:
        """Where the session stands now."""
        if self.stopped:
            return SessionState.ENDED
        if not self.consent.allows(self.source.modality):
            return SessionState.WAITING_FOR_CONSENT
        if self.source.state is SourceState.RETRYING:
            return SessionState.RETRYING
        return SessionState.ENDED if self.source.state is SourceState.ENDED else SessionState.RUNNING
