"""A real face, through the real network, calibrated: what it shows at rest is gone, and what it does is still there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from affectia.rig.calibration_table import CalibrationTable
from affectia.session.calibration.calibration_learner import CalibrationLearner
from affectia.session.calibration.neutral_pose import turn_deg
from affectia.signals.avatar_state import AvatarState
from affectia.signals.face_calibration import FaceCalibration
from affectia.signals.face_channels import ACTION_UNITS, BLINK, GAZE, SHAPES, TURN
from affectia.signals.groups import GROUPS, GroupStates
from tests.integration.made_pictures import decoded, with_noise
from tests.integration.watched_pictures import Watch, watcher

pytestmark = pytest.mark.integration

UNTURNED = np.array((0, 0, 0, 1), np.float32)
SETTLING = 10


@pytest.fixture(scope="module")
def watch(face_landmarker_path: Path) -> Watch:
    return watcher(face_landmarker_path)


@pytest.fixture(scope="module")
def made(watch: Watch, carphone_path: Path) -> tuple[FaceCalibration, npt.NDArray[np.float32]]:
    """What is learned of the first picture of the clip, which stands still but for a sensor's noise; and the last of what was seen."""
    random, picture = np.random.default_rng(2), decoded(carphone_path, [0])[0]
    seen = watch([with_noise(picture, random) for _ in range(40)])
    learner = CalibrationLearner(neutral_secs=3.0, range_secs=0.0)
    for faces in seen.observations[SETTLING:]:
        learner.note_neutral(faces)
    return learner.learned(name="me", alpha=1.0, made_unix_secs=0), seen.values[SETTLING:, 0]


def calibrated(made: FaceCalibration, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    count = len(values)
    table = CalibrationTable(count)
    for slot in range(count):
        table.set(slot, made)
    groups = GroupStates(np.ones((count, GROUPS), np.bool_), np.ones((count, GROUPS), np.uint8), np.ones((count, GROUPS, 3), np.float32))
    state = AvatarState(values.copy(), np.zeros(count, np.uint32), groups)
    table.apply(np.arange(count), state)
    return state.values


def test_a_real_face_at_rest_shows_little(made: tuple[FaceCalibration, npt.NDArray[np.float32]]) -> None:
    calibration, seen = made
    shown = calibrated(calibration, seen)
    assert seen[:, SHAPES].mean() > 0.03
    assert shown[:, SHAPES].mean() < seen[:, SHAPES].mean() / 3
    assert shown[:, ACTION_UNITS].mean() < seen[:, ACTION_UNITS].mean() / 3
    assert np.median(turn_deg(seen[:, TURN], UNTURNED)) > 10
    assert np.median(turn_deg(shown[:, TURN], UNTURNED)) < 1
    assert np.abs(np.median(shown[:, GAZE], axis=0)).max() < 0.01
    assert "head was turned aside" in calibration.notices
    assert calibration.steadiness > 0.7


def test_a_real_face_that_acts_still_acts(made: tuple[FaceCalibration, npt.NDArray[np.float32]], watch: Watch, carphone_path: Path) -> None:
    calibration, _ = made
    seen = watch(decoded(carphone_path, range(0, 120, 2))).values[:, 0]
    shown = calibrated(calibration, seen)
    moved = np.ptp(seen[:, SHAPES], axis=0) > 0.3
    assert moved.sum() >= 3
    # What moved goes on moving: a shape keeps most of its range, unless its whole range lies below what the face shows at rest.
    above = moved & (seen[:, SHAPES].max(axis=0) > calibration.neutral + 0.3)
    assert above.sum() >= 2
    assert (np.ptp(shown[:, SHAPES], axis=0)[above] > 0.6 * (seen[:, SHAPES].max(axis=0) - calibration.neutral)[above]).all()
    assert (shown[:, BLINK].max(axis=0) >= seen[:, BLINK].max(axis=0) - 0.02).all()
