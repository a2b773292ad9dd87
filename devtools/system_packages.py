"""What the system must have beside Python: shared libraries of the wheels, and compilers for some of the tests."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from devtools.steps import Steps

# Debian package -> the name that the dynamic loader knows the library by. MediaPipe links EGL and GLES; the OpenCV that
# it imports links GL and, through its own Qt, GLib; sounddevice opens PortAudio when somebody listens.
LIBRARIES: Mapping[str, str] = {
    "libegl1": "EGL",
    "libgles2": "GLESv2",
    "libgl1": "GL",
    "libglib2.0-0": "glib-2.0",
    "libportaudio2": "portaudio",
}


@dataclass(frozen=True)
class Toolchain:
    """A program that some tests need; `commands` are tried in order, `apt` is the Debian package that brings the first."""

    name: str
    commands: tuple[str, ...]
    apt: str
    elsewhere: str

    def find(self) -> str | None:
        """The path of the first of its commands that is on the PATH."""
        return next((path for path in map(shutil.which, self.commands) if path), None)

    def hint(self) -> str:
        """How to get it, for a reader on any system."""
        return f"apt-get install {self.apt}, or {self.elsewhere}"


TOOLCHAINS: Mapping[str, Toolchain] = {
    "g++": Toolchain("g++", ("g++", "clang++"), "g++", "Xcode's command line tools, or clang"),
    "mcs": Toolchain("mcs", ("mcs",), "mono-mcs", "Mono from its own installer or Homebrew"),
    "mono": Toolchain("mono", ("mono",), "mono-runtime", "Mono from its own installer or Homebrew"),
}


class SystemPackages:
    """Finds what is missing, and installs it where it may: as root on Debian or Ubuntu.

    `which_library` and `installed` answer for the machine; tests put their own in.
    """

    def __init__(
        self,
        steps: Steps,
        *,
        is_debian: bool | None = None,
        is_root: bool | None = None,
        which_library: Callable[[str], str | None] = ctypes.util.find_library,
        installed: Callable[[Iterable[str]], set[str]] | None = None,
    ) -> None:
        self._steps = steps
        self._is_debian = has_apt() if is_debian is None else is_debian
        self._is_root = (hasattr(os, "geteuid") and os.geteuid() == 0) if is_root is None else is_root
        self._which_library = which_library
        self._installed = installed or dpkg_installed

    def missing_libraries(self) -> list[str]:
        """The Debian names of the libraries that neither dpkg nor the loader knows; empty outside Linux."""
        if not sys.platform.startswith("linux"):
            return []
        known = self._installed(LIBRARIES) if self._is_debian else set()
        return [package for package, library in LIBRARIES.items() if package not in known and not self._which_library(library)]

    def missing_venv(self) -> list[str]:
        """The Debian name of the package that brings `venv`, when this Python came without it."""
        try:
            import ensurepip  # noqa: F401
            import venv  # noqa: F401
        except ImportError:
            return [f"python{sys.version_info.major}.{sys.version_info.minor}-venv"]
        return []

    def missing_toolchains(self) -> list[str]:
        """The Debian names of what brings the compilers that are not on the PATH."""
        return [tool.apt for tool in TOOLCHAINS.values() if tool.find() is None]

    def bring(self, packages: list[str], *, purpose: str) -> bool:
        """Install packages, or print the one line that does; True when they are there afterwards."""
        if not packages:
            return True
        line = f"apt-get install -y {' '.join(packages)}"
        if not self._is_debian:
            self._steps.say(f"  {purpose}: not found here, Debian calls them {' '.join(packages)}")
            return False
        if not self._is_root:
            self._steps.say(f"  {purpose}: not found, install with\n    sudo {line}")
            return False
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        apt = ["apt-get", "-o", "DPkg::Lock::Timeout=120"]
        install = [*apt, "install", "-y", "-q", "--no-install-recommends", *packages]
        title = f"installing {' '.join(packages)}"
        # The lists may be stale rather than unreachable, so a failed update is no reason not to try.
        self._steps.run("apt-get update", [*apt, "update", "-q"], env=env)
        if self._steps.run(title, install, env=env):
            return True
        self._steps.say(f"  {purpose}: apt-get did not install them, try `{line}` by hand; its output is in {self._steps.log_path}")
        return False


def has_apt() -> bool:
    """Whether this is a Debian or one of its children."""
    try:
        words = Path("/etc/os-release").read_text(encoding="utf-8").replace('"', " ").replace("=", " ").split()
    except OSError:
        return False
    return shutil.which("apt-get") is not None and not {"debian", "ubuntu"}.isdisjoint(words)


def dpkg_installed(packages: Iterable[str]) -> set[str]:
    """Which of these Debian packages are installed, as dpkg says."""
    command = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *packages]
    try:
        output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return set()
    return {line.split()[0] for line in output.splitlines() if line.endswith(" installed")}
