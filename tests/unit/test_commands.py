from __future__ import annotations

from pathlib import Path

import pytest

from devtools.commands import COMMANDS, bench_scripts, torch_tests
from devtools.repository import ROOT
from devtools.steps import SetupError

pytestmark = pytest.mark.unit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("bench_wire.py", "bench_end_to_end.py", "table.py"):
        (tmp_path / name).touch()
    return tmp_path


def test_no_name_means_every_measurement(folder: Path) -> None:
    assert [script.name for script in bench_scripts(folder, [])] == ["bench_end_to_end.py", "bench_wire.py"]


@pytest.mark.parametrize("name", ["wire", "bench_wire", "bench_wire.py", "tests/bench/bench_wire.py"])
def test_a_measurement_has_several_names(folder: Path, name: str) -> None:
    assert [script.name for script in bench_scripts(folder, [name])] == ["bench_wire.py"]


def test_unknown_measurement_names_the_known_ones(folder: Path) -> None:
    with pytest.raises(SetupError, match="measurement 'wires' is unknown, expected one of end_to_end, wire"):
        bench_scripts(folder, ["wires"])


def test_no_measurement_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="there is no measurement"):
        bench_scripts(tmp_path, [])


def test_only_files_with_tests_for_pytorch_are_collected_for_it(tmp_path: Path) -> None:
    marked = tmp_path / "integration" / "test_marked.py"
    marked.parent.mkdir()
    marked.write_text("pytestmark = [pytest.mark.integration, pytest.mark." + "torch]")
    (tmp_path / "integration" / "test_other.py").write_text("pytestmark = pytest.mark.integration")
    (tmp_path / "integration" / "made_things.py").write_text("# pytest.mark." + "torch")
    assert torch_tests(tmp_path) == [str(marked)]


def test_no_test_for_pytorch_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="no test needs PyTorch"):
        torch_tests(tmp_path)


def test_what_ci_runs_are_commands() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    names = [line.removeprefix("python3 run.py ") for line in lines if line.startswith("python3 run.py ")]
    assert names == ["test", "check", "slow"]
    assert set(names) <= COMMANDS.keys()
