from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from affectia import registry
from affectia.clock import NANOS_PER_SEC
from affectia.errors import AffectiaError
from affectia.publish.take_csv import COLUMNS, HALF_TURNS, RADIANS, Take, read_take, timecode, write_take

pytestmark = pytest.mark.unit


def take(count: int, *, rate_hz: float = 30.0) -> Take:
    random = np.random.default_rng(7)
    times = np.round(5 * NANOS_PER_SEC + np.arange(count) * NANOS_PER_SEC / rate_hz).astype(np.int64)
    turns = random.uniform(-90, 90, (count, 9)).astype(np.float32)
    return Take(times, random.random((count, 52), np.float32), turns[:, :3], turns[:, 3:].reshape(count, 2, 3))


def test_columns_are_those_of_live_link_face() -> None:
    assert COLUMNS[:4] == ("Timecode", "BlendShapeCount", "EyeBlinkLeft", "EyeLookDownLeft")
    assert COLUMNS[2 + registry.BLENDSHAPES.index("mouthSmileRight")] == "MouthSmileRight"
    assert COLUMNS[53:56] == ("TongueOut", "HeadYaw", "HeadPitch")
    assert COLUMNS[-4:] == ("LeftEyeRoll", "RightEyeYaw", "RightEyePitch", "RightEyeRoll")
    assert len(COLUMNS) == len(set(COLUMNS)) == 63


@pytest.mark.parametrize(
    ("secs", "rate_hz", "expected"),
    [
        (0.0, 30.0, "00:00:00:00.000"),
        (1.5, 30.0, "00:00:01:15.000"),
        (3661.25, 60.0, "01:01:01:15.000"),
        (59.999999, 30.0, "00:00:59:29.999"),
        (0.999999, 29.97, "00:00:00:29.969"),
        (86400.0, 30.0, "00:00:00:00.000"),
    ],
)
def test_timecode_counts_frames_within_the_second(secs: float, rate_hz: float, expected: str) -> None:
    assert timecode(secs, rate_hz) == expected


@pytest.mark.parametrize("scale", [HALF_TURNS, RADIANS])
def test_what_is_written_is_read_back(tmp_path: Path, scale: float) -> None:
    written = take(70)
    write_take(tmp_path / "take.csv", written, rate_hz=29.97, angle_scale=scale)
    found = read_take(tmp_path / "take.csv", rate_hz=29.97, angle_scale=scale)
    np.testing.assert_allclose(found.times_nanos, written.times_nanos - written.times_nanos[0], atol=NANOS_PER_SEC / 29_000)
    np.testing.assert_allclose(found.blendshapes, written.blendshapes, atol=1e-6)
    np.testing.assert_allclose(found.head_deg, written.head_deg, atol=1e-3)
    np.testing.assert_allclose(found.eyes_deg, written.eyes_deg, atol=1e-3)


def test_the_scale_is_what_stands_in_the_file(tmp_path: Path) -> None:
    still = Take(
        np.zeros(1, np.int64), np.zeros((1, 52), np.float32), np.array([[90, -45, 18]], np.float32), np.zeros((1, 2, 3), np.float32)
    )
    write_take(tmp_path / "take.csv", still, rate_hz=30, start_secs_of_day=7200.5)
    row = (tmp_path / "take.csv").read_text().splitlines()[1].split(",")
    assert row[:2] == ["02:00:00:15.000", "61"]
    assert [float(text) for text in row[54:57]] == pytest.approx([0.5, -0.25, 0.1])


def test_take_past_midnight_goes_on_rising(tmp_path: Path) -> None:
    write_take(tmp_path / "take.csv", take(60), rate_hz=30, start_secs_of_day=86399.0)
    assert (np.diff(read_take(tmp_path / "take.csv", rate_hz=30).times_nanos) > 0).all()


def test_empty_take_has_its_header(tmp_path: Path) -> None:
    write_take(tmp_path / "take.csv", take(0), rate_hz=30)
    assert (tmp_path / "take.csv").read_text() == ",".join(COLUMNS) + "\n"
    assert read_take(tmp_path / "take.csv", rate_hz=30).times_nanos.size == 0


def test_writing_that_breaks_off_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    path.write_text("before")
    broken = Take(take(3).times_nanos, take(2).blendshapes, take(3).head_deg, take(3).eyes_deg)
    with pytest.raises(ValueError, match="dimension"):
        write_take(path, broken, rate_hz=30)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("take.csv", "before")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "take has other columns, expected the 63"),
        ("a,b\n", "take has other columns"),
        (",".join(COLUMNS) + "\n00:00:00:00.000,61\n", "take line 2 has 2 values, expected 63"),
        (",".join(COLUMNS) + "\n00:00:00:00.000,61" + ",x" * 61 + "\n", "take line 2 cannot be read"),
        (",".join(COLUMNS) + "\nnoon,61" + ",0" * 61 + "\n", "take line 2 cannot be read"),
    ],
)
def test_file_that_is_no_take_is_named_with_its_line(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "take.csv"
    path.write_text(content)
    with pytest.raises(AffectiaError, match=sentence):
        read_take(path, rate_hz=30)
