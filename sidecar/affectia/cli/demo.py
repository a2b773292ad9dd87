"""`affectia demo`: a sidecar in a process of its own, watched the way an engine would, and what is left of it afterwards."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated, Final, Protocol

import typer
from rich.console import Console
from rich.live import Live
from rich.prompt import Confirm

from affectia import registry
from affectia.capture.mailbox import Mailbox
from affectia.capture.synthetic import SyntheticOptions
from affectia.capture.video_file import VideoFileSource
from affectia.cli import curves_plot
from affectia.cli.affect_recording import AffectRecording
from affectia.cli.dashboard import Dashboard, progress_line, rows_that_fit
from affectia.cli.demo_models import bring, default_voice, hearing_gap
from affectia.cli.monitor import Monitor
from affectia.cli.recording import Curves, Recording
from affectia.cli.serve import CONSENT_HELP, VOICE_HELP, with_consent
from affectia.cli.sidecar_process import SidecarProcess, are_free, ended_like_ctrl_c, free_port_base
from affectia.cli.sidecar_status import StatusPoller
from affectia.cli.summary import Summary
from affectia.client import ReceivedFrame, ReceivedUpdate, Subscriber
from affectia.clock import NANOS_PER_SEC, Clock, SystemClock
from affectia.errors import AffectiaError, ConfigError, ConsentMissing, PortInUse, not_one_of
from affectia.inference.model_store import ModelStore
from affectia.session.consent import MODALITIES, checked_modality
from affectia.session.session_parts import FACE_MODEL
from affectia.session.session_request import SessionRequest
from affectia.session.sidecar import SWITCH_INTERVAL_SECS
from affectia.session.source_spec import SourceSpec
from affectia.session.voice_spec import VoiceSpec
from affectia.signals.video_sample import VideoSample
from affectia.store.take_csv import write_take
from affectia.store.take_reader import read_take

INTERRUPTED: Final = 130  # what a shell makes of Ctrl-C
START_SECS: Final = 60.0  # a first start reads a network and libraries from a cold disk
NO_CONSENT: Final = "no consent for the {devices}: it stays off, and frames say that nothing of it is valid"
NPC: Final = "npc"
NPC_HELP: Final = "npc: an avatar that nobody drives performs a script, without a sidecar."
_OF_DEMO: Final = ("source", "voice", "headless", "port_base", "consent")
_REFRESH_SECS: Final = 0.1
_AVATAR: Final = "default"


def demo(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="npc", help=NPC_HELP, show_default=False)] = "",
    *,
    source: Annotated[str, typer.Option(help="camera:N, file:PATH, clip:ID, take:PATH, synthetic, or none.")] = "clip:carphone",
    voice: Annotated[str | None, typer.Option(help=VOICE_HELP, show_default="a spoken line beside a clip, else none")] = None,
    seconds: Annotated[float, typer.Option(min=0, help="How long; 0 is until Ctrl-C.")] = 20.0,
    headless: Annotated[bool, typer.Option("--headless", help="A line a second instead of the live screen.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for take and plot.", show_default="out/demo-TIME")] = None,
    port_base: Annotated[int | None, typer.Option(help="First of four ports.", show_default="the first that is free")] = None,
    consent: Annotated[list[str] | None, typer.Option(help=CONSENT_HELP, show_default=False)] = None,
    script: Annotated[Path | None, typer.Option(help="Of `demo npc`: what is performed.", show_default="built in")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of `demo npc`: of idle life.", show_default="the script's")] = None,
) -> None:
    """Watch a face move and a voice move its mouth: start a sidecar, show what an engine would get, leave a take and a plot."""
    if what or script is not None or seed is not None:
        _perform(context, what, script=script, seed=seed, out=out)
        return
    spec = SourceSpec.parse(source)
    heard = default_voice(spec) if voice is None else voice
    voice_spec = VoiceSpec.parse(heard)
    SessionRequest(_AVATAR, spec, voice=voice_spec).check()
    folder = out or Path("out") / time.strftime("demo-%Y%m%d-%H%M%S")
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"output is a file, expected a folder: {folder}")
    models = context.find_object(ModelStore) or ModelStore()
    console = Console(highlight=False)
    if spec.kind == "clip":
        bring(spec.clip_id, models, console)
    own_rate_hz = own_rate(spec, models)
    if not spec.is_ready_made:
        bring(FACE_MODEL, models, console)
    if voice is not None and voice_spec is not None and voice_spec.clip_id:
        bring(voice_spec.clip_id, models, console)
    notes = []
    if voice_spec is not None and (gap := hearing_gap(voice_spec, models, console)) and voice is None:
        # A voice that nobody asked for is heard well or not at all; one that was asked for as well as it goes, and the sidecar says so.
        heard, voice_spec = "none", None
        notes.append(f"without sound: {gap}")
    live = console.is_terminal and not headless
    sys.setswitchinterval(SWITCH_INTERVAL_SECS)  # drawing the screen must not hold up the stamping of frames
    wanted = needed_consent(spec, voice_spec)
    granted = frozenset(checked_modality(name) for name in consent or ())
    if console.is_terminal and sys.stdin.isatty():
        granted = with_consent(spec, voice_spec, granted, ask=_ask, more=" and into the take of this demo")
    base = free_port_base() if port_base is None else port_base
    if port_base is not None and not are_free(base):  # else frames of somebody else's sidecar would be shown as its own
        raise PortInUse(f"ports {base} to {base + 3} are not all free, expected them to be; stop what uses them, or leave --port-base out")
    missing = [modality for modality in wanted if modality not in granted]
    if missing and not sys.stdin.isatty():
        given = " ".join(f"--consent {modality}" for modality in missing)
        of = source if missing == ["camera"] else f"{source} with voice {heard}"
        raise ConsentMissing(f"{of} needs the consent of the person in front of it; start it in a terminal, or give {given}")
    shape_rows, unit_rows = rows_that_fit(console.width, console.height, voice=voice_spec is not None)
    if missing:
        notes.append(NO_CONSENT.format(devices=" and the ".join(missing)))
    try:
        folder.mkdir(parents=True, exist_ok=True)  # now, and not when there is something to lose
    except OSError as error:
        raise ConfigError(f"output folder cannot be made ({str(error.strerror).lower()}), expected a place to write to: {folder}") from None
    shown = source if voice_spec is None else heard if spec.kind == "none" else f"{source} with voice {heard}"
    run = DemoRun(shown, seconds, base, own_rate_hz, note="; ".join(notes), monitor=Monitor(shape_rows=shape_rows, unit_rows=unit_rows))
    arguments = serve_arguments(source, base, granted, voice=heard)
    with ended_like_ctrl_c():
        ending = _follow(run, arguments, console, live=live)
        if run.recording.count:
            _leave_behind(run, folder, console)
        else:
            with contextlib.suppress(OSError):  # it may have been there before, and hold something
                folder.rmdir()
        if not run.recording.count and not ending:
            print("affectia: stopped before the first frame, nothing was written", file=sys.stderr)
            raise typer.Exit(INTERRUPTED)
    if ending:
        print(f"affectia: {ending}", file=sys.stderr)
        raise typer.Exit(run.exit_code)


def _perform(context: typer.Context, what: str, *, script: Path | None, seed: int | None, out: Path | None) -> None:
    """`demo npc`; what is asked for beside it must be of it."""
    if not what:
        raise ConfigError("--script and --seed are of `affectia demo npc`, expected npc behind demo")
    if what != NPC:
        raise not_one_of("demo", what, (NPC,))
    given = [name for name in _OF_DEMO if _is_given(context, name)]
    if given:
        names = " and ".join(f"--{name.replace('_', '-')}" for name in given)
        raise ConfigError(f"demo npc has {names}, expected --script, --seed, --seconds and --out alone")
    from affectia.cli.demo_npc import demo_npc  # what a demo of a face does not need, it does not wait for

    seconds = context.params["seconds"] if _is_given(context, "seconds") else None
    demo_npc(context.find_object(ModelStore) or ModelStore(), Console(highlight=False), script=script, seed=seed, seconds=seconds, out=out)


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name not in ("DEFAULT", "DEFAULT_MAP")


def own_rate(spec: SourceSpec, models: ModelStore) -> float | None:
    """Pictures a second of a file or clip, None for a camera or none; raises CaptureError or ModelError where it cannot be opened."""
    if spec.kind == "synthetic":
        return SyntheticOptions().rate_hz
    path = models.path(spec.clip_id) if spec.kind == "clip" else spec.path
    if spec.kind == "take":
        assert path is not None
        return read_take(path).rate_hz
    return None if path is None else VideoFileSource(path, Mailbox[VideoSample](), SystemClock()).frame_rate_hz


def needed_consent(spec: SourceSpec, voice: VoiceSpec | None) -> tuple[str, ...]:
    """The modalities that somebody must allow for this source and this voice."""
    return tuple(thing for thing in MODALITIES if thing == spec.kind or (voice is not None and thing == voice.kind))


def _ask(question: str) -> bool:
    return Confirm.ask(question, default=False)


def serve_arguments(source: str, port_base: int, consent: Collection[str], *, voice: str = "none") -> list[str]:
    """The command line of the sidecar; all that matters is said, so that a settings file changes none of it."""
    arguments = ["--source", source, "--voice", voice, "--session", _AVATAR, "--avatars", "1", "--loop", "--port-base", str(port_base)]
    for modality in sorted(consent):
        arguments += ["--consent", modality]
    return [*arguments, "--log-level", "warning"]


class Child(Protocol):
    """What the demo needs to know of the sidecar's process."""

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        ...

    def error_text(self) -> str:
        """Why it ended."""
        ...


