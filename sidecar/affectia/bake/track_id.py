"""The id of a baked track: a digest of all that it is made of, so that the same input has the same bytes, and a result tells its input."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from affectia.bake.bake_options import BakeOptions
from affectia.errors import CaptureError

_BYTES: Final = 4  # a stream_id is a u32


def track_id(
    options: BakeOptions, *, sound: Path | None, timing: bytes | None, makers: Iterable[str], emotions: bytes | None = None
) -> int:
    """A u32 out of the bytes of a sound, of a timing and of the emotions along it, the options, and what makes a track of them; names of
    files have no part in it.

    `sound` must be a regular file; raises CaptureError where it cannot be read.
    """
    digest = hashlib.sha256()
    for part in (*makers, repr(options)):
        digest.update(part.encode() + b"\0")
    digest.update(b"none" if timing is None else hashlib.sha256(timing).digest())
    if emotions is not None:
        digest.update(b"emotions" + hashlib.sha256(emotions).digest())
    if sound is not None:
        try:
            with sound.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            raise CaptureError(f"sound file cannot be read ({reason}), expected a file of this machine: {sound}") from None
    return int.from_bytes(digest.digest()[:_BYTES], "big")
