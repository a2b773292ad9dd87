from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from devtools.environment import Environment, pip_finding
from devtools.stamp import Stamp, read_stamp, write_stamp
from devtools.steps import SetupError, Steps
from devtools.system_packages import SystemPackages

pytestmark = pytest.mark.unit

DEMO = frozenset({"demo"})
ALL = frozenset({"demo", "dev"})


class Machine(Steps):
    """A machine on which making a .venv leaves a file, and pip leaves a line."""

    def __init__(self, root: Path, folder: str = ".venv") -> None:
        super().__init__(root / folder / "setup.log", out=io.StringIO())
        self.root = root
        self.folder = folder
        self.ran: list[str] = []
        self.commands: list[str] = []
        self.called: list[str] = []
        self.failing = "\0"
        self.pull_status = 0

    def run(self, title: str, command: Sequence[str], *, env: Mapping[str, str] | None = None) -> bool:
        self.ran.append(title)
        self.commands.append(" ".join(command[1:]))
        with self.log_path.open("a") as log:
            log.write("ERROR: (from versions: none)\n")
        if self.failing in title:
            return False
        if title == f"making {self.folder}":
            (self.root / self.folder / "python-is-here").touch()
        return True

    def probe(self, command: Sequence[str]) -> bool:
        return (self.root / self.folder / "python-is-here").exists()

    def call(self, command: Sequence[str]) -> int:
        self.called.append(" ".join(command[1:]))
        return self.pull_status

    def environment(self) -> Environment:
        packages = SystemPackages(self, is_debian=False, which_library=lambda name: name)
        return Environment(self.root, self, packages, folder=self.folder, probe=self.probe, call=self.call)

    def prepare(self, extras: frozenset[str]) -> list[str]:
        """What ran, in order."""
        self.ran.clear()
        self.environment().prepare(extras)
        return self.ran


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    (tmp_path / "constraints.txt").write_text("a==1\n")
    return Machine(tmp_path)


def test_everything_is_made_from_nothing_and_then_left_alone(machine: Machine) -> None:
    assert machine.prepare(DEMO) == ["making .venv", "installing the build tools", "installing the packages (demo)"]
    assert machine.prepare(DEMO) == []


def test_more_extras_are_added_and_kept(machine: Machine) -> None:
    machine.prepare(DEMO)
    assert machine.prepare(ALL) == ["installing the build tools", "installing the packages (demo, dev)"]
    assert machine.prepare(DEMO) == []


def test_changed_pins_are_installed_into_what_is_there(machine: Machine) -> None:
    machine.prepare(ALL)
    (machine.root / "constraints.txt").write_text("a==2\n")
    assert machine.prepare(DEMO) == ["installing the build tools", "installing the packages (demo, dev)"]


def test_two_environments_of_a_checkout_know_nothing_of_each_other(machine: Machine) -> None:
    other = Machine(machine.root, ".venv-slow")
    machine.prepare(DEMO)
    assert other.prepare(DEMO) == ["making .venv-slow", "installing the build tools", "installing the packages (demo)"]
    (other.root / ".venv-slow" / "python-is-here").unlink()
    assert other.prepare(DEMO)[0] == "making .venv-slow"
    assert machine.prepare(DEMO) == []
    assert other.environment().python.parent.parent == machine.root / ".venv-slow"


def test_what_has_no_wheel_is_built_with_pinned_tools(machine: Machine) -> None:
    machine.prepare(DEMO)
    assert machine.commands[1].endswith(" hatchling editables")
    other = Machine(machine.root, ".venv-slow")
    other.prepare(frozenset({"funasr"}))
    assert other.commands[1].endswith(" hatchling editables setuptools")
    assert "constraints.txt" in other.commands[1]
    assert "--no-build-isolation" in other.commands[2]


def test_broken_venv_is_made_anew(machine: Machine) -> None:
    machine.prepare(DEMO)
    (machine.root / ".venv" / "python-is-here").unlink()
    (machine.root / ".venv" / "left-over").touch()
    assert machine.prepare(DEMO)[0] == "making .venv"
    assert not (machine.root / ".venv" / "left-over").exists()


def test_interrupted_venv_is_made_anew(machine: Machine) -> None:
    machine.prepare(DEMO)
    write_stamp(machine.root / ".venv", Stamp(state="building"))
    assert machine.prepare(DEMO)[0] == "making .venv"


def test_working_venv_of_the_user_is_taken_over(machine: Machine) -> None:
    (machine.root / ".venv").mkdir()
    (machine.root / ".venv" / "python-is-here").touch()
    assert machine.prepare(DEMO) == ["installing the build tools", "installing the packages (demo)"]


@pytest.mark.parametrize("step", ["build tools", "packages"])
def test_failed_pip_says_what_to_do_and_is_tried_again(machine: Machine, step: str) -> None:
    machine.failing = step
    with pytest.raises(SetupError, match="installing the packages did not work: no package source answered: check the network"):
        machine.prepare(DEMO)
    stamp = read_stamp(machine.root / ".venv")
    assert stamp is not None
    assert stamp.state == "partial"
    machine.failing = "\0"
    assert machine.prepare(DEMO) == ["installing the build tools", "installing the packages (demo)"]


def test_failed_venv_is_an_error(machine: Machine) -> None:
    machine.failing = "making .venv"
    with pytest.raises(SetupError, match=r"making \.venv did not work"):
        machine.prepare(DEMO)


def test_models_are_pulled_once_for_a_manifest(machine: Machine) -> None:
    machine.prepare(DEMO)
    (machine.root / "models").mkdir()
    (machine.root / "models" / "manifest.toml").write_text("1")
    for _ in range(2):
        assert machine.environment().pull_models("demo")
    assert machine.called == ["-m affectia models pull --for demo"]
    assert machine.environment().pull_models("test")
    (machine.root / "models" / "manifest.toml").write_text("2")
    assert machine.environment().pull_models("demo")
    assert machine.environment().pull_models("demo", force=True)
    assert len(machine.called) == 4


def test_models_that_did_not_arrive_are_asked_for_again(machine: Machine) -> None:
    machine.prepare(DEMO)
    machine.pull_status = 5
    assert not machine.environment().pull_models("demo")
    machine.pull_status = 0
    assert machine.environment().pull_models("demo")
    assert len(machine.called) == 2


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("SSLError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]')", "a certificate on the way"),
        ("NewConnectionError: Failed to establish a new connection", "no package source answered"),
        ("ERROR: Could not find a version that satisfies av==1 (from versions: 2, 3)", "no wheel here"),
        ("ERROR: something unheard of", "the lines above say why"),
    ],
)
def test_pip_output_becomes_one_sentence(line: str, words: str) -> None:
    assert words in pip_finding(f"Collecting a\n{line}\n")
