"""FER+ (Barsoum et al. 2016): grey faces of 48 x 48, ten people's votes each. As npz files, or as the two tables of its publishers.

The label is the paper's majority: votes that only one person gave are taken out, and what is left must name one emotion in more than
half. A face that "unknown" or "no face" (NF) wins, or nothing does, has no label.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import CaptureError, ConfigError
from affectia.evaluate.labelled_set import LabelledItem, LabelledSet, SetBuilder, table_text

NAME: Final = "ferplus"
CORPUS: Final = "FER+"
SPLITS: Final = ("valid", "train", "test")
_PICTURES, _VOTES = "fer2013.csv", "fer2013new.csv"
_USAGES: Final = {"train": "Training", "valid": "PublicTest", "test": "PrivateTest"}
# What it calls the emotions of the registry, in the registry's order; behind them what is no emotion.
_COLUMNS: Final = ("neutral", "happiness", "sadness", "anger", "surprise", "disgust", "fear", "contempt", "unknown", "NF")
_EMOTIONS: Final = len(registry.EMOTIONS)
_SIDE_PX: Final = 48
_NOT_ALONE: Final = 2  # votes of one person alone count for nothing


def is_here(folder: Path) -> bool:
    """Whether there is an npz file of a split, or both tables."""
    return any((folder / f"{split}.npz").is_file() for split in SPLITS) or all((folder / name).is_file() for name in (_PICTURES, _VOTES))


def read(folder: Path, split: str) -> LabelledSet:
    """One split.

    Raises:
        ConfigError: that split is not there.
        CaptureError: a file is not what it should be.
    """
    archive = folder / f"{split}.npz"
    if archive.is_file():
        images, votes = _of_archive(archive)
    elif (folder / _PICTURES).is_file():
        images, votes = _of_tables(folder, split)
    else:
        raise ConfigError(f"split {split} of FER+ is not there, expected {split}.npz or {_PICTURES} and {_VOTES}: {folder}")
    built = SetBuilder()
    for number, (image, counts) in enumerate(zip(images, votes, strict=True)):
        clean = np.where(counts >= _NOT_ALONE, counts, 0)
        top = int(clean.argmax())
        if 2 * clean[top] <= clean.sum():
            built.leave_out("no majority")
        elif top >= _EMOTIONS:
            built.leave_out("unknown" if _COLUMNS[top] == "unknown" else "no face")
        else:
            built.add(LabelledItem(f"{split}/{number}", top, pixels=image, votes=clean[:_EMOTIONS].astype(np.float64)))
    return built.built(f"{CORPUS} {split}", NAME)


def _of_archive(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as content:  # numpy leaves a file open that is none
            images, votes, names = content["images"], content["votes"].astype(np.int64), content["columns"].tolist()
            votes = votes[:, [names.index(name) for name in _COLUMNS]]
    except (OSError, EOFError, KeyError, ValueError, IndexError, TypeError, zipfile.BadZipFile) as error:
        found = f"FER+ archive cannot be read ({type(error).__name__})"
        raise CaptureError(f"{found}, expected `images`, `votes` and their `columns` {', '.join(_COLUMNS)}: {path}") from None
    return _checked(images, votes, path)


def _of_tables(folder: Path, split: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Line for line one table belongs to the other."""
    path = folder / _VOTES
    pictures = csv.DictReader(table_text(folder / _PICTURES).splitlines())
    judged = csv.DictReader(table_text(path).splitlines())
    images: list[NDArray[np.uint8]] = []
    votes: list[list[int]] = []
    try:
        for picture, row in zip(pictures, judged, strict=True):
            if row["Usage"] == _USAGES[split]:
                images.append(_grey(picture["pixels"]))
                votes.append([int(row[name]) for name in _COLUMNS])
    except (KeyError, ValueError, TypeError, csv.Error) as error:
        found = f"FER+ tables cannot be read ({type(error).__name__})"
        raise CaptureError(f"{found}, expected as many lines in {_PICTURES} and {_VOTES}, with {', '.join(_COLUMNS)}: {path}") from None
    if not images:
        raise ConfigError(f"FER+ tables have no line of usage {_USAGES[split]}, expected some for split {split}: {path}")
    return _checked(np.stack(images), np.array(votes, np.int64), path)


def _grey(text: str) -> NDArray[np.uint8]:
    return np.array(text.split(), np.uint8).reshape(_SIDE_PX, _SIDE_PX)


def _checked(images: NDArray[np.uint8], votes: NDArray[np.int64], path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    if images.dtype != np.uint8 or images.ndim != 3 or len(images) != len(votes):
        shapes: Sequence[object] = (images.shape, votes.shape)
        raise CaptureError(f"FER+ has pictures and votes of shapes {shapes}, expected (n, 48, 48) of bytes and (n, 10): {path}")
    return images, votes
