"""Rules and fixtures of every test: categories, toolchains, models.

A module says what it is, once, at its top: `pytestmark = pytest.mark.unit`. A test that needs a compiler says so with
`@pytest.mark.requires_tool("mcs")` and is skipped, loudly, where there is none. So are tests that watch clips that only npm has, where
it did not bring them, those of footage that cannot be fetched, where AFFECTIA_DATA_DIR does not say where it is, and those marked
`torch` outside the environment of `python3 run.py slow`. Any other model or clip is never a reason to skip.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # plain `pytest` does not put it there
    sys.path.insert(0, str(ROOT))

from devtools.system_packages import TOOLCHAINS  # noqa: E402 - found only through the lines above

# No test depends on the machine being quick, those with made-up examples neither.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")

# A suite that a shell runs in the background ignores Ctrl-C, and so would every process that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

CATEGORIES = ("unit", "conformance", "contract", "integration", "live", "bench")

_NOT_TESTED = pytest.StashKey[dict[str, set[str]]]()


def category_problem(module: str, categories: Iterable[str]) -> str:
    """One sentence when a test module does not have exactly one category, else an empty string."""
    found = [name for name in CATEGORIES if name in set(categories)]
    if len(found) == 1:
        return ""
    has = " and ".join(found) or "none"
    folder = next((part for part in Path(module).parts if part in CATEGORIES), "unit")
    expected = f"exactly one of {', '.join(CATEGORIES)}: put `pytestmark = pytest.mark.{folder}` at its top"
    return f"{module} has category marker {has}, expected {expected}"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "requires_tool(name, ...): skipped, and named at the end, where a toolchain is missing")
    config.stash[_NOT_TESTED] = {}


@pytest.hookimpl(tryfirst=True)  # before -m takes tests out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    found: dict[Path, set[str]] = {}
    for item in items:
        found.setdefault(item.path, set()).update(mark.name for mark in item.iter_markers() if mark.name in CATEGORIES)
    problems = [category_problem(path.relative_to(ROOT).as_posix(), categories) for path, categories in found.items()]
    if any(problems):
        raise pytest.UsageError("\n".join(filter(None, problems)))


def pytest_runtest_setup(item: pytest.Item) -> None:
    _tools_or_skip(item, [name for mark in item.iter_markers("requires_tool") for name in mark.args])
    if item.get_closest_marker("torch") and not all(map(importlib.util.find_spec, ("torch", "funasr"))):
        _skip_for_want_of(item.config, "PyTorch and funasr (python3 run.py slow)", test=item.nodeid)


@pytest.fixture
def find_tool(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Gives the path of a toolchain's program by its name in devtools/system_packages.py; skips the test when it is missing."""
    return lambda name: _tools_or_skip(request.node, [name])[0]


def _tools_or_skip(item: pytest.Item, names: list[str]) -> list[str]:
    if unknown := set(names) - TOOLCHAINS.keys():
        raise pytest.UsageError(f"toolchain {unknown.pop()!r} is unknown, expected one of {', '.join(TOOLCHAINS)}: {item.nodeid}")
    paths = {name: TOOLCHAINS[name].find() for name in names}
    missing = [name for name, path in paths.items() if path is None]
    for name in missing:
        item.config.stash[_NOT_TESTED].setdefault(f"{name} ({TOOLCHAINS[name].hint()})", set()).add(item.nodeid)
    if missing:
        pytest.skip(f"{' and '.join(missing)} not on this machine")
    return [path for path in paths.values() if path]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterable[None]:
    """Say last, after pytest's own last line, what this machine could not test."""
    result = yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    for name, tests in sorted(session.config.stash[_NOT_TESTED].items()):
        if reporter is not None:
            count = f"{len(tests)} test{'s' if len(tests) > 1 else ''}"
            reporter.write_line(f"not tested here: {count}, for want of {name}", yellow=True)
    return result


def _skip_for_want_of(config: pytest.Config, what: str, *, test: str = "") -> NoReturn:
    test = test or os.environ.get("PYTEST_CURRENT_TEST", "").partition(" ")[0]
    config.stash[_NOT_TESTED].setdefault(what, set()).add(test)
    pytest.skip(f"no {what}")


@pytest.fixture(scope="session")
def model_path(pytestconfig: pytest.Config) -> Callable[[str], Path]:
    """Gives the file of an id of models/manifest.toml; fails, and does not skip, when it is not there, unless only npm has it."""
    from affectia.errors import ModelError
    from affectia.inference.model_store import ModelStore
    from affectia.inference.npm_source import NpmSource

    store = ModelStore()

    def path(model_id: str) -> Path:
        try:
            return store.path(model_id)
        except ModelError as error:
            if all(isinstance(source, NpmSource) for source in store.manifest.entry(model_id).sources):
                _skip_for_want_of(pytestconfig, f"clip {model_id} (npm brings it: python3 run.py setup)")
            pytest.fail(f"{error}; `python3 run.py setup` brings all that the tests need", pytrace=False)

    return path


@pytest.fixture(scope="session")
def data_path(pytestconfig: pytest.Config) -> Callable[[str], Path]:
    """Gives a file below AFFECTIA_DATA_DIR: footage whose licence lets it be watched and not be handed on. Skips where it is not there."""

    def path(name: str) -> Path:
        folder = os.environ.get("AFFECTIA_DATA_DIR", "")
        found = Path(folder) / name
        if not folder or not found.is_file():
            _skip_for_want_of(pytestconfig, f"footage of more people (AFFECTIA_DATA_DIR: a folder with {name})")
        return found

    return path


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The folder that has all cached models."""
    from affectia.inference.model_store import ModelStore

    return ModelStore().cache_dir / "models"


@pytest.fixture(scope="session")
def face_landmarker_path(model_path: Callable[[str], Path]) -> Path:
    """The face landmark model."""
    return model_path("face_landmarker")


@pytest.fixture(scope="session")
def carphone_path(model_path: Callable[[str], Path]) -> Path:
    """The clip with a face on every frame: 176x144, 29.97 frames/s, 4 s, no sound."""
    return model_path("carphone")
