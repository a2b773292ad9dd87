from __future__ import annotations

import io
from pathlib import Path

import pytest

from affectia.errors import ModelUnavailable
from affectia.inference.limited_file import write_limited

pytestmark = pytest.mark.unit


class Endless:
    """A stream that never ends and counts what was asked of it."""

    def __init__(self) -> None:
        self.read_bytes = 0

    def read(self, size: int, /) -> bytes:
        self.read_bytes += size
        return bytes(size)


@pytest.mark.parametrize("size_bytes", [0, 1, 65_536, 200_000])
def test_a_stream_within_the_limit_is_copied(tmp_path: Path, size_bytes: int) -> None:
    content = bytes(range(256)) * (size_bytes // 256) + bytes(size_bytes % 256)
    assert write_limited(io.BytesIO(content), tmp_path / "out", limit_bytes=size_bytes) == size_bytes
    assert (tmp_path / "out").read_bytes() == content


def test_an_endless_stream_is_left_one_byte_past_the_limit(tmp_path: Path) -> None:
    stream = Endless()
    with pytest.raises(ModelUnavailable, match="more than the 100000 bytes"):
        write_limited(stream, tmp_path / "out", limit_bytes=100_000)
    assert stream.read_bytes == 100_001


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"here")
    with pytest.raises(FileExistsError):
        write_limited(io.BytesIO(b"other"), tmp_path / "out", limit_bytes=10)
    assert (tmp_path / "out").read_bytes() == b"here"
