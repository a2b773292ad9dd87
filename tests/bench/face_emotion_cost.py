"""What telling emotions off faces costs: the crop, the network by faces in one call, all of a turn; one thread.

Wall time of calls back to back, the best round's median: the least that a call takes on this machine. Without models/weights/fer.onnx there
is no figure for our network. HSEmotion is measured where its file is in the cache, the action units always.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from affectia.errors import ModelError
from affectia.inference.model_store import ModelStore
from affectia.inference.own_weights import own_weights
from affectia.perception.face.emotion import face_crop
from affectia.perception.face.emotion.blendshape_emotion import BlendshapeEmotion
from affectia.perception.face.emotion.face_crop import LOOSE_SIDE_PX, POINTS, SIDE_PX, TEMPLATE
from affectia.perception.face.emotion.fer_network import WEIGHTS, FerNetwork
from affectia.perception.face.emotion.hsemotion_network import MODEL, HsemotionNetwork
from affectia.perception.face.emotion.seen_face import FaceReader, SeenFace
from affectia.signals import face_channels
from report import against, console, table

LIMIT_MILLIS = 4.0  # of our network for one face
CROP_LIMIT_MILLIS = 0.3
FACES = (1, 2, 4)
CALLS = 30
# What a face is large in: the picture's width and height, and pixels of it per pixel of the crop.
PICTURES = ((176, 144, 1.5), (640, 480, 4.0), (1280, 720, 7.0), (1920, 1080, 12.0))


def measure(rounds: int) -> None:
    """Print the tables."""
    random = np.random.default_rng(1)
    _crops(rounds, random)
    _readers(rounds, random)


def _crops(rounds: int, random: np.random.Generator) -> None:
    grey = np.empty((SIDE_PX, SIDE_PX), np.float32)
    colour = np.empty((LOOSE_SIDE_PX, LOOSE_SIDE_PX, 3), np.uint8)
    rows = []
    for width, height, scale in PICTURES:
        face = _face(random, width, height, scale)
        points = face.landmarks_px
        assert points is not None
        aligned = _millis(lambda face=face, points=points: face_crop.aligned(face.rgb, points, grey), rounds)  # type: ignore[misc]
        loose = _millis(lambda face=face, points=points: face_crop.loose(face.rgb, points, colour), rounds)  # type: ignore[misc]
        rows.append((f"{width}x{height}, face {48 * scale:.0f} px", against(aligned, CROP_LIMIT_MILLIS, "ms"), f"{loose:.2f} ms"))
    table("one face's crop", ("picture", "aligned, grey 48 px", "loose, colour 224 px"), rows)


def _readers(rounds: int, random: np.random.Generator) -> None:
    faces = [_face(random, 640, 480, 4.0) for _ in range(max(FACES))]
    rows = []
    for reader in _available():
        for with_mouthless in (False, True):
            if with_mouthless and reader.read(faces[:1], with_mouthless=True).mouthless is None:
                continue
            each = []
            for count in FACES:
                call = lambda reader=reader, count=count, both=with_mouthless: reader.read(faces[:count], with_mouthless=both)  # noqa: E731
                millis = _millis(call, rounds)
                alone = reader.name == "fer" and count == 1 and not with_mouthless
                each.append(against(millis, LIMIT_MILLIS, "ms") if alone else f"{millis:.2f} ms ({millis / count:.2f} each)")
            rows.append((reader.name + (", with and without mouth" if with_mouthless else ""), *each))
    table("faces read in one call, crops and all", ("by", *(f"{count} face{'s' if count > 1 else ''}" for count in FACES)), rows)


def _available() -> list[FaceReader]:
    found: list[FaceReader] = [BlendshapeEmotion()]
    for opened in (lambda: FerNetwork(own_weights(WEIGHTS)), lambda: HsemotionNetwork(ModelStore().path(MODEL))):
        try:
            found.append(opened())
        except ModelError as error:
            console.print(f"not measured: {error}")
    return found


def _face(random: np.random.Generator, width: int, height: int, scale: float) -> SeenFace:
    rgb: NDArray[np.uint8] = random.integers(0, 256, (height, width, 3), np.uint8)
    places = scale * np.exp(0.1j) * (TEMPLATE - TEMPLATE.mean()) + complex(width / 2, height / 2)
    points = np.zeros((478, 3), np.float32)
    points[:, 0], points[:, 1] = places.real.mean(), places.imag.mean()
    points[POINTS, 0], points[POINTS, 1] = places.real, places.imag
    points[0, :2] += 24 * scale  # the ends of the face's box
    points[1, :2] -= 24 * scale
    return SeenFace(rgb, points, face_channels.at_rest(1)[0])


def _millis(call: Callable[[], object], rounds: int) -> float:
    """The median of one call, in the best of the rounds."""
    call()
    medians = []
    for _ in range(rounds):
        times = []
        for _ in range(CALLS):
            began = time.perf_counter_ns()
            call()
            times.append(time.perf_counter_ns() - began)
        medians.append(float(np.median(times)))
    return min(medians) / 1e6
