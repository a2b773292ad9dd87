from __future__ import annotations

from pathlib import Path

import pytest

from devtools.commands import bench_scripts
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
