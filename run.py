#!/usr/bin/env python3
"""Everything that this repository does, in one command each: `python3 run.py demo`, `python3 run.py test`.

Standard library only. This file must stay readable to Python 3.8, so that an old interpreter gets a sentence instead of a
traceback; devtools/ is imported after the version is known and may use what Python 3.11 knows.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))
SUPPORTED = ((3, 11), (3, 12), (3, 13))
USAGE = """usage: python3 run.py COMMAND [ARGS...]

  demo [ARGS...]      watch a face, stream it, show it in the terminal; `demo --help` lists its options
  test [ARGS...]      run the tests, without the measurements; ARGS go to pytest, e.g. `test tests/unit -k wire`
  slow [ARGS...]      the tests that need PyTorch, in an environment of their own (2 GB); ARGS go to pytest
  check               format, lint, types, imports, generated files, versions, house rules
  bench [NAME...]     measure: every tests/bench/bench_*.py, or those named; what starts with - goes to the scripts
  affectia ARGS...    the command line of the product, e.g. `affectia models list`
  setup               only set up: environment, system libraries, toolchains of the tests, models

Each command first sets up what it needs in .venv (`slow`: in .venv-slow), once; when nothing is to do that takes less than a second.
"""


def version_problem(version: tuple[int, ...], executable: str) -> str:
    """One sentence when this Python cannot run Affectia, else an empty string."""
    if tuple(version[:2]) in SUPPORTED:
        return ""
    found = ".".join(map(str, version))
    sentence = f"Affectia needs Python 3.11, 3.12 or 3.13; this is Python {found} ({executable})."
    other = other_python()
    if other:
        return sentence + f" This machine has one: run `{other} run.py`."
    return sentence + " Install one of those and start run.py with it, for example `python3.12 run.py demo`."


def other_python() -> str:
    """The name of a supported Python on the PATH that really starts, or an empty string."""
    for major, minor in reversed(SUPPORTED):
        name = f"python{major}.{minor}"
        if shutil.which(name):
            try:
                subprocess.run([name, "-c", ""], check=True, timeout=20, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            except (OSError, subprocess.SubprocessError):
                continue
            return name
    return ""


def main(argv: list[str]) -> int:
    """Run one command; returns the exit status."""
    command, args = (argv[0], argv[1:]) if argv else ("help", [])
    if command in ("help", "-h", "--help"):
        print(USAGE, end="")
        return 0
    problem = version_problem(sys.version_info[:3], sys.executable)
    if problem:
        print(problem, file=sys.stderr)
        return 2
    sys.path.insert(0, ROOT)
    from devtools import commands

    if command not in commands.COMMANDS:
        print(f"unknown command {command!r}\n\n{USAGE}", end="", file=sys.stderr)
        return 2
    # A Windows console and a redirected output would otherwise take the local code page.
    os.environ.setdefault("PYTHONUTF8", "1")
    # So that a terminated set-up ends what it has started; what it hands over to gets the system's own handling back.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return commands.COMMANDS[command](args)
    except commands.SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
