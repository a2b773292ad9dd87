"""The checks of `affectia doctor` on this machine: Python, models, cameras, loopback, clock, processors, cache, settings.

Each measures something and hands it to a function of plain values that judges it. Nothing here imports a library that may be broken
before its own check runs.
"""

from __future__ import annotations

import os
import platform
import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from affectia.cli.finding import Finding, Level
from affectia.errors import ConfigError
from affectia.inference.model_store import CACHE_DIR_VARIABLE, ModelCheck, ModelStore

FACE_MODEL: Final = "face_landmarker"
_PYTHONS: Final = ((3, 11), (3, 12), (3, 13))
_LATE_MILLIS: Final = 5.0
_LEAST_FREE_BYTES: Final = 200_000_000
_YEAR_NANOS: Final = 365 * 86_400 * 1_000_000_000
_WAITS: Final = 15


def python_finding(version: tuple[int, ...], bits: int, system: str) -> Finding:
    """The interpreter."""
    found = f"{'.'.join(map(str, version))}, {bits} bit, {system}"
    if version[:2] not in _PYTHONS:
        return Finding("python", Level.PROBLEM, found, "use Python 3.11, 3.12 or 3.13")
    if bits != 64:
        return Finding("python", Level.PROBLEM, found, "use a Python of 64 bits: the wheels exist for no other")
    return Finding("python", Level.OK, found)


def check_python() -> Iterator[Finding]:
    """The interpreter that runs this."""
    yield python_finding(tuple(sys.version_info[:3]), 64 if sys.maxsize > 1 << 32 else 32, platform.platform(aliased=True, terse=True))


def model_findings(checks: Sequence[ModelCheck]) -> Iterator[Finding]:
    """The models that running needs, and the clips that only the demo needs."""
    wanted = [check for check in checks if check.entry.id == FACE_MODEL or "demo" in check.entry.used_for]
    for check in wanted:
        name = check.entry.id
        if check.state == "ready":
            yield Finding(name, Level.OK, f"whole, {check.entry.size_bytes / 1e6:.1f} MB")
            continue
        level = Level.PROBLEM if name == FACE_MODEL else Level.WARNING
        found = check.finding if check.state == "missing" else f"is damaged: {check.finding}"
        yield Finding(name, level, found, f"affectia models pull {name}")


def check_models(store: ModelStore) -> Iterator[Finding]:
    """Read and compare every model of the demo."""
    wanted = {FACE_MODEL, *store.manifest.ids_for("demo")}
    return model_findings([store.verify(name) for name in store.manifest.ids if name in wanted])


def camera_finding(cameras: Sequence[tuple[int, str, bool]], *, can_tell: bool) -> Finding:
    """Cameras as (index, name, whether this user may open it); `can_tell` where the system names them without opening any."""
    if not can_tell:
        found = "not looked for: this system names cameras only when they are opened"
        return Finding("cameras", Level.OK, found, "`affectia doctor --camera 0` opens one, `affectia devices` all")
    if not cameras:
        return Finding("cameras", Level.WARNING, "none was found", "plug one in; `--source clip:carphone` or `synthetic` needs none")
    names = ", ".join(f"{index} {name}" for index, name, _allowed in cameras)
    if forbidden := [f"camera {index}" for index, _name, allowed in cameras if not allowed]:
        step = "join the group that may: `sudo usermod -aG video $USER`, then log in again"
        return Finding("cameras", Level.PROBLEM, f"{names}; this user may not open {', '.join(forbidden)}", step)
    return Finding("cameras", Level.OK, f"{names} (not opened)")


def check_cameras(system: str = sys.platform) -> Iterator[Finding]:
    """Name the cameras and open none."""
    from affectia.capture.camera_list import system_candidates

    if system == "win32":
        yield camera_finding([], can_tell=False)
        return
    sure = [candidate for candidate in system_candidates(system) if candidate.sure]
    allowed = [candidate.node is None or os.access(candidate.node, os.R_OK | os.W_OK) for candidate in sure]
    yield camera_finding([(each.index, each.name, may) for each, may in zip(sure, allowed, strict=True)], can_tell=True)


def loopback_finding(round_trip_millis: float | None, localhost: Sequence[str]) -> Finding:
    """Whether 127.0.0.1 is reachable (None: not), and what `localhost` means here."""
    if round_trip_millis is None:
        step = "let the firewall pass connections within this machine"
        return Finding("loopback", Level.PROBLEM, "127.0.0.1 cannot be reached from 127.0.0.1", step)
    found = f"127.0.0.1 answers in {round_trip_millis:.2f} ms"
    if "127.0.0.1" not in localhost:
        meaning = ", ".join(localhost) or "nothing"
        return Finding("loopback", Level.WARNING, f"{found}, but localhost is {meaning}", "write 127.0.0.1 in engines, not localhost")
    return Finding("loopback", Level.OK, found)


