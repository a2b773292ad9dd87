"""Where `affectia inspect` takes a message from: a file, standard input, or text on the command line.

A message in a file may be written as text too. No message of the wire is text: its body starts with the head of a map, which is no ASCII.
"""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from typing import BinaryIO, Final

from affectia import registry
from affectia.errors import ConfigError

MAX_BYTES: Final = 1 << 20  # far beyond the largest message; what is no message need not be read whole

_HEX: Final = re.compile(r"(?:0x)?((?:[0-9a-fA-F]{2}[\s:,]*)+)")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{4,}={0,2}")
_TOPICS: Final = (registry.TOPIC_AVATAR, registry.TOPIC_AFFECT, registry.TOPIC_TRACK, registry.TOPIC_LAYOUT)


def message_bytes(text: str, stdin: BinaryIO) -> bytes:
    """The bytes that `text` names: `-`, a file, hex digits or base64, tried in this order; raises ConfigError where it is none.

    What is in the file or comes from standard input may be hex digits or base64 itself.
    """
    if text == "-":
        return unwrapped(_limited(stdin, "standard input"))
    path = Path(text or " ")
    try:
        if path.is_dir():
            raise ConfigError(f"frame is a folder, expected a file: {path}")
        if path.exists():
            with path.open("rb") as file:
                return unwrapped(_limited(file, str(path)))
    except (OSError, ValueError) as error:  # a long text is no name of a file, one with a zero byte neither
        if isinstance(error, ConfigError):
            raise
        if isinstance(error, PermissionError):
            raise ConfigError(f"frame cannot be read (permission denied), expected a file of yours: {path}") from None
    written = _from_text(text.strip())
    if written is None:
        shown = text if len(text) <= 40 else text[:40] + "..."
        raise ConfigError(f"frame is {shown!r}, expected a file that is there, - for standard input, hex digits or base64")
    return written


def unwrapped(content: bytes) -> bytes:
    """The message that is written in a file as hex digits or base64, in lines or not; any other content as it is."""
    if not content.isascii() or content.startswith(_TOPICS):  # a topic that is cut off has nothing but base64's letters
        return content
    text = content.decode("ascii").strip()
    written = _from_text(text)
    if written is None:
        written = _from_text("".join(text.splitlines()))
    return content if written is None else written


def _from_text(text: str) -> bytes | None:
    if found := _HEX.fullmatch(text):
        return bytes.fromhex(re.sub(r"[\s:,]", "", found[1]))
    if _BASE64.fullmatch(text):
        try:
            return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
        except binascii.Error:
            return None
    return None


def _limited(file: BinaryIO, name: str) -> bytes:
    found = file.read(MAX_BYTES + 1)
    if len(found) > MAX_BYTES:
        raise ConfigError(f"frame has more than {MAX_BYTES} bytes, expected one message: {name}")
    return found
