"""Every check of the repository, one line each: `python3 run.py check`.

Runs in the environment that run.py makes. Two at a time, because the slow ones wait for one core each.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from devtools.repository import ROOT

_AT_ONCE = 2


@dataclass(frozen=True)
class Check:
    """One program whose exit status 0 means that all is well; `mend` says what to do when it is not."""

    name: str
    command: tuple[str, ...]
    mend: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a check came to."""

    check: Check
    succeeded: bool
    secs: float
    output: str


def all_checks(python: str = sys.executable) -> tuple[Check, ...]:
    """The checks, those that take longest first."""
    beside = Path(python).parent
    return (
        Check("types", (python, "-m", "mypy", "sidecar/affectia", "protos", "tests", "devtools", "run.py")),
        Check("import layers", (str(beside / "lint-imports"), "--no-cache"), "ARCHITECTURE.md says which stage may import which"),
        Check("lint", (python, "-m", "ruff", "check", "."), "`ruff check --fix .` mends most of it"),
        Check("format", (python, "-m", "ruff", "format", "--check", "."), "`ruff format .` mends it"),
        Check("generated files", (python, "protos/generate.py", "--check"), "`python protos/generate.py` mends it"),
        Check("versions", (python, "-m", "devtools.versions")),
        Check("house rules", (python, "-m", "devtools.house_rules"), "CONTRIBUTING.md has the rules"),
    )


def run_check(check: Check) -> Outcome:
    """Run one check in the repository's root."""
    started = time.perf_counter()
    try:
        done = subprocess.run(
            check.command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        succeeded, output = done.returncode == 0, done.stdout.decode("utf-8", errors="replace")
    except OSError as error:
        succeeded, output = False, f"{check.command[0]}: {error.strerror}"
    return Outcome(check, succeeded, time.perf_counter() - started, output)


def run_all(checks: Sequence[Check]) -> int:
    """Run all checks, print a line for each as it ends and the output of the failed ones; 1 when one failed."""
    failed = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for outcome in pool.map(run_check, checks):
            print(f"  {outcome.check.name:<18} {'ok' if outcome.succeeded else 'FAILED':<6} {outcome.secs:6.1f} s", flush=True)
            if not outcome.succeeded:
                failed.append(outcome)
    for outcome in failed:
        print(f"\n== {outcome.check.name}: {' '.join(outcome.check.command)}\n{outcome.output.rstrip()}")
        if outcome.check.mend:
            print(f"-> {outcome.check.mend}")
    print(f"\n{len(failed)} of {len(checks)} checks failed" if failed else f"all {len(checks)} checks are ok")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(run_all(all_checks()))
