from __future__ import annotations

import ast

import pytest

import run
from devtools.commands import COMMANDS
from devtools.repository import ROOT

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 7), (3, 13, 0)])
def test_supported_versions_have_no_problem(version: tuple[int, ...]) -> None:
    assert run.version_problem(version, "python3") == ""


@pytest.mark.parametrize("version", [(3, 8, 18), (3, 10, 13), (3, 14, 0), (4, 0, 0)])
def test_other_versions_are_named_with_what_is_needed(version: tuple[int, ...]) -> None:
    problem = run.version_problem(version, "the/python")
    assert f"this is Python {'.'.join(map(str, version))} (the/python)" in problem
    assert problem.startswith("Affectia needs Python 3.11, 3.12 or 3.13; ")
    assert "\n" not in problem


def test_an_old_python_can_read_run_py() -> None:
    ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 8))


def test_without_a_command_the_usage_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main([]) == 0
    out = capsys.readouterr().out
    assert [name for name in COMMANDS if f"\n  {name} " not in out] == []


def test_unknown_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["dmeo"]) == 2
    assert capsys.readouterr().err.startswith("unknown command 'dmeo'\n")
