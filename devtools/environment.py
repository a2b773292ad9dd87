"""An environment of Python: made when it is not there, mended when it is broken, left alone when it is right."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from devtools.stamp import Stamp, environment_fingerprint, file_fingerprint, read_stamp, write_stamp
from devtools.steps import SetupError, Steps
from devtools.system_packages import SystemPackages

# What builds the project itself, and below it what packages of an extra that have no wheel are built with. It stands in the
# environment already when pip builds, because an isolated build would fetch versions that nobody pinned.
_BUILD_PACKAGES = ("hatchling", "editables")
_BUILD_PACKAGES_OF = {"funasr": ("setuptools",)}

# What pip says -> what is the matter and what to do; the first that is found counts.
_UNREACHABLE = "no package source answered: check the network, the proxy, and `pip config list`, then try again"
_PIP_FINDINGS = (
    ("No space left on device", "the disk is full: free about 3 GB, then try again"),
    ("CERTIFICATE_VERIFY_FAILED", "a certificate on the way is not trusted: name your proxy's with `pip config set global.cert PATH`"),
    ("Failed to establish a new connection", _UNREACHABLE),
    ("Failed to resolve", _UNREACHABLE),
    ("name resolution", _UNREACHABLE),
    ("timed out", _UNREACHABLE),
    ("(from versions: none)", _UNREACHABLE),
    ("is neither a file nor a directory", _UNREACHABLE),
    (
        "Could not find a version",
        "a pinned version has no wheel here: they exist for Linux and Windows on x86-64, and macOS 14+ on Apple silicon",
    ),
    ("ResolutionImpossible", "no package source has the pinned versions: check the network, and that constraints.txt fits pyproject.toml"),
)


class Environment:
    """One environment of a checkout: the .venv, unless it is told another folder.

    Args:
        root: the checkout.
        steps: where progress goes; its log should lie in the environment's folder.
        packages: the system's side of it.
        folder: the name of the environment's folder in the checkout.
        probe: runs a program out of sight and says whether its exit status was 0.
        call: runs a program in sight and gives its exit status.
    """

    def __init__(
        self,
        root: Path,
        steps: Steps,
        packages: SystemPackages,
        *,
        folder: str = ".venv",
        probe: Callable[[Sequence[str]], bool] | None = None,
        call: Callable[[Sequence[str]], int] | None = None,
    ) -> None:
        self._root = root
        self._steps = steps
        self._packages = packages
        self._folder = folder
        # Inside a .venv this names the Python that it was made from; the .venv itself may be about to go.
        self._base_python = str(getattr(sys, "_base_executable", None) or sys.executable)
        self._probe = probe or _probe
        self._call = call or _call

    @property
    def venv_dir(self) -> Path:
        """Where the environment lies."""
        return self._root / self._folder

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.program("python")

    def program(self, name: str) -> Path:
        """A program of the environment by its name without ending."""
        return self.venv_dir / ("Scripts" if os.name == "nt" else "bin") / (name + (".exe" if os.name == "nt" else ""))

    def prepare(self, extras: frozenset[str]) -> None:
        """Make sure that the packages of these extras are there; costs one start of Python when they are.

        Raises:
            SetupError: they cannot be brought; what was there before is not taken for ready afterwards.
        """
        if self._is_ready(extras):
            return
        with _only_one(self._root):
            if self._is_ready(extras):  # another run.py made it while this one waited
                return
            self._steps.say(f"setting up {self._folder} (once; the first time takes some minutes)")
            stamp = self._make_venv()
            self._bring_libraries(stamp)
            self._install(stamp, extras)

    def pull_models(self, purpose: str, *, force: bool = False) -> bool:
        """Get the models of a purpose; False when they did not all come, which whoever needs one will say again."""
        stamp = read_stamp(self.venv_dir) or Stamp()
        fingerprint = file_fingerprint(self._root / "models" / "manifest.toml")
        if fingerprint and stamp.models.get(purpose) == fingerprint and not force:
            return True
        # It has a progress display of its own, so its output is not logged.
        command = [str(self.python), "-m", "affectia", "models", "pull", "--for", purpose]
        if self._call(command) != 0:
            self._steps.say("  the models did not all arrive; the next call tries again")
            return False
        stamp.models[purpose] = fingerprint
        write_stamp(self.venv_dir, stamp)
        return True

    def _is_ready(self, extras: frozenset[str]) -> bool:
        stamp = read_stamp(self.venv_dir)
        return stamp is not None and stamp.covers(environment_fingerprint(self._root), extras) and self._python_starts()

    def _python_starts(self) -> bool:
        """Whether the environment's interpreter is there and of this version; a removed system Python leaves a dead link."""
        return self._probe([str(self.python), "-c", f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]!r})"])

    def _make_venv(self) -> Stamp:
        """The stamp of a .venv that has a working Python and pip."""
        stamp = read_stamp(self.venv_dir)
        interrupted = stamp is not None and stamp.state == "building"
        if not interrupted and self._python_starts() and self._probe([str(self.python), "-m", "pip", "--version"]):
            return stamp or Stamp()
        if self.venv_dir.exists():
            self._steps.say(f"  {self._folder} is of an interrupted set-up, broken, or of another Python: making it anew")
            self._remove_venv()
        stamp = Stamp(state="building")
        write_stamp(self.venv_dir, stamp)
        missing = self._packages.missing_venv()
        if missing and not self._packages.bring(missing, purpose="Python's venv module"):
            shutil.rmtree(self.venv_dir, ignore_errors=True)
            raise SetupError(f"this Python has no venv module, expected one: run `sudo apt-get install -y {' '.join(missing)}`, then again")
        if not self._steps.run(f"making {self._folder}", [self._base_python, "-m", "venv", str(self.venv_dir)]):
            raise self._error(f"making {self._folder} did not work", "see the lines above")
        return stamp

    def _remove_venv(self) -> None:
        try:
            shutil.rmtree(self.venv_dir)
        except OSError as error:
            raise SetupError(
                f"{self._folder} cannot be removed: {error.strerror}; end what runs from it, then try again: {self.venv_dir}"
            ) from error

    def _bring_libraries(self, stamp: Stamp) -> None:
        if stamp.libraries_checked:
            return
        # Without them the install still works; what needs one says so when it is loaded.
        stamp.libraries_checked = self._packages.bring(self._packages.missing_libraries(), purpose="shared libraries")

    def _install(self, stamp: Stamp, extras: frozenset[str]) -> None:
        wanted = sorted(extras | set(stamp.extras))  # an update keeps what an earlier command has brought
        stamp.state = "building"
        write_stamp(self.venv_dir, stamp)
        pip = [str(self.python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
        pip += ["-c", str(self._root / "constraints.txt")]
        target = f"{self._root}[{','.join(wanted)}]" if wanted else str(self._root)
        build_packages = [*_BUILD_PACKAGES, *(name for extra in wanted for name in _BUILD_PACKAGES_OF.get(extra, ()))]
        began_at = self._steps.log_size()
        succeeded = self._steps.run("installing the build tools", [*pip, *build_packages]) and self._steps.run(
            f"installing the packages ({', '.join(wanted) or 'core'})", [*pip, "--no-build-isolation", "-e", target]
        )
        if not succeeded:
            stamp.state = "partial"
            write_stamp(self.venv_dir, stamp)
            raise self._error("installing the packages did not work", pip_finding(self._steps.log_text_since(began_at)))
        stamp.state, stamp.fingerprint, stamp.extras = "ready", environment_fingerprint(self._root), wanted
        write_stamp(self.venv_dir, stamp)

    def _error(self, subject: str, finding: str) -> SetupError:
        return SetupError(f"{self._steps.log_tail()}\n\n{subject}: {finding}; the whole log: {self._steps.log_path}")


def _probe(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def _call(command: Sequence[str]) -> int:
    return subprocess.call(command, stdin=subprocess.DEVNULL)


def pip_finding(log: str) -> str:
    """What went wrong and what to do, read from pip's output."""
    for text, finding in _PIP_FINDINGS:
        if text in log:
            return finding
    return "the lines above say why"


@contextmanager
def _only_one(root: Path) -> Iterator[None]:
    """Let one set-up of a checkout run at a time; others wait. The system frees the lock of a process that dies."""
    path = Path(tempfile.gettempdir()) / f"affectia-setup-{sha256(str(root).encode()).hexdigest()[:16]}.lock"
    try:
        file = path.open("a+b")
    except OSError:  # another user's, and who shares a checkout between users has other worries
        yield
        return
    with file:
        if sys.platform == "win32":
            import msvcrt

            locked = False
            while not locked:
                file.seek(0)
                with suppress(OSError):  # gives up after 10 s by itself
                    msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                    locked = True
            try:
                yield
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
            yield
