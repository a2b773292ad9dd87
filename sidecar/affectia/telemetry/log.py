"""The process's log: ids and counts, nothing about a person."""

from __future__ import annotations

import logging
import sys


def set_up(level: str) -> None:
    """Log to standard error in one line per record; `level` is a name of the logging module."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S"))
    root = logging.getLogger("affectia")
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    root.propagate = False
