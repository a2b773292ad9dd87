from __future__ import annotations

import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from devtools.steps import Steps
from devtools.system_packages import LIBRARIES, TOOLCHAINS, SystemPackages, Toolchain

pytestmark = pytest.mark.unit


class FakeSteps(Steps):
    """Notes what would run, and lets what is in `failing` fail."""

    def __init__(self, *, failing: str = "\0") -> None:
        self.lines = io.StringIO()
        super().__init__(Path("setup.log"), out=self.lines)
        self.ran: list[str] = []
        self._failing = failing

    def run(self, title: str, command: Sequence[str], *, env: Mapping[str, str] | None = None) -> bool:
        self.ran.append(" ".join(command))
        return self._failing not in self.ran[-1]


def packages(steps: Steps, *, is_debian: bool = True, is_root: bool = True, present: Sequence[str] = ()) -> SystemPackages:
    return SystemPackages(
        steps, is_debian=is_debian, is_root=is_root, which_library=lambda _name: None, installed=lambda names: set(names) & set(present)
    )


def test_root_on_debian_updates_the_lists_and_installs() -> None:
    steps = FakeSteps()
    assert packages(steps).bring(["libgl1", "libegl1"], purpose="libraries")
    assert [line.split("Timeout=120 ")[1] for line in steps.ran] == ["update -q", "install -y -q --no-install-recommends libgl1 libegl1"]


def test_stale_lists_are_no_reason_not_to_try() -> None:
    assert packages(FakeSteps(failing=" update ")).bring(["libgl1"], purpose="libraries")


def test_failed_install_names_the_line_to_try_by_hand() -> None:
    steps = FakeSteps(failing=" install ")
    assert not packages(steps).bring(["libgl1"], purpose="libraries")
    assert "try `apt-get install -y libgl1` by hand" in steps.lines.getvalue()


def test_other_users_get_one_line_to_run_and_nothing_is_run() -> None:
    steps = FakeSteps()
    assert not packages(steps, is_root=False).bring(["libgl1", "libegl1"], purpose="libraries")
    assert steps.lines.getvalue().endswith("\n    sudo apt-get install -y libgl1 libegl1\n")
    assert steps.ran == []


def test_other_systems_get_the_names() -> None:
    steps = FakeSteps()
    assert not packages(steps, is_debian=False).bring(["libgl1"], purpose="libraries")
    assert "libgl1" in steps.lines.getvalue()
    assert steps.ran == []


def test_nothing_missing_costs_nothing() -> None:
    steps = FakeSteps()
    assert packages(steps).bring([], purpose="libraries")
    assert (steps.ran, steps.lines.getvalue()) == ([], "")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the wheels of other systems need no system libraries")
def test_missing_libraries_are_those_that_neither_dpkg_nor_the_loader_knows() -> None:
    everything = list(LIBRARIES)
    assert packages(FakeSteps()).missing_libraries() == everything
    assert packages(FakeSteps(), present=everything[1:]).missing_libraries() == everything[:1]
    assert packages(FakeSteps(), is_debian=False, present=everything).missing_libraries() == everything
    known_to_loader = SystemPackages(FakeSteps(), is_debian=True, which_library=lambda name: name, installed=lambda _names: set())
    assert known_to_loader.missing_libraries() == []


def test_toolchain_takes_the_first_command_that_is_there() -> None:
    python = Path(sys.executable)
    assert Toolchain("x", ("no-such-command-1", str(python)), "x", "y").find() == str(python)
    assert Toolchain("x", ("no-such-command-1", "no-such-command-2"), "x", "y").find() is None


def test_every_toolchain_has_its_own_name_and_a_hint() -> None:
    assert all(name == tool.name and tool.apt in tool.hint() for name, tool in TOOLCHAINS.items())
