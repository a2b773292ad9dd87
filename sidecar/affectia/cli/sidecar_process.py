"""A sidecar in a process of its own: started, watched, and never left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Final

import affectia
from affectia import registry
from affectia.errors import PortInUse

STOP_SECS: Final = 3.0
_PORTS: Final = 4
_STEP: Final = 10
_ATTEMPTS: Final = 200

if sys.platform == "win32":
    _END_SIGNAL: Final = signal.CTRL_BREAK_EVENT  # goes to a process group of its own
    _FLAGS: Final = subprocess.CREATE_NEW_PROCESS_GROUP
else:
    _END_SIGNAL: Final = signal.SIGTERM
    _FLAGS: Final = 0


def free_port_base(first: int = registry.PORT_BASE) -> int:
    """The first base from `first` on, in steps of ten, whose four loopback ports are all free now; raises PortInUse."""
    for base in range(first, min(first + _ATTEMPTS * _STEP, 65536 - _PORTS), _STEP):
        if are_free(base):
            return base
    raise PortInUse(f"no four free ports in a row were found from {first} on, expected some; choose a base with --port-base")


def are_free(port_base: int) -> bool:
    """Whether all four ports of a base are free now."""
    return all(is_free(port_base + offset) for offset in range(_PORTS))


def is_free(port: int) -> bool:
    """Whether a loopback port is free now."""
    with socket.socket() as probe:
        if sys.platform == "win32":  # there a port can be bound twice unless one asks for it alone
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:  # as those who will bind it do: connections that have just ended are in nobody's way
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


class SidecarProcess:
    """Runs `affectia serve` with the interpreter that runs this.

    A context manager: whatever ends the block, the child has ended when it is left. The child does not get the terminal's Ctrl-C;
    its parent does, and ends it in order. What it writes is kept (the last lines), never shown on the parent's screen.
    """

    def __init__(self, arguments: Sequence[str], *, command: Sequence[str] | None = None, stop_secs: float = STOP_SECS) -> None:
        self._stop_secs = stop_secs
        self._command = [*(command or (sys.executable, "-m", "affectia", "serve", "--end-with-input")), *arguments]
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._lines: deque[str] = deque(maxlen=200)

    def __enter__(self) -> SidecarProcess:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Start the child and return at once."""
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,  # no terminal, so it asks nobody; and closed when this process ends, however that happens
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=child_environment(),
            encoding="utf-8",
            errors="replace",
            start_new_session=sys.platform != "win32",
            creationflags=_FLAGS,
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), name="sidecar-stderr", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int | None:
        """The child's process id, None before the start."""
        return None if self._process is None else self._process.pid

    @property
    def exit_code(self) -> int | None:
        """The child's exit code, None while it runs; negative: the signal that ended it."""
        return None if self._process is None else self._process.poll()

    def error_text(self) -> str:
        """What the child said when it gave up: its own sentence, else the last line that it wrote."""
        if self._reader is not None and self.exit_code is not None:
            self._reader.join(1.0)  # the last lines may still be on their way
        lines = list(self._lines)
        said = [number for number, line in enumerate(lines) if line.startswith("affectia: ")]
        if said:
            return "\n".join(lines[said[-1] :]).removeprefix("affectia: ")
        last = f": {lines[-1]}" if lines else ""
        return f"sidecar ended with exit code {self.exit_code}, expected it to go on{last}"

    def stop(self) -> None:
        """Ask the child to end, make it after `stop_secs`; nothing happens where it has ended."""
        process = self._process
        if process is None:
            return
        try:
            if process.poll() is None:
                with contextlib.suppress(OSError):  # it may end by itself in between
                    process.send_signal(_END_SIGNAL)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(self._stop_secs)
        finally:  # a second Ctrl-C comes here as well
            if process.poll() is None:
                process.kill()
                process.wait()
            if self._reader is not None:
                self._reader.join(1.0)

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        with process.stderr as lines:
            for line in lines:
                self._lines.append(line.rstrip())
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.close()


def child_environment() -> dict[str, str]:
    """This process's environment, with which the child finds the same package."""
    environment = dict(os.environ)
    home = Path(affectia.__file__).resolve().parent.parent
    if home.name not in ("site-packages", "dist-packages"):  # a checkout
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(home), environment.get("PYTHONPATH"))))
    return environment


@contextlib.contextmanager
def ended_like_ctrl_c() -> Iterator[None]:
    """Turn the signals that end a process or close its terminal into KeyboardInterrupt, so that children are ended too.

    Works on the main thread only, where signals arrive; elsewhere it does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    names = ("SIGTERM", "SIGHUP", "SIGBREAK")
    previous = {number: signal.signal(number, interrupt) for name in names if (number := getattr(signal, name, None)) is not None}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
