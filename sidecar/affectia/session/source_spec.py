"""What a source is called: `camera:N`, `file:PATH`, `clip:ID`, `take:PATH`, `synthetic`, `npc`, `none`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from affectia.capture.take_file import TakeFileOptions
from affectia.errors import ConfigError

FORMS: Final = "camera:N, file:PATH, clip:ID, take:PATH, synthetic, npc or none"


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A source as it was asked for; `kind` is camera, file, clip, take, synthetic, npc for avatars that act by themselves, or none for a
    voice without pictures.

    `take` is how a take is played; its `loop` is not read here, a session has its own.
    """

    kind: str
    camera_index: int = 0
    path: Path | None = None
    clip_id: str = ""
    take: TakeFileOptions = TakeFileOptions()

    @property
    def is_ready_made(self) -> bool:
        """Whether it delivers observations or nothing, so that no network has to look at pictures."""
        return self.kind in ("synthetic", "take", "npc", "none")

    @staticmethod
    def parse(text: str) -> SourceSpec:
        """Read a source's name; raises ConfigError with the seven forms."""
        kind, colon, rest = text.partition(":")
        if kind in ("synthetic", "npc", "none") and not colon:
            return SourceSpec(kind)
        if kind == "camera" and ((rest.isdecimal() and len(rest) <= 2) or not colon):
            return SourceSpec("camera", camera_index=int(rest or 0))
        if kind in ("file", "take") and rest:
            return SourceSpec(kind, path=checked_path(rest))
        if kind == "clip" and rest:
            return SourceSpec("clip", clip_id=rest)
        raise ConfigError(f"source is {text!r}, expected {FORMS}")


def checked_path(text: str, *, what: str = "source file") -> Path:
    """The path that a text means; raises ConfigError where it cannot be one."""
    if "\0" in text:
        raise ConfigError(f"{what} has a zero byte in its name, expected a path")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ConfigError(f"{what} is in the home of somebody unknown, expected a path: {text}") from None
