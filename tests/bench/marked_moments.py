"""The moments of tests/integration/marked_moments.toml: what is expected, what is measured, and which expectations hold."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.capture.video_file import VideoFileOptions, VideoFileSource
from affectia.clock import SystemClock
from affectia.perception.face.face_perceiver import FacePerceiver
from affectia.perception.face.landmarks.landmarker import FaceLandmarker
from affectia.signals.face_channels import ACTION_UNITS
from affectia.signals.video_sample import VideoSample

PATH: Final = Path(__file__).resolve().parents[1] / "integration" / "marked_moments.toml"
HIGH, SOME, LOW = "high", "some", "low"
_TRANSIENT: Final = registry.ACTION_UNITS.index("au45_blink")
_KEYS: Final = frozenset({"clip", "from", "to", "what", HIGH, SOME, LOW, "misses"})
_LEAST: Final = {HIGH: 0.4, SOME: 0.15}
_MOST: Final = 0.15


@dataclass(frozen=True)
class Expectation:
    """`units` are places in the registry's order, of which one has to be `kind`; `excuse` says why it is known not to be, or nothing."""

    kind: str
    units: tuple[int, ...]
    excuse: str = ""

    @property
    def names(self) -> str:
        """As the file writes it."""
        return "|".join(registry.ACTION_UNITS[unit] for unit in self.units)

    def holds(self, value: float, *, slack: float = 0.0) -> bool:
        """Whether an intensity is what is expected, give or take `slack`."""
        return value <= _MOST + slack if self.kind == LOW else value >= _LEAST[self.kind] - slack


@dataclass(frozen=True)
class Moment:
    """Frames `first` to `last` of a clip, both included."""

    clip: str
    first: int
    last: int
    what: str
    expectations: tuple[Expectation, ...]

    def intensities(self, units: NDArray[np.floating]) -> NDArray[np.float64]:
        """(28,) of the clip's (frames, 28): the median over the moment, of the blink the largest; frames without a face are left out."""
        rows = units[self.first : self.last + 1].astype(np.float64)
        rows = rows[np.isfinite(rows).all(axis=1)]
        if not len(rows):
            return np.full(units.shape[1], np.nan)
        found: NDArray[np.float64] = np.median(rows, axis=0)
        found[_TRANSIENT] = rows[:, _TRANSIENT].max()
        return found

    def judged(self, units: NDArray[np.floating]) -> Iterator[tuple[Expectation, float]]:
        """Each expectation with the intensity that it is about: of several units the largest."""
        found = self.intensities(units)
        for expectation in self.expectations:
            yield expectation, float(max(found[unit] for unit in expectation.units))


def load(path: Path = PATH) -> list[Moment]:
    """All moments; ValueError names a key or unit that nobody knows."""
    return [_moment(row) for row in tomllib.loads(path.read_text(encoding="utf-8"))["moment"]]


def watched(clip: Path, model: Path) -> NDArray[np.float32]:
    """(frames, 28) the units of every picture of a clip, as one session's perceiver gives them; NaN without a face."""
    perceiver = FacePerceiver(FaceLandmarker(model), SystemClock())
    sink = _Watching(perceiver)
    VideoFileSource(clip, sink, SystemClock(), VideoFileOptions(real_time=False))._run()  # on this thread
    perceiver.close()
    return np.array(sink.units)


class _Watching:
    """A sink that looks at every picture in its own time."""

    def __init__(self, perceiver: FacePerceiver) -> None:
        self._perceiver = perceiver
        self.units: list[NDArray[np.float32]] = []

    def put(self, item: VideoSample) -> None:
        raise AssertionError("every picture, in its own time")

    def put_when_empty(self, item: VideoSample, timeout_secs: float) -> bool:
        seen = self._perceiver.perceive(VideoSample(item.media_time_nanos, item.media_time_nanos, item.rgb))
        units = seen.values[0, ACTION_UNITS].copy()
        self.units.append(units if seen.found[0] else np.full_like(units, np.nan))
        return True


def _moment(row: dict[str, Any]) -> Moment:
    if unknown := set(row) - _KEYS:
        raise ValueError(f"key {unknown.pop()!r} of a moment is unknown, expected one of {', '.join(sorted(_KEYS))}")
    misses = dict(row.get("misses", {}))
    expectations = tuple(
        Expectation(kind, units, misses.pop(name, "")) for kind in (HIGH, SOME, LOW) for name, units in _units(row.get(kind, ()))
    )
    if misses:
        raise ValueError(f"miss {next(iter(misses))!r} is of no expectation of the moment at {row['clip']} {row['from']}")
    return Moment(row["clip"], row["from"], row["to"], row["what"], expectations)


def _units(names: Sequence[str]) -> Iterator[tuple[str, tuple[int, ...]]]:
    for name in names:
        if name in registry.GROUPS:
            group = registry.GROUPS.index(name)
            members = (unit for unit, of in enumerate(registry.ACTION_UNIT_GROUPS) if of == group)
            yield from ((registry.ACTION_UNITS[unit], (unit,)) for unit in members)
        else:
            yield name, tuple(registry.ACTION_UNITS.index(one) for one in name.split("|"))
