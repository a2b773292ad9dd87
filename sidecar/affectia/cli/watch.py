"""`affectia watch`: what a running sidecar publishes, as a live screen, as lines, or as JSON for another program."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.live import Live

from affectia import registry
from affectia.cli.dashboard import Dashboard, progress_line, rows_that_fit
from affectia.cli.monitor import SILENT_AFTER_SECS, Monitor
from affectia.cli.sidecar_status import StatusPoller
from affectia.client import Received, ReceivedFrame, Subscriber
from affectia.client.subscriber import DEFAULT_ENDPOINT
from affectia.clock import NANOS_PER_SEC, Clock, SystemClock, epoch_offset_nanos
from affectia.errors import AffectiaError, ConfigError
from affectia.wire import json_twin

_REFRESH_SECS: Final = 0.1
_REMIND_SECS: Final = 10.0
_ENDPOINT: Final = re.compile(r"tcp://(?P<host>[^/:]+|\[[0-9a-fA-F:]+\]):(?P<port>\d{1,5})")


def watch(
    avatars: Annotated[list[str] | None, typer.Argument(metavar="[AVATAR]...", help="Avatar ids; all when none is named.")] = None,
    *,
    endpoint: Annotated[str, typer.Option(help="Where the frames are.")] = DEFAULT_ENDPOINT,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line and message.")] = False,
    affect: Annotated[bool, typer.Option("--affect/--no-affect", help="Also feelings, action units, gaze and blinks, or not.")] = True,
    seconds: Annotated[float, typer.Option(min=0, help="How long; 0 is until Ctrl-C.")] = 0.0,
) -> None:
    """Show what a running sidecar sends; waits for one, and through its restarts."""
    control = control_address(endpoint)
    clock = SystemClock()
    console = Console(highlight=False)
    if as_json:
        came = _print_json(endpoint, avatars, seconds, clock, affect=affect)
        if not came and seconds:
            raise AffectiaError(waiting_text(endpoint, avatars))
        return
    shape_rows, unit_rows = rows_that_fit(console.width, console.height)
    monitor = Monitor(shape_rows=shape_rows, unit_rows=unit_rows, affect=affect)
    run = WatchRun(endpoint, seconds, avatars, monitor=monitor)
    add_update = monitor.add_update if affect else None
    with (
        Subscriber(endpoint, avatars=avatars, listener=monitor.add, affect_listener=add_update, clock=clock) as subscriber,
        StatusPoller(control) as poller,
    ):
        run.subscriber, run.poller = subscriber, poller
        with contextlib.suppress(KeyboardInterrupt):
            (_show_live if console.is_terminal else _show_lines)(run, clock, console)
        if seconds and not subscriber.stats.received:
            raise AffectiaError(waiting_text(endpoint, avatars))


def control_address(endpoint: str) -> str:
    """The address of the control service beside an endpoint of frames; raises ConfigError where it is no endpoint."""
    found = _ENDPOINT.fullmatch(endpoint)
    if found is None or not 1 <= int(found["port"]) <= 65535:
        raise ConfigError(f"endpoint is {endpoint!r}, expected tcp://HOST:PORT such as {DEFAULT_ENDPOINT}")
    return f"{found['host']}:{int(found['port']) + registry.PORT_GRPC - registry.PORT_PUBLISH}"


class WatchRun:
    """The state of one watch; the monitor is fed on the receiving thread, the rest belongs to one other."""

    def __init__(self, endpoint: str, seconds: float, avatars: list[str] | None = None, *, monitor: Monitor | None = None) -> None:
        self.endpoint = endpoint
        self.avatars = avatars
        self.seconds = seconds
        self.monitor = monitor or Monitor()
        self.subscriber: Subscriber | None = None
        self.poller: StatusPoller | None = None

    def dashboard(self, elapsed_secs: float, now_nanos: int) -> Dashboard:
        """What to show now."""
        reading = self.monitor.reading(now_nanos)
        silent = not reading.received or reading.silent_secs > SILENT_AFTER_SECS
        status = self.poller.latest if self.poller else None
        return Dashboard(
            title="affectia watch",
            source=f"{reading.avatar_id} at {self.endpoint}" if reading.received else self.endpoint,
            elapsed_secs=elapsed_secs,
            seconds=self.seconds,
            reading=reading,
            lost=self.subscriber.stats.lost if self.subscriber else 0,
            status=status,
            note=waiting_text(self.endpoint, self.avatars) if silent else (status.detail if status else ""),
            hint="Ctrl-C ends",
        )


def waiting_text(endpoint: str, avatars: list[str] | None = None) -> str:
    """What to tell a person while nothing comes."""
    if avatars:
        names = " or ".join(avatars)
        return f"nobody publishes avatar {names} at {endpoint}: start `affectia serve`, or see with `affectia watch` alone who is there"
    return f"nobody publishes at {endpoint}: start `affectia serve`"


def moments(seconds: float, clock: Clock) -> Iterator[float]:
    """Seconds since the start, every tenth of a second, until time is up."""
    pause = threading.Condition()
    begun_nanos = clock.now_nanos()
    while True:
        elapsed_secs = (clock.now_nanos() - begun_nanos) / NANOS_PER_SEC
        if seconds and elapsed_secs >= seconds:
            return
        yield elapsed_secs
        with pause:
            clock.wait(pause, _REFRESH_SECS)


def _show_live(run: WatchRun, clock: Clock, console: Console) -> None:
    with Live(console=console, screen=True, auto_refresh=False) as screen:
        for elapsed_secs in moments(run.seconds, clock):
            screen.update(run.dashboard(elapsed_secs, clock.now_nanos()), refresh=True)


def _show_lines(run: WatchRun, clock: Clock, console: Console) -> None:
    next_secs = 1.0
    for elapsed_secs in moments(run.seconds, clock):
        if elapsed_secs >= next_secs:
            dashboard = run.dashboard(elapsed_secs, clock.now_nanos())
            silent = not dashboard.reading.received or dashboard.reading.silent_secs > SILENT_AFTER_SECS
            line = f"{elapsed_secs:4.0f} s  {dashboard.note}" if silent else progress_line(dashboard)
            console.print(line, soft_wrap=True, markup=False)
            next_secs = int(elapsed_secs) + 1.0


def _print_json(endpoint: str, avatars: list[str] | None, seconds: float, clock: Clock, *, affect: bool) -> bool:
    """Print the twins; whether any frame came."""
    offset_nanos = epoch_offset_nanos(clock)
    with Subscriber(endpoint, avatars=avatars, affect=affect, clock=clock) as subscriber:
        try:
            waiting = waiting_text(endpoint, avatars)
            for text in json_lines(subscriber.messages, clock, waiting, seconds=seconds, offset_nanos=offset_nanos, tell=_tell):
                print(text, flush=True)
        except KeyboardInterrupt:
            pass
        except OSError as error:
            if error.errno not in (errno.EPIPE, errno.EINVAL):  # EINVAL is what Windows says
                raise
            # The reader (such as `head`) has had enough. Python would complain once more when it closes standard output.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return subscriber.stats.received > 0


def json_lines(
    messages: Callable[..., Iterator[Received]],
    clock: Clock,
    waiting: str,
    *,
    seconds: float,
    offset_nanos: int,
    tell: Callable[[str], None],
) -> Iterator[str]:
    """The JSON twin of every message until `seconds` are over (0: for ever); `tell` gets `waiting` while nobody publishes.

    `messages(timeout_secs=...)` is a Subscriber's: it ends when nothing came for so long.
    """
    begun_nanos = clock.now_nanos()
    told_at_nanos: int | None = None

    def is_over() -> bool:
        return bool(seconds) and clock.now_nanos() - begun_nanos >= seconds * NANOS_PER_SEC

    while not is_over():
        left_secs = seconds - (clock.now_nanos() - begun_nanos) / NANOS_PER_SEC if seconds else SILENT_AFTER_SECS
        for received in messages(timeout_secs=max(0.0, min(SILENT_AFTER_SECS, left_secs))):
            told_at_nanos = None
            yield json.dumps(_twin(received, offset_nanos), separators=(",", ":"))
            if is_over():
                return
        now_nanos = clock.now_nanos()
        if not is_over() and (told_at_nanos is None or now_nanos - told_at_nanos >= _REMIND_SECS * NANOS_PER_SEC):
            told_at_nanos = now_nanos
            tell(waiting)


def _twin(received: Received, offset_nanos: int) -> dict[str, Any]:
    if isinstance(received, ReceivedFrame):
        return json_twin.avatar_frame_json(received.frame, avatar_id=received.avatar_id, epoch_offset_nanos=offset_nanos)
    return json_twin.emotion_update_json(received.update, avatar_id=received.avatar_id, epoch_offset_nanos=offset_nanos)


def _tell(text: str) -> None:
    print(f"affectia: {text}", file=sys.stderr, flush=True)
