from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from affectia import registry
from affectia.errors import ConfigError
from affectia.signals.calibration_document import VERSION, calibration_of, document
from affectia.signals.face_calibration import ACTION_UNITS, SHAPES, FaceCalibration

pytestmark = pytest.mark.unit


def made() -> FaceCalibration:
    return FaceCalibration(
        name="me",
        made_unix_secs=1_700_000_000,
        neutral=np.linspace(0, 0.5, SHAPES, dtype=np.float32),
        largest=np.linspace(0.6, 1, SHAPES, dtype=np.float32),
        lids=np.array(((0.1, 0.9), (0.2, 0.8)), np.float32),
        gaze=np.array((0.1, -0.2), np.float32),
        action_units=np.linspace(0, 0.3, ACTION_UNITS, dtype=np.float32),
        head_rotation=np.array((0, 0.6, 0, 0.8), np.float32),
        head_position_cm=np.array((1, -2, 60), np.float32),
        alpha=0.75,
        neutral_frames=88,
        range_frames=300,
        steadiness=0.9,
        notices=("mouth was open",),
    )


def written(**changed: Any) -> dict[str, Any]:
    return {**json.loads(json.dumps(document(made()))), **changed}


def test_what_is_written_is_what_is_read() -> None:
    one, other = made(), calibration_of(written(), name="me")
    for name in ("neutral", "largest", "lids", "gaze", "action_units", "head_rotation", "head_position_cm"):
        np.testing.assert_allclose(getattr(other, name), getattr(one, name), atol=1e-6)
    for name in ("name", "made_unix_secs", "alpha", "neutral_frames", "range_frames", "steadiness", "notices"):
        assert getattr(other, name) == getattr(one, name)


def test_shapes_are_found_by_name_in_any_order() -> None:
    turned = dict(reversed(written()["neutral"].items()))
    turned["noSuchShape"] = 5
    np.testing.assert_allclose(calibration_of(written(neutral=turned), name="me").neutral, made().neutral, atol=1e-6)


def test_shapes_that_are_missing_were_not_learned() -> None:
    jaw = registry.BLENDSHAPES.index("jawOpen")
    found = calibration_of(written(neutral={}, largest={"jawOpen": 0.7}, action_units={}), name="me")
    assert not found.neutral.any()
    assert not found.action_units.any()
    assert found.largest[jaw] == pytest.approx(0.7)
    assert (np.delete(found.largest, jaw) == 1).all()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"version": VERSION + 1}, "^version of a calibration is 2, expected 1$"),
        ({"version": True}, "^version of a calibration is"),
        ({"version": None}, "^version of a calibration is missing, expected 1$"),
        ({"neutral": [0.1]}, "^neutral of a calibration is list, expected names and values$"),
        ({"neutral": {"jawOpen": "wide"}}, "^neutral.jawOpen of a calibration is str, expected a finite number$"),
        ({"neutral": {"jawOpen": True}}, "^neutral.jawOpen of a calibration is bool"),
        ({"neutral": {"jawOpen": float("nan")}}, "^neutral.jawOpen of a calibration is float, expected a finite number$"),
        ({"neutral": {"jawOpen": 2.0}}, "^neutral of a calibration has a value out of range"),
        ({"lids": {"left": {"open": 0.1, "shut": 0.9}}}, "^right of a calibration is missing"),
        ({"gaze": [0.1]}, "^gaze of a calibration has another form, expected 2 numbers$"),
        ({"head_rotation": [0, 0, 0, 10**400]}, "^head_rotation of a calibration is int, expected a finite number$"),
        ({"alpha": None}, "^alpha of a calibration is missing, expected a finite number$"),
        ({"alpha": 3}, "^alpha of a calibration is 3.0, expected 0 to 1$"),
        ({"notices": [1]}, "^notices of a calibration are no texts"),
        ({"notices": "x"}, "^notices of a calibration are no texts"),
    ],
)
def test_what_is_wrong_is_named(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        calibration_of(written(**changed), name="me")


@pytest.mark.parametrize("found", [None, [], "text", 3])
def test_what_is_no_document_is_refused(found: object) -> None:
    with pytest.raises(ConfigError, match="expected names and values$"):
        calibration_of(found, name="me")


def test_notices_are_bounded() -> None:
    found = calibration_of(written(notices=["x" * 5000] * 100), name="me")
    assert len(found.notices) == 32
    assert max(map(len, found.notices)) == 200
