"""The files of the checkout that belong to the project."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

_NOT_OURS = {".git", ".venv", ".venv-slow", "build", "dist", "node_modules", "out", "__pycache__"}


def project_files(root: Path = ROOT) -> list[Path]:
    """Every file that git knows or would take, as absolute paths in order; without git, all but what builds leave behind."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        output = subprocess.run(command, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return sorted(_walk(root))
    paths = (root / name.decode("utf-8", errors="surrogateescape") for name in output.split(b"\0") if name)
    return sorted(path for path in paths if path.is_file())


def read_text(path: Path) -> str | None:
    """The text of a file; None when it is no UTF-8 text."""
    data = path.read_bytes()
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def is_generated(path: Path, text: str) -> bool:
    """Whether a program wrote this file."""
    return "DO NOT EDIT" in text[:400] or path.name.endswith((".pyi", "_pb2.py", "_pb2_grpc.py"))


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in _NOT_OURS or (path.is_dir() and path.name.endswith(("_cache", ".egg-info"))):
            continue
        if path.is_dir():
            yield from _walk(path)
        elif path.is_file():
            yield path
