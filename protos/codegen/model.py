"""registry.toml, read and checked: what every writer of a language works from."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCE_NAME = "protos/registry.toml"
PARTS = {
    "avatar_frame": ("blendshapes", "bones", "visemes", "effects"),
    "emotion_update": ("emotions", "action_units"),
    "track_chunk": ("blendshapes", "visemes"),
}
PART_TABLES = {
    "blendshapes": "blendshape",
    "bones": "bone",
    "visemes": "viseme",
    "effects": "effect",
    "emotions": "emotion",
    "action_units": "action_unit",
}


@dataclass(frozen=True)
class Layout:
    """One layout: its names by part, and the hash over all of them."""

    layout_id: int
    name: str
    message: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    layout_hash: bytes


@dataclass(frozen=True)
class Registry:
    """The whole registry; `tables` is the TOML as read."""

    tables: dict[str, Any]
    layouts: tuple[Layout, ...]

    def names(self, table: str) -> tuple[str, ...]:
        """The names of one table, in wire order."""
        return tuple(row["name"] for row in self.tables[table])

    def indices(self, table: str, column: str, other: str) -> tuple[int, ...]:
        """For each row of `table` the index in `other` of what stands in `column`, -1 where nothing does."""
        order = self.names(other)
        return tuple(order.index(row[column]) if row[column] else -1 for row in self.tables[table])

    def keys(self, message: str) -> tuple[tuple[str, int], ...]:
        """Names and values of the keys of one message, without the common ones."""
        return tuple((row["name"], row["value"]) for row in self.tables["key"] if row["message"] == message)


def layout_hash(names: tuple[str, ...]) -> bytes:
    """The first 8 bytes of SHA-256 over the names joined by newlines."""
    return hashlib.sha256("\n".join(names).encode()).digest()[:8]


def load(path: Path) -> Registry:
    """Read the registry; raises ValueError with what is wrong in it."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    for table in set(PART_TABLES.values()) | {"group", "source", "voice_event", "layout", "status"}:
        names = [row["name"] for row in tables[table]]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"{table} names stand twice: {', '.join(sorted(twice))}")
    for message in ("common", *PARTS, "layout"):
        values = [row["value"] for row in tables["key"] if row["message"] in (message, "common")]
        if len(values) != len(set(values)):
            raise ValueError(f"a key of {message} is used twice")
        if any(not 0 <= value <= 23 for value in values):
            raise ValueError(f"a key of {message} is outside 0..23")
    return Registry(tables=tables, layouts=tuple(_layout(tables, row) for row in tables["layout"]))


def _layout(tables: dict[str, Any], row: dict[str, Any]) -> Layout:
    parts = []
    for part in PARTS[row["message"]]:
        known = tuple(entry["name"] for entry in tables[PART_TABLES[part]])
        chosen = _chosen(tables, PART_TABLES[part], row[part])
        strangers = [name for name in chosen if name not in known]
        if strangers:
            raise ValueError(f"layout {row['name']} names unknown {part}: {', '.join(strangers)}")
        parts.append((part, chosen))
    every = tuple(name for _, names in parts for name in names)
    return Layout(row["id"], row["name"], row["message"], tuple(parts), layout_hash(every))


def _chosen(tables: dict[str, Any], table: str, chosen: str | list[str]) -> tuple[str, ...]:
    """The names that a layout takes from a table: those it lists, "all", or those of the group that it names."""
    if not isinstance(chosen, str):
        return tuple(chosen)
    if chosen != "all" and chosen not in [row["name"] for row in tables["group"]]:
        raise ValueError(f'a layout takes {chosen!r} from the {table} table, expected "all", a group or a list of names')
    return tuple(entry["name"] for entry in tables[table] if chosen in ("all", entry.get("group")))
