"""Faces of a set through a network, in two ways: crops as they come, and the way that faces take in the running sidecar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from affectia.clock import Clock, SystemClock
from affectia.errors import CaptureError
from affectia.evaluate.answers import AnswerSheet
from affectia.evaluate.durations import Durations
from affectia.evaluate.emotion_run import EmotionRun, View, coverage_of, tellable
from affectia.evaluate.face_method import FaceMethod
from affectia.evaluate.labelled_set import LabelledItem, LabelledSet
from affectia.evaluate.picture_file import read_picture
from affectia.perception.face.emotion.crop_reader import in_colour
from affectia.perception.face.emotion.seen_face import SeenFace

CROPS: Final = "crops as they come"
RUNTIME: Final = "as at run time"
FOUND: Final = "as at run time, landmarks found"


class Looker(Protocol):
    """Finds the face in a crop; CropReader is one."""

    def look_anyhow(self, crop: NDArray[np.uint8]) -> tuple[SeenFace, bool]:
        """The face, and whether landmarks were found; where they were not, the crop as it comes."""
        ...


class _Way:
    """One view that is being made."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sheet = AnswerSheet()
        self.durations = Durations()

    def view(self, coverage: float = float("nan"), unreached: str = "") -> View:
        return View(self.name, self.sheet.answers(), self.durations, coverage, unreached)


class FaceRun:
    """Runs a method over sets; one thread. Without a `looker` there are only crops as they come.

    At run time a face is found, its landmarks align it, and the network reads what is left. A crop in which no landmarks are found is
    read as it comes; figures are with these and without them.
    """

    def __init__(self, method: FaceMethod, looker: Looker | None, *, clock: Clock | None = None, with_crops: bool = True) -> None:
        self._method = method
        self._looker = looker
        self._with_crops = with_crops and not method.needs_landmarks
        self._clock = clock or SystemClock()

    def run(self, data: LabelledSet, *, step: Callable[[], None] = lambda: None) -> EmotionRun:
        """Answer everything that the method can tell; `step` is called after each item, those left out included."""
        items, left_out = tellable(data, self._method.reader.support)
        for _ in range(len(data.items) - len(items)):
            step()
        crops, runtime, found = _Way(CROPS), _Way(RUNTIME), _Way(FOUND)
        reached: list[bool] = []
        failures: list[tuple[str, str]] = []
        for item in items:
            try:
                picture = _picture(item)
            except CaptureError as error:
                failures.append((item.name, _without_path(error)))
                step()
                continue
            if self._with_crops:
                self._read(item, SeenFace.of_crop(picture), crops)
            if self._looker is not None:
                began = self._clock.now_nanos()
                face, has_landmarks = self._looker.look_anyhow(picture)
                looked_nanos = self._clock.now_nanos() - began
                reached.append(has_landmarks)
                ways = (runtime, found) if has_landmarks else (runtime,)
                self._read(item, face, *ways, before_nanos=looked_nanos)
            step()
        views = [crops.view()] if self._with_crops else []
        if self._looker is not None:
            views += [runtime.view(coverage_of(reached), "no landmarks are found and the crop is read as it comes"), found.view()]
        return EmotionRun(tuple(views), dict(left_out), tuple(failures))

    def _read(self, item: LabelledItem, face: SeenFace, *ways: _Way, before_nanos: int = 0) -> None:
        began = self._clock.now_nanos()
        feelings = self._method.reader.read([face])
        took_nanos = self._clock.now_nanos() - began + before_nanos
        for way in ways:
            way.durations.add(took_nanos)
            way.sheet.add(item, feelings.scores[0], feelings.affect[0], feelings.affect_method)


def _picture(item: LabelledItem) -> NDArray[np.uint8]:
    if item.pixels is not None:
        return in_colour(item.pixels)
    assert item.path is not None
    return read_picture(item.path, box_px=item.box_px)


def _without_path(error: CaptureError) -> str:
    """A message without the path at its end, which the item's name stands for."""
    return str(error).rpartition(": ")[0] or str(error)
