"""The sets that are measured: a made voice, a real one with TextGrids, films with word times."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from affectia import registry
from affectia.evaluate.viseme import phones
from affectia.evaluate.viseme.reference import IGNORED, Clip, DataSet, Segment, phone_clip
from affectia.evaluate.viseme.spoken_files import read_sound, spoken_files


def viseme_table(text: str) -> list[Segment]:
    """Lines `start, end, name` of a made voice, seconds and tabs; a name is a viseme or an ARPAbet phone, `?` is IGNORED."""
    segments: list[Segment] = []
    for line in text.splitlines():
        start, end, name = line.split("\t")
        if name in ("?", phones.UNKNOWN_PHONE):
            visemes: tuple[int, ...] = (IGNORED,)
        elif name in registry.VISEMES:
            visemes = (registry.VISEMES.index(name),)
        else:
            visemes = phones.visemes_of_arpabet(name)
        segments += phones.spread(float(start), float(end), visemes)
    return segments


def made_voice(folder: Path) -> DataSet:
    """(a): a synthetic voice, with a table beside its sound."""
    tables = sorted(folder.glob("*.tsv"))
    return _some(
        "a",
        folder,
        (phone_clip(path.stem, read_sound(path.with_suffix(".flac")), viseme_table(path.read_text(encoding="utf-8"))) for path in tables),
    )


def text_grids(folder: Path) -> DataSet:
    """(b): a real voice with TextGrids beside its sound."""
    return _some("b", folder, (file.clip() for file in spoken_files(folder)))


def grid(folder: Path) -> DataSet:
    """(c): films with word times beside them."""
    return _some("c", folder, (file.clip() for file in spoken_files(folder)))


def _some(letter: str, folder: Path, found: Iterable[Clip]) -> DataSet:
    clips = tuple(found)
    if not clips:
        raise SystemExit(f"no clip with times is there, expected some: {folder}")
    return DataSet(letter, folder.name, clips)
