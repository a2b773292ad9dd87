from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from affectia import registry
from affectia.clock import NANOS_PER_SEC
from affectia.errors import CaptureError
from affectia.store import take_reader
from affectia.store.take_csv import COLUMNS, HALF_TURNS, RADIANS, write_take
from affectia.store.take_reader import LONGEST_PAUSE_SECS, TakeReading, read_take
from tests.unit.takes import HEADER, VALUES, csv, take

pytestmark = pytest.mark.unit

NOON = "12:00:00:{:02}.000"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "take.csv"


def read(path: Path, text: str | bytes) -> TakeReading:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_take(path)


def secs(reading: TakeReading) -> list[float]:
    return [round(time / NANOS_PER_SEC, 4) for time in reading.take.times_nanos.tolist()]


@pytest.mark.parametrize("scale", [HALF_TURNS, RADIANS])
@pytest.mark.parametrize("rate_hz", [24.0, 25.0, 29.97, 30.0, 50.0, 59.94, 60.0, 12.5, 17.0])
def test_what_is_written_is_read_back_without_being_told_its_rate(path: Path, scale: float, rate_hz: float) -> None:
    written = take(140, rate_hz=rate_hz)
    write_take(path, written, rate_hz=rate_hz, angle_scale=scale, start_secs_of_day=36_000.3)
    found = read_take(path, angle_scale=scale)
    np.testing.assert_allclose(found.take.times_nanos, written.times_nanos - written.times_nanos[0], atol=0.004 * NANOS_PER_SEC)
    np.testing.assert_allclose(found.take.blendshapes, written.blendshapes, atol=1e-6)
    np.testing.assert_allclose(found.take.head_deg, written.head_deg, atol=1e-3)
    np.testing.assert_allclose(found.take.eyes_deg, written.eyes_deg, atol=1e-3)
    assert found.rate_hz == pytest.approx(rate_hz, rel=0.002)
    assert found.duration_secs == pytest.approx(140 / rate_hz, abs=0.01)
    assert found.found.all()
    assert found.remarks() == []


def test_rows_that_come_unevenly_do_not_spoil_the_rate(path: Path) -> None:
    written = take(300, rate_hz=30)
    jitter = np.random.default_rng(3).uniform(-0.008, 0.008, 300) * NANOS_PER_SEC
    written.times_nanos[1:] += jitter[1:].astype(np.int64)
    write_take(path, written, rate_hz=30)
    found = read_take(path)
    np.testing.assert_allclose(found.take.times_nanos, written.times_nanos - written.times_nanos[0], atol=0.002 * NANOS_PER_SEC)


@pytest.mark.parametrize("timecode", ["99:99:99:99", "10:00:02:99", "09:59:59:99", "23:59:59:99"])
def test_a_row_that_is_left_out_has_no_say_in_the_rate(path: Path, timecode: str) -> None:
    write_take(path, take(140, rate_hz=29.97), rate_hz=29.97, start_secs_of_day=36_000.3)
    lines = path.read_text().splitlines()
    before = next(number for number, line in enumerate(lines) if line.startswith("10:00:02:10"))
    lines.insert(before + 1, f"{timecode},61{VALUES}")
    found = read(path, "\n".join(lines))
    assert found.rate_hz == pytest.approx(29.97, rel=0.002)
    assert found.duration_secs == pytest.approx(140 / 29.97, abs=0.01)
    assert (found.skipped.total(), found.first_skipped_line) == (1, before + 2)


def test_a_rate_that_is_named_counts(path: Path) -> None:
    path.write_text(csv(NOON.format(0), NOON.format(12)))
    assert secs(read_take(path, rate_hz=24)) == [0, 0.5]
    assert secs(read_take(path)) == [0, 0.2]  # no second ends in it: 60 is what the app counts


def test_a_take_past_midnight_goes_on_rising(path: Path) -> None:
    write_take(path, take(60), rate_hz=30, start_secs_of_day=86_399.0)
    found = read_take(path)
    assert secs(found)[-1] == pytest.approx(59 / 30, abs=1e-3)
    assert found.remarks() == []


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + csv(NOON.format(0), NOON.format(1)),
        csv(NOON.format(0), NOON.format(1)).replace("\n", "\r\n"),
        csv(NOON.format(0), NOON.format(1)).replace("BlendShapeCount", "BlendshapeCount"),
        csv(NOON.format(0), NOON.format(1)).replace("\n", "\n\n"),
        csv(NOON.format(0), NOON.format(1)).replace(HEADER, HEADER.lower()),
        csv(NOON.format(0), NOON.format(1)).replace(",", '","').replace("\n", '"\n"').rstrip('"').join(('"', "")),
        csv("12:00:00:00", "12:00:00:01"),
        csv("12:00:00;00", "12:00:00;01").rstrip("\n"),
    ],
    ids=["bom", "crlf", "app", "blank lines", "lower case", "quoted", "no subframes", "drop frame"],
)
def test_ways_of_writing_the_same(path: Path, text: str) -> None:
    found = read(path, text)
    assert secs(found) == [0, round(1 / 60, 4)]
    assert found.take.blendshapes.tolist() == [[0.25] * 52] * 2
    assert found.remarks() == []


