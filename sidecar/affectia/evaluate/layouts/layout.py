"""All layouts: which of them a folder has, and its reading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from affectia.errors import ConfigError, not_one_of
from affectia.evaluate.labelled_set import LabelledSet
from affectia.evaluate.layouts import affectnet, class_folders, cremad, emodb, ferplus, iemocap, nemo, rafdb, ravdess


@dataclass(frozen=True, slots=True)
class Layout:
    """`looks_for` says in words by which files it is known; `splits` are its parts, the usual one first, empty where there are none."""

    name: str
    looks_for: str
    is_here: Callable[[Path], bool]
    read: Callable[[Path, str], LabelledSet]
    splits: tuple[str, ...] = ()


def _whole(read: Callable[[Path], LabelledSet]) -> Callable[[Path, str], LabelledSet]:
    return lambda folder, _split: read(folder)


def _folders(suffixes: frozenset[str], what: str) -> Layout:
    return Layout(
        class_folders.NAME,
        f"at least two folders named after emotions (angry, happy, ...) with {what}",
        lambda folder: class_folders.is_here(folder, suffixes),
        lambda folder, _split: class_folders.read(folder, suffixes),
    )


FACE_LAYOUTS: Final = (
    Layout(
        ferplus.NAME, "valid.npz, train.npz or test.npz, or fer2013.csv and fer2013new.csv", ferplus.is_here, ferplus.read, ferplus.SPLITS
    ),
    Layout(
        affectnet.NAME,
        "val_set/annotations/*_exp.npy or Manually_Annotated/validation.csv",
        affectnet.is_here,
        affectnet.read,
        affectnet.SPLITS,
    ),
    Layout(rafdb.NAME, "basic/EmoLabel/list_patition_label.txt", rafdb.is_here, rafdb.read, rafdb.SPLITS),
    _folders(class_folders.PICTURES, "pictures"),
)
VOICE_LAYOUTS: Final = (
    Layout(iemocap.NAME, "Session1/dialog/EmoEvaluation/Ses*.txt", iemocap.is_here, _whole(iemocap.read)),
    Layout(cremad.NAME, "AudioWAV/1001_DFA_ANG_XX.wav", cremad.is_here, _whole(cremad.read)),
    Layout(emodb.NAME, "wav/03a01Wa.wav", emodb.is_here, _whole(emodb.read)),
    Layout(nemo.NAME, "samples/AB1_anger_1.wav, or such files alone", nemo.is_here, _whole(nemo.read)),
    Layout(ravdess.NAME, "Actor_01/03-01-05-01-01-01-01.wav", ravdess.is_here, _whole(ravdess.read)),
    _folders(class_folders.SOUNDS, "sounds"),
)


def read_set(folder: Path, layouts: tuple[Layout, ...], *, name: str | None = None, split: str | None = None) -> LabelledSet:
    """What a folder holds, by the layout of this name or else the first one that is there; of its parts the usual one or `split`.

    Raises:
        ConfigError: the folder is not there, has no layout that is known, or nothing that can be scored; or a name is unknown.
        CaptureError: a table of the data set is not what it should be.
    """
    if not folder.is_dir():
        raise ConfigError(f"folder of a data set is not there, expected one: {folder}")
    layout = _found(folder, layouts) if name is None else _named(name, layouts)
    if name is not None and not layout.is_here(folder):
        raise ConfigError(f"folder does not have layout {layout.name}, looked for {layout.looks_for}: {folder}")
    if split is not None and split not in layout.splits:
        parts = f"one of {', '.join(layout.splits)}" if layout.splits else "none: this layout has no splits"
        raise ConfigError(f"split is {split!r} for layout {layout.name}, expected {parts}")
    found = layout.read(folder, split or next(iter(layout.splits), ""))
    if not found.items:
        raise ConfigError(f"folder of layout {layout.name} has nothing that can be scored, expected some: {folder}")
    return found


def _named(name: str, layouts: tuple[Layout, ...]) -> Layout:
    names = {layout.name: layout for layout in layouts}
    if name not in names:
        raise not_one_of("layout", name, tuple(names))
    return names[name]


def _found(folder: Path, layouts: tuple[Layout, ...]) -> Layout:
    layout = next((each for each in layouts if each.is_here(folder)), None)
    if layout is None:
        looked = "".join(f"\n  {each.name}: {each.looks_for}" for each in layouts)
        raise ConfigError(f"folder has no layout that is known, looked for{looked}\nname the right one with --layout: {folder}")
    return layout
