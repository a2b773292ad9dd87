from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from affectia.cli.doctor_probe import main

pytestmark = pytest.mark.unit


def said_of(*items: str) -> tuple[int, list[dict[str, Any]]]:
    lines: list[dict[str, Any]] = []
    return main(items, lines.append), lines


def test_each_item_is_announced_and_told() -> None:
    code, (begun, done, again, failed) = said_of("library:json", "library:there_is_no_such_module")
    assert code == 0
    assert (begun, again) == ({"begin": "library:json"}, {"begin": "library:there_is_no_such_module"})
    assert done["done"] == "library:json"
    assert abs(done["now_nanos"] - time.perf_counter_ns()) < 5e9
    assert failed == {
        "failed": "library:there_is_no_such_module",
        "error": "ModuleNotFoundError: No module named 'there_is_no_such_module'",
    }


def test_a_library_that_leaves_the_program_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "leaves_at_once.py").write_text("raise SystemExit('no licence')")
    monkeypatch.syspath_prepend(str(tmp_path))
    _code, lines = said_of("library:leaves_at_once", "library:json")
    assert lines[1] == {"failed": "library:leaves_at_once", "error": "SystemExit: no licence"}
    assert lines[3]["done"] == "library:json"


def test_microphones_are_named() -> None:
    code, (_begun, done) = said_of("microphones:")
    assert code == 0
    assert done["done"] == "microphones:"
    assert isinstance(done["microphones"], list)
    assert bool(done["fault"]) == bool(done["next_step"])


def test_networks_of_hearing_are_run_and_what_is_missing_is_told(tmp_path: Path) -> None:
    code, (_begun, done) = said_of(f"hearing:{tmp_path}")
    assert code == 0
    assert done["done"] == f"hearing:{tmp_path}"
    assert done["detector"].startswith("model silero_vad is not in the cache")
    assert bool(done["visemes"]) != bool(done["version"])
    assert bool(done["provider"]) == bool(done["version"])
    assert 0 < done["run_millis"] < 1000


def test_anything_else_is_refused() -> None:
    assert said_of("planet:mars") == (2, [])
