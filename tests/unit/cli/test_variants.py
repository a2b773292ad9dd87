from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from affectia.cli.variants import variants
from affectia.clock import FakeClock
from affectia.errors import AffectiaError
from affectia.store.variant_record import VariantEntry, VariantRecord

pytestmark = pytest.mark.unit

ENTRY = VariantEntry("0123abcd", "shapes", True, 1_700_000_000, 90, 5400, 2.0, 0.004, 0.3, 0.25)


@pytest.fixture
def record(tmp_path: Path) -> VariantRecord:
    return VariantRecord(tmp_path / "variants.jsonl", clock=FakeClock())


def run(record: VariantRecord, *arguments: str) -> Result:
    app = typer.Typer()
    app.command()(variants)
    return CliRunner().invoke(app, list(arguments), obj=record, env={"COLUMNS": "100"})


def lines(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def row(result: Result, name: str) -> list[str]:
    (found,) = [line.split() for line in lines(result) if line.strip().startswith(name)]
    return found


def test_empty_record_says_how_to_fill_it(record: VariantRecord) -> None:
    first, last = lines(run(record))
    assert first.startswith("no session is recorded: `serve --mapping split`")
    assert last == f"record: {record.path}"


def test_table_has_a_row_for_each_mapping(record: VariantRecord) -> None:
    for number in range(6):
        record.add(dataclasses.replace(ENTRY, jitter_percent=1.0 + number))
    record.add(dataclasses.replace(ENTRY, variant="blend", secs=30))
    result = run(record)
    assert row(result, "shapes") == ["shapes", "6", "9.0", "3.5", "(1.0-6.0)", "0.30", "(0.30-0.30)", "25", "(25-25)"]
    assert row(result, "blend") == ["blend", "1", "0.5", "2.0", "0.30", "25"]
    assert any("fewer than 6 sessions" in line for line in lines(result))
    assert any("overlap" in line for line in lines(result))


def test_split_leaves_out_what_was_chosen(record: VariantRecord) -> None:
    record.add(ENTRY)
    record.add(dataclasses.replace(ENTRY, split=False))
    result = run(record, "--split")
    assert row(result, "shapes")[1] == "1"
    assert any(line.startswith("1 session was left out") for line in lines(result))


def test_lines_that_could_not_be_used_are_counted(record: VariantRecord) -> None:
    record.path.write_text("rubbish\nmore\n")
    assert any(line == "2 lines of the record could not be used" for line in lines(run(record)))


def test_json_is_for_programs(record: VariantRecord) -> None:
    record.add(ENTRY)
    result = run(record, "--json")
    (found,) = json.loads(result.stdout)
    assert found["variant"] == "shapes"
    assert found["sessions"] == 1
    assert found["jitter_percent"] == {"median": 2.0, "interval": None}


def test_clear_empties_the_record(record: VariantRecord) -> None:
    record.add(ENTRY)
    assert lines(run(record, "--clear")) == ["the record is empty now"]
    assert record.read().entries == ()


def test_record_that_cannot_be_read_or_deleted_is_told(tmp_path: Path) -> None:
    folder = VariantRecord(tmp_path, clock=FakeClock())
    result = run(folder)
    assert isinstance(result.exception, AffectiaError)
    assert str(result.exception).startswith("record of mapping variants cannot be read (")
    (tmp_path / "file").write_text("")
    result = run(VariantRecord(tmp_path / "file" / "variants.jsonl", clock=FakeClock()), "--clear")
    assert isinstance(result.exception, AffectiaError)
    assert "cannot be deleted" in str(result.exception)
