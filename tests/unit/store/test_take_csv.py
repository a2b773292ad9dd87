from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from affectia import registry
from affectia.store.take_csv import COLUMNS, HALF_TURNS, RADIANS, Take, timecode, write_take
from tests.unit.takes import take

pytestmark = pytest.mark.unit


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


@pytest.mark.parametrize(("scale", "quarter_turn"), [(HALF_TURNS, 0.5), (RADIANS, np.pi / 2)])
def test_the_scale_is_what_stands_in_the_file(tmp_path: Path, scale: float, quarter_turn: float) -> None:
    still = Take(
        np.zeros(1, np.int64), np.zeros((1, 52), np.float32), np.array([[90, -45, 18]], np.float32), np.zeros((1, 2, 3), np.float32)
    )
    write_take(tmp_path / "take.csv", still, rate_hz=30, start_secs_of_day=7200.5, angle_scale=scale)
    row = (tmp_path / "take.csv").read_text().splitlines()[1].split(",")
    assert row[:2] == ["02:00:00:15.000", "61"]
    assert [float(text) for text in row[54:57]] == pytest.approx([quarter_turn, -quarter_turn / 2, quarter_turn / 5])


def test_empty_take_has_its_header(tmp_path: Path) -> None:
    write_take(tmp_path / "take.csv", take(0), rate_hz=30)
    assert (tmp_path / "take.csv").read_text() == ",".join(COLUMNS) + "\n"


def test_writing_that_breaks_off_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    path.write_text("before")
    broken = Take(take(3).times_nanos, take(2).blendshapes, take(3).head_deg, take(3).eyes_deg)
    with pytest.raises(ValueError, match="dimension"):
        write_take(path, broken, rate_hz=30)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("take.csv", "before")]
