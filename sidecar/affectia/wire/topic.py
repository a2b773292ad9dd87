"""Topics: prefix, avatar id, one zero byte."""

from __future__ import annotations

import re
from typing import Final

from affectia import registry
from affectia.errors import ConfigError

_ID: Final = re.compile(r"[a-z0-9-]{1,32}")


def checked_id(name: str, *, what: str = "avatar id") -> str:
    """The id itself, or ConfigError where it cannot be one."""
    if not _ID.fullmatch(name):
        raise ConfigError(f"{what} is {name!r}, expected 1 to 32 of a-z, 0-9 and -")
    return name


def avatar(avatar_id: str) -> bytes:
    """The topic of an avatar's frames."""
    return registry.TOPIC_AVATAR + avatar_id.encode() + b"\0"


def affect(avatar_id: str) -> bytes:
    """The topic of an avatar's emotion updates."""
    return registry.TOPIC_AFFECT + avatar_id.encode() + b"\0"


def track(avatar_id: str) -> bytes:
    """The topic of the chunks of an avatar's lip-sync tracks."""
    return registry.TOPIC_TRACK + avatar_id.encode() + b"\0"


def layout(avatar_id: str) -> bytes:
    """The topic on which an avatar's layout is announced."""
    return registry.TOPIC_LAYOUT + avatar_id.encode() + b"\0"


def split(message: bytes) -> tuple[bytes, str, bytes] | None:
    """(prefix, avatar id, body) of a message, None where it has no topic of ours."""
    zero = message.find(b"\0", 0, 64)
    slash = message.find(b"/", 0, zero)
    if zero < 0 or slash < 0:
        return None
    name = message[slash + 1 : zero].decode("ascii", "replace")
    return (message[: slash + 1], name, message[zero + 1 :]) if _ID.fullmatch(name) else None
