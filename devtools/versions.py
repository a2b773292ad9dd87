"""One version, in the file VERSION; every other place that states one says the same: `python -m devtools.versions`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

from devtools.repository import ROOT

_VERSION = re.compile(r"\d+\.\d+\.\d+")
_HEADING = re.compile(r"^## \[?(?P<name>unreleased|\d+\.\d+\.\d+)\b", re.IGNORECASE | re.MULTILINE)


def findings(root: Path = ROOT, *, installed: Callable[[], str | None] | None = None) -> list[str]:
    """One sentence for each place that disagrees; places that do not exist yet agree.

    Args:
        root: the checkout.
        installed: the version that the installed package states, None when it is not installed.
    """
    version_path = root / "VERSION"
    version = version_path.read_text(encoding="utf-8").strip() if version_path.exists() else ""
    if not _VERSION.fullmatch(version):
        return [f"VERSION is {version!r}, expected three numbers such as 1.2.3"]
    stated = {
        "CHANGELOG.md": _changelog_version(root / "CHANGELOG.md", version),
        "the installed package": (installed or installed_version)(),
        "unity-plugin/package.json": _json_version(root / "unity-plugin" / "package.json", "version"),
        "unreal-plugin/Affectia.uplugin": _json_version(root / "unreal-plugin" / "Affectia.uplugin", "VersionName"),
    }
    return [f"{place} says {found}, VERSION says {version}" for place, found in stated.items() if found is not None and found != version]


def installed_version() -> str | None:
    """The version of the installed package; None when it is not installed."""
    try:
        return metadata.version("affectia")
    except metadata.PackageNotFoundError:
        return None


def _changelog_version(path: Path, expected: str) -> str | None:
    """The newest version of the changelog; a changelog that has released nothing agrees with any version."""
    if not path.exists():
        return None
    names = [match["name"].lower() for match in _HEADING.finditer(path.read_text(encoding="utf-8"))]
    if not names:
        return "no version (no heading such as `## [1.2.3] - 2030-01-31` or `## [Unreleased]`)"
    return next((name for name in names if name != "unreleased"), expected)


def _json_version(path: Path, key: str) -> str | None:
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig")).get(key)
    except (ValueError, AttributeError):
        return "nothing (it is no JSON object)"
    return str(found) if found is not None else f"nothing (no key {key})"


def main() -> int:
    """Print what disagrees; 1 when something does."""
    found = findings()
    print("\n".join(found) if found else "all versions agree")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
