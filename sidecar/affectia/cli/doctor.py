"""`affectia doctor`: what works on this machine, what does not, and the next step."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from affectia import registry
from affectia.cli import doctor_checks, doctor_hearing, doctor_libraries
from affectia.cli.doctor_libraries import LIBRARIES, Tried, tried
from affectia.cli.doctor_probe import CAMERA, HEARING, LIBRARY, MICROPHONES, NETWORK
from affectia.cli.finding import Check, Finding, Level, run_checks, verdict
from affectia.cli.sidecar_process import ended_like_ctrl_c
from affectia.clock import NANOS_PER_SEC, SystemClock
from affectia.errors import ConfigError
from affectia.inference.model_store import ModelStore
from affectia.version import installed_version

_WHOLE_SECS: Final = 14.0
_PROBE_SECS: Final = 8.0
_CAMERA_SECS: Final = 8.0
_MICROPHONES_SECS: Final = 5.0
_ENDING_SECS: Final = 2.0  # what a self-test takes besides starting: listening, and ending the child
_LISTEN_SECS: Final = 2.0
_MARKS: Final = {Level.OK: ("✓", "ok", "green"), Level.WARNING: ("!", "!", "yellow"), Level.PROBLEM: ("✗", "x", "red")}
_NAME_CELLS: Final = 15
_MOST_CELLS: Final = 110


def doctor(
    context: typer.Context,
    *,
    camera: Annotated[int | None, typer.Option(min=0, max=99, help="Open this camera and look whether pictures come.")] = None,
    port_base: Annotated[int | None, typer.Option(help="First of four ports.", show_default=str(registry.PORT_BASE))] = None,
    settings_path: Annotated[Path | None, typer.Option("--config", help="Settings file (TOML).", show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
) -> None:
    """Say what works here and what is missing; opens no camera unless one is named and no microphone, needs no network, takes seconds."""
    examination = Examination(context.find_object(ModelStore) or ModelStore(), settings_path, port_base, camera)
    findings: list[Finding] = []
    with ended_like_ctrl_c():
        if as_json:
            findings = list(run_checks(examination.checks(), lambda _check: None))
            typer.echo(json.dumps(as_plain(findings), indent=2))
        else:
            console = Console(highlight=False)
            console.print(Text(f"affectia {installed_version()}", "bold"))
            with console.status("") as status:
                for finding in run_checks(examination.checks(), lambda check: status.update(f"looking at {check.what}")):
                    findings.append(finding)
                    console.print(line(finding, console.width, ascii_only=console.options.ascii_only))
            console.print()
            console.print(Text(verdict(findings), "bold"), soft_wrap=True)
    if any(finding.level is Level.PROBLEM for finding in findings):
        raise typer.Exit(1)


class Examination:
    """The checks in their order, and what one of them knows for the others; one thread."""

    def __init__(self, models: ModelStore, settings_path: Path | None, port_base: int | None, camera: int | None) -> None:
        self._models = models
        self._settings_path = settings_path
        self._port_base = port_base
        self._camera = camera
        self._clock = SystemClock()
        self._begun_nanos = self._clock.now_nanos()
        self._probe: Iterator[Tried] = iter(())
        self._network_is_tried = False
        self._broken: set[str] = set()
        self._child_is_alike: bool | None = None

    def checks(self) -> list[Check]:
        """What to look at, the foundations first."""
        checks = [
            Check("python", "Python", doctor_checks.check_python),
            Check("libraries", "libraries", self._libraries),
            Check("models", "models", lambda: doctor_checks.check_models(self._models)),
            Check("face network", "the face network", self._network),
            Check("hearing", "the networks of hearing", self._hearing),
            Check("cameras", "cameras", doctor_checks.check_cameras),
            Check("microphones", "microphones", self._microphones),
            Check("settings", "settings", lambda: doctor_checks.check_settings(self._settings_path)),
            Check("cache", "the cache", lambda: doctor_checks.check_cache(self._models.cache_dir)),
            Check("processors", "processors", doctor_checks.check_processors),
            Check("clock", "the clock", lambda: doctor_checks.check_clock(self._child_is_alike)),
            Check("loopback", "loopback", doctor_checks.check_loopback),
            Check("ports", "ports and the stream", self._ports_and_stream),
        ]
        if self._camera is not None:
            checks.insert(6, Check("camera", f"camera {self._camera}", self._opened_camera))
        return checks

    def _libraries(self) -> Iterator[Finding]:
        items = [LIBRARY + name for name in LIBRARIES]
        model = self._models.verify(doctor_checks.FACE_MODEL)
        self._network_is_tried = model.state == "ready"
        if self._network_is_tried:
            items.append(NETWORK + str(model.path))  # in the same child: what it has imported need not be imported again
        items.append(f"{HEARING}{self._models.cache_dir}")
        self._probe = tried(items, timeout_secs=_PROBE_SECS)
        for name in LIBRARIES:
            library = next(self._probe)
            if told := library.told.get("now_nanos"):
                # The line took no more than moments, so another process's clock must say nearly the same.
                self._child_is_alike = abs(self._clock.now_nanos() - int(told)) < 5 * NANOS_PER_SEC
            if library.error:
                self._broken.add(name)
            yield doctor_libraries.library_finding(library, doctor_libraries.library_version(name))

    def _network(self) -> Iterator[Finding]:
        if not self._network_is_tried:
            step = f"affectia models pull {doctor_checks.FACE_MODEL}"
            yield Finding("face network", Level.PROBLEM, "not tried: its model is missing", step)
        else:
            yield doctor_libraries.network_finding(next(self._probe))

    def _hearing(self) -> Iterator[Finding]:
        for hearing in self._probe:
            yield from doctor_hearing.hearing_findings(hearing)

    def _opened_camera(self) -> Iterator[Finding]:
        assert self._camera is not None
        for camera in tried([f"{CAMERA}{self._camera}"], timeout_secs=_CAMERA_SECS):
            yield doctor_libraries.camera_finding(camera, self._camera)

    def _microphones(self) -> Iterator[Finding]:
        for microphones in tried([MICROPHONES], timeout_secs=_MICROPHONES_SECS):
            yield doctor_libraries.microphones_finding(microphones)

    def _ports_and_stream(self) -> Iterator[Finding]:
        if self._broken & {"zmq", "grpc", "numpy"}:
            yield Finding("stream", Level.PROBLEM, "not looked at: a library is missing", "see the lines above")
            return
        from affectia.cli import doctor_stream
        from affectia.cli.sidecar_process import free_port_base, is_free
        from affectia.store.port_file import read_port_file

        base = self._base()
        taken = [base + offset for offset in range(4) if not is_free(base + offset)]
        status = doctor_stream.ask_status(base) if base + registry.PORT_GRPC in taken else None
        free_base = free_port_base(base + 1000) if taken and base < 60_000 else None
        yield doctor_stream.ports_finding(base, taken, status, read_port_file(base), free_base)
        if status is not None:
            sight = doctor_stream.listen(base, _LISTEN_SECS)
            yield doctor_stream.stream_finding(sight, seconds=_LISTEN_SECS, sessions=len(status.sessions))
            # Asked again: what it says of the time in which it was listened to.
            yield from doctor_stream.session_findings(doctor_stream.ask_status(base) or status)
            return
        spent_secs = (self._clock.now_nanos() - self._begun_nanos) / NANOS_PER_SEC
        limit_secs = max(4.0, _WHOLE_SECS - _ENDING_SECS - spent_secs)
        yield from doctor_stream.self_test(first_base=registry.PORT_BASE + 500, limit_secs=limit_secs)

    def _base(self) -> int:
        if self._port_base is not None:
            if not 1024 <= self._port_base <= 65532:
                raise ConfigError(f"port base is {self._port_base}, expected 1024 to 65532")
            return self._port_base
        try:
            from affectia import config

            return config.load(self._settings_path, environment=os.environ).server.port_base
        except (ConfigError, ImportError):  # told by the check of the settings
            return registry.PORT_BASE


def line(finding: Finding, width: int, *, ascii_only: bool = False) -> Table:
    """A finding on the screen: mark, name, what was found, and below it the next step."""
    sign, plain, colour = _MARKS[finding.level]
    text = Text(finding.found)
    if finding.next_step:
        arrow = "-> " if ascii_only else "→ "
        text.append("\n").append(arrow + finding.next_step, "dim" if finding.level is Level.OK else colour)
    mark_cells, name_cells = (2 if ascii_only else 1), max(_NAME_CELLS, len(finding.name))
    table = Table.grid(padding=(0, 1))
    table.add_column(width=mark_cells, no_wrap=True)
    table.add_column(width=name_cells, no_wrap=True)
    table.add_column(width=max(20, min(width, _MOST_CELLS) - mark_cells - name_cells - 3), overflow="fold")
    table.add_row(Text(plain if ascii_only else sign, colour), Text(finding.name), text)
    return table


def as_plain(findings: list[Finding]) -> dict[str, Any]:
    """The report for a program."""
    return {
        "ok": not any(finding.level is Level.PROBLEM for finding in findings),
        "verdict": verdict(findings),
        "findings": [{"name": each.name, "level": each.level.value, "found": each.found, "next_step": each.next_step} for each in findings],
    }
