"""`affectia calibrate`: a running sidecar learns what a face is like at rest, and how far it goes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated, Final, Protocol

import grpc
import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from affectia import registry
from affectia.errors import AffectiaError, ConfigError
from affectia.v1 import calibration_pb2, control_pb2_grpc, session_pb2

_TOO_LONG_SECS: Final = 10.0  # for a call that only reads or writes a file
_HEADINGS: Final = ("name", "made (UTC)", "at rest", "making faces", "steadiness", "notes")


class CalibrationStub(Protocol):
    """The calls of the control service that are needed here; each raises grpc.RpcError."""

    def Calibrate(self, request: calibration_pb2.CalibrateRequest) -> Iterator[calibration_pb2.CalibrateProgress]:  # noqa: N802 - as generated
        """Learn from a session's first face."""
        ...

    def UseCalibration(self, request: calibration_pb2.UseCalibrationRequest, *, timeout: float) -> session_pb2.Session:  # noqa: N802
        """Take one into use, or none."""
        ...

    def ListCalibrations(  # noqa: N802
        self, request: calibration_pb2.ListCalibrationsRequest, *, timeout: float
    ) -> calibration_pb2.ListCalibrationsResponse:
        """Those that are kept."""
        ...

    def DeleteCalibration(  # noqa: N802
        self, request: calibration_pb2.DeleteCalibrationRequest, *, timeout: float
    ) -> calibration_pb2.DeleteCalibrationResponse:
        """Take one away."""
        ...


def calibrate(
    *,
    session: Annotated[str, typer.Option(help="Id of the session; its first face is learned.")] = "default",
    name: Annotated[str, typer.Option(help="What the calibration is called.")] = "default",
    countdown_secs: Annotated[float, typer.Option(min=0, max=30, help="Seconds until it begins.")] = 3.0,
    neutral_secs: Annotated[float, typer.Option(min=1, max=30, help="Seconds in which your face is at rest.")] = 3.0,
    range_secs: Annotated[float, typer.Option(min=0, max=120, help="Seconds in which you make faces; 0 learns the rest alone.")] = 0.0,
    alpha: Annotated[float, typer.Option(min=0, max=1, help="How much of the rest is taken off.")] = 1.0,
    use: Annotated[str, typer.Option("--use", metavar="NAME", help="Take a kept one into use.", show_default=False)] = "",
    reset: Annotated[bool, typer.Option("--reset", help="Use none: the face is shown as it is measured.")] = False,
    show: Annotated[bool, typer.Option("--list", help="Show those that are kept.")] = False,
    delete: Annotated[str, typer.Option("--delete", metavar="NAME", help="Take a kept one away.", show_default=False)] = "",
    port_base: Annotated[int, typer.Option(help="First of the sidecar's four ports.")] = registry.PORT_BASE,
) -> None:
    """Let a running sidecar learn your face at rest: look at the camera, relax, and hold still for three seconds.

    It is kept by its name on this machine, for this user, and used from then on; --reset ends that.
    """
    if sum((bool(use), reset, show, bool(delete))) > 1:
        raise ConfigError("more than one of --use, --reset, --list and --delete is given, expected one at a time")
    console = Console()
    channel = grpc.insecure_channel(f"127.0.0.1:{port_base + registry.PORT_GRPC}", options=[("grpc.enable_http_proxy", 0)])
    with channel:
        command = CalibrateCommand(control_pb2_grpc.ControlStub(channel), console)  # type: ignore[no-untyped-call] # generated
        if show:
            command.show()
        elif delete:
            command.delete(delete)
        elif use or reset:
            command.use(session, use)
        else:
            command.learn(
                calibration_pb2.CalibrateRequest(
                    session_id=session,
                    name=name,
                    countdown_secs=countdown_secs,
                    neutral_secs=neutral_secs,
                    range_secs=range_secs,
                    alpha=alpha,
                )
            )


