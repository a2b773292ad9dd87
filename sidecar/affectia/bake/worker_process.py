"""How a process is started that bakes: the same interpreter, the same package, no terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import affectia

COMMAND: Final = (sys.executable, "-m", "affectia.bake.bake_worker")
BACKGROUND: Final = "--background"
# Clips are baked side by side, each on one processor.
_ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

if sys.platform == "win32":
    _APART: Final[dict[str, Any]] = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    _APART_BEHIND: Final[dict[str, Any]] = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.BELOW_NORMAL_PRIORITY_CLASS}
else:
    _APART: Final[dict[str, Any]] = {"start_new_session": True}
    _APART_BEHIND: Final = _APART  # the worker itself steps back there


def start_arguments(*, background: bool = False) -> dict[str, Any]:
    """What `subprocess` and `asyncio` need besides the command: pipes in and out, its own group so that Ctrl-C does not reach it, and
    an environment in which it finds the same package. A process in the background lets others go first.
    """
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    return {**pipes, "env": _environment(), **(_APART_BEHIND if background else _APART)}


def _environment() -> dict[str, str]:
    environment = {**os.environ, **_ONE_THREAD}
    home = Path(affectia.__file__).resolve().parent.parent
    if home.name not in ("site-packages", "dist-packages"):  # a checkout
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(home), environment.get("PYTHONPATH"))))
    return environment
