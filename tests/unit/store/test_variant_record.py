from __future__ import annotations

import dataclasses
import json
import math
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from affectia.clock import FakeClock
from affectia.store import variant_record
from affectia.store.file_lock import FileLock
from affectia.store.variant_record import VariantEntry, VariantRecord, session_digest, variant_record_path

pytestmark = pytest.mark.unit

ENTRY = VariantEntry("0123abcd", "emotion", True, 1_700_000_000, 61.5, 3600, 2.5, 0.004, 0.31, 0.2)


@pytest.fixture
def record(tmp_path: Path) -> VariantRecord:
    return VariantRecord(tmp_path / "deep" / "variants.jsonl", clock=FakeClock())


def entries(count: int) -> list[VariantEntry]:
    return [dataclasses.replace(ENTRY, frames=number) for number in range(count)]


def test_what_is_added_is_read_oldest_first(record: VariantRecord) -> None:
    for entry in entries(3):
        assert record.add(entry)
    reading = record.read()
    assert list(reading.entries) == entries(3)
    assert reading.skipped == 0


def test_record_that_is_not_there_is_empty(record: VariantRecord) -> None:
    assert record.read().entries == ()
    assert record.clear(), "and may be deleted all the same"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no mode bits")
def test_only_its_user_may_read_it(record: VariantRecord) -> None:
    record.add(ENTRY)
    assert stat.S_IMODE(record.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(record.path.parent.stat().st_mode) == 0o700


def test_line_holds_figures_alone_and_no_name(record: VariantRecord) -> None:
    record.add(dataclasses.replace(ENTRY, session=session_digest("anna-at-home")))
    text = record.path.read_text()
    assert "anna" not in text
    assert set(json.loads(text)) == {field.name for field in dataclasses.fields(VariantEntry)}
    assert len(json.loads(text)["session"]) == 8


def test_digest_of_an_id_is_the_beginning_of_its_sha256() -> None:
    assert session_digest("default") == "37a8eec1"


def test_deleted_record_is_empty_and_can_be_added_to(record: VariantRecord) -> None:
    record.add(ENTRY)
    assert record.clear()
    assert not record.path.exists()
    assert record.add(ENTRY)
    assert record.read().entries == (ENTRY,)


def test_newest_lines_stay(record: VariantRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variant_record, "MOST_LINES", 5)
    for entry in entries(9):
        assert record.add(entry)
    assert list(record.read().entries) == entries(9)[-5:]
    assert sorted(path.name for path in record.path.parent.iterdir()) == ["variants.jsonl", "variants.lock"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no mode bits")
def test_shortened_record_is_its_users_own_too(record: VariantRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variant_record, "MOST_LINES", 1)
    record.add(ENTRY)
    record.add(ENTRY)
    assert stat.S_IMODE(record.path.stat().st_mode) == 0o600


def test_bytes_are_bounded_too(record: VariantRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variant_record, "MOST_BYTES", 1000)
    for entry in entries(30):
        assert record.add(entry)
        assert record.path.stat().st_size <= 1000
    kept = record.read()
    assert kept.skipped == 0
    assert list(kept.entries) == entries(30)[-len(kept.entries) :]
    assert len(kept.entries) >= 2


def test_line_that_was_not_finished_spoils_only_itself(record: VariantRecord) -> None:
    record.add(ENTRY)
    with record.path.open("ab") as file:
        file.write(b'{"session":"0123')
    assert record.add(ENTRY)
    reading = record.read()
    assert reading.entries == (ENTRY, ENTRY)
    assert reading.skipped == 1


@pytest.mark.parametrize(
    "change",
    [{"secs": "61"}, {"split": 1}, {"frames": 1.5}, {"frames": True}, {"range": math.nan}, {"variant": None}, {"variant": "x" * 3000}],
)
def test_line_with_a_wrong_value_is_passed_over(record: VariantRecord, change: dict[str, object]) -> None:
    record.add(ENTRY)
    with record.path.open("a") as file:
        file.write(json.dumps({**dataclasses.asdict(ENTRY), **change}) + "\n")
    assert record.read().entries == (ENTRY,)
    assert record.read().skipped == 1


@pytest.mark.parametrize("line", ["[1]", "no", "[" * 1500, '{"session": "0123abcd"}'])
def test_line_that_is_no_entry_is_passed_over(record: VariantRecord, line: str) -> None:
    record.path.parent.mkdir()
    record.path.write_text(f"{line}\n\n")
    assert record.read() == variant_record.VariantReading((), 1)


def test_keys_of_a_later_version_are_left_alone(record: VariantRecord) -> None:
    record.path.parent.mkdir()
    record.path.write_text(json.dumps({**dataclasses.asdict(ENTRY), "later": [1], "secs": 60}) + "\n")
    assert record.read().entries == (dataclasses.replace(ENTRY, secs=60),)


def test_figures_that_are_no_numbers_are_not_recorded(record: VariantRecord) -> None:
    assert not record.add(dataclasses.replace(ENTRY, range=math.nan))
    assert not record.path.exists()


def test_record_that_another_holds_is_given_up_after_a_while(record: VariantRecord) -> None:
    record.add(ENTRY)
    other = FileLock(record.path.with_suffix(".lock"))
    assert other.try_acquire()
    assert not record.add(ENTRY)
    other.release()
    assert record.add(ENTRY)
    assert len(record.read().entries) == 2


def test_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not VariantRecord(tmp_path / "file" / "variants.jsonl", clock=FakeClock()).add(ENTRY)


def test_two_processes_lose_nothing(record: VariantRecord) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from affectia.store.variant_record import VariantEntry, VariantRecord\n"
        "from affectia.store import variant_record; variant_record.LOCK_TIMEOUT_SECS = 60\n"
        "record = VariantRecord(Path(sys.argv[1]))\n"
        "for number in range(40):\n"
        "    assert record.add(VariantEntry(sys.argv[2], 'blend', False, 0, 1.0, number, 0.0, 0.0, 0.0, 0.0))\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(record.path), name]) for name in ("a", "b")]
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    reading = record.read()
    assert reading.skipped == 0
    for name in ("a", "b"):
        assert [entry.frames for entry in reading.entries if entry.session == name] == list(range(40))


def test_record_is_in_the_folder_of_this_users_state() -> None:
    assert variant_record_path().name == "variants.jsonl"
    assert "affectia" in {part.lower() for part in variant_record_path().parts}
    assert VariantRecord().path == variant_record_path()
