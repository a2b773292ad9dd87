"""A file written from a stream that may not be longer than it should be."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from affectia.errors import ModelUnavailable

_CHUNK_BYTES = 1 << 16


class Readable(Protocol):
    """What `write_limited` reads from."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; empty at the end."""
        ...


def write_limited(stream: Readable, path: Path, *, limit_bytes: int) -> int:
    """Copy a stream into a new file, synced to the disk, and return the number of bytes.

    At most one byte more than the limit is ever asked for, so an endless stream ends here.

    Raises:
        ModelUnavailable: the stream holds more than `limit_bytes`.
        OSError: the stream or the disk fails.
    """
    written = 0
    with path.open("xb") as file:
        while chunk := stream.read(min(_CHUNK_BYTES, limit_bytes + 1 - written)):
            written += len(chunk)
            if written > limit_bytes:
                raise ModelUnavailable(f"it delivers more than the {limit_bytes} bytes that are expected")
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return written
