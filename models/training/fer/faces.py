"""FER+ (Barsoum et al. 2016): small grey faces, each judged by ten people; which faces count, and as what."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer.shape import EMOTIONS

# What FER+ calls the emotions of the registry, in the order of the registry; behind them "unknown" and "no face".
COLUMNS: Final = ("neutral", "happiness", "sadness", "anger", "surprise", "disgust", "fear", "contempt", "unknown", "NF")
NOT_TOLD: Final = -1
MOUTH_TOP_ROW: Final = 30  # that of affectia.perception.face.emotion.face_crop, which needs OpenCV
# Correlation of two pictures of 16 x 16 means from which on they are one photograph: cut, written over or brightened otherwise.
# Looked through by eye: of those between 0.95 and 0.96 all were one.
ALIKE: Final = 0.93
_COARSE: Final = 16
_ROWS: Final = 2000  # of pictures that are compared at a time: 250 MB against 30000 others


@dataclass(frozen=True, slots=True)
class Faces:
    """Pictures (n, 48, 48) uint8 and votes (n, 10) of `COLUMNS`."""

    images: NDArray[np.uint8]
    votes: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.images)

    def at(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> Faces:
        """Some of them."""
        return Faces(self.images[rows], self.votes[rows])


def loaded(folder: Path, split: str) -> Faces:
    """The faces of `folder`/`split`.npz: `images` (n, 48, 48) uint8, `votes` (n, 10) and the names of their `columns`.

    Raises FileNotFoundError, and ValueError when a column is missing.
    """
    path = folder / f"{split}.npz"
    with np.load(path, allow_pickle=False) as data:
        images, votes, columns = data["images"], data["votes"], data["columns"].tolist()
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        raise ValueError(f"columns of FER+ are {', '.join(columns)}, expected {', '.join(missing)} too: {path}")
    return Faces(images, votes[:, [columns.index(name) for name in COLUMNS]].astype(np.int64))


def without_outliers(votes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Votes that only one judge gave are taken out, as the paper does."""
    return np.where(votes <= 1, 0, votes)


def majority(votes: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) emotion that more than half of the votes name once outliers are out, or NOT_TOLD: the paper's majority label.

    "Unknown" and "no face" have their votes too; a face that they win is NOT_TOLD.
    """
    clean = without_outliers(votes)
    top = clean.argmax(1)
    is_told = (2 * clean.max(1) > clean.sum(1)) & (top < EMOTIONS)
    return np.where(is_told, top, NOT_TOLD)


def plurality(votes: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) the one emotion with the most votes among the 8, however few they are, or NOT_TOLD at a tie: the loose count."""
    emotions = votes[:, :EMOTIONS]
    is_one = (emotions == emotions.max(1, keepdims=True)).sum(1) == 1
    return np.where(is_one, emotions.argmax(1), NOT_TOLD)


def shares(votes: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """(n, 8) distribution of the votes over the emotions, outliers out, and (n,) whether a face is worth learning from.

    That is one of which at least half of the votes name an emotion.
    """
    clean = without_outliers(votes)
    emotions = clean[:, :EMOTIONS]
    told = emotions.sum(1)
    is_told = (told > 0) & (2 * told >= clean.sum(1))
    return (emotions / np.maximum(told, 1)[:, None]).astype(np.float32), is_told


def likeness(images: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n,) highest correlation of each picture with any of the others, mirrored or not, both brought to 16 x 16 means."""
    found = np.full(len(images), -1.0, np.float32)
    known = np.concatenate((_coarse(others), _coarse(others[:, :, ::-1])))
    seen = _coarse(images)
    for begin in range(0, len(images), _ROWS):
        found[begin : begin + _ROWS] = (seen[begin : begin + _ROWS] @ known.T).max(1)
    return found


def without_mouths(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The pictures with the rows below the nose replaced by the mean of those above: what a talking face is read from too."""
    hidden = images.copy()
    means = np.rint(images[:, :MOUTH_TOP_ROW].mean((1, 2), keepdims=True))
    hidden[:, MOUTH_TOP_ROW:] = means.astype(np.uint8)
    return hidden


def merged(faces: Faces) -> Faces:
    """Every picture once: the judges of its copies are judges of one face."""
    _, first, copy_of = np.unique(faces.images.reshape(len(faces), -1), axis=0, return_index=True, return_inverse=True)
    votes = np.zeros((len(first), faces.votes.shape[1]), np.int64)
    np.add.at(votes, copy_of.reshape(-1), faces.votes)
    return Faces(faces.images[first], votes)


def split(faces: Faces, *, share: float, seed: int) -> tuple[Faces, Faces]:
    """(training, hold-out): the hold-out by chance among the faces, and no photograph of it in training."""
    held = np.zeros(len(faces), bool)
    held[np.random.default_rng(seed).permutation(len(faces))[: round(share * len(faces))]] = True
    rest, hold_out = faces.at(~held), faces.at(held)
    return rest.at(likeness(rest.images, hold_out.images) < ALIKE), hold_out


def _coarse(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    side = images.shape[1] // _COARSE
    means = images.reshape(len(images), _COARSE, side, _COARSE, side).mean((2, 4), dtype=np.float32).reshape(len(images), -1)
    means -= means.mean(1, keepdims=True)
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-6)
    return np.asarray(means, np.float32)
