"""What a caller wants to be opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from affectia.errors import ConfigError
from affectia.session.session import SessionOptions
from affectia.session.source_spec import SourceSpec
from affectia.session.voice_spec import VoiceSpec

MOST_FACES: Final = 8  # of one picture: each costs a network run


@dataclass(frozen=True)
class SessionRequest:
    """A session as it is asked for. A source of pictures has an avatar for each face that it may show; a voice is that of one avatar.

    `consent` are the modalities that are allowed from the start.
    """

    session_id: str
    source: SourceSpec
    avatars: int = 1
    consent: frozenset[str] = frozenset()
    options: SessionOptions = SessionOptions()
    loop: bool = False
    voice: VoiceSpec | None = None

    def check(self) -> None:
        """Raise ConfigError where its parts do not go together."""
        kind = self.source.kind
        if self.voice is None and kind == "none":
            raise ConfigError("session has neither pictures nor a voice, expected one of them")
        if self.avatars < 1:
            raise ConfigError(f"avatar count is {self.avatars}, expected 1 or more")
        if self.voice is not None:
            self.voice.check_beside(self.source)
            if self.avatars > 1:
                raise ConfigError(f"avatar count is {self.avatars}, expected 1 with a voice: nobody can tell whose it is")
        most = {"synthetic": self.avatars, "take": 1, "none": 1}.get(kind, MOST_FACES)
        if self.avatars > most:
            raise ConfigError(f"avatar count is {self.avatars}, expected 1 to {most} for a source of kind {kind}")
