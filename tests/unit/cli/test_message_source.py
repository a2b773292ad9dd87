from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest

from affectia.cli.message_source import MAX_BYTES, message_bytes
from affectia.errors import ConfigError

pytestmark = pytest.mark.unit

RAW = bytes(range(240, 256)) + b"\xa1\x00\x01"
NOTHING = io.BytesIO()


def test_standard_input_and_files_are_taken_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "frame.cbor").write_bytes(RAW)
    assert message_bytes("-", io.BytesIO(RAW)) == RAW
    assert message_bytes(str(tmp_path / "frame.cbor"), NOTHING) == RAW


@pytest.mark.parametrize(
    "content",
    [
        RAW.hex().encode(),
        b"0x" + RAW.hex(" ").encode() + b"\r\n",
        RAW.hex("\n").encode(),
        base64.b64encode(RAW),
        base64.encodebytes(9 * RAW),
    ],
    ids=["hex", "spaced hex", "lines of hex", "base64", "lines of base64"],
)
def test_what_is_in_a_file_may_be_text(tmp_path: Path, content: bytes) -> None:
    expected = 9 * RAW if len(content) > 9 * len(RAW) else RAW
    (tmp_path / "frame.txt").write_bytes(content)
    assert message_bytes(str(tmp_path / "frame.txt"), NOTHING) == expected
    assert message_bytes("-", io.BytesIO(content)) == expected


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"avatar/bob",
        b"avatar/bob\0",
        b"track/bob",
        b"affect/bob0",
        b"hello world",
        b"a1 0",
        b"a100\xff",
        b"\xa1\x00\x01",
        "ä100".encode(),
        b"abcde",
    ],
)
def test_what_is_no_text_of_a_message_is_left_as_it_is(content: bytes) -> None:
    assert message_bytes("-", io.BytesIO(content)) == content


@pytest.mark.parametrize(
    "text",
    [
        RAW.hex(),
        RAW.hex().upper(),
        "0x" + RAW.hex(),
        RAW.hex(" "),
        RAW.hex(":"),
        f" {RAW.hex()}\n",
        base64.b64encode(RAW).decode(),
        base64.urlsafe_b64encode(RAW).decode(),
        base64.b64encode(RAW).decode().rstrip("="),
    ],
)
def test_text_on_the_command_line(text: str) -> None:
    assert message_bytes(text, NOTHING) == RAW


@pytest.mark.parametrize("text", ["", "  ", "zz", "no such file.cbor", "abc", "a\0b", "ü" * 5000, "+" * 5])
def test_anything_else_is_told_what_it_could_be(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        message_bytes(text, NOTHING)
    assert str(caught.value).startswith("frame is ")
    assert str(caught.value).endswith(", expected a file that is there, - for standard input, hex digits or base64")
    assert len(str(caught.value)) < 200


def test_a_folder_and_a_flood_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="frame is a folder, expected a file"):
        message_bytes(str(tmp_path), NOTHING)
    with pytest.raises(ConfigError, match=f"frame has more than {MAX_BYTES} bytes"):
        message_bytes("-", io.BytesIO(bytes(MAX_BYTES + 1)))
