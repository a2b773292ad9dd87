"""A sidecar in a process of its own, for the tests of this folder."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from types import TracebackType

_READY_SECS = 30.0


def free_port_base() -> int:
    """The first of four neighbouring loopback ports that nobody holds."""
    for base in range(21000, 29000, 16):
        try:
            for offset in range(4):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", base + offset))
        except OSError:
            continue
        return base
    raise RuntimeError("no four free ports")


class RunningSidecar:
    """`affectia serve ARGUMENTS` until the end of the context; `endpoint` is where its frames come from."""

    def __init__(self, *arguments: str, port_base: int | None = None, environment: Mapping[str, str] | None = None) -> None:
        self.port_base = port_base or free_port_base()
        self.endpoint = f"tcp://127.0.0.1:{self.port_base}"
        command = [sys.executable, "-m", "affectia", "serve", "--port-base", str(self.port_base), *arguments]
        self.process = subprocess.Popen(
            command,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> RunningSidecar:
        try:
            self.wait_until_ready()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.stop()
        self._close_pipes()

    def wait_until_ready(self) -> None:
        """Wait for the line that says it serves."""
        assert self.process.stdout is not None
        watchdog = threading.Timer(_READY_SECS, self.process.kill)
        watchdog.start()
        try:
            for line in self.process.stdout:
                if "is serving" in line:
                    return
        finally:
            watchdog.cancel()
        assert self.process.stderr is not None
        raise AssertionError(f"sidecar ended with {self.process.wait()}: {self.process.stderr.read()}")

    def stop(self) -> int:
        """Ask it to end, as Ctrl-C does; its exit code."""
        if sys.platform == "win32":
            self.process.send_signal(signal.CTRL_C_EVENT)
        else:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """End it without a chance to tidy up."""
        self.process.kill()
        self.process.wait(10)
        self._close_pipes()

    def _close_pipes(self) -> None:
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
