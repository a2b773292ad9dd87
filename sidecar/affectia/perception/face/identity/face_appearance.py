"""What a face looks like, cheaply: the colours at places of the face mesh that hardly move, and of the hair above the forehead.

The mesh lies on the face, so the places are the same ones however the head is turned, near or tilted. Colours are taken relative to the
face's own brightness: a step into the shade is no other person. It tells people in one picture apart for a second or two; it is no
biometric template, is kept in memory only, and goes with the face.
"""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from affectia.perception.face.landmarks.detected_face import DetectedFace

# Places of MediaPipe's face mesh, without eyes and lips, which move: forehead, brows, nose, cheeks, jaw.
_SKIN: Final = np.array(
    (10, 109, 338, 67, 297, 151, 108, 337, 69, 299)
    + (66, 105, 63, 107, 296, 334, 293, 336)
    + (168, 6, 197, 195, 4, 45, 275, 164, 2)
    + (50, 280, 101, 330, 205, 425, 187, 411, 117, 346, 118, 347, 36, 266, 123, 352)
    + (172, 397, 199, 175, 148, 377, 149, 378, 136, 365, 214, 434)
)
# The upper edge of the forehead: the hair is as far above it as `_HAIR_RAISE` times the way from the brows to there.
_EDGE: Final = np.array((10, 338, 297, 332, 109, 67, 103))
_PLACES: Final = np.concatenate((_SKIN, _EDGE))
_FOREHEAD: Final = 10
_BETWEEN_BROWS: Final = 9
_CHIN: Final = 152
_ENDS: Final = np.array((_FOREHEAD, _CHIN, 234, 454))
_HAIR_RAISE: Final = 0.45
# Around each place five spots are averaged, so far apart in heights of the face: noise of the sensor counts less.
_SPREAD: Final = 0.02
_OFFSETS: Final = np.array(((0, 0), (-1, -1), (1, -1), (-1, 1), (1, 1)), np.float32)[:, None, :]
# Brightness, then red and blue apart from it; colour does not change with the direction of the light, so it counts more.
_OPPONENT: Final = np.array(((0.3, 0.6, 0.1), (1.05, -0.9, -0.15), (-0.45, -0.9, 1.35)), np.float32).T
_DARKEST: Final = 8.0  # a face below this mean brightness, of 255, shows no colours
_KEPT: Final = int(0.8 * len(_PLACES))  # the other fifth, most unlike, may be a hand, a shadow, or the face in front
_LEAST_FACING: Final = 0.8  # cosine of the angle to the camera's axis up to which a face shows itself well


def measure(rgb: NDArray[np.uint8], face: DetectedFace) -> NDArray[np.float32] | None:
    """(n, 3) what this face looks like in the picture (h, w, 3); None where most of it is outside the picture, or it is too dark."""
    landmarks = face.landmarks_px
    up = landmarks[_FOREHEAD, :2] - landmarks[_BETWEEN_BROWS, :2]
    places = landmarks[_PLACES, :2]
    places[len(_SKIN) :] += np.float32(_HAIR_RAISE) * up
    height, width = rgb.shape[:2]
    half = np.array((width, height), np.float32) / 2
    if np.count_nonzero(np.abs(places - half) > half) > len(_PLACES) - _KEPT:
        return None
    height_px = math.dist(landmarks[_FOREHEAD, :2].tolist(), landmarks[_CHIN, :2].tolist())
    # A linear look-up that repeats the picture's edge.
    around = places + _OFFSETS * np.float32(_SPREAD * height_px)
    spots = cv2.remap(np.ascontiguousarray(rgb), around, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    looks: NDArray[np.float32] = np.add.reduce(spots, axis=0, dtype=np.float32) @ _OPPONENT
    brightness = float(np.partition(looks[:, 0], len(looks) // 2)[len(looks) // 2])
    if brightness < _DARKEST * len(_OFFSETS):
        return None
    looks /= np.float32(brightness)
    return looks


def distance(one: NDArray[np.float32], other: NDArray[np.float32], *, same_light: bool = True) -> float:
    """How unlike two measurements are, 0 = the same; without `same_light` apart from a colour that the whole face took on.

    Measured on four clips: one person after a second 0.05, in one of twenty cases above 0.1, at most 0.15; two people from 0.12, where
    light and skin are alike, to 0.6.
    """
    away = one - other
    if not same_light:
        away -= away.mean(axis=0)
    squares = np.einsum("ij,ij->i", away, away)
    squares.partition(_KEPT)
    return float(np.sqrt(squares[:_KEPT]).mean())


def is_fair(face: DetectedFace) -> bool:
    """Whether the face is worth remembering: turned to the camera, and wholly inside the picture."""
    x, y, z = face.matrix[:3, 2].tolist()
    if not z > _LEAST_FACING * math.hypot(x, y, z):
        return False
    ends = face.landmarks_px[_ENDS, :2].tolist()
    return all(0 <= x < face.width_px and 0 <= y < face.height_px for x, y in ends)
