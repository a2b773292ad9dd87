from __future__ import annotations

import numpy as np
import pytest

from affectia.errors import ConfigError
from affectia.signals.face_calibration import ACTION_UNITS, SHAPES, FaceCalibration

pytestmark = pytest.mark.unit


def test_nothing_learned_is_a_calibration() -> None:
    usual = FaceCalibration(name="usual")
    assert (usual.neutral.shape, usual.largest.shape, usual.action_units.shape) == ((SHAPES,), (SHAPES,), (ACTION_UNITS,))
    assert not usual.neutral.any()
    assert (usual.largest == 1).all()
    assert usual.lids.tolist() == [[0, 1], [0, 1]]
    assert usual.head_rotation.tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"neutral": np.zeros(51, np.float32)}, r"^neutral of a calibration has shape \(51,\), expected \(52,\)$"),
        ({"neutral": np.full(SHAPES, np.nan, np.float32)}, "^neutral of a calibration has a value out of range, expected 0 to 1$"),
        ({"largest": np.full(SHAPES, 1.01, np.float32)}, "^largest of a calibration has a value out of range"),
        ({"lids": np.array(((0.5, 0.6), (0, 1)), np.float32)}, "^lids of a calibration shut less than 0.2 beyond open"),
        ({"lids": np.array(((0, 1),), np.float32)}, "^lids of a calibration has shape"),
        ({"gaze": np.array((0, np.inf), np.float32)}, "^gaze of a calibration has a value out of range"),
        ({"action_units": np.full(ACTION_UNITS, -0.1, np.float32)}, "^action_units of a calibration has a value out of range"),
        ({"head_rotation": np.array((0, 0, 0, 0.5), np.float32)}, "^head_rotation of a calibration is no rotation"),
        ({"head_position_cm": np.array((0, 0, 1e6), np.float32)}, "^head_position_cm of a calibration has a value out of range"),
        ({"alpha": 1.5}, "^alpha of a calibration is 1.5, expected 0 to 1$"),
        ({"alpha": float("nan")}, "^alpha of a calibration is nan"),
        ({"steadiness": -1.0}, "^steadiness of a calibration is -1.0"),
        ({"neutral_frames": -1}, "^neutral_frames of a calibration is -1, expected 0 to"),
        ({"made_unix_secs": 1 << 40}, "^made_unix_secs of a calibration is 1099511627776, expected 0 to"),
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        FaceCalibration(name="bad", **fields)  # type: ignore[arg-type] # of mixed types


def test_no_number_of_a_face_stands_in_an_error() -> None:
    neutral = np.zeros(SHAPES, np.float32)
    neutral[3] = 1.2345
    with pytest.raises(ConfigError) as raised:
        FaceCalibration(name="bad", neutral=neutral)
    assert "1.23" not in str(raised.value)


def test_no_number_of_a_face_stands_in_its_text() -> None:
    neutral = np.zeros(SHAPES, np.float32)
    neutral[0] = 0.625
    assert "0.625" not in f"{FaceCalibration(name='me', neutral=neutral)!r}"
