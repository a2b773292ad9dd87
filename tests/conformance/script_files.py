"""Scripts of events as files: written, or compared with what stands there."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path


def write_files(folder: Path, texts: Mapping[str, str], arguments: list[str], *, what: str) -> int:
    """Write every script, by name, into a folder, or with --check compare; 0 when the files are what the scripts say."""
    parser = argparse.ArgumentParser(description=f"Writes {what}.")
    parser.add_argument("--check", action="store_true", help="compare with the files instead of writing them")
    check = parser.parse_args(arguments).check
    wanted = {f"{name}.json": text.encode() for name, text in texts.items()}
    present = {path.name for path in folder.glob("*.json")}
    stale = [name for name, content in wanted.items() if name not in present or (folder / name).read_bytes() != content]
    surplus = sorted(present - wanted.keys())
    if check:
        for name in stale + surplus:
            print(f"{name} is not what the table says; run write.py", file=sys.stderr)
        return 1 if stale or surplus else 0
    for name in stale:
        (folder / name).write_bytes(wanted[name])
    for name in surplus:
        (folder / name).unlink()
    print(f"{len(wanted)} vectors; {len(stale)} files written, {len(surplus)} deleted")
    return 0
