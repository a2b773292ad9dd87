from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import pytest
from rich.console import Console

from affectia.bake.bake_job import BakeFacts
from affectia.bake.mouth_look import MouthLook
from affectia.cli.bake_report import FolderReport, clip_json, clip_lines, kilobytes, minutes

pytestmark = pytest.mark.unit

FACTS = BakeFacts(9.657, 22_050, 2, 580, 60, False, "visemes of the sound", ("clipped",), MouthLook(0.876, 12, 1, 0.6), 0.088)


def drawn(report: FolderReport) -> str:
    told = io.StringIO()
    console = Console(file=told, width=120)
    for table in report.tables():
        console.print(table)
    return told.getvalue()


def test_one_clip_is_six_lines() -> None:
    assert clip_lines(Path("a/line.wav"), Path("b/line.track"), 28_402, FACTS, timing=None) == [
        "baked line.wav -> b/line.track".replace("b/line.track", str(Path("b/line.track"))),
        "  clip   9.66 s, 22050 Hz, 2 channels",
        "  track  580 frames at 60/s, 28 KiB; visemes of the sound",
        "  mouth  opens 12 times, closes for a moment once, open 88 % of the time",
        "  took   0.09 s, 110 x real time",
        "  note   clipped",
    ]


def test_a_timing_alone_has_no_channels_and_is_named() -> None:
    facts = dataclasses.replace(FACTS, channels=0, made_from="visemes of the timing", notices=())
    lines = clip_lines(Path("a.json"), Path("a.track"), 100, facts, timing=Path("x/a.json"))
    assert lines[1].endswith("timing alone")
    assert lines[2].endswith("100 bytes; visemes of the timing (a.json)")


def test_states_of_a_clip_as_json() -> None:
    source, result = Path("a.wav"), Path("a.track")
    assert clip_json(source, result)["state"] == "unchanged"
    assert clip_json(source, result, error="no sound") == {
        "clip": "a.wav",
        "result": "a.track",
        "state": "failed",
        "error": "no sound",
    }
    assert clip_json(source, result, facts=FACTS)["look"]["openings"] == 12


def test_sums_of_a_folder() -> None:
    report = FolderReport(baked=2, unchanged=1, clip_secs=120.0)
    assert report.lines(took_secs=2.0, count=4) == [
        "baked 2 of 4 clips in 2.0 s: 2.0 min of sound, 60 x real time",
        "left 1 as they were: made of the same already, --force bakes them again",
    ]
    assert FolderReport(unchanged=1).lines(took_secs=0.1, count=1)[0] == "baked 0 of 1 clip in 0.1 s"
    assert not report.tables()


def test_a_note_that_many_clips_have_is_told_once() -> None:
    report = FolderReport(errors=[("z.wav", "sound file is empty"), ("a.wav", "no sound")])
    for number in range(5):
        report.note(f"{number}.wav", ("clipped",))
    report.note("7.wav", ("silent",))
    told = drawn(report)
    assert "2 failed" in told
    assert told.index("a.wav") < told.index("z.wav")
    assert told.count("clipped") == 1
    assert "0.wav, 1.wav, 2.wav" in told
    assert "2 more" in told
    assert "silent" in told


def test_many_failures_are_cut() -> None:
    told = drawn(FolderReport(errors=[(f"{number:04}.wav", "empty") for number in range(250)]))
    assert "250 failed" in told
    assert "and 150 more" in told
    assert "0099.wav" in told
    assert "0100.wav" not in told


def test_square_brackets_in_names_are_kept() -> None:
    assert "[bold]a.wav" in drawn(FolderReport(errors=[("[bold]a.wav", "[red] is empty")]))


def test_numbers_are_written_for_people() -> None:
    assert [kilobytes(size) for size in (12, 2048, 5 << 20)] == ["12 bytes", "2 KiB", "5.0 MiB"]
    assert [minutes(secs) for secs in (12.34, 240)] == ["12.3 s", "4.0 min"]
