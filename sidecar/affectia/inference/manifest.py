"""The manifest: every model and clip that Affectia knows, pinned to size and sha256."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal, Self

from affectia.errors import ConfigError
from affectia.inference.model_source import ModelSource, nearest_hint, parse_source

Kind = Literal["model", "clip"]
KINDS: tuple[Kind, ...] = ("model", "clip")
USES = ("demo", "test")

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FILE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")
_KEYS = ("id", "kind", "file", "bytes", "sha256", "licence", "purpose", "used_for", "labels", "sources")
_OPTIONAL_KEYS = ("labels",)


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model or clip.

    `file` is a bare file name, `size_bytes` and `sha256` (lower case) pin its content, `used_for` is a subset of `USES`,
    `labels` names a model's outputs in order, and `sources` is never empty.
    """

    id: str
    kind: Kind
    file: str
    size_bytes: int
    sha256: str
    licence: str
    purpose: str
    used_for: tuple[str, ...]
    labels: tuple[str, ...]
    sources: tuple[ModelSource, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """All entries in the order of the file; ids are unique."""

    entries: tuple[ModelEntry, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id, in the order of the file."""
        return tuple(entry.id for entry in self.entries)

    def entry(self, model_id: str) -> ModelEntry:
        """The entry of one id.

        Raises:
            ConfigError: no entry has this id.
        """
        for entry in self.entries:
            if entry.id == model_id:
                return entry
        raise ConfigError(f"model {model_id!r} is unknown, expected one of {', '.join(self.ids)}{nearest_hint(model_id, self.ids)}")

    def ids_for(self, use: str) -> tuple[str, ...]:
        """The ids that one use needs.

        Raises:
            ConfigError: `use` is not one of `USES`.
        """
        if use not in USES:
            raise ConfigError(f"use is {use!r}, expected one of {', '.join(USES)}{nearest_hint(use, USES)}")
        return tuple(entry.id for entry in self.entries if use in entry.used_for)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a manifest from TOML.

        Raises:
            ConfigError: the text is no TOML, a key is unknown or missing, or a value cannot be right.
        """
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"manifest is not TOML: {error}") from error
        for key in document:
            if key != "model":
                raise ConfigError(f"manifest has the unknown key {key!r}, expected model{nearest_hint(key, ('model',))}")
        tables = document.get("model")
        if not isinstance(tables, list) or not tables:
            raise ConfigError("manifest has no [[model]] tables, expected at least one")
        entries: list[ModelEntry] = []
        for number, table in enumerate(tables, start=1):
            if not isinstance(table, dict):
                raise ConfigError(f"model {number} is a {type(table).__name__}, expected a table")
            entry = _parse_entry(table, number)
            if any(other.id == entry.id for other in entries):
                raise ConfigError(f"model id {entry.id!r} is given twice, expected each once")
            entries.append(entry)
        return cls(tuple(entries))

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """Read a manifest file; without a path the one that belongs to this Affectia, installed or a checkout.

        Raises:
            ConfigError: the file is absent, unreadable or wrong.
        """
        try:
            return cls.parse(_own_text() if path is None else path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise ConfigError(f"manifest cannot be read: {reason}: {path or 'models/manifest.toml'}") from error


def _own_text() -> str:
    """The manifest beside this module in an installed package, else the one of the checkout around it."""
    packaged = resources.files("affectia.inference") / "manifest.toml"
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    for folder in Path(__file__).resolve().parents:
        path = folder / "models" / "manifest.toml"
        # The version file tells our checkout from a folder that merely happens to hold models.
        if path.is_file() and (folder / "VERSION").is_file():
            return path.read_text(encoding="utf-8")
    raise FileNotFoundError(2, "no manifest in the package and none in a checkout around it")


def _parse_entry(table: Mapping[str, object], number: int) -> ModelEntry:
    model_id = table.get("id")
    if not isinstance(model_id, str) or not _ID.fullmatch(model_id):
        raise ConfigError(f"model {number} has id {model_id!r}, expected lower-case letters, digits, - and _")
    where = f"model {model_id}"
    for key in table:
        if key not in _KEYS:
            raise ConfigError(f"{where} has the unknown key {key!r}, expected {', '.join(_KEYS)}{nearest_hint(key, _KEYS)}")
    for key in _KEYS:
        if key not in table and key not in _OPTIONAL_KEYS:
            raise ConfigError(f"{where} has no {key}, expected one")
    kind = _text(table, "kind", where)
    if kind not in KINDS:
        raise ConfigError(f"{where} has kind {kind!r}, expected one of {', '.join(KINDS)}{nearest_hint(kind, KINDS)}")
    file = _text(table, "file", where)
    if not _FILE.fullmatch(file):
        raise ConfigError(f"{where} has file {file!r}, expected a bare file name")
    size_bytes = table["bytes"]
    if not isinstance(size_bytes, int) or isinstance(size_bytes, bool) or size_bytes <= 0:
        raise ConfigError(f"{where} has bytes {size_bytes!r}, expected a whole number above 0")
    sha256 = _text(table, "sha256", where)
    if not _SHA256.fullmatch(sha256):
        raise ConfigError(f"{where} has sha256 {sha256!r}, expected 64 lower-case hexadecimal digits")
    used_for = _texts(table, "used_for", where)
    for use in used_for:
        if use not in USES:
            raise ConfigError(f"{where} has used_for {use!r}, expected one of {', '.join(USES)}{nearest_hint(use, USES)}")
    sources = table["sources"]
    if not isinstance(sources, list) or not sources:
        raise ConfigError(f"{where} has no sources, expected at least one")
    return ModelEntry(
        id=model_id,
        kind=kind,
        file=file,
        size_bytes=size_bytes,
        sha256=sha256,
        licence=_text(table, "licence", where),
        purpose=_text(table, "purpose", where),
        used_for=used_for,
        labels=_texts(table, "labels", where) if "labels" in table else (),
        sources=tuple(
            parse_source(source, where=f"source {index} of {where}", size_bytes=size_bytes) for index, source in enumerate(sources, start=1)
        ),
    )


def _text(table: Mapping[str, object], key: str, where: str) -> str:
    value = table[key]
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"{where} has {key} {value!r}, expected a text")
    return value


def _texts(table: Mapping[str, object], key: str, where: str) -> tuple[str, ...]:
    values = table[key]
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise ConfigError(f"{where} has {key} {values!r}, expected a list of texts")
    if len(set(values)) != len(values):
        raise ConfigError(f"{where} has {key} {values!r}, expected each once")
    return tuple(values)
