"""The figures of tracks against what was said: for phones with times, or for words alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from affectia.evaluate.viseme.metrics import Agreement, agreement, changes_hz
from affectia.evaluate.viseme.mouth_metrics import Lead, Silence, Words, lead, silence, words
from affectia.evaluate.viseme.reference import FRAMES_PER_SEC, Clip
from affectia.evaluate.viseme.track import Track


@dataclass(frozen=True, slots=True)
class VisemeFigures:
    """`right` and `ahead` where phones are known, `words` where only words are; `quiet` always. `secs` of sound in `clips` clips."""

    clips: int
    secs: float
    changes_hz: float
    quiet: Silence
    right: Agreement | None
    ahead: Lead | None
    words: Words | None

    @classmethod
    def of(cls, clips: Sequence[Clip], tracks: Sequence[Track]) -> VisemeFigures:
        """Of at least one clip; all of them have phones, or none."""
        spoken = [(clip.spoken, track) for clip, track in zip(clips, tracks, strict=True)]
        pairs = [(clip.labels, track) for clip, track in zip(clips, tracks, strict=True) if clip.labels is not None]
        with_words = [pair for pair in spoken if pair[0].any()]
        return cls(
            len(clips),
            sum(clip.frames for clip in clips) / FRAMES_PER_SEC,
            changes_hz(tracks),
            silence(spoken),
            agreement(pairs) if pairs else None,
            lead(pairs) if pairs else None,
            words(with_words) if with_words and not pairs else None,
        )

    def described(self) -> Mapping[str, Any]:
        """For JSON."""
        found: dict[str, Any] = {
            "clips": self.clips,
            "secs": self.secs,
            "changes_hz": self.changes_hz,
            "open_in_silence": {"share": self.quiet.open_share, "mean": self.quiet.open_mean, "frames": self.quiet.frames},
        }
        if self.right is not None:
            right = self.right
            found |= {
                "accuracy": right.accuracy,
                "speech_accuracy": right.speech_accuracy,
                "shapes_uar": right.balanced,
                "pp": {"recall": right.closed.recall, "precision": right.closed.precision},
                "ff": {"recall": right.lip_on_teeth.recall, "precision": right.lip_on_teeth.precision},
                "onset_ms": right.onset_ms,
                "best_shift_ms": right.best_shift_ms,
                "best_accuracy": right.best_accuracy,
            }
        if self.ahead is not None:
            found["lead_ms"] = {"curve": self.ahead.curve_ms, "edges": self.ahead.edges_ms}
        if self.words is not None:
            found["words"] = {"moving": self.words.moving, "shut_before": self.words.shut_before, "shut_after": self.words.shut_after}
        return found
