from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from affectia.bake.bake_timing import bake_timing, has_only_words, timing_content
from affectia.errors import CaptureError, ConfigError
from affectia.perception.voice.timing.timing_file import MAX_BYTES
from tests.unit.bake.voices import write_timing

pytestmark = pytest.mark.unit

TEXT_GRID = """File type = "ooTextFile"
Object class = "TextGrid"
0
1
<exists>
1
"IntervalTier"
"{tier}"
0
1
2
0
0.5
"{first}"
0.5
1
"{second}"
"""


@pytest.mark.parametrize(
    ("content", "is_words"),
    [
        ('{"events": [{"start": 0, "end": 1, "word": "hello"}]}', True),
        ('{"type": "words", "events": [{"start": 0, "end": 1, "label": "mama"}]}', True),
        ('[{"start": 0, "end": 1, "label": "morning"}]', True),
        ('{"events": [{"start": 0, "end": 1, "viseme": "PP"}]}', False),
        ('{"type": "arpabet", "events": [{"start": 0, "end": 1, "label": "B"}]}', False),
        ('{"events": [{"start": 0, "end": 1, "phone": "AE1"}, {"start": 1, "end": 2, "phone": "B"}]}', False),
        ('{"type": "phones", "events": [{"start": 0, "end": 1, "label": "AE1"}]}', False),
        ('{"events": [{"AudioOffset": 500000, "VisemeId": 21}]}', False),
        ("0\t0.5\thello\n0.5\t1\tthere\n", True),
        ("start\tend\tviseme\n0\t0.5\tPP\n", False),
        (TEXT_GRID.format(tier="words", first="hello", second="there"), True),
        (TEXT_GRID.format(tier="phones", first="HH", second="AH0"), False),
    ],
)
def test_words_are_told_from_what_is_said_in_them(content: str, is_words: bool) -> None:
    assert has_only_words(content.encode()) is is_words
    assert bake_timing(content.encode(), Path("a"), clip_secs=None).is_words is is_words
    assert has_only_words(content.encode("utf-16")) is is_words


def test_words_have_an_inside_with_ramps_and_pauses_between_them(tmp_path: Path) -> None:
    path = write_timing(tmp_path / "a.json", (0.5, 1.0, "mama"), (2.0, 2.5, "papa"), key="word")
    inside = bake_timing(path.read_bytes(), path, clip_secs=3.0).inside_words(300)
    assert inside.shape == (300,)
    assert not inside[:44].any()
    assert inside[48:102].min() == 1
    assert 0 < inside[46] < 1
    assert not inside[107:194].any()
    assert inside[198:252].min() == 1
    assert not inside[257:].any()


def test_a_timing_is_cut_at_the_end_of_its_clip(tmp_path: Path) -> None:
    path = write_timing(tmp_path / "a.json", (0.0, 1.0, "aa"), (1.0, 2.0, "PP"))
    timing = bake_timing(path.read_bytes(), path, clip_secs=1.5)
    assert timing.visemes.duration_secs == pytest.approx(1.5)
    assert timing.visemes.notices


def test_content_that_is_no_timing_is_refused_with_its_file_last(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for wrong in (b"", b"\xff\xfe\x00", b"{", b'{"lines": []}', b"\x89PNG\r\n", b'{"events": [{"start": 0, "word": 3}]}'):
        with pytest.raises(ConfigError, match=r"a\.json$"):
            bake_timing(wrong, path, clip_secs=1.0)


def test_files_that_cannot_be_read_are_errors_of_ours(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path / ("x" * 300), Path("nul\0")):
        with pytest.raises(CaptureError, match="timing file cannot be read"):
            timing_content(path)
    with pytest.raises(CaptureError, match="timing file is a folder or a device"):
        timing_content(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes with names there")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CaptureError, match="folder or a device"):
        timing_content(tmp_path / "pipe")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.json").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(ConfigError, match=rf"timing file has {MAX_BYTES + 1} bytes, expected at most {MAX_BYTES}: .*huge"):
        timing_content(tmp_path / "huge.json")
