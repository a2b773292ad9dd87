"""What is measured: a name, a declared look-ahead, and tracks of clips."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from affectia import registry
from affectia.evaluate.viseme import heard_visemes
from affectia.evaluate.viseme.heard_visemes import HeardVisemes, NetworkVisemes
from affectia.evaluate.viseme.reference import FRAME_MS, SIL, Clip
from affectia.evaluate.viseme.track import Track, of_labels
from affectia.inference.model_store import ModelStore
from affectia.perception.voice.viseme_network import WEIGHTS

MODEL: Final = Path(__file__).resolve().parents[3] / "weights" / WEIGHTS
LATE_FRAMES: Final = 4  # of the row that shows what lateness alone costs
_AA: Final = registry.VISEMES.index("aa")


class System(Protocol):
    """Anything that makes tracks. Rows are for the instant they belong to: whoever makes them has taken `look_ahead_ms` out."""

    @property
    def name(self) -> str:
        """For the table."""

    @property
    def look_ahead_ms(self) -> int:
        """How much later than the sound a row is known, as declared by whoever made the system."""

    def tracks(self, clips: Sequence[Clip]) -> list[Track]:
        """A track for each clip, `clip.frames` long."""


def ours(path: Path = MODEL) -> list[HeardVisemes | NetworkVisemes]:
    """The engine with the network, the network alone, and the engine without one; only the last where the network is not there."""
    detector, notice = heard_visemes.speech_detector(ModelStore())
    if notice:
        print(notice, file=sys.stderr)
    return heard_visemes.ours(path, detector)


class Oracle:
    """The reference itself, on time or late: rows whose figures are known beforehand."""

    look_ahead_ms = 0

    def __init__(self, *, late_frames: int = 0) -> None:
        self._late_frames = late_frames
        self.name = f"the reference, {late_frames * FRAME_MS} ms late" if late_frames else "the reference"

    def tracks(self, clips: Sequence[Clip]) -> list[Track]:
        """Clips whose words alone are known open the mouth and shut it ten times a second while somebody speaks."""
        found = []
        for clip in clips:
            labels = clip.labels
            if labels is None:
                labels = np.where(clip.spoken & (np.arange(clip.frames) // 5 % 2 == 0), _AA, SIL)
            found.append(of_labels(labels, late_frames=self._late_frames))
        return found
