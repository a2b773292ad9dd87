from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from affectia.bake.bake_job import BakeJob, run_job
from affectia.bake.bake_message import Answer
from affectia.bake.bake_options import BakeOptions
from affectia.bake.track_format import TrackFormat
from affectia.cli.bake_folder import BakeFolder, bake_folder, default_processes
from affectia.clock import FakeClock
from affectia.errors import AffectiaError, CaptureError, ConfigError
from affectia.wire.track_file import read_track
from tests.unit.bake.voices import FakeVoice, spoken, write_timing
from tests.unit.sounds import write_sound

pytestmark = pytest.mark.unit


class FakePool:
    """Bakes in this process, the last job first; is interrupted before the job of a number."""

    def __init__(self, jobs: Sequence[BakeJob], *, interrupted_at: int | None = None) -> None:
        self._jobs = list(enumerate(jobs))[::-1]
        self._interrupted_at = interrupted_at

    def __enter__(self) -> FakePool:
        return self

    def __exit__(self, *_given: object) -> None:
        pass

    def answers(self) -> Iterator[tuple[int, Answer]]:
        for number, job in self._jobs:
            if number == self._interrupted_at:
                raise KeyboardInterrupt
            try:
                baked = run_job(job, FakeVoice())
            except AffectiaError as error:
                yield number, Answer(error=str(error), exit_code=error.exit_code)
            else:
                yield number, Answer() if baked is None else Answer(content=baked.content, facts=baked.facts)


def bake(folder: Path, *, as_json: bool = False, interrupted_at: int | None = None, **wanted: Any) -> tuple[int, str]:
    """(exit code, what was told) of a folder."""
    console = Console(file=io.StringIO(), width=160, highlight=False)
    fields = {"out": folder, "form": TrackFormat.TRACK, "options": BakeOptions(), **wanted}
    pool: Any = lambda jobs, processes: FakePool(jobs, interrupted_at=interrupted_at)  # noqa: E731
    code = bake_folder(BakeFolder(folder, **fields), as_json=as_json, console=console, pool=pool, clock=FakeClock())
    told: Any = console.file
    return code, told.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three lines."""
    folder = tmp_path / "lines"
    folder.mkdir()
    for number, name in enumerate(("a", "b", "c")):
        write_sound(folder / f"{name}.wav", spoken(0.3 + 0.1 * number), rate_hz=16_000)
    return folder


def test_every_clip_of_a_folder_has_its_track(folder: Path, tmp_path: Path) -> None:
    code, told = bake(folder, out=tmp_path / "out")
    assert code == 0
    assert sorted(os.listdir(tmp_path / "out")) == ["a.track", "b.track", "c.track"]
    assert all(read_track((tmp_path / "out" / name).read_bytes()) for name in os.listdir(tmp_path / "out"))
    assert "baked 3 of 3 clips" in told


def test_what_is_there_is_left_and_what_changed_is_baked_again(folder: Path) -> None:
    bake(folder)
    before = {name: (folder / name).stat().st_mtime_ns for name in ("a.track", "b.track", "c.track")}
    write_timing(folder / "b.json", (0.5, 0.8, "oh"))
    (folder / "c.track").write_bytes((folder / "c.track").read_bytes()[:100])
    code, told = bake(folder)
    assert code == 0
    assert "baked 2 of 3 clips" in told
    assert "left 1 as they were" in told
    after = {name: (folder / name).stat().st_mtime_ns for name in before}
    assert [name for name in before if before[name] != after[name]] == ["b.track", "c.track"]
    assert "baked 3 of 3" in bake(folder, force=True)[1]


def test_one_bad_clip_does_not_stop_the_others(folder: Path) -> None:
    (folder / "b.wav").write_bytes(b"garbage that is no sound")
    (folder / "empty.wav").write_bytes(b"")
    (folder / "c.json").write_text('{"lines": ["hello"]}')
    code, told = bake(folder)
    assert code == 4
    assert (folder / "a.track").exists()
    assert not (folder / "b.track").exists()
    assert "3 failed" in told
    assert "baked 1 of 4 clips" in told
    for words in ("b.wav ", "sound file cannot be read", "sound file is empty", "timing has no list 'events'"):
        assert words in told


def test_clips_of_one_name_are_refused_and_the_rest_is_baked(folder: Path) -> None:
    write_sound(folder / "a.flac", spoken(0.3), rate_hz=16_000, codec="flac")
    code, told = bake(folder)
    assert code == 4
    assert "2 failed" in told
    assert not (folder / "a.track").exists()
    assert (folder / "b.track").exists()


def test_an_interrupt_leaves_whole_files_and_the_next_call_goes_on(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = bake(folder, interrupted_at=1)
    assert code == 130
    assert "baked 1 of 3 clips" in told
    assert "goes on with what is missing" in capsys.readouterr().err
    assert sorted(os.listdir(folder)) == ["a.wav", "b.wav", "c.track", "c.wav"]
    assert read_track((folder / "c.track").read_bytes())
    code, told = bake(folder)
    assert (code, "baked 2 of 3 clips" in told, "left 1" in told) == (0, True, True)


def test_json_has_a_line_for_each_clip_in_the_order_of_names(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "b.wav").write_bytes(b"")
    assert bake(folder, as_json=True) == (4, "")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(Path(line["clip"]).name, line["state"]) for line in lines] == [("a.wav", "baked"), ("b.wav", "failed"), ("c.wav", "baked")]
    assert "sound file is empty" in lines[1]["error"]


def test_a_folder_without_sound_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="folder has no sound file"):
        bake(tmp_path)


def test_results_that_cannot_be_written_are_one_sentence_at_the_start(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="folder for the results cannot be made"):
        bake(folder, out=folder / "a.wav" / "out")
    monkeypatch.setattr(os, "access", lambda *_given: False)  # as for a user who is not root
    with pytest.raises(ConfigError, match="folder for the results cannot be written to"):
        bake(folder)


def test_a_result_that_cannot_be_written_fails_its_clip_alone(folder: Path) -> None:
    (folder / "b.track").mkdir()
    code, told = bake(folder)
    assert code == 4
    assert "1 failed" in told
    assert "result cannot be written" in told
    assert (folder / "c.track").is_file()


def test_one_processor_is_left_to_others() -> None:
    assert 1 <= default_processes() <= (os.cpu_count() or 1)
    if sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1:
        assert default_processes() == len(os.sched_getaffinity(0)) - 1
