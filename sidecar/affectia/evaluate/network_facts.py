"""What a network's file says of its training, so that nobody takes a test on training data for a test."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from affectia.inference.onnx_session import OnnxSession

_SEPARATORS: Final = re.compile(r"\s*[,;]\s*")


def trained_on(path: Path) -> tuple[str, ...]:
    """The data sets in the metadata `trained_on` of an ONNX file, a name and, behind a space, a split; empty where it does not say.

    Raises what OnnxSession does.
    """
    text = OnnxSession(path, name="network").metadata.get("trained_on", "")
    return tuple(name for name in _SEPARATORS.split(text.strip()) if name)


def has_seen(names: tuple[str, ...], corpus: str) -> bool:
    """Whether a set is among them: by its own name with its split, or all of it."""
    wanted = corpus.casefold()
    return any(wanted == name.casefold() or wanted.startswith(f"{name.casefold()} ") for name in names)
