from __future__ import annotations

import sys

import pytest

from devtools.checks import Check, all_checks, run_all

pytestmark = pytest.mark.unit

GOOD = Check("good", (sys.executable, "-c", "print('unseen')"))
BAD = Check("bad", (sys.executable, "-c", "print('seen'); raise SystemExit(3)"), mend="do this")


def test_good_checks_are_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_all([GOOD]) == 0
    out = capsys.readouterr().out
    assert out.startswith("  good ")
    assert " ok " in out
    assert "unseen" not in out
    assert out.endswith("all 1 checks are ok\n")


def test_one_bad_check_shows_its_output_and_fails_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_all([BAD, GOOD]) == 1
    out = capsys.readouterr().out
    assert "FAILED" in out
    assert "seen\n-> do this\n" in out
    assert "unseen" not in out
    assert out.endswith("1 of 2 checks failed\n")


def test_check_whose_program_is_missing_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_all([Check("gone", ("no-such-program-here",))]) == 1
    assert "no-such-program-here: " in capsys.readouterr().out


def test_the_checks_have_names_of_their_own() -> None:
    names = [check.name for check in all_checks()]
    assert len(names) == len(set(names)) >= 7
