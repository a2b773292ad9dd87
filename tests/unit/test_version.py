from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest

from affectia.version import UNKNOWN, installed_version

pytestmark = pytest.mark.unit

NOT_INSTALLED = "affectia-that-nobody-installs"


def checkout(root: Path, version: bytes) -> Path:
    (root / "protos").mkdir()
    (root / "VERSION").write_bytes(version)
    return root / "sidecar" / "affectia" / "version.py"


def test_installed_package_tells_its_version() -> None:
    assert installed_version("pytest") == metadata.version("pytest")


def test_checkout_tells_its_version(tmp_path: Path) -> None:
    assert installed_version(NOT_INSTALLED, module=checkout(tmp_path, b"7.8.9\n")) == "7.8.9"


def test_own_version_is_known() -> None:
    assert installed_version(NOT_INSTALLED) == (Path(__file__).resolve().parents[2] / "VERSION").read_text().strip()


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe"])
def test_version_file_without_a_version_is_unknown(tmp_path: Path, content: bytes) -> None:
    assert installed_version(NOT_INSTALLED, module=checkout(tmp_path, content)) == UNKNOWN


def test_file_of_that_name_elsewhere_means_nothing(tmp_path: Path) -> None:
    (tmp_path / "VERSION").write_text("1.2.3")
    assert installed_version(NOT_INSTALLED, module=tmp_path / "affectia" / "version.py") == UNKNOWN
