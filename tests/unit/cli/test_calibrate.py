from __future__ import annotations

import io
from collections.abc import Iterator

import grpc
import pytest
from rich.console import Console

from affectia.cli.calibrate import CalibrateCommand, calibrate, followed, progress_line
from affectia.errors import AffectiaError, ConfigError
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

    def __init__(self, *stream: calibration_pb2.CalibrateProgress, error: Exception | None = None, kept: int = 1) -> None:
        self._stream = stream
        self._error = error
        self._kept = kept
        self.asked: list[object] = []

    def Calibrate(self, request: calibration_pb2.CalibrateRequest) -> Iterator[calibration_pb2.CalibrateProgress]:  # noqa: N802 - as generated
        self.asked.append(request)
        yield from self._stream
        if self._error is not None:
            raise self._error

    def UseCalibration(self, request: calibration_pb2.UseCalibrationRequest, *, timeout: float) -> session_pb2.Session:  # noqa: N802
        self._ask(request)
        return session_pb2.Session()

    def ListCalibrations(  # noqa: N802
        self, request: calibration_pb2.ListCalibrationsRequest, *, timeout: float
    ) -> calibration_pb2.ListCalibrationsResponse:
        self._ask(request)
        return calibration_pb2.ListCalibrationsResponse(calibrations=[MINE] * self._kept)

    def DeleteCalibration(  # noqa: N802
        self, request: calibration_pb2.DeleteCalibrationRequest, *, timeout: float
    ) -> calibration_pb2.DeleteCalibrationResponse:
        self._ask(request)
        return calibration_pb2.DeleteCalibrationResponse()

    def _ask(self, request: object) -> None:
        self.asked.append(request)
        if self._error is not None:
            raise self._error


class Told:
    """A command, and what it prints."""

    def __init__(self, stub: Stub, *, is_terminal: bool = False) -> None:
        self._out = io.StringIO()
        self.command = CalibrateCommand(stub, Console(file=self._out, width=160, force_terminal=is_terminal, _environ={"TERM": "xterm"}))

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
    for cell in ("mine", "88 pictures", "93%", "mouth was open; [red]odd"):
        assert cell in row


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
        (grpc.StatusCode.CANCELLED, "", "^calibration ended with cancelled$"),
    ],
)
def test_a_refusal_is_one_sentence(code: grpc.StatusCode, details: str, words: str) -> None:
    told = Told(Stub(*STREAM[:2], error=Refused(code, details)))
    with pytest.raises(AffectiaError, match=words):
        told.command.learn(REQUEST)
    with pytest.raises(AffectiaError, match=words):
        told.command.use("me", "mine")
    with pytest.raises(AffectiaError, match=words):
        told.command.show()
    with pytest.raises(AffectiaError, match=words):
        told.command.delete("mine")


def test_kept_ones_are_used_and_left() -> None:
    stub = Stub()
    told = Told(stub)
    told.command.use("me", "mine")
    told.command.use("me", "")
    told.command.delete("mine")
    assert told.lines == ["session 'me' uses calibration 'mine'", "session 'me' uses no calibration", "calibration 'mine' is deleted"]
    assert stub.asked == [
        calibration_pb2.UseCalibrationRequest(session_id="me", name="mine"),
        calibration_pb2.UseCalibrationRequest(session_id="me"),
        calibration_pb2.DeleteCalibrationRequest(name="mine"),
    ]


def test_kept_ones_are_shown() -> None:
    told = Told(Stub(kept=2))
    told.command.show()
    assert sum("mine" in line for line in told.lines) == 2
    empty = Told(Stub(kept=0))
    empty.command.show()
    assert empty.lines == ["no calibration is kept"]


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
