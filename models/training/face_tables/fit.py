"""Fits what `face_features.toml` and `shape_repair.toml` say of resting faces, and prints it as rows of these tables.

    python models/training/face_tables/fit.py DIR

`DIR` holds FER+ as `valid.npz` and `train.npz`: `images` (n, 48, 48), `votes` (n, 10), `columns`. Faces that at least six annotators call
neutral, with a closed mouth, open eyes and no smile, go through the network together with their mirror images by arithmetic, so that left
and right come out alike. Each value is explained by the head's turn: a polynomial of yaw and pitch, by robust regression (Huber weights).
Scores are taken as logits, because a turn shifts a middling score a lot and one of 0 or 1 hardly at all.

What the tables say beyond this (verdicts, what is filled in from which feature, noise, limits) is decided by hand and stays as it is there.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.clock import NANOS_PER_SEC
from affectia.inference.model_store import ModelStore
from affectia.perception.face.expression import face_geometry
from affectia.perception.face.expression.face_reference import POSE_UNIT_DEG
from affectia.perception.face.landmarks import head_mesh, head_pose
from affectia.perception.face.landmarks.landmarker import FaceLandmarker
from affectia.signals.video_sample import VideoSample

SIDE_PX, BORDER_PX = 192, 64
LEAST_VOTES = 6
MOST_EULER_DEG = (45.0, 35.0, 30.0)
FRONTAL = 0.5  # of POSE_UNIT_DEG: where the spread between persons is taken
EDGE = 1e-3
NEGLIGIBLE_CM, NEGLIGIBLE_LOGITS = 0.005, 0.1
SHAPES = registry.BLENDSHAPES


def neutral_pictures(folder: Path, most: int) -> NDArray[np.uint8]:
    """(n, 48, 48) pictures that enough annotators call neutral."""
    found = []
    for name in ("valid", "train"):
        data = np.load(folder / f"{name}.npz")
        neutral = [str(column) for column in data["columns"]].index("neutral")
        found.append(data["images"][data["votes"][:, neutral] >= LEAST_VOTES])
    pictures: NDArray[np.uint8] = np.concatenate(found)[:most]
    return pictures


def look(pictures: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Features (n, F), shapes (n, 52) and Euler angles (n, 3) of the faces that are found."""
    landmarker = FaceLandmarker(ModelStore().path("face_landmarker"))
    side_px = SIDE_PX + 2 * BORDER_PX
    nobody = np.full((side_px, side_px, 3), 127, np.uint8)
    features, shapes, angles = [], [], []
    for turn, picture in enumerate(pictures):
        grey = cv2.resize(picture, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_CUBIC)
        rgb = np.repeat(np.pad(grey, BORDER_PX, mode="edge")[:, :, None], 3, axis=2)
        at_nanos = 2 * turn * NANOS_PER_SEC
        sample = VideoSample(at_nanos, at_nanos, np.ascontiguousarray(rgb))
        for face in landmarker.faces(landmarker.detect(sample), sample):
            features.append(face_geometry.measure(head_mesh.points_cm(face)))
            shapes.append(face.blendshapes.astype(np.float64))
            angles.append(head_pose.from_matrix(face.matrix).euler_deg)
        # Without an empty picture in between the network would take the next face for this one in motion.
        landmarker.detect(VideoSample(at_nanos + NANOS_PER_SEC, at_nanos + NANOS_PER_SEC, nobody))
    landmarker.close()
    return np.array(features), np.array(shapes), np.array(angles)


def calm(shapes: NDArray[np.float64], angles: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n,) faces that do not smile, with a closed mouth and open eyes, turned no further than the polynomial is for."""

    def highest(*names: str) -> NDArray[np.float64]:
        return np.asarray(shapes[:, [SHAPES.index(name) for name in names]].max(axis=1))

    still = (highest("jawOpen") < 0.1) & (highest("mouthSmileLeft", "mouthSmileRight") < 0.15)
    still &= highest("eyeBlinkLeft", "eyeBlinkRight") < 0.4
    return np.asarray(still & (np.abs(angles) < MOST_EULER_DEG).all(axis=1))


def robust_fit(terms: NDArray[np.float64], values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coefficients and residuals, by least squares with Huber weights at 1.5 robust standard deviations."""
    weights = np.ones(len(values))
    for _ in range(20):
        root = np.sqrt(weights)
        coefficients = np.linalg.lstsq(terms * root[:, None], values * root, rcond=None)[0]
        residuals = values - terms @ coefficients
        scale = 1.4826 * np.median(np.abs(residuals)) + 1e-9
        weights = np.minimum(1.0, 1.5 * scale / np.maximum(np.abs(residuals), 1e-12))
    return np.asarray(coefficients), np.asarray(residuals)


def mirrored_shapes() -> NDArray[np.intp]:
    """(52,) the place of each shape in a mirrored picture."""
    ends = {"Left": "Right", "Right": "Left"}
    swapped = [next((name.removesuffix(end) + other for end, other in ends.items() if name.endswith(end)), name) for name in SHAPES]
    return np.array([SHAPES.index(name) for name in swapped])


def logits(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of scores kept away from 0 and 1."""
    bounded = np.clip(scores, EDGE, 1 - EDGE)
    return np.asarray(np.log(bounded / (1 - bounded)))


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, default=8000, help="at most so many pictures")
    arguments = parser.parse_args()
    features, shapes, angles = look(neutral_pictures(arguments.folder, arguments.most))
    kept = calm(shapes, angles)
    features, shapes, angles = features[kept], shapes[kept], angles[kept]
    yaw, pitch = (np.concatenate((angles[:, 0], -angles[:, 0])) / POSE_UNIT_DEG, np.tile(angles[:, 1], 2) / POSE_UNIT_DEG)
    terms = np.stack((np.ones_like(yaw), yaw, pitch, yaw**2, pitch**2, yaw * pitch), axis=1)
    frontal = (np.abs(yaw) < FRONTAL) & (np.abs(pitch) < FRONTAL)
    print(f"# {kept.sum()} faces\n\n[features]")
    both = np.concatenate((features, features[:, face_geometry.MIRROR] * face_geometry.MIRROR_SIGN))
    for place, name in enumerate(face_geometry.FEATURES):
        if not name.endswith("_right"):
            fitted, residuals = robust_fit(terms, both[:, place])
            spread = 1.4826 * np.median(np.abs(residuals[frontal] - np.median(residuals[frontal])))
            rounded = np.where(np.abs(fitted) < NEGLIGIBLE_CM, 0.0, fitted)
            pose = ", ".join(f"{value:.3f}" for value in rounded[1:])
            print(f"{name.removesuffix('_left')} = {{ rest = {rounded[0]:.3f}, spread = {spread:.3f}, pose = [{pose}] }}")
    mirror = mirrored_shapes()
    both = logits(np.concatenate((shapes, shapes[:, mirror])))
    for place, name in enumerate(SHAPES):
        if not name.endswith("Right"):
            fitted, _ = robust_fit(terms, both[:, place])
            pose = ", ".join(f"{value:.2f}" for value in np.where(np.abs(fitted[1:]) < NEGLIGIBLE_LOGITS, 0.0, fitted[1:]))
            left_more = float(np.median(logits(shapes[:, place]) - logits(shapes[:, mirror[place]])))
            rest = float(np.median(np.concatenate((shapes[:, place], shapes[:, mirror[place]]))))
            print(f"[shapes.{name.removesuffix('Left')}]\npose = [{pose}]\nleft_more = {left_more:.2f}\nrest = {rest:.2f}")


if __name__ == "__main__":
    main()
