"""Libraries, the face network, a camera and microphones, looked at in a child process (doctor_probe); each becomes a Finding."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from affectia.cli import doctor_probe
from affectia.cli.finding import Finding, Level
from affectia.cli.sidecar_process import child_environment
from affectia.clock import NANOS_PER_SEC, SystemClock

MEDIAPIPE: Final = "0.10.33"
LIBRARIES: Final = {  # name in Python -> (what people call it, the package that brings it)
    "numpy": ("numpy", "numpy"),
    "cv2": ("opencv", "opencv-contrib-python"),
    "mediapipe": ("mediapipe", "mediapipe"),
    "zmq": ("zeromq", "pyzmq"),
    "grpc": ("grpc", "grpcio"),
    "av": ("ffmpeg", "av"),
    "onnxruntime": ("onnxruntime", "onnxruntime"),
}
_OTHER_PACKAGES: Final = {  # what brings the same module
    "cv2": ("opencv-python", "opencv-contrib-python-headless", "opencv-python-headless"),
    "onnxruntime": ("onnxruntime-gpu",),
}
_FOR_VOICES: Final = "onnxruntime"  # an extra of the package: faces need none of it

# What the loader misses -> the Debian package that brings it; devtools/system_packages.py knows the same ones.
_DEBIAN: Final = {
    "libEGL.so": "libegl1",
    "libGLESv2.so": "libgles2",
    "libGL.so": "libgl1",
    "libglib-2.0.so": "libglib2.0-0",
    "libgthread-2.0.so": "libglib2.0-0",
    "libportaudio.so": "libportaudio2",
    "libstdc++.so": "libstdc++6",
    "libgomp.so": "libgomp1",
    "libX11.so": "libx11-6",
    "libxcb.so": "libxcb1",
    "libSM.so": "libsm6",
    "libXext.so": "libxext6",
}
_SHARED: Final = re.compile(r"(lib[\w+-]+(?:\.\d+)*\.so)[.\d]*")
_SLOW_NETWORK_MILLIS: Final = 33.0


@dataclass(frozen=True, slots=True)
class Tried:
    """What the child told of one item: `error` is empty where it worked, `told` is what else it said."""

    item: str
    error: str = ""
    told: dict[str, Any] = field(default_factory=dict)
    late: bool = False

    @property
    def bad_level(self) -> Level:
        """How bad its error is: what has only taken too long may do so because the machine is busy."""
        return Level.WARNING if self.late else Level.PROBLEM


def tried(items: Sequence[str], *, timeout_secs: float, command: Sequence[str] | None = None) -> Iterator[Tried]:
    """Let a child try these items of doctor_probe, and yield each as it is told; one that ends the child, or hangs it, is told as that."""
    clock = SystemClock()
    ends_nanos = clock.now_nanos() + round(timeout_secs * NANOS_PER_SEC)
    program = [*(command or (sys.executable, "-m", doctor_probe.__name__))]
    left = list(items)
    while left:
        left_secs = (ends_nanos - clock.now_nanos()) / NANOS_PER_SEC
        if left_secs <= 0:
            yield from (Tried(item, "was not tried, there was no time left", late=True) for item in left)
            return
        for each in _told_by_child([*program, *left], tuple(left), left_secs):
            left.remove(each.item)
            yield each


def _told_by_child(command: Sequence[str], items: Sequence[str], timeout_secs: float) -> Iterator[Tried]:
    """Yield what one child tells, item by item; the last one is that at which it ended."""
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=child_environment(),
        encoding="utf-8",
        errors="replace",
    )
    late = threading.Event()

    def give_up() -> None:
        late.set()
        child.kill()

    watchdog = threading.Timer(timeout_secs, give_up)
    watchdog.start()
    awaited = list(items)
    try:
        assert child.stdout is not None
        for line in child.stdout:
            said = _said(line)
            if awaited and awaited[0] in (said.get("done"), said.get("failed")):
                yield Tried(awaited.pop(0), str(said.get("error", "")), said)
        if awaited:
            code = child.wait()
            if late.is_set():
                yield Tried(awaited[0], f"did not answer within {timeout_secs:.1f} s", late=True)
            else:
                yield Tried(awaited[0], f"ended its process with code {code}")
    finally:
        watchdog.cancel()
        child.kill()
        child.wait()
        if child.stdout is not None:
            child.stdout.close()


def _said(line: str) -> dict[str, Any]:
    """A line of the child; empty where a library has written one of its own."""
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def library_finding(library: Tried, version: str | None) -> Finding:
    """One library: there, of the right version, or what is missing."""
    name, package = LIBRARIES[library.item.removeprefix(doctor_probe.LIBRARY)]
    if library.error:
        found = short(library.error) if library.late else f"does not import: {short(library.error)}"
        if name == _FOR_VOICES:
            return Finding(name, Level.WARNING, f"{found}; voices are told by their loudness alone", hearing_step(library.error))
        return Finding(name, library.bad_level, found, missing_step(library.error, package))
    if package == "mediapipe" and version != MEDIAPIPE:
        found = f"version {version}, expected {MEDIAPIPE}: later ones contact their vendor"
        return Finding(name, Level.PROBLEM, found, f"pip install mediapipe=={MEDIAPIPE}")
    return Finding(name, Level.OK, f"{package} {version or 'of an unknown version'}")


def library_version(name: str) -> str | None:
    """The installed version of what is imported as `name`; some modules come in one of several packages."""
    _name, package = LIBRARIES[name]
    for each in (package, *_OTHER_PACKAGES.get(name, ())):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            return importlib.metadata.version(each)
    return None


def network_finding(network: Tried) -> Finding:
    """The face network: how fast it looks at a blank picture, or why it does not run."""
    if network.error:
        step = missing_step(network.error, "mediapipe")
        found = short(network.error) if network.late else f"does not run: {short(network.error)}"
        return Finding("face network", network.bad_level, found, step)
    load, run = network.told["load_millis"], network.told["run_millis"]
    found = f"runs: a blank picture takes {run:.1f} ms, loading took {load:.0f} ms"
    if run > _SLOW_NETWORK_MILLIS:
        return Finding("face network", Level.WARNING, found, "less than 30 pictures a second are looked at here: end other programs")
    return Finding("face network", Level.OK, found)


def camera_finding(camera: Tried, index: int) -> Finding:
    """One camera that was opened because somebody asked for it."""
    name = f"camera {index}"
    told = camera.told
    if camera.error:
        return Finding(name, Level.PROBLEM, f"does not work: {short(camera.error)}", "`affectia devices` lists what is there")
    if not told["opened"]:
        return Finding(name, Level.PROBLEM, "does not open", "end other programs that may hold it; `affectia devices` says what is there")
    if not told["width_px"] or not told["rate_hz"]:
        return Finding(name, Level.PROBLEM, "opens and gives no pictures", "unplug it and plug it in again")
    found = f"{told['width_px']} x {told['height_px']}, {told['rate_hz']:.1f} pictures/s, the first after {told['first_millis']:.0f} ms"
    if told["is_black"]:
        return Finding(name, Level.WARNING, f"{found}, and all black", "open its shutter, or take its cap off")
    return Finding(name, Level.OK, found)


def microphones_finding(microphones: Tried) -> Finding:
    """The microphones, which were named and not opened; faces need none, so nothing about them is worse than a warning."""
    name, told = "microphones", microphones.told
    if microphones.error:
        found = short(microphones.error) if microphones.late else f"cannot be listed: {short(microphones.error)}"
        return Finding(name, Level.WARNING, found, missing_step(microphones.error, "sounddevice"))
    if told["fault"]:
        return Finding(name, Level.WARNING, f"cannot be listed ({told['fault']})", told["next_step"])
    listed = [(str(index), title, state, step, is_default) for index, title, state, step, is_default in told["microphones"]]
    if not listed:
        return Finding(name, Level.WARNING, "none was found", "plug one in; sound of files needs none")
    names = ", ".join(
        f"{'' if index == 'None' else index + ' '}{title}{' (default)' * is_default}{'' if state == 'ready' else f' ({state})'}"
        for index, title, state, _step, is_default in listed
    )
    if all(state != "ready" for _index, _title, state, _step, _default in listed):
        return Finding(name, Level.WARNING, f"{names}; none is ready", listed[0][3])
    return Finding(name, Level.OK, f"{names} (not opened)")


def hearing_step(error: str) -> str:
    """What to do about the library that runs the networks of hearing."""
    return (
        "`python3 run.py setup` in a checkout, or `pip install affectia[cpu]`"
        if "No module named" in error
        else missing_step(error, _FOR_VOICES)
    )


def missing_step(error: str, package: str) -> str:
    """What to do about a library that does not load."""
    if found := _SHARED.search(error):
        debian = _DEBIAN.get(found[1])
        if debian:
            return f"install {debian} (Debian, Ubuntu: `sudo apt-get install -y {debian}`)"
        return f"install the system library {found[0]}"
    if "DLL load failed" in error:
        return "install the Microsoft Visual C++ Redistributable"
    if "No module named" in error:
        pinned = f"mediapipe=={MEDIAPIPE}" if package == "mediapipe" else package
        return f"`python3 run.py setup` in a checkout, or `pip install {pinned}`"
    if "did not answer" in error or "no time left" in error:
        return "try again when the machine is less busy"
    return f"install it anew: `pip install --force-reinstall {package}`"


def short(error: str) -> str:
    """An error in one line of a screen."""
    line = " ".join(error.split())
    return line if len(line) <= 140 else line[:137] + "..."
