"""Every source file has its test file, every unit test has its source file."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from devtools.repository import ROOT, is_generated
from tests.conftest import category_problem

pytestmark = pytest.mark.unit

NEVER_TESTED_ALONE = {"__init__.py", "__main__.py"}


def expected_tests(root: Path) -> dict[PurePosixPath, str]:
    """Test file below tests/unit -> the source it is for: the package file for file, the tools and run.py flat."""
    package = root / "sidecar" / "affectia"
    sources = {source.relative_to(package): source for source in package.rglob("*.py") if "v1" not in source.relative_to(package).parts}
    sources |= {source.relative_to(root / "devtools"): source for source in (root / "devtools").glob("*.py")}
    sources[Path("run.py")] = root / "run.py"
    return {
        PurePosixPath(place.with_name(f"test_{place.name}").as_posix()): source.relative_to(root).as_posix()
        for place, source in sources.items()
        if place.name not in NEVER_TESTED_ALONE and not is_generated(source, source.read_text(encoding="utf-8"))
    }


def problems(root: Path) -> list[str]:
    """One sentence for each file that misses its other half."""
    unit = root / "tests" / "unit"
    expected = expected_tests(root)
    present = {PurePosixPath(test.relative_to(unit).as_posix()) for test in unit.rglob("test_*.py")}
    present.discard(PurePosixPath("test_layout_of_tests.py"))
    missing = [f"{source} has no test, expected tests/unit/{test}" for test, source in sorted(expected.items()) if test not in present]
    orphans = [
        f"tests/unit/{test} tests no source file, expected sidecar/affectia/{test.with_name(test.name.removeprefix('test_'))}"
        for test in sorted(present - expected.keys())
    ]
    return missing + orphans


def test_sources_and_unit_tests_are_pairs() -> None:
    found = problems(ROOT)
    assert not found, "\n".join(found)


def make_tree(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("DO NOT EDIT" if name.endswith("registry.py") else "")


def test_source_without_test_is_named(tmp_path: Path) -> None:
    make_tree(tmp_path, "run.py", "tests/unit/test_run.py", "sidecar/affectia/motion/spring.py")
    assert problems(tmp_path) == ["sidecar/affectia/motion/spring.py has no test, expected tests/unit/motion/test_spring.py"]


def test_test_without_source_is_named(tmp_path: Path) -> None:
    make_tree(tmp_path, "run.py", "tests/unit/test_run.py", "tests/unit/motion/test_spring.py")
    assert problems(tmp_path) == ["tests/unit/motion/test_spring.py tests no source file, expected sidecar/affectia/motion/spring.py"]


def test_generated_files_and_entry_points_need_no_test(tmp_path: Path) -> None:
    package = "sidecar/affectia"
    make_tree(tmp_path, "run.py", "tests/unit/test_run.py", f"{package}/__init__.py", f"{package}/__main__.py", f"{package}/registry.py")
    make_tree(tmp_path, f"{package}/v1/__init__.py", f"{package}/v1/frame_pb2.py", "devtools/__init__.py")
    assert problems(tmp_path) == []


def test_module_with_one_category_has_no_problem() -> None:
    assert category_problem("tests/unit/test_a.py", ["slow", "unit", "parametrize"]) == ""


def test_module_without_a_category_is_told_where_to_put_which() -> None:
    problem = category_problem("tests/integration/test_a.py", ["slow"])
    assert problem.startswith("tests/integration/test_a.py has category marker none, expected exactly one of ")
    assert problem.endswith("put `pytestmark = pytest.mark.integration` at its top")


def test_module_with_two_categories_is_told_both() -> None:
    assert "has category marker unit and bench, expected" in category_problem("tests/unit/test_a.py", ["bench", "unit"])
