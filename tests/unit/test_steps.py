from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from devtools.steps import Steps

pytestmark = pytest.mark.unit


def test_step_keeps_the_output_in_the_log_and_one_line_on_the_screen(tmp_path: Path) -> None:
    out = io.StringIO()
    steps = Steps(tmp_path / "a" / "setup.log", out=out)
    assert steps.run("greeting", [sys.executable, "-c", "print('hello')"])
    assert "hello" in steps.log_path.read_text()
    assert out.getvalue().startswith("  greeting ... done, ")
    assert out.getvalue().count("\n") == 1


def test_failing_step_says_so_and_leaves_its_last_words(tmp_path: Path) -> None:
    out = io.StringIO()
    steps = Steps(tmp_path / "setup.log", out=out)
    assert not steps.run("breaking", [sys.executable, "-c", "import sys; print('first', flush=True); sys.exit('last words')"])
    assert "  breaking ... FAILED, " in out.getvalue()
    assert steps.log_tail().endswith("    last words")


def test_missing_program_is_a_failed_step(tmp_path: Path) -> None:
    steps = Steps(tmp_path / "setup.log", out=io.StringIO())
    assert not steps.run("nothing", [str(tmp_path / "no-such-program")])
    assert "no-such-program" in steps.log_tail()


def test_log_text_since_leaves_out_what_was_there_before(tmp_path: Path) -> None:
    steps = Steps(tmp_path / "setup.log", out=io.StringIO())
    assert steps.log_size() == 0
    steps.run("one", [sys.executable, "-c", "print('from one')"])
    began_at = steps.log_size()
    steps.run("two", [sys.executable, "-c", "print('from two')"])
    text = steps.log_text_since(began_at)
    assert "from two" in text
    assert "from one" not in text