class DemoRun:
    """The state of one demo: what is received, and when it is over. `add` and `add_update` are called on the receiving thread, the rest
    on one other.
    """

    def __init__(
        self, source: str, seconds: float, port_base: int, own_rate_hz: float | None, *, note: str = "", monitor: Monitor | None = None
    ) -> None:
        self.source = source
        self.seconds = seconds
        self.port_base = port_base
        self.own_rate_hz = own_rate_hz
        self.own_rate_of = "clip" if source.startswith(("clip:", "file:")) else "source"
        self.note = note
        self.monitor = monitor or Monitor()
        self.recording = Recording()
        self.affect_recording = AffectRecording()
        self.exit_code = 0
        self.started_unix_secs = 0.0
        self._first_at_nanos: int | None = None
        self.subscriber: Subscriber | None = None
        self.poller: StatusPoller | None = None

    @property
    def endpoint(self) -> str:
        """Where the frames are."""
        return f"tcp://127.0.0.1:{self.port_base + registry.PORT_PUBLISH}"

    def add(self, received: ReceivedFrame) -> None:
        """Take in a frame."""
        if self._first_at_nanos is None:
            self.started_unix_secs = time.time()
            self._first_at_nanos = received.received_at_nanos
        self.monitor.add(received)
        self.recording.add(received)

    def add_update(self, received: ReceivedUpdate) -> None:
        """Take in an update."""
        self.monitor.add_update(received)
        self.affect_recording.add(received)

    def moments(self, child: Child, clock: Clock) -> Iterator[float]:
        """Yield the seconds since the first frame every tenth of a second, until time is up. Raises SidecarEnded, or AffectiaError
        when no frame comes.
        """
        pause = threading.Condition()
        begun_nanos = clock.now_nanos()
        while True:
            if (code := child.exit_code) is not None:
                raise SidecarEnded(child.error_text(), code)
            now_nanos = clock.now_nanos()
            if self._first_at_nanos is None:
                if now_nanos - begun_nanos > START_SECS * NANOS_PER_SEC:
                    raise AffectiaError(f"no frame came from {self.source} within {START_SECS:.0f} s, expected frames at {self.endpoint}")
                yield 0.0
            else:
                elapsed_secs = max(0.0, (now_nanos - self._first_at_nanos) / NANOS_PER_SEC)
                if self.seconds and elapsed_secs >= self.seconds:
                    return
                yield elapsed_secs
            with pause:
                clock.wait(pause, _REFRESH_SECS)

    def dashboard(self, elapsed_secs: float, now_nanos: int) -> Dashboard:
        """What to show now."""
        reading = self.monitor.reading(now_nanos)
        status = self.poller.latest if self.poller else None
        waiting = "" if reading.received else "the sidecar is starting"
        silent = f"no frame for {reading.silent_secs:.0f} s" if reading.silent_secs > 1 else ""
        return Dashboard(
            title="affectia demo",
            source=self.source,
            elapsed_secs=elapsed_secs,
            seconds=self.seconds,
            reading=reading,
            own_rate_hz=self.own_rate_hz,
            own_rate_of=self.own_rate_of,
            lost=self.subscriber.stats.lost if self.subscriber else 0,
            status=status,
            note=self.note or waiting or silent or (status.detail if status else ""),
            hint=f"an engine would read {self.endpoint}   Ctrl-C ends",
        )


