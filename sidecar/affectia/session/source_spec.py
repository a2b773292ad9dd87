"""What a source is called: `camera:N`, `file:PATH`, `clip:ID`, `synthetic`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from affectia.errors import ConfigError


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A source as it was asked for; `kind` is camera, file, clip or synthetic."""

    kind: str
    camera_index: int = 0
    path: Path | None = None
    clip_id: str = ""

    @staticmethod
    def parse(text: str) -> SourceSpec:
        """Read a source's name; raises ConfigError with the four forms."""
        kind, colon, rest = text.partition(":")
        if kind == "synthetic" and not colon:
            return SourceSpec("synthetic")
        if kind == "camera" and ((rest.isdecimal() and len(rest) <= 2) or not colon):
            return SourceSpec("camera", camera_index=int(rest or 0))
        if kind == "file" and rest:
            return SourceSpec("file", path=_path(rest))
        if kind == "clip" and rest:
            return SourceSpec("clip", clip_id=rest)
        raise ConfigError(f"source is {text!r}, expected camera:N, file:PATH, clip:ID or synthetic")


def _path(text: str) -> Path:
    if "\0" in text:
        raise ConfigError("source file has a zero byte in its name, expected a path")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ConfigError(f"source file is in the home of somebody unknown, expected a path: {text}") from None
