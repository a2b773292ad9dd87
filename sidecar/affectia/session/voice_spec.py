"""What a voice is called: `microphone`, `microphone:N`, `microphone:NAME`, `file:PATH`, `clip:ID`, `same`, `none`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from affectia.errors import ConfigError
from affectia.session.source_spec import SourceSpec, checked_path

FORMS: Final = "microphone, microphone:N, microphone:NAME, file:PATH, clip:ID, same or none"


@dataclass(frozen=True, slots=True)
class VoiceSpec:
    """A voice as it was asked for; `kind` is microphone, file, clip or same.

    `microphone` is a number, a name or a part of one, empty for the one that the system prefers. A clip is one of the models' manifest.
    `same` is the sound of the file or clip that the pictures come from.
    """

    kind: str
    microphone: str = ""
    path: Path | None = None
    clip_id: str = ""

    @staticmethod
    def parse(text: str) -> VoiceSpec | None:
        """Read a voice's name, None for no voice; raises ConfigError with the seven forms."""
        kind, colon, rest = text.partition(":")
        if text in ("", "none"):
            return None
        if kind == "microphone" and (rest or not colon):
            return VoiceSpec("microphone", microphone=rest)
        if kind == "file" and rest:
            return VoiceSpec("file", path=checked_path(rest, what="voice file"))
        if kind == "clip" and rest:
            return VoiceSpec("clip", clip_id=rest)
        if text == "same":
            return VoiceSpec("same")
        raise ConfigError(f"voice is {text!r}, expected {FORMS}")

    def check_beside(self, source: SourceSpec) -> None:
        """Raise ConfigError where those pictures have no sound that this voice could be."""
        if self.kind == "same" and source.kind not in ("file", "clip"):
            raise ConfigError(f"voice is 'same' beside a source of kind {source.kind}, expected a file or a clip with sound")
