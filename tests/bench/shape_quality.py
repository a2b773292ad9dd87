"""How good each shape is, out of curves of shapes: figures, and the table of models/README.md. No network, no files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from affectia import registry

BEGIN = "<!-- shape quality: written by `python3 run.py bench shapes --write` -->"
END = "<!-- end of shape quality -->"

BIN_DEG = 5.0
LEAST_IN_BIN = 15

_KINDS = ("network", "published")

# What people call a face on which a shape must be higher than on a neutral one.
LABELS: dict[str, str] = {
    "eyeSquint": "disgust",
    "eyeWide": "surprise",
    "jawOpen": "surprise",
    "mouthSmile": "happiness",
    "mouthFrown": "sadness",
    "mouthDimple": "contempt",
    "mouthStretch": "fear",
    "mouthUpperUp": "disgust",
    "mouthLowerDown": "anger",
    "browDown": "anger",
    "browInnerUp": "surprise",
    "browOuterUp": "surprise",
    "cheekSquint": "happiness",
    "noseSneer": "disgust",
}


@dataclass(frozen=True)
class Curves:
    """Shapes of one person over time: `network` and `published` (n, 52), `yaw_deg` (n,), `calm` (n,) where nothing moves."""

    network: NDArray[np.float64]
    published: NDArray[np.float64]
    yaw_deg: NDArray[np.float64]
    calm: NDArray[np.bool_]


@dataclass(frozen=True)
class Pictures:
    """Shapes of single faces, `network` and `published` (n, 52), and what people called them."""

    network: NDArray[np.float64]
    published: NDArray[np.float64]
    labels: NDArray[np.str_]


@dataclass(frozen=True)
class Measured:
    """All there is to make the table of: moving clips, stills with noise of one face and as one of two, labelled faces or None."""

    clips: Sequence[Curves]
    stills: Sequence[Curves]
    stills_of_two: Sequence[Curves]
    faces: Pictures | None = None
    sources: Sequence[str] = field(default_factory=tuple)


def pairs() -> dict[str, list[int]]:
    """Shape, without Left and Right where there are both, -> its places in the registry; in the registry's order."""
    found: dict[str, list[int]] = {}
    for place, name in enumerate(registry.BLENDSHAPES):
        found.setdefault(name.removesuffix("Left").removesuffix("Right"), []).append(place)
    return found


def reached(curves: Sequence[NDArray[np.float64]]) -> tuple[float, float]:
    """The 1st and 99th percentile over all curves of a shape: of a pair, the side that reaches further."""
    values = np.concatenate(curves)
    low, high = np.percentile(values, (1, 99), axis=0)
    side = int(np.argmax(high - low))
    return float(low[side]), float(high[side])


def noise(curves: Sequence[NDArray[np.float64]]) -> float:
    """Root mean square distance from each curve's own mean, of the worse side."""
    squares = np.concatenate([(values - values.mean(axis=0)) ** 2 for values in curves])
    return float(np.sqrt(squares.mean(axis=0)).max())


def pose_leak(values: NDArray[np.float64], yaw_deg: NDArray[np.float64], calm: NDArray[np.bool_]) -> float:
    """How far apart the medians of a calm face lie over yaw, in bins of 5 degrees with enough frames; NaN without two bins."""
    bins = np.floor(yaw_deg[calm] / BIN_DEG)
    kept = values[calm]
    medians = [np.median(kept[bins == one], axis=0) for one in np.unique(bins) if (bins == one).sum() >= LEAST_IN_BIN]
    if len(medians) < 2:
        return float("nan")
    return float(np.ptp(np.array(medians), axis=0).max())


def area_under_curve(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> float:
    """The chance that a positive is above a negative, ties half (Mann-Whitney); NaN where one of them is empty."""
    if not len(positive) or not len(negative):
        return float("nan")
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, side="left") + np.searchsorted(ordered, positive, side="right")
    return float(below.mean() / (2 * len(negative)))


def response(faces: Pictures | None, name: str, places: Sequence[int]) -> tuple[float, float, str]:
    """The area under the curve of a shape's label against neutral faces: network, published, label; NaN where nothing tells."""
    label = LABELS.get(name, "")
    if faces is None or not label:
        return float("nan"), float("nan"), ""
    positive, negative = faces.labels == label, faces.labels == "neutral"
    both = [values[:, list(places)].mean(axis=1) for values in (faces.network, faces.published)]
    before, after = (area_under_curve(values[positive], values[negative]) for values in both)
    return before, after, label


def _of(curves: Curves, kind: str) -> NDArray[np.float64]:
    return curves.network if kind == "network" else curves.published


def _largest(values: Sequence[float]) -> float:
    """The largest of the numbers that are known; NaN without any."""
    return max((value for value in values if np.isfinite(value)), default=float("nan"))


def table(measured: Measured, verdicts: Mapping[str, tuple[str, str]]) -> list[list[str]]:
    """A row of texts for each shape; `verdicts`: shape without its side -> verdict and reason."""
    rows = []
    for name, places in pairs().items():
        before, after = ([_of(curves, kind)[:, places] for curves in measured.clips] for kind in _KINDS)
        rest = [curves.published[:, places] for curves in measured.stills]
        rest_of_two = [curves.published[:, places] for curves in measured.stills_of_two]
        leaks = [
            _largest([pose_leak(_of(curves, kind)[:, places], curves.yaw_deg, curves.calm) for curves in measured.clips]) for kind in _KINDS
        ]
        low, high = reached(after)
        at_rest = noise(rest)
        verdict, reason = verdicts[name]
        auc_before, auc_after, label = response(measured.faces, name, places)
        rows.append(
            [
                f"`{name}`" + (" L, R" if len(places) == 2 else ""),
                verdict,
                f"{_number(reached(before)[0])}-{_number(reached(before)[1])}",
                f"{_number(low)}-{_number(high)}",
                f"{at_rest:.3f}",
                f"{noise(rest_of_two):.3f}",
                f"{(high - low) / at_rest:.0f}" if at_rest > 5e-4 and high - low >= 0.02 else "-",
                f"{_number(leaks[0])} -> {_number(leaks[1])}",
                f"{label} ({_count(measured.faces, label)}) {_number(auc_before)} -> {_number(auc_after)}"
                if np.isfinite(auc_before)
                else "-",
                reason,
            ]
        )
    return rows


COLUMNS = (
    "shape",
    "verdict",
    "range, network",
    "range, published",
    "noise, 1 face",
    "noise, 2 faces",
    "movement / noise",
    "change with yaw",
    "response (AUC)",
    "note",
)


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """The table as Markdown, with its head."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "|---|---|" + "---:|" * (len(COLUMNS) - 3) + "---|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def between_markers(text: str, section: str) -> str:
    """`text` with what is between the markers replaced by `section`.

    Raises:
        ValueError: the markers are not there once each, in order.
    """
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError("markers of the table are missing or doubled, expected each once, in order")
    head, rest = text.split(BEGIN)
    return f"{head}{BEGIN}\n\n{section}\n\n{END}{rest.split(END)[1]}"


def _count(faces: Pictures | None, label: str) -> int:
    return 0 if faces is None else int((faces.labels == label).sum())


def _number(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "?"
