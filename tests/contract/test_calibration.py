"""Calibrations through the real door: learned of a take in which nothing moves, kept, taken into use, taken away."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from affectia import registry
from affectia.session.calibration.kept_calibrations import KeptCalibrations
from affectia.store.calibration_store import CalibrationStore
from affectia.store.take_csv import timecode
from affectia.v1 import calibration_pb2, session_pb2
from tests.contract.door import TIMEOUT_SECS, Door, eventually, next_frame, open_door, refused
from tests.unit.takes import csv

pytestmark = pytest.mark.contract

BROW = registry.BLENDSHAPES.index("browInnerUp")
_NUMBERS = itertools.count(1)  # ids are never used twice


@pytest.fixture(scope="module")
def shared_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A sidecar whose calibrations are its own."""
    with open_door(kept=KeptCalibrations(CalibrationStore(tmp_path_factory.mktemp("calibrations")))) as door:
        yield door


@pytest.fixture
def still_face(door: Door, tmp_path: Path) -> str:
    """A session of a face that never moves, its brows a little up."""
    values = ",".join("0.25" if name == "browInnerUp" else "0" for name in registry.BLENDSHAPES)
    times = (timecode(frame / 30, 30) for frame in range(60))
    (tmp_path / "still.csv").write_text(csv(*times, values=f",{values}" + ",0" * 9))
    name = f"still-{next(_NUMBERS)}"
    door.start(name, f"take:{tmp_path / 'still.csv'}", loop=True)
    return name


def calibrate(door: Door, session_id: str, **plan: Any) -> list[calibration_pb2.CalibrateProgress]:
    """All that is told; once more where a slow machine saw too few pictures in time."""
    request = calibration_pb2.CalibrateRequest(session_id=session_id, **{"countdown_secs": 0.0, "neutral_secs": 1.0, **plan})
    for _ in range(10):
        try:
            return list(door.stub.Calibrate(request, timeout=TIMEOUT_SECS))
        except grpc.RpcError as error:
            if error.code() is not grpc.StatusCode.FAILED_PRECONDITION or " picture" not in (error.details() or "").partition(",")[0]:
                raise
    raise AssertionError("no picture was ever looked at")


def use(door: Door, session_id: str, name: str) -> session_pb2.Session:
    request = calibration_pb2.UseCalibrationRequest(session_id=session_id, name=name)
    session: session_pb2.Session = door.stub.UseCalibration(request, timeout=TIMEOUT_SECS)
    return session


def kept(door: Door) -> list[str]:
    found = door.stub.ListCalibrations(calibration_pb2.ListCalibrationsRequest(), timeout=TIMEOUT_SECS)
    return [calibration.name for calibration in found.calibrations]


def delete(door: Door, name: str) -> None:
    door.stub.DeleteCalibration(calibration_pb2.DeleteCalibrationRequest(name=name), timeout=TIMEOUT_SECS)


def shown(door: Door, avatar: str) -> float:
    stream = door.stream(avatar)
    weight = float(next_frame(stream).blendshape_weights()[BROW])
    stream.cancel()
    return weight


def test_a_face_is_learned_kept_used_and_forgotten(door: Door, still_face: str) -> None:
    eventually(lambda: 0.2 < shown(door, still_face) < 0.3)
    told = calibrate(door, still_face, name="anna")
    assert {progress.phase for progress in told[:-1]} <= {
        calibration_pb2.CALIBRATION_PHASE_COUNTDOWN,
        calibration_pb2.CALIBRATION_PHASE_NEUTRAL,
    }
    assert told[-1].phase == calibration_pb2.CALIBRATION_PHASE_DONE
    assert (told[-1].calibration.name, told[-1].progress) == ("anna", 1.0)
    assert told[-1].calibration.neutral_frames > 0
    assert not told[0].HasField("calibration")
    assert door.session(still_face).calibration == "anna"
    eventually(lambda: shown(door, still_face) < 0.05)
    assert use(door, still_face, "").calibration == ""
    eventually(lambda: 0.2 < shown(door, still_face) < 0.3)
    assert kept(door) == ["anna"]
    assert use(door, still_face, "anna").calibration == "anna"
    delete(door, "anna")
    assert kept(door) == []
    assert door.session(still_face).calibration == "anna", "who uses it goes on with it"
    with refused(grpc.StatusCode.NOT_FOUND, "'anna' is not kept"):
        use(door, still_face, "anna")


