from __future__ import annotations

from pathlib import Path

import pytest

from devtools import versions
from devtools.repository import ROOT

pytestmark = pytest.mark.unit


def found(root: Path, *, installed: str | None = None) -> list[str]:
    return versions.findings(root, installed=lambda: installed)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "VERSION").write_text("1.2.3\n")
    for folder in ("unity-plugin", "unreal-plugin"):
        (tmp_path / folder).mkdir()
    (tmp_path / "unity-plugin" / "package.json").write_text('{"version": "1.2.3"}')
    (tmp_path / "unreal-plugin" / "Affectia.uplugin").write_text('{"VersionName": "1.2.3"}', encoding="utf-8-sig")
    (tmp_path / "CHANGELOG.md").write_text("# Changes\n\n## [Unreleased]\n\n## [1.2.3] - 2030-01-31\n\n## [1.2.2]\n")
    return tmp_path


def test_the_versions_of_this_repository_agree() -> None:
    assert versions.findings(ROOT, installed=lambda: None) == []


def test_same_versions_agree(root: Path) -> None:
    assert found(root, installed="1.2.3") == []


def test_places_that_do_not_exist_agree(tmp_path: Path) -> None:
    (tmp_path / "VERSION").write_text("0.1.0\n")
    assert found(tmp_path) == []


def test_changelog_without_a_release_agrees(root: Path) -> None:
    (root / "CHANGELOG.md").write_text("# Changes\n\n## Unreleased\n")
    assert found(root) == []


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("CHANGELOG.md", "## [1.2.4]\n## [1.2.3]\n", "CHANGELOG.md says 1.2.4, VERSION says 1.2.3"),
        ("unity-plugin/package.json", '{"version": "1.2"}', "unity-plugin/package.json says 1.2, VERSION says 1.2.3"),
        ("unreal-plugin/Affectia.uplugin", '{"VersionName": "2"}', "unreal-plugin/Affectia.uplugin says 2, VERSION says 1.2.3"),
        ("unity-plugin/package.json", "{}", "unity-plugin/package.json says nothing (no key version), VERSION says 1.2.3"),
        ("unity-plugin/package.json", "{", "unity-plugin/package.json says nothing (it is no JSON object), VERSION says 1.2.3"),
    ],
)
def test_place_that_disagrees_is_named(root: Path, name: str, text: str, sentence: str) -> None:
    (root / name).write_text(text)
    assert found(root) == [sentence]


def test_changelog_without_any_heading_is_named(root: Path) -> None:
    (root / "CHANGELOG.md").write_text("# Changes\n")
    assert "CHANGELOG.md says no version" in found(root)[0]


def test_stale_installation_is_named(root: Path) -> None:
    assert found(root, installed="1.2.2") == ["the installed package says 1.2.2, VERSION says 1.2.3"]


@pytest.mark.parametrize("text", ["", "1.2", "v1.2.3", "1.2.3-rc1"])
def test_malformed_version_is_named(root: Path, text: str) -> None:
    (root / "VERSION").write_text(text)
    assert found(root) == [f"VERSION is {text!r}, expected three numbers such as 1.2.3"]