class SidecarEnded(Exception):
    """The sidecar's process ended before the demo did."""

    def __init__(self, text: str, exit_code: int) -> None:
        super().__init__(text)
        self.exit_code = exit_code


def _follow(run: DemoRun, arguments: list[str], console: Console, *, live: bool) -> str:
    """Start the sidecar, show what it sends, end it; returns why it ended before its time, or nothing."""
    clock = SystemClock()
    ending = ""
    control = f"127.0.0.1:{run.port_base + registry.PORT_GRPC}"
    with (
        SidecarProcess(arguments) as child,
        Subscriber(run.endpoint, listener=run.add, affect_listener=run.add_update, clock=clock) as subscriber,
    ):
        run.subscriber = subscriber
        with StatusPoller(control) as poller:
            run.poller = poller
            try:
                with contextlib.suppress(KeyboardInterrupt):  # that is how a person ends it: the summary follows
                    (_show_live if live else _show_lines)(run, child, clock, console)
            except SidecarEnded as ended:
                # Only what a command line can end with; a signal's number is none.
                ending, run.exit_code = str(ended), ended.exit_code if ended.exit_code > 0 else 1
            if not ending:
                poller.latest = poller.ask() or poller.latest
    return ending


def _show_live(run: DemoRun, child: Child, clock: Clock, console: Console) -> None:
    with Live(console=console, screen=True, auto_refresh=False) as screen:
        for elapsed_secs in run.moments(child, clock):
            screen.update(run.dashboard(elapsed_secs, clock.now_nanos()), refresh=True)


