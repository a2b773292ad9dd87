"""AffectNet (Mollahosseini et al. 2017): the Manually_Annotated tables, or val_set/images beside val_set/annotations/N_exp.npy."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from affectia import registry
from affectia.errors import CaptureError, ConfigError
from affectia.evaluate.labelled_set import LabelledItem, LabelledSet, SetBuilder, table_text

NAME: Final = "affectnet"
CORPUS: Final = "AffectNet"
SPLITS: Final = ("valid", "train")
_EMOTIONS: Final = ("neutral", "happy", "sad", "surprise", "fear", "disgust", "angry", "contempt")  # by our names, in its order
_OTHERS: Final = ("none", "uncertain", "no face")
_TABLES: Final = {"valid": "validation.csv", "train": "training.csv"}
_FOLDERS: Final = {"valid": "val_set", "train": "train_set"}
_COLUMNS: Final = (
    "subDirectory_filePath", "face_x", "face_y", "face_width", "face_height", "facial_landmarks", "expression", "valence", "arousal",
)  # fmt: skip
_NOT_JUDGED: Final = -2.0


def is_here(folder: Path) -> bool:
    """Whether there is a table or a folder of either split."""
    return any(_table(folder, split) or _annotations(folder, split) for split in SPLITS)


def read(folder: Path, split: str) -> LabelledSet:
    """One split.

    Raises:
        ConfigError: that split is not there.
        CaptureError: its table is not what it should be.
    """
    built = SetBuilder()
    if annotations := _annotations(folder, split):
        _read_arrays(annotations, built)
    elif table := _table(folder, split):
        _read_table(table, folder, built)
    else:
        expected = f"{_FOLDERS[split]}/annotations or Manually_Annotated/{_TABLES[split]}"
        raise ConfigError(f"split {split} of AffectNet is not there, expected {expected}: {folder}")
    return built.built(f"{CORPUS} {split}", NAME)


def _annotations(folder: Path, split: str) -> Path | None:
    here = [place / "annotations" for place in (folder / _FOLDERS[split], folder) if place.name == _FOLDERS[split]]
    return next((path for path in here if path.is_dir()), None)


def _read_arrays(annotations: Path, built: SetBuilder) -> None:
    images = annotations.parent / "images"
    for path in sorted(annotations.glob("*_exp.npy")):
        stem = path.name.removesuffix("_exp.npy")
        picture = next((place for suffix in (".jpg", ".png") if (place := images / f"{stem}{suffix}").is_file()), images / f"{stem}.jpg")
        try:
            expression = int(_number(path))
            valence, arousal = (_number(path.with_name(f"{stem}_{what}.npy")) for what in ("val", "aro"))
        except (OSError, ValueError, TypeError, EOFError):
            built.leave_out("annotations that cannot be read")
            continue
        _add(built, picture.name, picture, expression, (valence, arousal), None)


def _number(path: Path) -> float:
    """Of an array that holds one number, or the text of one."""
    with path.open("rb") as file:
        return float(np.load(file, allow_pickle=False).item())


def _table(folder: Path, split: str) -> Path | None:
    places = (folder, folder / "Manually_Annotated", folder / "Manually_Annotated_file_lists")
    return next((path for place in places if (path := place / _TABLES[split]).is_file()), None)


def _read_table(table: Path, folder: Path, built: SetBuilder) -> None:
    root = next((place for place in _roots(table, folder) if place.is_dir()), folder)
    for row in csv.reader(table_text(table).splitlines()):
        if row[:1] == [_COLUMNS[0]]:  # one of its tables has a header, the other may not
            continue
        try:
            path, left, top, width, height, _landmarks, expression, valence, arousal = row
            box = (int(left), int(top), int(width), int(height))
            _add(built, path, root / path, int(expression), (float(valence), float(arousal)), box)
        except ValueError as error:
            columns = ", ".join(_COLUMNS)
            raise CaptureError(f"table of AffectNet cannot be read ({type(error).__name__}), expected {columns}: {table}") from None


def _roots(table: Path, folder: Path) -> Iterator[Path]:
    for place in (folder, table.parent):
        yield place / "Manually_Annotated_Images"
        yield place / "Manually_Annotated" / "Manually_Annotated_Images"


def _add(
    built: SetBuilder, name: str, path: Path, expression: int, affect: tuple[float, float], box: tuple[int, int, int, int] | None
) -> None:
    if not 0 <= expression < len(_EMOTIONS):
        place = expression - len(_EMOTIONS)
        built.leave_out(_OTHERS[place] if 0 <= place < len(_OTHERS) else "an unknown number")
        return
    valence, arousal = (value if value > _NOT_JUDGED else float("nan") for value in affect)
    label = registry.EMOTIONS.index(_EMOTIONS[expression])
    built.add(LabelledItem(name, label, path, box_px=box, affect=(valence, arousal, float("nan"))))
