"""What a source is called: `camera:N`, `file:PATH`, `clip:ID`, `take:PATH`, `synthetic`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from affectia.capture.take_file import TakeFileOptions
from affectia.errors import ConfigError

FORMS: Final = "camera:N, file:PATH, clip:ID, take:PATH or synthetic"


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A source as it was asked for; `kind` is camera, file, clip, take or synthetic.

    `take` is how a take is played; its `loop` is not read here, a session has its own.
    """

    kind: str
    camera_index: int = 0
    path: Path | None = None
    clip_id: str = ""
    take: TakeFileOptions = TakeFileOptions()

    @property
    def is_ready_made(self) -> bool:
        """Whether it delivers observations, so that no network has to look at pictures."""
        return self.kind in ("synthetic", "take")

    @staticmethod
    def parse(text: str) -> SourceSpec:
        """Read a source's name; raises ConfigError with the five forms."""
        kind, colon, rest = text.partition(":")
        if kind == "synthetic" and not colon:
            return SourceSpec("synthetic")
        if kind == "camera" and ((rest.isdecimal() and len(rest) <= 2) or not colon):
            return SourceSpec("camera", camera_index=int(rest or 0))
        if kind in ("file", "take") and rest:
            return SourceSpec(kind, path=_path(rest))
        if kind == "clip" and rest:
            return SourceSpec("clip", clip_id=rest)
        raise ConfigError(f"source is {text!r}, expected {FORMS}")


def _path(text: str) -> Path:
    if "\0" in text:
        raise ConfigError("source file has a zero byte in its name, expected a path")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ConfigError(f"source file is in the home of somebody unknown, expected a path: {text}") from None
