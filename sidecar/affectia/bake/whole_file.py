"""A file that is there whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from affectia.errors import ConfigError


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one step, its folder too where it is missing; one that exists is replaced. Whatever ends the call leaves no part.

    Raises ConfigError, with the path last, where it cannot be written.
    """
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            # As any other file of this user: what mkstemp makes nobody else may read.
            with temporary.open("xb") as file:
                file.write(content)
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise ConfigError(f"result cannot be written ({reason}), expected a place to write to, choose one with -o: {path}") from None
