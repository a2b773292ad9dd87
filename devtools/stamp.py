"""What the set-up has finished, so that the next call need not do it again."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

STAMP_NAME = "affectia-setup.json"
_INPUTS = ("pyproject.toml", "constraints.txt", "VERSION")


@dataclass
class Stamp:
    """The state of one .venv, kept in a file inside it.

    state: "building" while a set-up is at it or was killed at it; "partial" after one that ended with an error; "ready".
    """

    state: str = "partial"
    fingerprint: str = ""
    extras: list[str] = field(default_factory=list)
    libraries_checked: bool = False
    models: dict[str, str] = field(default_factory=dict)

    def covers(self, fingerprint: str, extras: frozenset[str]) -> bool:
        """Whether the packages that this .venv has are the ones asked for."""
        return self.state == "ready" and self.fingerprint == fingerprint and extras <= set(self.extras)


def read_stamp(venv_dir: Path) -> Stamp | None:
    """The stamp of a .venv; None when there is none or it cannot be understood."""
    try:
        data: dict[str, Any] = json.loads((venv_dir / STAMP_NAME).read_text(encoding="utf-8"))
        return Stamp(**data)
    except (OSError, ValueError, TypeError):
        return None


def write_stamp(venv_dir: Path, stamp: Stamp) -> None:
    """Put a stamp into a .venv in one step."""
    venv_dir.mkdir(parents=True, exist_ok=True)
    part = venv_dir / (STAMP_NAME + ".part")
    part.write_text(json.dumps(asdict(stamp), indent=2) + "\n", encoding="utf-8")
    os.replace(part, venv_dir / STAMP_NAME)


def environment_fingerprint(root: Path) -> str:
    """What decides which packages belong into the .venv: the pins, the project's own needs, the Python."""
    digest = hashlib.sha256(f"{sys.version_info[:3]} {sys.platform}".encode())
    for name in _INPUTS:
        path = root / name
        digest.update(name.encode() + b"\0" + (path.read_bytes() if path.exists() else b"") + b"\0")
    # An editable install holds the checkout's path, so a moved checkout is another environment.
    digest.update(str(root).encode())
    return digest.hexdigest()


def file_fingerprint(path: Path) -> str:
    """The sha256 of a file, or an empty string when it is not there."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
