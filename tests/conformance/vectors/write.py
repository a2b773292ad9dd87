"""Writes the vectors from the tables: `python tests/conformance/vectors/write.py`; with `--check` it only compares.

Standard library only, and nothing of the project's own encoder: what is written is what the tables say, byte by byte.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import table_affect
import table_avatar
import table_axes
import table_bad_cbor
import table_bad_feelings
import table_bad_fields
import table_layout
import table_track
import table_unknown
from table import Bad, Good, body, decoded

HERE = Path(__file__).resolve().parent
GOOD: list[Good] = table_avatar.GOOD + table_axes.GOOD + table_unknown.GOOD + table_affect.GOOD + table_layout.GOOD + table_track.GOOD
BAD: list[Bad] = table_bad_cbor.BAD + table_bad_fields.BAD + table_bad_feelings.BAD + table_layout.BAD + table_track.BAD


def main(arguments: list[str] | None = None) -> int:
    """Writes or compares; 0 when the files are what the tables say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the files instead of writing them")
    check = parser.parse_args(arguments).check
    wanted = expected_files()
    present = {path.relative_to(HERE).as_posix() for folder in ("good", "bad") for path in (HERE / folder).glob("*")}
    stale = [name for name, content in wanted.items() if name not in present or (HERE / name).read_bytes() != content]
    surplus = sorted(present - wanted.keys())
    if check:
        for name in stale:
            print(f"{name} is not what the tables say; run write.py", file=sys.stderr)
        for name in surplus:
            print(f"{name} is in no table; delete it or add it to one", file=sys.stderr)
        return 1 if stale or surplus else 0
    for folder in ("good", "bad"):
        (HERE / folder).mkdir(exist_ok=True)
    for name in stale:
        (HERE / name).write_bytes(wanted[name])
    for name in surplus:
        (HERE / name).unlink()
    print(f"{len(GOOD)} good and {len(BAD)} bad vectors; {len(stale)} files written, {len(surplus)} deleted")
    return 0


def expected_files() -> dict[str, bytes]:
    """Every file below this folder by its relative name, as the tables say."""
    files: dict[str, bytes] = {}
    for good in GOOD:
        expected: dict[str, Any] = {"message": good.message, "status": "ok", "shows": good.shows, "roundtrip": good.roundtrip}
        if good.after:
            expected["after"] = list(good.after)
        expected["decoded"] = decoded(good)
        if good.axes is not None:
            expected["axes"] = dict(good.axes)
        _add(files, f"good/{good.name}.cbor", body(good.entries, map_head=good.map_head))
        _add(files, f"good/{good.name}.json", _json(expected))
    for bad in BAD:
        expected = {"message": bad.message, "status": bad.status, "shows": bad.shows}
        if bad.truncations_of is not None:
            expected |= {"family": "truncate", "of": bad.truncations_of}
        else:
            _add(files, f"bad/{bad.name}.cbor", bad.body)
        _add(files, f"bad/{bad.name}.json", _json(expected))
    return files


def _add(files: dict[str, bytes], name: str, content: bytes) -> None:
    if name in files:
        raise SystemExit(f"two vectors are called {name}")
    files[name] = content


def _json(value: dict[str, Any]) -> bytes:
    """One line per field, so that a change shows as a change of one line."""
    lines = [f"  {json.dumps(key)}: {_field(item)}" for key, item in value.items()]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _field(item: Any) -> str:
    if not isinstance(item, dict):
        return json.dumps(item, ensure_ascii=False)
    inner = [f"    {json.dumps(key)}: {json.dumps(each, ensure_ascii=False)}" for key, each in item.items()]
    return "{\n" + ",\n".join(inner) + "\n  }"


if __name__ == "__main__":
    raise SystemExit(main())