def _show_lines(run: DemoRun, child: Child, clock: Clock, console: Console) -> None:
    console.print(f"{run.source}: the sidecar is starting; frames will be at {run.endpoint}", soft_wrap=True, markup=False)
    next_secs = 1.0
    for elapsed_secs in run.moments(child, clock):
        if elapsed_secs >= next_secs:
            console.print(progress_line(run.dashboard(elapsed_secs, clock.now_nanos())), soft_wrap=True, markup=False)
            next_secs = int(elapsed_secs) + 1.0


def _leave_behind(run: DemoRun, folder: Path, console: Console) -> None:
    """Write take and plot, and print the summary."""
    curves, affect = run.recording.curves(), run.affect_recording.curves()
    folder.mkdir(parents=True, exist_ok=True)
    started = time.localtime(run.started_unix_secs)
    secs_of_day = started.tm_hour * 3600 + started.tm_min * 60 + started.tm_sec + run.started_unix_secs % 1
    take = folder / "take.csv"
    write_take(take, curves.take, rate_hz=_take_rate_hz(run, curves), start_secs_of_day=secs_of_day)
    plot = "none: matplotlib is not installed, `pip install affectia[demo]` brings it"
    if curves_plot.can_plot():
        curves_plot.write_plot(folder / "curves.png", curves, affect, title=f"affectia demo   {run.source}")
        plot = str(folder / "curves.png")
    stats = run.subscriber.stats if run.subscriber else None
    summary = Summary(
        source=run.source,
        own_rate_hz=run.own_rate_hz,
        own_rate_of=run.own_rate_of,
        curves=curves,
        affect=affect,
        lost=stats.lost if stats else 0,
        refused=stats.refused.total() if stats else 0,
        status=run.poller.latest if run.poller else None,
        take=f"{take} ({curves.count} rows)",
        plot=plot,
        note=run.note,
    )
    console.print()
    console.print(summary)


def _take_rate_hz(run: DemoRun, curves: Curves) -> float:
    """The source's own rate where it is known, else the nearest usual one above what came."""
    if run.own_rate_hz:
        return run.own_rate_hz
    return next((rate for rate in (24.0, 25.0, 30.0, 50.0, 60.0) if curves.rate_hz <= rate + 0.5), 120.0)