def test_columns_are_found_by_name(path: Path) -> None:
    found = read(path, "JawOpen,Timecode,Mood,HeadPitch\n0.5,12:00:00:00.000,glad,-0.25\n")
    assert found.take.blendshapes[0].tolist() == [0.5 if name == "jawOpen" else 0 for name in registry.BLENDSHAPES]
    assert found.take.head_deg.tolist() == [[0, -45, 0]]
    missing, unknown = found.remarks()
    assert missing == "59 columns are missing (EyeBlinkLeft, EyeLookDownLeft, EyeLookInLeft and 56 more), what they drive stays at rest"
    assert unknown == "1 column is unknown (Mood) and passed over"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"noon,61{VALUES}", "without a timecode"),
        (f"99:99:99:99,61{VALUES}", "with a timecode that is no time of day"),
        (f"24:00:00:02.000,61{VALUES}", "with a timecode that is no time of day"),
        (f"12:60:00:02.000,61{VALUES}", "with a timecode that is no time of day"),
        (f"12:00:60:02.000,61{VALUES}", "with a timecode that is no time of day"),
        ("12:00:00:02.000,61,0.1", "too short"),
        ("12:00:00:02.000,61", "too short"),
        (f"12:00:00:02.000,61{VALUES[:-5]},x", "with something else than numbers"),
        (f"12:00:00:02.000,61{VALUES[:-5]},", "with something else than numbers"),
        (f"12:00:00:02.000,61{VALUES[:-5]},nan", "with values that are no numbers"),
        (f"12:00:00:02.000,61{VALUES[:-5]},-inf", "with values that are no numbers"),
        (f"12:00:00:02.000,61{VALUES[:-5]},1e99", "with values that are no numbers"),
        (f"11:59:00:02.000,61{VALUES}", "out of time order"),
        (f"23:59:00:02.000,61{VALUES}", "out of time order"),
        (f"12:00:00:01.000,61{VALUES}", "out of time order"),
    ],
)
def test_a_bad_row_is_left_out_and_told(path: Path, row: str, reason: str) -> None:
    lines = csv(*(NOON.format(number) for number in (0, 1, 3, 4))).splitlines()
    lines.insert(3, row)
    found = read(path, "\n".join(lines))
    assert secs(found) == [round(number / 60, 4) for number in (0, 1, 3, 4)]
    assert found.remarks() == [f"1 row was left out (1 {reason}); the first is line 4"]


def test_letters_that_are_damaged_spoil_their_row_only(path: Path) -> None:
    text = csv(*(NOON.format(number) for number in range(3))).encode().replace(b":01.000", b":0\xff.000")
    assert secs(read(path, text)) == [0, round(2 / 60, 4)]


def test_rows_without_a_face_are_kept_as_such(path: Path) -> None:
    lines = [*csv(NOON.format(0)).splitlines(), "12:00:00:01.000,0" + "," * 61, "12:00:00:02.000,0", f"12:00:00:03.000,61{VALUES}"]
    found = read(path, "\n".join(lines))
    assert found.found.tolist() == [True, False, False, True]
    assert found.take.blendshapes[1].max() == 0
    assert found.remarks() == []


def test_weights_beyond_one_are_clipped_and_told(path: Path) -> None:
    found = read(path, csv(NOON.format(0), values=",1.5,-0.001" + ",0" * 59))
    assert found.take.blendshapes[0, :2].tolist() == [1, 0]
    assert found.remarks() == ["2 weights were beyond 0 to 1 and clipped"]


def test_angles_on_another_scale_are_suspected(path: Path) -> None:
    found = read(path, csv(NOON.format(0), values=",0" * 52 + ",1.3" + ",0" * 8))
    assert found.remarks() == ["angles go beyond half a turn, so they are on another scale: try --angles radians or --angles degrees"]


def test_long_pauses_are_shortened(path: Path) -> None:
    found = read(path, csv("12:00:00:00.000", "12:00:00:01.000", "17:00:00:00.000"))
    assert secs(found)[-1] == pytest.approx(LONGEST_PAUSE_SECS + 1 / 60, abs=1e-3)
    assert found.remarks() == ["1 pauses of more than 10 s were shortened to that"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "take is empty, expected a header and rows: "),
        (b"a,b\n1,2\n", "take has 0 known columns and no Timecode, expected the header of Live Link Face: "),
        (b"JawOpen\n1\n", "take has 1 known columns and no Timecode, "),
        (b"Timecode\n12:00:00:00.000\n", "take has 0 known columns and a Timecode, "),
        (HEADER.replace(",", ";").encode(), "take has no commas between its columns, "),
        (b"Timecode,JawOpen,jawopen\n", "take has a column twice, expected each of Live Link Face's 63 once: "),
        (HEADER.encode(), "take has 0 rows that can be used, expected HH:MM:SS:FF.mmm and numbers: "),
        (HEADER.encode() + b"\nnoon,61\nmoon\n", "take has 0 rows that can be used, 2 were left out, expected "),
        (("\ufeff" + HEADER).encode("utf-16"), "take has no UTF-8 text in its first line, "),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "take has no UTF-8 text in its first line, "),
        (b"Timecode,JawOpen\n" + b"x" * 200_000, "take is no CSV (field larger than field limit"),
    ],
)
def test_a_file_that_is_no_take_is_one_sentence(path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(CaptureError) as caught:
        read(path, content)
    assert str(caught.value).startswith(sentence)
    assert str(caught.value).endswith(f": {path}")


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="take does not exist: "):
        read_take(tmp_path / "none.csv")
    with pytest.raises(CaptureError, match="take is a folder, expected a CSV file: "):
        read_take(tmp_path)


def test_a_huge_file_is_not_read(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(take_reader.MAX_BYTES + 1)  # nothing but a hole on the disk
    with pytest.raises(CaptureError, match=r"take has \d+ bytes, expected at most \d+; cut it into pieces: "):
        read_take(path)


def test_all_columns_of_the_format_are_known() -> None:
    assert len(COLUMNS) == len(take_reader._PLACE) + 2
