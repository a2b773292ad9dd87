"""Faces of FER+ with their landmarks, cut as the sidecar cuts them but three times finer, so that things can be painted on them.

`python faces.py FERPLUS_FOLDER OUT.npz` finds the landmarks once (needs affectia and its face_landmarker model in the cache).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from affectia.perception.face.quality import face_occlusion, face_patch

FINER = 3
TRAIN_FACES = 7000  # of the training split, drawn with SEED; the validation split is used whole
SEED = 1
SCALE, BORDER_PX = 4, 64  # how the 48x48 pictures are shown to the landmark network


@dataclass(frozen=True)
class Canvas:
    """One square: `picture` (s, s) float32 grey; rings of points (n, 2) on it; `span` eye span in its pixels."""

    picture: NDArray[np.float32]
    lips: NDArray[np.float32]
    eye: NDArray[np.float32]
    brow: NDArray[np.float32]
    span: float


@dataclass(frozen=True)
class Faces:
    """`images` (n, 48, 48) and `landmarks` (n, 478, 3) in pixels of these images."""

    images: NDArray[np.uint8]
    landmarks: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.images)

    def mouth(self, number: int, rng: np.random.Generator) -> Canvas:
        """The square around the mouth, by chance turned round."""
        points = self.landmarks[number]
        center = points[[61, 291, 0, 17], :2].mean(axis=0)
        side = face_occlusion.MOUTH_SIDE_PX * FINER
        return self._cut(number, center, face_occlusion.MOUTH_SPANS, side, rng, mirror=bool(rng.random() < 0.5))

    def eye(self, number: int, rng: np.random.Generator) -> Canvas:
        """The square around one of the eyes, the nose to its right."""
        points, left = self.landmarks[number], bool(rng.random() < 0.5)
        center = points[[263, 362] if left else [33, 133], :2].mean(axis=0)
        span, down = _span(points), _down(points)
        center = center - down * face_occlusion.EYE_LIFT_SPANS * span
        return self._cut(number, center, face_occlusion.EYE_SPANS, face_occlusion.EYE_SIDE_PX * FINER, rng, mirror=left)

    def _cut(self, number: int, center: NDArray[np.floating], spans: float, side: int, rng: np.random.Generator, *, mirror: bool) -> Canvas:
        """The landmarks wander under a real hand: the square is shifted, scaled and turned by chance."""
        points = self.landmarks[number]
        span = _span(points)
        down = _turned(_down(points), rng.normal(0, np.radians(4)))
        scale = spans * span * float(np.exp(rng.normal(0, 0.06))) / side
        center = center + rng.normal(0, 0.05 * span, 2)
        down_x, down_y = down * scale
        right_x, right_y = (-down_y, down_x) if mirror else (down_y, -down_x)
        half = (side - 1) / 2
        start = center - 0.5 - half * np.array((right_x + down_x, right_y + down_y))
        warp = np.array(((right_x, down_x, start[0]), (right_y, down_y, start[1])))
        picture = cv2.warpAffine(
            self.images[number], warp, (side, side), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
        ).astype(np.float32)
        back = np.linalg.inv(warp[:, :2])
        on_canvas = ((points[:, :2] - 0.5 - start) @ back.T).astype(np.float32)
        eyes, brows = (
            (face_occlusion.LEFT_EYE, face_occlusion.LEFT_BROW) if mirror else (face_occlusion.RIGHT_EYE, face_occlusion.RIGHT_BROW)
        )
        return Canvas(picture, on_canvas[face_occlusion.LIPS], on_canvas[eyes], on_canvas[brows], span / scale)


def _span(points: NDArray[np.floating]) -> float:
    return float(np.linalg.norm(points[face_patch.LEFT_EYE_OUTER] - points[face_patch.RIGHT_EYE_OUTER]))


def _down(points: NDArray[np.floating]) -> NDArray[np.float64]:
    down = (points[face_patch.CHIN, :2] - points[face_patch.FOREHEAD, :2]).astype(np.float64)
    unit: NDArray[np.float64] = down / np.linalg.norm(down)
    return unit


def _turned(vector: NDArray[np.float64], angle: float) -> NDArray[np.float64]:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array((vector[0] * cos - vector[1] * sin, vector[0] * sin + vector[1] * cos))


def load(ferplus: Path, landmarks: Path) -> tuple[Faces, Faces]:
    """Faces to train on and faces to validate on: those with a landmark result and at most two of ten votes for no or an unknown face."""
    images, validation = _images(ferplus)
    found = np.load(landmarks)
    votes = found["votes"]
    points = (found["L"] - np.array((BORDER_PX, BORDER_PX, 0), np.float32)) / SCALE
    clear = (found["F"] > 0) & (votes[:, 8:].sum(axis=1) <= 2) & (np.linalg.norm(points[:, 263] - points[:, 33], axis=1) > 12)
    train = clear.copy()
    train[:validation] = False
    clear[validation:] = False
    return Faces(images[train], points[train]), Faces(images[clear], points[clear])


def _images(ferplus: Path) -> tuple[NDArray[np.uint8], int]:
    valid, train = np.load(ferplus / "valid.npz"), np.load(ferplus / "train.npz")
    drawn = np.random.default_rng(SEED).permutation(len(train["images"]))[:TRAIN_FACES]
    return np.concatenate((valid["images"], train["images"][drawn])), len(valid["images"])


def find_landmarks(ferplus: Path, out: Path) -> None:
    """Run the landmark network over the faces and keep landmarks, votes, and how many faces each picture showed."""
    import mediapipe
    from mediapipe.tasks.python import BaseOptions, vision

    from affectia.inference.model_store import ModelStore

    images, _ = _images(ferplus)
    valid, train = np.load(ferplus / "valid.npz"), np.load(ferplus / "train.npz")
    drawn = np.random.default_rng(SEED).permutation(len(train["images"]))[:TRAIN_FACES]
    votes = np.concatenate((valid["votes"], train["votes"][drawn]))
    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_buffer=ModelStore().path("face_landmarker").read_bytes()),
        running_mode=vision.RunningMode.IMAGE,
    )
    side = images.shape[1] * SCALE + 2 * BORDER_PX
    points = np.full((len(images), 478, 3), np.nan, np.float32)
    counts = np.zeros(len(images), np.int64)
    with vision.FaceLandmarker.create_from_options(options) as network:
        for number, image in enumerate(images):
            large = cv2.resize(image, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_CUBIC)
            large = cv2.copyMakeBorder(large, BORDER_PX, BORDER_PX, BORDER_PX, BORDER_PX, cv2.BORDER_REPLICATE)
            shown = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=cv2.cvtColor(large, cv2.COLOR_GRAY2RGB))
            result: Any = network.detect(shown)
            counts[number] = len(result.face_landmarks)
            if result.face_landmarks:
                points[number] = [(point.x * side, point.y * side, point.z * side) for point in result.face_landmarks[0]]
    np.savez_compressed(out, L=points, F=counts, votes=votes)


if __name__ == "__main__":
    find_landmarks(Path(sys.argv[1]), Path(sys.argv[2]))