def check_loopback() -> Iterator[Finding]:
    """Connect to this machine and send a byte there and back."""
    millis: float | None = None
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(2)
            with socket.create_connection(server.getsockname(), 2) as client, server.accept()[0] as peer:
                peer.settimeout(2)
                began = time.perf_counter()
                client.sendall(b"?")
                peer.sendall(peer.recv(1))
                if client.recv(1):
                    millis = (time.perf_counter() - began) * 1000
    except OSError:
        millis = None
    try:
        named = sorted({str(entry[4][0]) for entry in socket.getaddrinfo("localhost", None, type=socket.SOCK_STREAM)})
    except OSError:
        named = []
    yield loopback_finding(millis, named)


def clock_finding(resolution_secs: float, late_millis: float, unix_nanos: int, child_is_alike: bool | None) -> Finding:
    """The clock: its step, how late a wait of 1 ms ends, the date, and whether another process has the same zero (None: not known)."""
    found = f"steps of {resolution_secs * 1e9:.0f} ns, a wait of 1 ms ends {late_millis:.1f} ms late"
    if unix_nanos < 54 * _YEAR_NANOS:
        return Finding("clock", Level.WARNING, f"{found}; the date is before 2024", "set the date: downloads need it")
    if child_is_alike is False:
        step = "latencies between processes mean nothing here; frames are not harmed"
        return Finding("clock", Level.WARNING, f"{found}; another process counts from elsewhere", step)
    if resolution_secs > 0.001 or late_millis > _LATE_MILLIS:
        step = "frames without a camera come unevenly: end programs that load the machine, set power to performance"
        return Finding("clock", Level.WARNING, found, step)
    return Finding("clock", Level.OK, found)


def check_clock(child_is_alike: bool | None) -> Iterator[Finding]:
    """Measure the clock."""
    never = threading.Event()
    late = []
    for _ in range(_WAITS):
        began = time.perf_counter()
        never.wait(0.001)
        late.append((time.perf_counter() - began) * 1000 - 1)
    resolution = time.get_clock_info("perf_counter").resolution
    yield clock_finding(resolution, statistics.median(late), time.time_ns(), child_is_alike)


def processor_finding(count: int, load: float | None) -> Finding:
    """Processors that this process may use, and how many of them others keep busy (None: not known)."""
    busy = "" if load is None else f", load {load:.1f} in the last minute"
    found = f"{count} {'processor' if count == 1 else 'processors'}{busy}"
    if count < 2:
        return Finding("processors", Level.WARNING, found, "the face network wants one for itself: give this machine two")
    if load is not None and load > 1.5 * count:
        return Finding("processors", Level.WARNING, found, "end programs that load the machine: frames will come late")
    return Finding("processors", Level.OK, found)


def check_processors() -> Iterator[Finding]:
    """Count processors."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    yield processor_finding(count, os.getloadavg()[0] if hasattr(os, "getloadavg") else None)


def check_cache(folder: Path) -> Iterator[Finding]:
    """Write a file into the cache, and take it away again."""
    step = f"make it a folder of yours, or set {CACHE_DIR_VARIABLE} to one"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
        free_bytes = shutil.disk_usage(folder).free
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        yield Finding("cache", Level.PROBLEM, f"cannot be written to ({reason}): {folder}", step)
        return
    found = f"{folder}, {free_bytes / 1e9:.1f} GB free"
    if free_bytes < _LEAST_FREE_BYTES:
        yield Finding("cache", Level.WARNING, found, "free some of the disk: models may not find room")
    else:
        yield Finding("cache", Level.OK, found)


def check_settings(path: Path | None) -> Iterator[Finding]:
    """Read the settings as `affectia serve` would."""
    from affectia import config

    named = path or (Path(os.environ["AFFECTIA_CONFIG"]) if os.environ.get("AFFECTIA_CONFIG") else None)
    file = named or config.default_config_path()
    try:
        settings = config.load(path)
    except ConfigError as error:
        yield Finding("settings", Level.PROBLEM, str(error), "correct it: README.md has an example")
        return
    where = f"{file}" if file.exists() else "no file, all as it comes"
    yield Finding("settings", Level.OK, f"{where}; port base {settings.server.port_base}, source {settings.session.source or 'none'}")
