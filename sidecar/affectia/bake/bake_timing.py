"""The timing of a clip: its bytes, for the track's id, and what they mean once the clip's length is known."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectia.errors import CaptureError, ConfigError
from affectia.perception.voice.timing.event_rows import read_event_rows
from affectia.perception.voice.timing.labelled_events import LabelKind, told_kind
from affectia.perception.voice.timing.phone_labels import SIL
from affectia.perception.voice.timing.text_grid import is_text_grid, read_text_grid
from affectia.perception.voice.timing.timed_visemes import TimedVisemes
from affectia.perception.voice.timing.timing_file import MAX_BYTES, read_timing
from affectia.signals.voice_observations import FRAME_NANOS

_RATE_HZ = 1_000_000_000 // FRAME_NANOS
_WORD_MARGIN_SECS = 0.02  # aligners cut words where they are heard; a mouth begins before and ends behind that
_WORD_RAMP_SECS = 0.04


@dataclass(frozen=True, slots=True)
class BakeTiming:
    """What a file of timing says of one clip. `is_words`: only words have times, what is in them is guessed from their spelling."""

    visemes: TimedVisemes
    is_words: bool

    def inside_words(self, frames: int) -> NDArray[np.float32]:
        """(frames,) at 100 Hz: 1 inside of what is said, 0 in pauses, with ramps between."""
        times = np.arange(frames) / _RATE_HZ
        said = self.visemes.visemes != SIL
        inside = np.zeros(frames, np.float32)
        for start, end in zip(self.visemes.start_secs[said].tolist(), self.visemes.end_secs[said].tolist(), strict=True):
            first, last = (round(secs * _RATE_HZ) for secs in (start - _WORD_MARGIN_SECS, end + _WORD_MARGIN_SECS))
            ramp = round(_WORD_RAMP_SECS * _RATE_HZ)
            span = slice(max(0, first - ramp), max(0, last + ramp + 1))
            away = np.maximum(first / _RATE_HZ - times[span], times[span] - last / _RATE_HZ)
            np.maximum(inside[span], np.clip(1 - away / _WORD_RAMP_SECS, 0, 1), out=inside[span])
        return inside


def timing_content(path: Path) -> bytes:
    """The bytes of a file of timing; raises CaptureError where it cannot be read, ConfigError where it is too large."""
    try:
        if path.exists() and not path.is_file():
            raise CaptureError(f"timing file is a folder or a device, expected a file: {path}")
        size = os.stat(path).st_size
        if size > MAX_BYTES:
            raise ConfigError(f"timing file has {size} bytes, expected at most {MAX_BYTES}: {path}")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, CaptureError | ConfigError):
            raise
        reason = (getattr(error, "strerror", None) or type(error).__name__).lower()
        raise CaptureError(f"timing file cannot be read ({reason}), expected a file of this machine: {path}") from None


def bake_timing(content: bytes, path: Path, *, clip_secs: float | None, language: str = "") -> BakeTiming:
    """What the content of a file means for a clip of this length; raises ConfigError, with the path last, where it is no timing."""
    try:
        return BakeTiming(read_timing(content, clip_secs=clip_secs, language=language or None), has_only_words(content))
    except ConfigError as error:
        raise ConfigError(f"{error}: {path}") from None


def has_only_words(content: bytes) -> bool:
    """Whether a timing that `read_timing` takes has times of words and not of what is in them."""
    text = content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    if text.lstrip().startswith(("{", "[")):
        return _json_has_only_words(json.loads(text))
    events = read_text_grid(text) if is_text_grid(text) else read_event_rows(text)
    return (events.kind or told_kind(events.labels)) is LabelKind.WORD


def _json_has_only_words(document: Any) -> bool:
    events, kind = (document, None) if isinstance(document, list) else (document["events"], document.get("type"))
    if kind not in (None, "phones"):
        return bool(kind == "words")
    key = next((name for name in ("phone", "viseme", "word", "label") if name in events[0]), None)
    if kind is None and key in (None, "viseme", "word"):
        return key == "word"
    return told_kind([str(event.get(key)) for event in events]) is LabelKind.WORD
