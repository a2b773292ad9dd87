"""The process's log: ids and counts, nothing about a person."""

from __future__ import annotations

import faulthandler
import logging
import os
import sys


def set_up(level: str) -> None:
    """Log to standard error in one line per record; `level` is a name of the logging module."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S"))
    root = logging.getLogger("affectia")
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    root.propagate = False


def silence_native_output() -> None:
    """Send what native libraries write to standard error away; Python keeps its own, crash reports included.

    MediaPipe, TensorFlow Lite and OpenCV print lines there that no setting of theirs turns off. For a process that is ours alone.
    """
    descriptor = os.dup(2)
    sys.stderr = os.fdopen(descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace")
    faulthandler.enable(file=sys.stderr)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
