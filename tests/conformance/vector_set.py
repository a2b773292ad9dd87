"""The vectors as the tests want them: every .json with its bytes, families expanded into single cases."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).resolve().parent / "vectors"


@dataclass(frozen=True)
class Case:
    """One message with what a reader must say of it; `after` names the layout messages that it has seen before."""

    name: str
    message: str
    status: str
    body: bytes
    after: tuple[str, ...]
    expected: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Case({self.name}: {self.status})"

    @property
    def announcements(self) -> tuple[bytes, ...]:
        """The layout messages of `after`."""
        return tuple(good_body(name) for name in self.after)


@functools.cache
def good() -> tuple[Case, ...]:
    """The good vectors by name; raises ValueError when there are none."""
    return _cases("good")


@functools.cache
def bad() -> tuple[Case, ...]:
    """The bad vectors that have bytes of their own; raises ValueError when there are none."""
    return _cases("bad")


@functools.cache
def families() -> dict[str, tuple[Case, ...]]:
    """Family name -> its cases: every proper prefix of the good vector that it is of."""
    found: dict[str, tuple[Case, ...]] = {}
    for path, expected in _descriptions("bad"):
        if "family" not in expected:
            continue
        if expected["family"] != "truncate":
            raise ValueError(f"family is {expected['family']}, expected truncate: {path}")
        whole = good_body(expected["of"])
        found[path.stem] = tuple(
            Case(f"{path.stem}[{length}]", expected["message"], expected["status"], whole[:length], (), expected)
            for length in range(len(whole))
        )
    if not found:
        raise ValueError(f"no family of vectors in {VECTORS / 'bad'}")
    return found


def every_case() -> tuple[Case, ...]:
    """All of them."""
    return good() + bad() + tuple(case for family in families().values() for case in family)


def good_body(name: str) -> bytes:
    """The bytes of a good vector."""
    return (VECTORS / "good" / f"{name}.cbor").read_bytes()


def _cases(folder: str) -> tuple[Case, ...]:
    cases = tuple(
        Case(
            path.stem,
            expected["message"],
            expected["status"],
            path.with_suffix(".cbor").read_bytes(),
            tuple(expected.get("after", ())),
            expected,
        )
        for path, expected in _descriptions(folder)
        if "family" not in expected
    )
    if not cases:
        raise ValueError(f"no vectors in {VECTORS / folder}")
    return cases


def _descriptions(folder: str) -> list[tuple[Path, dict[str, Any]]]:
    return [(path, json.loads(path.read_text(encoding="utf-8"))) for path in sorted((VECTORS / folder).glob("*.json"))]
