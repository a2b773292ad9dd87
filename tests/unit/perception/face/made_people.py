"""People made of rectangles: a mesh that moves about in a picture, painted with a pattern of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from affectia.perception.face.landmarks.detected_face import LANDMARKS, DetectedFace

WIDTH, HEIGHT = 640, 480
SKIN = (170, 125, 105)


def _mesh() -> npt.NDArray[np.float32]:
    """(478, 3) around 0, one high and 0.8 wide, with the points of the head's ends where they belong."""
    points = np.random.default_rng(5).uniform((-0.4, -0.5, -0.2), (0.4, 0.5, 0.2), (LANDMARKS, 3))
    for place, point in {10: (0, -0.5, 0), 152: (0, 0.5, 0), 234: (-0.4, 0, 0), 454: (0.4, 0, 0), 9: (0, -0.3, 0)}.items():
        points[place] = point
    return points.astype(np.float32)


MESH = _mesh()


@dataclass(frozen=True)
class Made:
    """Somebody at a place: who has the pattern number `who`; the face is `size_px` high."""

    who: int
    x_px: float
    y_px: float = 240.0
    size_px: float = 120.0
    turned: bool = False

    def face(self) -> DetectedFace:
        matrix = np.eye(4)
        if self.turned:  # by 60 degrees
            matrix[:3, 2] = (0.87, 0.0, 0.5)
        landmarks = MESH * np.float32(self.size_px) + np.array((self.x_px, self.y_px, 0), np.float32)
        return DetectedFace(landmarks, np.zeros(52, np.float32), matrix, WIDTH, HEIGHT)


def broken() -> DetectedFace:
    """A face with one landmark that is no number."""
    face = Made(0, 300).face()
    face.landmarks_px[77, 1] = np.nan
    return face


@cache
def _pattern(who: int) -> npt.NDArray[np.float64]:
    """(8, 8, 3)."""
    return np.random.default_rng(who).uniform(0.4, 1.6, (8, 8, 1)) * SKIN


def picture(people: Sequence[Made], *, light: Sequence[float] = (1.0, 1.0, 1.0)) -> npt.NDArray[np.uint8]:
    """(480, 640, 3) them all, the last one in front."""
    canvas = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    for made in people:
        pattern = np.clip(_pattern(made.who) * light, 0, 255).astype(np.uint8)
        # One cell of the pattern for each pixel of a square around the face, 1.6 times as high as it.
        down, across = (
            np.arange(max(round(middle - 0.8 * made.size_px), 0), min(round(middle + 0.8 * made.size_px), most))
            for middle, most in ((made.y_px, HEIGHT), (made.x_px, WIDTH))
        )
        if len(down) and len(across):
            rows, columns = (
                (((places - middle) / made.size_px + 0.8) * 5).astype(int).clip(0, 7)
                for places, middle in ((down, made.y_px), (across, made.x_px))
            )
            canvas[down[0] : down[-1] + 1, across[0] : across[-1] + 1] = pattern.take(rows, axis=0).take(columns, axis=1)
    return canvas
