"""What a caller wants to be opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from affectia.errors import ConfigError, not_one_of
from affectia.rig.mapping.mapping_variant import SPLIT, MappingVariant
from affectia.session.session import SessionOptions
from affectia.session.source_spec import SourceSpec
from affectia.session.voice_spec import VoiceSpec
from affectia.wire import topic

MOST_FACES: Final = 8  # of one picture: each costs a network run
IDLE: Final = ("auto", "on", "off")
_MOST_SEED: Final = (1 << 64) - 1


@dataclass(frozen=True)
class SessionRequest:
    """A session as it is asked for. A source of pictures has an avatar for each face that it may show; a voice is that of one avatar.

    `consent` are the modalities that are allowed from the start. `profile` is the kind of avatar, by name or by the path of a file, empty
    for ARKit's 52 shapes; `mapping` a MappingVariant's name or "split", empty as set up; `seed` is of idle life, and `idle` says where it
    drives avatars: "auto" where a session has no pictures of its own, "on" also where nobody is seen, "off" nowhere, empty as set up;
    `calibration` is the name of one that is kept, empty for none.
    """

    session_id: str
    source: SourceSpec
    avatars: int = 1
    consent: frozenset[str] = frozenset()
    options: SessionOptions = SessionOptions()
    loop: bool = False
    voice: VoiceSpec | None = None
    profile: str = ""
    mapping: str = ""
    seed: int = 0
    idle: str = ""
    calibration: str = ""

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
        most = {"synthetic": self.avatars, "npc": self.avatars, "take": 1, "none": 1}.get(kind, MOST_FACES)
        if self.avatars > most:
            raise ConfigError(f"avatar count is {self.avatars}, expected 1 to {most} for a source of kind {kind}")
        if self.mapping not in ("", SPLIT):
            MappingVariant.named(self.mapping)
        if self.idle:
            checked_idle(self.idle)
        if not 0 <= self.seed <= _MOST_SEED:
            raise ConfigError(f"seed is {self.seed}, expected 0 to {_MOST_SEED}")
        if self.calibration:
            topic.checked_id(self.calibration, what="calibration")


def checked_idle(name: str) -> str:
    """The setting itself, or ConfigError where it is none of IDLE."""
    if name not in IDLE:
        raise not_one_of("idle", name, IDLE)
    return name
