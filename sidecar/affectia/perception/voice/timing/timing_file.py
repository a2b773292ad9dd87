"""A file of timing, whatever its form: JSON, TextGrid or a table; its content tells."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Final

from affectia.errors import CaptureError, ConfigError
from affectia.perception.voice.timing.event_json import read_event_json
from affectia.perception.voice.timing.event_rows import read_event_rows
from affectia.perception.voice.timing.text_grid import is_text_grid, read_text_grid
from affectia.perception.voice.timing.timed_visemes import TimedVisemes

MAX_BYTES: Final = 32 << 20  # 200,000 entries of 160 bytes


def load_timing(path: Path, *, clip_secs: float | None = None, language: str | None = None) -> TimedVisemes:
    """The visemes of a file, cut at `clip_secs`; `language` is that of words, a document's own or English where it is None.

    Raises CaptureError where the file cannot be read, ConfigError, with the path last, where it is no timing.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"timing file has {path.stat().st_size} bytes, expected {MAX_BYTES} or fewer: {path}")
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise CaptureError(f"timing file cannot be read ({reason}), expected a file: {path}") from None
    try:
        return read_timing(content, clip_secs=clip_secs, language=language)
    except ConfigError as error:
        raise ConfigError(f"{error}: {path}") from None


def read_timing(content: bytes, *, clip_secs: float | None = None, language: str | None = None) -> TimedVisemes:
    """The same of a file's bytes: UTF-8, or UTF-16 with its mark."""
    if len(content) > MAX_BYTES:
        raise ConfigError(f"timing has {len(content)} bytes, expected {MAX_BYTES} or fewer")
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"timing is no {'UTF-16' if wide else 'UTF-8'} text, expected text") from None
    if not text.strip() or "\0" in text:
        raise ConfigError("timing is empty, or no text, expected JSON, a TextGrid, or lines of start, end and label")
    if text.lstrip().startswith(("{", "[")):
        return read_event_json(text, clip_secs=clip_secs, language=language)
    events = read_text_grid(text) if is_text_grid(text) else read_event_rows(text)
    return events.visemes(clip_secs=clip_secs, language=language or "en")
