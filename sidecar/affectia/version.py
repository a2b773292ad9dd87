"""The version of the Affectia that runs."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

UNKNOWN = "unknown"


def installed_version(distribution: str = "affectia", *, module: Path = Path(__file__)) -> str:
    """The version of the installed package, else that of the checkout around `module`, else `unknown`; never raises."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        pass
    for folder in module.resolve().parents:
        # The folder of the .proto files tells our checkout from a folder that merely has a file of that name.
        if (folder / "VERSION").is_file() and (folder / "protos").is_dir():
            try:
                return (folder / "VERSION").read_text(encoding="utf-8").strip() or UNKNOWN
            except (OSError, UnicodeDecodeError):
                return UNKNOWN
    return UNKNOWN
