"""The commands of run.py: set up what each needs, then hand over to it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from devtools.environment import Environment
from devtools.steps import SetupError, Steps
from devtools.system_packages import SystemPackages

__all__ = ["COMMANDS", "SetupError"]

ROOT = Path(__file__).resolve().parent.parent

_PRODUCT = frozenset({"cpu", "demo"})
_EVERYTHING = frozenset({"cpu", "demo", "dev"})
_WITH_TORCH = frozenset({"cpu", "dev", "funasr"})
_TORCH_VENV = ".venv-slow"  # apart from the .venv: PyTorch and what comes with it take 2 GB


def demo(args: Sequence[str]) -> int:
    """Set up the product, get the clip and the models, and start `affectia demo`."""
    environment = _environment(_PRODUCT)
    environment.pull_models("demo")
    return _hand_over([str(environment.python), "-m", "affectia", "demo", *args])


def affectia(args: Sequence[str]) -> int:
    """Set up the product and start its command line."""
    return _hand_over([str(_environment(_PRODUCT).python), "-m", "affectia", *args])


def test(args: Sequence[str]) -> int:
    """Set up everything that the tests need and run them, without the measurements."""
    environment = _environment(_EVERYTHING)
    packages = _packages()
    packages.bring(packages.missing_toolchains(), purpose="compilers for the C# and C++ tests, which are skipped without")
    environment.pull_models("test")
    return _hand_over([str(environment.python), "-m", "pytest", "-m", "not bench", "-rs", *args], cwd=ROOT)


def slow(args: Sequence[str]) -> int:
    """Set up an environment with PyTorch and run the tests that need it."""
    environment = _environment(_WITH_TORCH, folder=_TORCH_VENV)
    return _hand_over([str(environment.python), "-m", "pytest", "-m", "torch", "-rs", *(args or torch_tests(ROOT / "tests"))], cwd=ROOT)


def check(args: Sequence[str]) -> int:
    """Set up the tools and run every check."""
    return _hand_over([str(_environment(_EVERYTHING).python), "-m", "devtools.checks", *args], cwd=ROOT)


def bench(args: Sequence[str]) -> int:
    """Run the scripts in tests/bench one after another; the exit status is the first that is not 0."""
    count = next((index for index, arg in enumerate(args) if arg.startswith("-")), len(args))
    scripts = bench_scripts(ROOT / "tests" / "bench", args[:count])
    environment = _environment(_EVERYTHING)
    environment.pull_models("test")
    statuses = []
    for script in scripts:
        print(f"== {script.stem}", flush=True)
        statuses.append(subprocess.call([str(environment.python), str(script), *args[count:]], cwd=ROOT))
    return next((status for status in statuses if status), 0)


def setup(_args: Sequence[str]) -> int:
    """Set up everything, and get the models again where they are missing."""
    environment = _environment(_EVERYTHING)
    packages = _packages()
    toolchains = packages.bring(packages.missing_toolchains(), purpose="compilers for the C# and C++ tests, which are skipped without")
    pulled = [environment.pull_models(purpose, force=True) for purpose in ("demo", "test")]
    print("everything is set up" if toolchains and all(pulled) else "set up, but for what the lines above name")
    return 0 if all(pulled) else 1


def bench_scripts(folder: Path, names: Sequence[str]) -> list[Path]:
    """The bench scripts that these names mean, all of them for none; `bench_end_to_end`, `end_to_end` and a path mean the same.

    Raises:
        SetupError: a name means none.
    """
    scripts = {script.stem.removeprefix("bench_"): script for script in sorted(folder.glob("bench_*.py"))}
    if not scripts:
        raise SetupError(f"there is no measurement, expected bench_*.py: {folder}")
    chosen = []
    for name in names:
        key = Path(name).stem.removeprefix("bench_")
        if key not in scripts:
            raise SetupError(f"measurement {name!r} is unknown, expected one of {', '.join(scripts)}")
        chosen.append(scripts[key])
    return chosen or list(scripts.values())


def torch_tests(folder: Path) -> list[str]:
    """The files with tests that need PyTorch, so that the thousands of others are not even collected.

    Raises:
        SetupError: there is none.
    """
    found = [str(path) for path in sorted(folder.rglob("test_*.py")) if "mark.torch" in path.read_text(encoding="utf-8")]
    if not found:
        raise SetupError(f"no test needs PyTorch, expected some with pytest.mark.torch: {folder}")
    return found


def _packages() -> SystemPackages:
    return SystemPackages(Steps(ROOT / ".venv" / "setup.log"))


def _environment(extras: frozenset[str], *, folder: str = ".venv") -> Environment:
    steps = Steps(ROOT / folder / "setup.log")
    environment = Environment(ROOT, steps, SystemPackages(steps), folder=folder)
    environment.prepare(extras)
    return environment


def _hand_over(command: Sequence[str], *, cwd: Path | None = None) -> int:
    """Become another program, so that signals and the terminal are its own; paths in its arguments are its user's without `cwd`."""
    if cwd is not None:
        os.chdir(cwd)
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":  # where exec would return to the shell at once
        return _call_until_it_ends(command)
    os.execv(command[0], list(command))


def _call_until_it_ends(command: Sequence[str]) -> int:
    with subprocess.Popen(command) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:  # the program got it too, and decides
                continue


COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "demo": demo,
    "test": test,
    "slow": slow,
    "check": check,
    "bench": bench,
    "affectia": affectia,
    "setup": setup,
}