def test_a_session_may_start_with_a_kept_one(door: Door, still_face: str, tmp_path: Path) -> None:
    calibrate(door, still_face)
    assert kept(door) == ["default"]
    again = door.start(f"{still_face}-again", f"take:{tmp_path / 'still.csv'}", loop=True, calibration="default")
    assert again.calibration == "default"
    eventually(lambda: shown(door, again.session_id) < 0.05)
    delete(door, "default")


def test_a_caller_that_gives_up_changes_nothing(door: Door, still_face: str) -> None:
    call = door.stub.Calibrate(calibration_pb2.CalibrateRequest(session_id=still_face, name="bert"), timeout=TIMEOUT_SECS)
    assert next(call).phase == calibration_pb2.CALIBRATION_PHASE_COUNTDOWN
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "is on already"):
        list(door.stub.Calibrate(calibration_pb2.CalibrateRequest(session_id=still_face), timeout=TIMEOUT_SECS))
    call.cancel()
    eventually(lambda: not door.sidecar.sessions.get(still_face).calibration_tap.is_on)
    assert kept(door) == []
    assert door.session(still_face).calibration == ""


def test_a_session_without_a_face_cannot_be_calibrated(door: Door) -> None:
    name = f"npc-{next(_NUMBERS)}"
    door.start(name, "npc", idle="off")
    with refused(grpc.StatusCode.FAILED_PRECONDITION, f"session {name!r} shows no face"):
        calibrate(door, name)


def test_a_camera_that_nobody_allowed_is_not_looked_at(door: Door, face_landmarker_path: Path) -> None:
    assert face_landmarker_path
    name = f"camera-{next(_NUMBERS)}"
    door.start(name, "camera:0")
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "may not use the camera, expected consent"):
        calibrate(door, name)


def test_sessions_and_calibrations_that_there_are_not_are_not_found(door: Door, still_face: str) -> None:
    with refused(grpc.StatusCode.NOT_FOUND, "'nobody' is not open"):
        calibrate(door, "nobody")
    with refused(grpc.StatusCode.NOT_FOUND, "'nobody' is not open"):
        use(door, "nobody", "")
    with refused(grpc.StatusCode.NOT_FOUND, "'carl' is not kept"):
        use(door, still_face, "carl")
    with refused(grpc.StatusCode.NOT_FOUND, "'carl' is not kept"):
        delete(door, "carl")


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"name": "../anna"}, "name of a calibration is '../anna'"),
        ({"countdown_secs": math.nan}, "countdown_secs is nan"),
        ({"countdown_secs": 31.0}, "countdown_secs is 31"),
        ({"neutral_secs": 0.5}, "neutral_secs is 0.5"),
        ({"neutral_secs": math.inf}, "neutral_secs is inf"),
        ({"range_secs": -1.0}, "range_secs is -1"),
        ({"alpha": math.nan}, "alpha is nan"),
    ],
)
def test_plans_that_cannot_be_are_refused(door: Door, still_face: str, plan: dict[str, Any], words: str) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT, words):
        calibrate(door, still_face, **plan)


@pytest.mark.parametrize("name", ["", "Not A Name", "x" * 33, "../../etc/passwd"])
def test_names_that_cannot_be_are_refused(door: Door, still_face: str, name: str) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "name of a calibration is"):
        delete(door, name)
    if name:
        with refused(grpc.StatusCode.INVALID_ARGUMENT, "name of a calibration is"):
            use(door, still_face, name)
