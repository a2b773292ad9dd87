"""The port file: how engines and scripts find a sidecar of this user, and how a second one finds the first.

JSON {pid, ports, version, token, started}, mode 0600, written whole or not at all, one file for each port base.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import platformdirs

from affectia.errors import AffectiaError, AlreadyRunning
from affectia.store.file_lock import FileLock


@dataclass(frozen=True, slots=True)
class PortFileContent:
    """What stands in a port file; `started` is ISO 8601 in UTC, `token` is new for each start."""

    pid: int
    ports: dict[str, int]
    version: str
    token: str
    started: str


def port_file_dir() -> Path:
    """The folder of this user's port files."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "Affectia"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Affectia"
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    # Without one: a folder of the user's own, never a guessable name under a folder that all users write to.
    return Path(runtime) / "affectia" if runtime else platformdirs.user_state_path("affectia")


def read_port_file(port_base: int, folder: Path | None = None) -> PortFileContent | None:
    """The content of a port file, None where there is none that can be read."""
    try:
        found = json.loads(_path(port_base, folder).read_text(encoding="utf-8"))
        return PortFileContent(**found)
    except (OSError, ValueError, TypeError):
        return None


class PortFile:
    """The port file of this process, and the lock that keeps it the only one of its user and port base."""

    def __init__(self, port_base: int, folder: Path | None = None) -> None:
        self._port_base = port_base
        self._folder = folder
        self._path = _path(port_base, folder)
        self._lock = FileLock(self._path.with_suffix(".lock"))

    def claim(self) -> None:
        """Become the one sidecar of this port base; raises AlreadyRunning with the other's address."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self._lock.try_acquire():
                return
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            problem = f"folder of the port file cannot be used ({reason}), expected one of this user's own"
            raise AffectiaError(f"{problem}; set XDG_RUNTIME_DIR: {self._path.parent}") from None
        other = read_port_file(self._port_base, self._folder)
        where = "" if other is None else f" as process {other.pid}: frames tcp://127.0.0.1:{other.ports.get('publish')}"
        problem = f"a sidecar already serves port base {self._port_base}{where}"
        raise AlreadyRunning(f"{problem}; stop it, or choose other ports with --port-base")

    def write(self, ports: dict[str, int], version: str) -> PortFileContent:
        """Say where this process listens; after `claim`."""
        started = datetime.now(UTC).isoformat(timespec="seconds")
        content = PortFileContent(os.getpid(), ports, version, secrets.token_urlsafe(32), started)
        descriptor, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=self._path.name)  # mkstemp makes it 0600
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(content), file, indent=2)
        os.replace(temporary, self._path)
        return content

    def release(self) -> None:
        """Take the file away and let another sidecar in."""
        self._path.unlink(missing_ok=True)
        self._lock.release()


def _path(port_base: int, folder: Path | None) -> Path:
    return (folder or port_file_dir()) / f"sidecar-{port_base}.json"
