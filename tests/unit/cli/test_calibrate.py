from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from rich.console import Console

from affectia.cli.calibrate import (
    CalibrateCommand,
    calibrate,
    calibration_table,
    delete_kept,
    followed,
    progress_line,
    show_kept,
    steadiness_word,
)
from affectia.errors import AffectiaError, CaptureError, ConfigError, SessionError
from affectia.session.calibration.kept_calibrations import KeptCalibrations
from affectia.signals.face_calibration import FaceCalibration
from affectia.store.calibration_store import CalibrationStore
from affectia.v1 import calibration_pb2, session_pb2

pytestmark = pytest.mark.unit

REQUEST = calibration_pb2.CalibrateRequest(session_id="me", name="mine")
MINE = calibration_pb2.Calibration(
    name="mine", made_unix_secs=86_400, neutral_frames=88, steadiness=0.93, notices=["mouth was open", "[red]odd"]
)


def progress(phase: calibration_pb2.CalibrationPhase, remaining_secs: float, hint: str) -> calibration_pb2.CalibrateProgress:
    return calibration_pb2.CalibrateProgress(phase=phase, remaining_secs=remaining_secs, hint=hint)


STREAM = (
    progress(calibration_pb2.CALIBRATION_PHASE_COUNTDOWN, 1.2, "look at the camera, relax your face"),
    progress(calibration_pb2.CALIBRATION_PHASE_COUNTDOWN, 1.01, "look at the camera, relax your face"),
    progress(calibration_pb2.CALIBRATION_PHASE_COUNTDOWN, 0.8, "look at the camera, relax your face"),
    progress(calibration_pb2.CALIBRATION_PHASE_NEUTRAL, 0.0, "look at the camera, hold still"),
    calibration_pb2.CalibrateProgress(phase=calibration_pb2.CALIBRATION_PHASE_DONE, progress=1, calibration=MINE),
)
HIDES_CURSOR = "\x1b[?25l"
LINES = ["look at the camera, relax your face: 2", "look at the camera, relax your face: 1", "look at the camera, hold still: 0"]


class Refused(grpc.RpcError):
    def __init__(self, code: grpc.StatusCode, details: str) -> None:
        self._said = code, details

    def code(self) -> grpc.StatusCode:
        return self._said[0]

    def details(self) -> str:
        return self._said[1]


class Stub:
    """Answers with what it was given; keeps what was asked."""

    def __init__(self, *stream: calibration_pb2.CalibrateProgress, error: Exception | None = None) -> None:
        self._stream = stream
        self._error = error
        self.asked: list[object] = []

    def Calibrate(self, request: calibration_pb2.CalibrateRequest) -> Iterator[calibration_pb2.CalibrateProgress]:  # noqa: N802 - as generated
        self.asked.append(request)
        yield from self._stream
        if self._error is not None:
            raise self._error

    def UseCalibration(self, request: calibration_pb2.UseCalibrationRequest, *, timeout: float) -> session_pb2.Session:  # noqa: N802
        self.asked.append(request)
        if self._error is not None:
            raise self._error
        return session_pb2.Session()


class Told:
    """A command, and what it prints."""

    def __init__(self, stub: Stub, *, is_terminal: bool = False) -> None:
        self._out = io.StringIO()
        self.console = Console(file=self._out, width=160, force_terminal=is_terminal, _environ={"TERM": "xterm"})
        self.command = CalibrateCommand(stub, self.console)

    @property
    def text(self) -> str:
        return self._out.getvalue()

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.text.splitlines() if line.strip()]


def test_each_line_is_told_once() -> None:
    told: list[str] = []
    assert followed(STREAM, told.append) == MINE
    assert told == LINES


def test_without_a_terminal_it_is_lines_and_a_table() -> None:
    stub = Stub(*STREAM)
    told = Told(stub)
    told.command.learn(REQUEST)
    assert stub.asked == [REQUEST]
    assert told.lines[:3] == LINES
    assert told.lines[3] == "calibration 'mine' is kept, and used by session 'me'"
    row = next(line for line in told.lines if "1970-01-02 00:00" in line)
    for cell in ("mine", "88 pictures", "93%, still"):
        assert cell in row
    assert told.lines[-3:-1] == ["mine: mouth was open", "mine: [red]odd"]
    assert told.lines[-1].strip() == (
        "steadiness: how still face and head were held at rest, 100% is motionless; below 70% calibrate again"
    )


@pytest.mark.parametrize(
    ("steadiness", "word"), [(1.0, "still"), (0.85, "still"), (0.84, "nearly still"), (0.7, "nearly still"), (0.53, "moved")]
)
def test_steadiness_is_told_in_words(steadiness: float, word: str) -> None:
    assert steadiness_word(steadiness) == word
    told = Told(Stub())
    told.console.print(calibration_table([calibration_pb2.Calibration(name="one", neutral_frames=9, steadiness=steadiness)]))
    assert any(line.endswith(f"{steadiness:.0%}, {word}") for line in told.lines)


def test_on_a_terminal_it_is_one_line_that_changes() -> None:
    told = Told(Stub(*STREAM), is_terminal=True)
    told.command.learn(REQUEST)
    assert HIDES_CURSOR in told.text
    assert "calibration 'mine' is kept" in told.text
    plain = Told(Stub(*STREAM))
    plain.command.learn(REQUEST)
    assert HIDES_CURSOR not in plain.text


def test_a_stream_that_ends_before_it_is_done_is_an_error() -> None:
    with pytest.raises(AffectiaError, match="^calibration ended before anything was learned"):
        Told(Stub(*STREAM[:2])).command.learn(REQUEST)


