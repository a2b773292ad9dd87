from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from affectia.errors import CaptureError, ConfigError
from affectia.session.calibration.kept_calibrations import KeptCalibrations
from affectia.signals.face_calibration import SHAPES, FaceCalibration
from affectia.store.calibration_store import CalibrationStore

pytestmark = pytest.mark.unit


def kept(folder: Path) -> KeptCalibrations:
    return KeptCalibrations(CalibrationStore(folder))


def test_what_is_kept_is_there_for_the_next_sidecar(tmp_path: Path) -> None:
    neutral = np.linspace(0, 0.4, SHAPES, dtype=np.float32)
    kept(tmp_path).keep(FaceCalibration(name="me", neutral=neutral, notices=("mouth was open",)))
    found = kept(tmp_path).load("me")
    np.testing.assert_allclose(found.neutral, neutral, atol=1e-6)
    assert (found.name, found.notices) == ("me", ("mouth was open",))


def test_a_broken_file_is_named_and_keeps_none_of_the_others_away(tmp_path: Path) -> None:
    one = kept(tmp_path)
    one.keep(FaceCalibration(name="good"))
    one.keep(FaceCalibration(name="odd"))
    path = tmp_path / "odd.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "alpha": 7}))
    (tmp_path / "torn.json").write_text("{")
    words = r"^calibration 'odd' is broken, alpha of a calibration is 7.0, expected 0 to 1; delete it and calibrate again: .*odd\.json$"
    with pytest.raises(CaptureError, match=words):
        one.load("odd")
    good, odd, torn = one.all()
    assert good.calibration is not None
    assert (good.name, good.problem) == ("good", "")
    assert (odd.calibration, torn.calibration) == (None, None)
    assert "is broken" in odd.problem
    assert "is no JSON" in torn.problem


def test_one_that_is_deleted_is_not_kept(tmp_path: Path) -> None:
    one = kept(tmp_path)
    one.keep(FaceCalibration(name="me"))
    one.delete("me")
    assert one.all() == ()
    with pytest.raises(CaptureError, match="^calibration 'me' is not kept"):
        one.load("me")
    with pytest.raises(ConfigError, match="^name of a calibration is"):
        one.load("../me")
