"""What a caller is told of its line, in order."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from affectia.errors import AffectiaError


class EndReason(enum.Enum):
    """Why a line is over."""

    FINISHED = "finished"
    FLUSHED = "flushed"
    INTERRUPTED = "interrupted"
    STOPPED = "stopped"  # with the sidecar


@dataclass(frozen=True, slots=True)
class ChunkSent:
    """A chunk is out; `body` is what subscribers get."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Flushed:
    """The cut is out: sound up to `at_sample` is shown, the mouth is shut from `closed_by_sample` on."""

    at_sample: int
    closed_by_sample: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How many samples of the caller's were heard, and for how long the frames last that are out and were not played."""

    heard_samples: int
    queued_millis: int


@dataclass(frozen=True, slots=True)
class Ended:
    """All that there will be is out: `samples` of sound, of which the last `remaining_millis` were not played yet."""

    reason: EndReason
    samples: int
    remaining_millis: int
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """The line is over before its time, its mouth is closing; `error` says why."""

    error: AffectiaError


SpeechEvent: TypeAlias = ChunkSent | Flushed | Progress | Ended | Failed


class SpeechListener(Protocol):
    """Who has a line spoken; called on the speech thread, returns at once and raises nothing."""

    @property
    def has_room(self) -> bool:
        """False while so many events wait for the caller that no more of its sound shall be taken."""
        ...

    def tell(self, event: SpeechEvent) -> None:
        """Something happened."""
        ...

    def wake(self) -> None:
        """The line takes more sound now."""
        ...
