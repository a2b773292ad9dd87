"""Miniature data sets, lying as their publishers ship them, and answers made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.evaluate.answers import Answers
from affectia.evaluate.labelled_set import LabelledSet
from affectia.signals.emotion_observations import AffectMethod
from tests.unit.sounds import tone, write_sound

NEUTRAL, HAPPY, SAD, ANGRY, SURPRISE, DISGUST, FEAR, CONTEMPT = range(len(registry.EMOTIONS))


def touched(folder: Path, *names: str) -> Path:
    """Empty files: layouts only look at names."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def written(path: Path, *lines: str) -> Path:
    """A text file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def picture(path: Path, *, rgb: tuple[int, int, int] = (200, 100, 50), side_px: int = 60) -> Path:
    """A PNG or JPEG of one colour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, np.full((side_px, side_px, 3), rgb[::-1], np.uint8))[1].tobytes())
    return path


def hum(path: Path, *, secs: float = 2.0) -> Path:
    """A WAV of a tone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_sound(path, tone(150, rate_hz=16_000, secs=secs), rate_hz=16_000)


def labels_of(found: LabelledSet) -> dict[str, str]:
    """Name of the emotion by name of the item."""
    return {item.name: registry.EMOTIONS[item.label] for item in found.items}


def answered(
    truth: Sequence[int],
    told: Sequence[int],
    *,
    sure: float = 0.65,
    affect: Sequence[tuple[float, float, float]] | None = None,
    judged: Sequence[tuple[float, float, float]] | None = None,
    groups: Sequence[Mapping[str, str]] | None = None,
    votes: NDArray[np.float64] | None = None,
) -> Answers:
    """Answers that give `sure` to what is told, and the rest evenly to all others."""
    count = len(truth)
    shares = np.full((count, 8), (1 - sure) / 7)
    shares[np.arange(count), list(told)] = sure
    return Answers(
        np.array(truth, np.int64),
        shares,
        np.array(affect if affect is not None else [(0.0, 0.0, 0.0)] * count, np.float64).reshape(-1, 3),
        AffectMethod.PROJECTED,
        np.array(judged if judged is not None else [(np.nan,) * 3] * count, np.float64).reshape(-1, 3),
        votes,
        tuple(groups if groups is not None else [{}] * count),
    )
