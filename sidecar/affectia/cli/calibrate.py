"""`affectia calibrate`: a running sidecar learns what a face is like at rest, and how far it goes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Final, Protocol

import grpc
import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from affectia import registry
from affectia.cli import sidecar_call
from affectia.control.calibration_calls import kept_message
from affectia.errors import AffectiaError, CaptureError, ConfigError, SessionError
from affectia.session.calibration.kept_calibrations import KeptCalibrations
from affectia.session.calibration.neutral_pose import STEADINESS_TOLD
from affectia.store.calibration_store import checked_name
from affectia.v1 import calibration_pb2, control_pb2_grpc, session_pb2

_HEADINGS: Final = ("name", "made (UTC)", "at rest", "making faces", "steadiness")
_STILL: Final = 0.85  # of steadiness, from here on nothing that could be seen moved
_MEANING: Final = f"steadiness: how still face and head were held at rest, 100% is motionless; below {STEADINESS_TOLD:.0%} calibrate again"


class CalibrationStub(Protocol):
    """The calls of the control service that are needed here; each raises grpc.RpcError."""

    def Calibrate(self, request: calibration_pb2.CalibrateRequest) -> Iterator[calibration_pb2.CalibrateProgress]:  # noqa: N802 - as generated
        """Learn from a session's first face."""
        ...

    def UseCalibration(self, request: calibration_pb2.UseCalibrationRequest, *, timeout: float) -> session_pb2.Session:  # noqa: N802
        """Take one into use, or none."""
        ...


def calibrate(
    *,
    session: Annotated[str, typer.Option(help="Id of the session; its first face is learned.")] = "default",
    name: Annotated[str, typer.Option(help="What the calibration is called.")] = "default",
    countdown_secs: Annotated[float, typer.Option(min=0, max=30, help="Seconds until it begins.")] = 3.0,
    neutral_secs: Annotated[float, typer.Option(min=1, max=30, help="Seconds in which your face is at rest.")] = 3.0,
    range_secs: Annotated[float, typer.Option(min=0, max=120, help="Seconds in which you make faces; 0 learns the rest alone.")] = 0.0,
    alpha: Annotated[float, typer.Option(min=0, max=1, help="How much of the rest is taken off.")] = 1.0,
    use: Annotated[str | None, typer.Option("--use", metavar="NAME", help="Take a kept one into use.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Use none: the face is shown as it is measured.")] = False,
    show: Annotated[bool, typer.Option("--list", help="Show those that are kept; needs no sidecar.")] = False,
    delete: Annotated[str | None, typer.Option("--delete", metavar="NAME", help="Take a kept one away; needs no sidecar.")] = None,
    port_base: Annotated[int, typer.Option(help="First of the sidecar's four ports.")] = registry.PORT_BASE,
) -> None:
    """Let a running sidecar learn your face at rest: look at the camera, relax, and hold still for three seconds.

    It is kept by its name on this machine, for this user, and used from then on; --reset ends that.

    --list and --delete need no sidecar: they work on the kept files themselves; a session that uses a deleted one goes on with it.
    """
    if sum((use is not None, reset, show, delete is not None)) > 1:
        raise ConfigError("more than one of --use, --reset, --list and --delete is given, expected one at a time")
    console = Console()
    if show:
        show_kept(KeptCalibrations(), console)
        return
    if delete is not None:
        delete_kept(KeptCalibrations(), delete, console)
        return
    checked_name(name if use is None else use)
    channel = grpc.insecure_channel(f"127.0.0.1:{port_base + registry.PORT_GRPC}", options=[("grpc.enable_http_proxy", 0)])
    with channel:
        command = CalibrateCommand(control_pb2_grpc.ControlStub(channel), console)  # type: ignore[no-untyped-call] # generated
        if use is not None or reset:
            command.use(session, use or "")
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


def show_kept(kept: KeptCalibrations, console: Console) -> None:
    """Those that are kept, as a table and what should be done better; raises CaptureError where their folder cannot be read."""
    found = [kept_message(one) for one in kept.all()]
    if found:
        _show(console, found)
    else:
        _say(console, "no calibration is kept")


def delete_kept(kept: KeptCalibrations, name: str, console: Console) -> None:
    """Take one away; raises ConfigError for what is no name, CaptureError where none is kept under it."""
    kept.delete(name)
    _say(console, f"calibration {name!r} is deleted")


class CalibrateCommand:
    """Asks the sidecar and tells on a console.

    Raises what the sidecar says where it refuses: SessionError for an unknown session, CaptureError for a calibration that is not kept,
    ConfigError for names and numbers that cannot be, AffectiaError else.
    """

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
                learned = followed(stream, lambda line: _say(self._console, line))
        except grpc.RpcError as error:
            raise _told_error(error) from None
        if learned is None:
            raise AffectiaError("calibration ended before anything was learned, expected progress until it is done; calibrate again")
        _say(self._console, f"calibration {learned.name!r} is kept, and used by session {request.session_id!r}")
        _show(self._console, [learned])

    def use(self, session_id: str, name: str) -> None:
        """Have a session use a kept calibration; an empty name: none."""
        request = calibration_pb2.UseCalibrationRequest(session_id=session_id, name=name)
        try:
            self._stub.UseCalibration(request, timeout=sidecar_call.TIMEOUT_SECS)
        except grpc.RpcError as error:
            raise _told_error(error) from None
        _say(self._console, f"session {session_id!r} uses " + (f"calibration {name!r}" if name else "no calibration"))


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
        table.add_column(heading, no_wrap=True)
    for one in calibrations:
        made = datetime.fromtimestamp(one.made_unix_secs, UTC).strftime("%Y-%m-%d %H:%M") if one.made_unix_secs else "-"
        counts = [f"{count} pictures" if count else "-" for count in (one.neutral_frames, one.range_frames)]
        steadiness = f"{one.steadiness:.0%}, {steadiness_word(one.steadiness)}" if one.neutral_frames else "-"
        table.add_row(*(Text(cell) for cell in (one.name, made, *counts, steadiness)))
    return table


def steadiness_word(steadiness: float) -> str:
    """How still a face was held, 0..1, in a word or two."""
    if steadiness < STEADINESS_TOLD:
        return "moved"
    return "still" if steadiness >= _STILL else "nearly still"


def _show(console: Console, calibrations: Sequence[calibration_pb2.Calibration]) -> None:
    console.print(calibration_table(calibrations))
    for one in calibrations:
        for notice in one.notices:
            _say(console, f"{one.name}: {notice}")
    _say(console, _MEANING)


def _say(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _told_error(error: grpc.RpcError) -> AffectiaError:
    told = sidecar_call.told_error(error)
    # One code stands for sessions and calibrations that there are not; all that is said of calibrations begins with the word.
    if isinstance(told, SessionError) and str(told).startswith("calibration"):
        return CaptureError(str(told))
    return told