class CalibrateCommand:
    """Asks the sidecar and tells on a console; raises AffectiaError with what the sidecar says where it refuses."""

    def __init__(self, stub: CalibrationStub, console: Console) -> None:
        self._stub = stub
        self._console = console

    def learn(self, request: calibration_pb2.CalibrateRequest) -> None:
        """Calibrate, and tell what to do all the while: on one line of a terminal, line by line elsewhere."""
        learned: calibration_pb2.Calibration | None = None
        try:
            stream = self._stub.Calibrate(request)
            if self._console.is_terminal:
                with self._console.status("") as status:
                    learned = followed(stream, lambda line: status.update(Text(line)))
            else:
                learned = followed(stream, self._say)
        except grpc.RpcError as error:
            raise _told_error(error) from None
        if learned is None:
            raise AffectiaError("calibration ended before anything was learned, expected progress until it is done; calibrate again")
        self._say(f"calibration {learned.name!r} is kept, and used by session {request.session_id!r}")
        self._console.print(calibration_table([learned]))

    def use(self, session_id: str, name: str) -> None:
        """Have a session use a kept calibration; an empty name: none."""
        self._asked(lambda: self._stub.UseCalibration(_use_request(session_id, name), timeout=_TOO_LONG_SECS))
        self._say(f"session {session_id!r} uses calibration {name!r}" if name else f"session {session_id!r} uses no calibration")

    def show(self) -> None:
        """Those that are kept."""
        request = calibration_pb2.ListCalibrationsRequest()
        kept: list[calibration_pb2.Calibration] = []
        self._asked(lambda: kept.extend(self._stub.ListCalibrations(request, timeout=_TOO_LONG_SECS).calibrations))
        if kept:
            self._console.print(calibration_table(kept))
        else:
            self._say("no calibration is kept")

    def delete(self, name: str) -> None:
        """Take one away."""
        request = calibration_pb2.DeleteCalibrationRequest(name=name)
        self._asked(lambda: self._stub.DeleteCalibration(request, timeout=_TOO_LONG_SECS))
        self._say(f"calibration {name!r} is deleted")

    def _asked(self, call: Callable[[], object]) -> None:
        try:
            call()
        except grpc.RpcError as error:
            raise _told_error(error) from None

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def followed(stream: Iterable[calibration_pb2.CalibrateProgress], tell: Callable[[str], None]) -> calibration_pb2.Calibration | None:
    """Tell each line once while a calibration goes on; what was learned, None where the stream ends before."""
    told = ""
    for progress in stream:
        if progress.phase == calibration_pb2.CALIBRATION_PHASE_DONE:
            return progress.calibration
        line = progress_line(progress)
        if line != told:
            told = line
            tell(line)
    return None


def progress_line(progress: calibration_pb2.CalibrateProgress) -> str:
    """What to do, and for how many seconds: example "look at the camera, relax your face: 3"."""
    return f"{progress.hint}: {max(0, math.ceil(progress.remaining_secs))}"


def calibration_table(calibrations: Iterable[calibration_pb2.Calibration]) -> Table:
    """Calibrations as a table; of what a face is like it holds nothing."""
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for heading in _HEADINGS:
        table.add_column(heading, no_wrap=heading != "notes")
    for one in calibrations:
        made = datetime.fromtimestamp(one.made_unix_secs, UTC).strftime("%Y-%m-%d %H:%M") if one.made_unix_secs else "-"
        counts = [f"{count} pictures" if count else "-" for count in (one.neutral_frames, one.range_frames)]
        steadiness = f"{one.steadiness:.0%}" if one.neutral_frames else "-"
        # Names and notes come from files, which may hold what rich takes for markup.
        table.add_row(*(Text(cell) for cell in (one.name, made, *counts, steadiness, "; ".join(one.notices))))
    return table


def _use_request(session_id: str, name: str) -> calibration_pb2.UseCalibrationRequest:
    return calibration_pb2.UseCalibrationRequest(session_id=session_id, name=name)


def _told_error(error: grpc.RpcError) -> AffectiaError:
    code: Callable[[], grpc.StatusCode] = getattr(error, "code", lambda: grpc.StatusCode.UNKNOWN)
    details: Callable[[], str] = getattr(error, "details", lambda: "")
    if code() is grpc.StatusCode.UNAVAILABLE and "sidecar" not in (details() or ""):
        return AffectiaError("no sidecar answers, expected one that runs; start `affectia serve --source camera:0`, or check --port-base")
    return AffectiaError(details() or f"calibration ended with {code().name.lower()}")
