from __future__ import annotations

import json
import math
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from affectia.cli.eval_common import decimal, exit_code, failures_table, percent, progress, stopped, write_json
from affectia.errors import ConfigError

pytestmark = pytest.mark.unit


def test_what_is_no_number_is_null(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = {"a": math.nan, "b": [1, (0.1234567, math.inf)], "c": {"d": "text", "e": None, "f": True}}
    write_json("-", found)
    expected = {"a": None, "b": [1, [0.123457, None]], "c": {"d": "text", "e": None, "f": True}}
    assert json.loads(capsys.readouterr().out) == expected
    write_json(str(tmp_path / "deep" / "a.json"), found)
    assert json.loads((tmp_path / "deep" / "a.json").read_text()) == expected


def test_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="result cannot be written"):
        write_json(str(tmp_path / "file" / "a.json"), {})


def test_many_failures_are_not_all_named() -> None:
    console = Console(width=80, record=True, file=StringIO())
    console.print(failures_table([(f"[b]{number}.wav", "is empty") for number in range(30)]))
    text = console.export_text()
    assert "30 not read" in text
    assert "[b]0.wav" in text
    assert "and 10 more" in text
    assert (exit_code([]), exit_code([("a", "b")])) == (0, 4)


def test_numbers_have_a_dash_where_there_is_none() -> None:
    assert (percent(0.8714), percent(math.nan), decimal(0.0123), decimal(math.nan)) == ("87.1", "-", "0.012", "-")


def test_bar_is_quiet_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("answering", 2) as step:
        step()
    assert capsys.readouterr() == ("", "")


def test_stop_is_said_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert stopped().exit_code == 130
    assert capsys.readouterr().out == ""
