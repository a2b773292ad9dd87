from __future__ import annotations

import sys
from pathlib import Path

import pytest

from affectia.inference.program import ProgramResult, run_program

pytestmark = pytest.mark.unit


def test_output_exit_code_and_folder_are_kept(tmp_path: Path) -> None:
    code = "import os, sys; print(os.getcwd()); print('no', file=sys.stderr); sys.exit(3)"
    result = run_program([sys.executable, "-c", code], tmp_path, 60)
    assert (result.exit_code, result.stderr.strip()) == (3, "no")
    assert Path(result.stdout.strip()).resolve() == tmp_path.resolve()


def test_a_program_gets_no_input() -> None:
    assert run_program([sys.executable, "-c", "print(repr(input()))"], None, 60).last_words().startswith("EOFError")


def test_a_program_that_does_not_end_is_ended() -> None:
    with pytest.raises(TimeoutError, match=r"did not end within 0\.2 s"):
        run_program([sys.executable, "-c", "import threading; threading.Event().wait()"], None, 0.2)


def test_an_absent_program_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="absent"):
        run_program([str(tmp_path / "absent")], None, 1)


@pytest.mark.parametrize(
    ("stdout", "stderr", "words"),
    [
        ("", "WARNING: a\nERROR: no such package\nWARNING: old pip\n", "ERROR: no such package"),
        ("", "npm error code E404\nnpm error A complete log of this run is in: x.log\n", "npm error code E404"),
        ("one\ntwo\n", "", "two"),
        ("", " \n", "exit code 4"),
        ("", "ERROR: " + "x" * 500, "ERROR: " + "x" * 190 + "..."),
    ],
)
def test_the_last_words_are_one_line(stdout: str, stderr: str, words: str) -> None:
    assert ProgramResult(4, stdout, stderr).last_words() == words
