"""Any set of one's own: a folder for each emotion, named after it, with pictures or sounds in it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from affectia.evaluate.emotion_names import emotion_of
from affectia.evaluate.labelled_set import LabelledItem, LabelledSet, SetBuilder
from affectia.evaluate.layouts import emodb

NAME: Final = "folders"
PICTURES: Final = frozenset((".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".pgm"))
SOUNDS: Final = frozenset((".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a", ".aac", ".aiff", ".aif"))


def is_here(folder: Path, suffixes: frozenset[str]) -> bool:
    """Whether a folder has at least two folders named after emotions, and a file of this kind in one of them."""
    named = [path for path in _folders(folder) if emotion_of(path.name) is not None]
    return len(named) >= 2 and any(_files(path, suffixes) for path in named)


def read(folder: Path, suffixes: frozenset[str]) -> LabelledSet:
    """Every file of this kind in every folder named after an emotion; folders of other names are counted."""
    built = SetBuilder()
    for place in _folders(folder):
        label = emotion_of(place.name)
        for path in _files(place, suffixes):
            if label is None:
                built.leave_out(place.name)
                continue
            name = path.relative_to(folder).as_posix()
            built.add(LabelledItem(name, label, path, groups=emodb.speaker_groups(path.stem)))
    corpus = emodb.CORPUS if built.items and all(emodb.is_name(item.path.stem) for item in built.items if item.path) else folder.name
    if corpus != emodb.CORPUS:  # one name that looks like EmoDB's by chance tells nothing
        built.items = [LabelledItem(item.name, item.label, item.path) for item in built.items]
    return built.built(corpus, NAME)


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def _files(folder: Path, suffixes: frozenset[str]) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.casefold() in suffixes and path.is_file())