@pytest.mark.parametrize(
    ("code", "details", "words"),
    [
        (grpc.StatusCode.FAILED_PRECONDITION, "face was seen in 0 of 90 pictures", "^face was seen in 0 of 90 pictures$"),
        (grpc.StatusCode.UNAVAILABLE, "failed to connect", "^no sidecar answers, expected one that runs; start `affectia serve"),
        (grpc.StatusCode.UNAVAILABLE, "sidecar is stopping", "^sidecar is stopping$"),
        (grpc.StatusCode.CANCELLED, "", "^call ended with cancelled$"),
    ],
)
def test_a_refusal_is_one_sentence(code: grpc.StatusCode, details: str, words: str) -> None:
    told = Told(Stub(*STREAM[:2], error=Refused(code, details)))
    with pytest.raises(AffectiaError, match=words):
        told.command.learn(REQUEST)
    with pytest.raises(AffectiaError, match=words):
        told.command.use("me", "mine")


@pytest.mark.parametrize(
    ("code", "details", "exit_code"),
    [
        (grpc.StatusCode.NOT_FOUND, "session 'me' is not open, open sessions: none", SessionError.exit_code),
        (grpc.StatusCode.NOT_FOUND, "session 'calibration' is not open, open sessions: none", SessionError.exit_code),
        (grpc.StatusCode.NOT_FOUND, "calibration 'mine' is not kept, kept are: none", CaptureError.exit_code),
        (grpc.StatusCode.INVALID_ARGUMENT, "alpha is nan, expected 0 to 1", ConfigError.exit_code),
        (grpc.StatusCode.FAILED_PRECONDITION, "calibration ended, consent was taken back", AffectiaError.exit_code),
    ],
)
def test_a_refusal_ends_with_the_code_of_its_kind(code: grpc.StatusCode, details: str, exit_code: int) -> None:
    told = Told(Stub(error=Refused(code, details)))
    with pytest.raises(AffectiaError, match=f"^{re.escape(details)}$") as raised:
        told.command.learn(REQUEST)
    assert raised.value.exit_code == exit_code
    with pytest.raises(AffectiaError, match=f"^{re.escape(details)}$") as raised:
        told.command.use("me", "mine")
    assert raised.value.exit_code == exit_code


@pytest.mark.parametrize("name", ["", "Not A Name", "../mine"])
def test_a_name_that_cannot_be_is_refused_before_anything_is_asked(name: str) -> None:
    words = f"^name of a calibration is {name!r}, expected"
    with pytest.raises(ConfigError, match=words):
        calibrate(use=name)
    with pytest.raises(ConfigError, match=words):
        calibrate(delete=name)
    with pytest.raises(ConfigError, match=words):
        calibrate(name=name)


def test_kept_ones_are_used_and_left() -> None:
    stub = Stub()
    told = Told(stub)
    told.command.use("me", "mine")
    told.command.use("me", "")
    assert told.lines == ["session 'me' uses calibration 'mine'", "session 'me' uses no calibration"]
    assert stub.asked == [
        calibration_pb2.UseCalibrationRequest(session_id="me", name="mine"),
        calibration_pb2.UseCalibrationRequest(session_id="me"),
    ]


def test_kept_ones_are_shown_and_deleted_without_a_sidecar(tmp_path: Path) -> None:
    kept = KeptCalibrations(CalibrationStore(tmp_path))
    kept.keep(FaceCalibration(name="mine", neutral_frames=88))
    (tmp_path / "torn.json").write_text("{")
    told = Told(Stub())
    show_kept(kept, told.console)
    assert [line.split()[0] for line in told.lines[2:4]] == ["mine", "torn"]
    assert any(line.startswith("torn: calibration 'torn' is no JSON; delete it") for line in told.lines)
    for name in ("mine", "torn"):
        gone = Told(Stub())
        delete_kept(kept, name, gone.console)
        assert gone.lines == [f"calibration {name!r} is deleted"]
    empty = Told(Stub())
    show_kept(kept, empty.console)
    assert empty.lines == ["no calibration is kept"]
    with pytest.raises(CaptureError, match="^calibration 'mine' is not kept, kept are: none$"):
        delete_kept(kept, "mine", empty.console)


@pytest.mark.skipif(sys.platform != "linux", reason="the folder of a user is set in other ways there")
def test_the_files_of_this_user_are_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    KeptCalibrations().keep(FaceCalibration(name="mine"))
    calibrate(show=True, port_base=1)
    assert "mine" in capsys.readouterr().out
    calibrate(delete="mine", port_base=1)
    assert KeptCalibrations().all() == ()


def test_a_broken_one_shows_what_to_do() -> None:
    broken = Told(Stub(calibration_pb2.CalibrateProgress(phase=calibration_pb2.CALIBRATION_PHASE_DONE, calibration={"name": "torn"})))
    broken.command.learn(REQUEST)
    row = next(line for line in broken.lines if line.split()[0] == "torn")
    assert row.split() == ["torn", "-", "-", "-", "-"]


def test_one_thing_is_asked_at_a_time() -> None:
    with pytest.raises(ConfigError, match="^more than one of --use, --reset, --list and --delete is given"):
        calibrate(use="mine", reset=True)


def test_time_that_is_over_is_zero() -> None:
    assert progress_line(progress(calibration_pb2.CALIBRATION_PHASE_RANGE, -0.5, "smile")) == "smile: 0"
