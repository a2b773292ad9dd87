from __future__ import annotations

from pathlib import Path

import pytest

from affectia import registry
from affectia.errors import CaptureError, ConfigError
from affectia.perception.voice.timing.timing_file import MAX_BYTES, load_timing, read_timing

pytestmark = pytest.mark.unit

GRID = """File type = "ooTextFile"
Object class = "TextGrid"
0 0.2 <exists> 1
"IntervalTier" "phones" 0 0.2 2
0 0.1 "M"
0.1 0.2 "IY1"
"""
JSON = '{"events": [{"start": 0, "end": 0.1, "phone": "M"}, {"start": 0.1, "end": 0.2, "phone": "IY1"}]}'
TABLE = "0\t0.1\tM\n0.1\t0.2\tIY1\n"


@pytest.mark.parametrize("text", [GRID, JSON, TABLE, "  \n" + JSON], ids=["TextGrid", "JSON", "table", "JSON behind blanks"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_content_tells_the_form(text: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "line.whatever"
    path.write_bytes(text.encode(encoding))
    found = load_timing(path, clip_secs=0.15)
    assert [registry.VISEMES[viseme] for viseme in found.visemes] == ["PP", "ih"]
    assert found.end_secs.tolist() == [0.1, 0.15]


def test_a_language_reaches_the_words() -> None:
    assert [registry.VISEMES[viseme] for viseme in read_timing(b"start end word\n0 1 sch\n", language="de").visemes] == ["CH"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "timing is empty"),
        (b" \n", "timing is empty"),
        (b"RIFF\0\0\0\0WAVE", "timing is empty, or no text"),
        (b"\xff\xd8\xff\xe0 picture", "timing is no UTF-8 text"),
        (b"\xff\xfe\x00", "timing is no UTF-16 text"),
        (b"# only a comment\n", "timing has no entries"),
    ],
)
def test_what_is_no_timing_is_refused_with_the_path_last(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "line.txt"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=message) as caught:
        load_timing(path)
    assert str(caught.value).endswith(f": {path}")


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="timing file cannot be read"):
        load_timing(tmp_path / "missing.json")
    with pytest.raises(CaptureError, match="timing file cannot be read"):
        load_timing(tmp_path)
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(ConfigError, match=f"timing file has {MAX_BYTES + 1} bytes, expected {MAX_BYTES} or fewer"):
        load_timing(large)
    with pytest.raises(ConfigError, match="timing has"):
        read_timing(b" " * (MAX_BYTES + 1))
