from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from affectia.capture.source import SourceState
from affectia.capture.take_file import TakeFileOptions, TakeFileSource
from affectia.cli.replay import closing_lines, ending, opening_lines, replay, replay_request
from affectia.clock import FakeClock
from affectia.config import FrameSettings, SessionSettings, Settings
from affectia.errors import ConfigError
from affectia.store.take_csv import write_take
from tests.unit.takes import csv, take

pytestmark = pytest.mark.unit


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_take(tmp_path / "take.csv", take(90), rate_hz=30)
    return tmp_path / "take.csv"


def source(path: Path, options: TakeFileOptions | None = None) -> TakeFileSource:
    return TakeFileSource(path, lambda _faces: None, FakeClock(), options)


def invoked(*arguments: str) -> Result:
    app = typer.Typer()
    app.command()(replay)
    return CliRunner().invoke(app, list(arguments))


def test_the_session_plays_the_take_and_smooths_nothing(path: Path) -> None:
    settings = Settings(
        session=SessionSettings(source="camera:3", id="left", avatars=4, consent=("camera",)),
        frames=FrameSettings(precision_bits=16, rate_hz=10, smoothing=2),
    )
    options = TakeFileOptions(speed=2)
    request = replay_request(settings, path, avatar="npc", loop=True, options=options)
    assert (request.source.kind, request.source.path, request.source.take) == ("take", path, options)
    assert (request.session_id, request.avatars, request.consent, request.loop) == ("npc", 1, frozenset(), True)
    assert dataclasses.astuple(request.options) == (16, 120.0, 0.0)


def test_it_is_over_when_the_face_had_time_to_ease(path: Path) -> None:
    playing, clock = source(path), FakeClock()
    is_over: Callable[[], bool] = ending(playing, 0.75, clock)
    clock.advance(secs=10)
    assert not is_over()
    playing.state = SourceState.ENDED
    assert not is_over()
    clock.advance(secs=0.7)
    assert not is_over()
    clock.advance(secs=0.1)
    assert is_over()


def test_what_is_played_is_told_first(path: Path) -> None:
    assert opening_lines(source(path), loop=False) == ["replaying take:take.csv: 90 rows, 3.0 s at 30.00 frames/s, then it ends"]
    fast = source(path, TakeFileOptions(speed=2))
    assert opening_lines(fast, loop=True) == ["replaying take:take.csv: 90 rows, 1.5 s at 60.00 frames/s, again and again until Ctrl-C"]


def test_what_was_left_out_is_told_last(path: Path) -> None:
    path.write_text(csv("12:00:00:00.000", "soon", "12:00:00:01.000"))
    playing = source(path)
    playing.captured_count, playing.passed_over = 2, 7
    assert closing_lines(playing) == [
        "replayed 2 rows of take:take.csv",
        "note: 7 rows were passed over, their successors were due already",
        "note: 1 row was left out (1 without a timecode); the first is line 3",
    ]


@pytest.mark.parametrize(("arguments", "sentence"), [(("--precision", "12"), "precision_bits is 12"), (("--port-base", "80"), "port_base")])
def test_settings_that_cannot_be_are_refused(path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    result = invoked(str(path), *arguments)
    assert isinstance(result.exception, ConfigError)
    assert sentence in str(result.exception)


@pytest.mark.parametrize("speed", ["0", "-1", "1000"])
def test_speeds_that_cannot_be_are_usage_errors(path: Path, speed: str) -> None:
    assert invoked(str(path), "--speed", speed).exit_code == 2
