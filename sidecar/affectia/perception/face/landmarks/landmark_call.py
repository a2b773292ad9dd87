"""MediaPipe's call for one picture of a video, its answer as arrays.

MediaPipe's Python makes an object of each of 478 landmarks and 52 scores: 1.3 ms of Python, measured, while the interpreter can do nothing
else. `DirectCall` does what `detect_for_video` does and reads the same memory as arrays, in a twentieth of that. It leans on names that
MediaPipe does not promise, so it looks for each of them first; where one is missing `DocumentedCall` does it the slow way. A test holds
the two to the same answers.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

_COORDINATES: Final = ("x", "y", "z")


@dataclass(frozen=True, slots=True)
class RawFace:
    """`landmarks` (478, 3) in shares of the picture's width, height and width; `scores` in the order of `score_names`; `matrix` (4, 4)."""

    landmarks: NDArray[np.float32]
    scores: NDArray[np.float32]
    matrix: NDArray[np.float64]


class LandmarkCall(Protocol):
    """Runs the network; `score_names` is empty until the first face."""

    score_names: tuple[str, ...]

    def __call__(self, image: Any, millis: int) -> list[RawFace]:
        """The faces in one picture, in MediaPipe's order."""
        ...


def landmark_call(network: Any) -> LandmarkCall:
    """The quickest way to ask this landmarker."""
    try:
        return DirectCall(network)
    except (AttributeError, ImportError, ValueError):
        return DocumentedCall(network)


class DocumentedCall:
    """`detect_for_video` as it is documented."""

    def __init__(self, network: Any) -> None:
        self._network = network
        self.score_names: tuple[str, ...] = ()

    def __call__(self, image: Any, millis: int) -> list[RawFace]:
        """The faces in one picture, in MediaPipe's order."""
        result = self._network.detect_for_video(image, millis)
        if result.face_blendshapes and not self.score_names:
            self.score_names = tuple(category.category_name for category in result.face_blendshapes[0])
        found = zip(result.face_landmarks, result.face_blendshapes, result.facial_transformation_matrixes, strict=False)
        return [
            RawFace(
                np.array([(point.x, point.y, point.z) for point in points], np.float32),
                np.array([category.score for category in categories], np.float32),
                np.asarray(matrix, np.float64),
            )
            for points, categories, matrix in found
        ]


class DirectCall:
    """The same through MediaPipe's C interface. Raises AttributeError, ImportError or ValueError where it is built in another way."""

    def __init__(self, network: Any) -> None:
        from mediapipe.tasks.python.components.containers.category_c import CategoryC
        from mediapipe.tasks.python.components.containers.landmark_c import NormalizedLandmarkC
        from mediapipe.tasks.python.vision.face_landmarker import FaceLandmarkerResultC

        self._detect = network._lib.MpFaceLandmarkerDetectForVideo
        self._free = network._lib.MpFaceLandmarkerCloseResult
        self._handle = network._handle
        self._result: Any = FaceLandmarkerResultC
        self._landmark_floats = _floats_of(NormalizedLandmarkC, *_COORDINATES)
        self._category_floats = _floats_of(CategoryC)
        self._score_place = _place_of(CategoryC, "score")
        self.score_names: tuple[str, ...] = ()

    def __call__(self, image: Any, millis: int) -> list[RawFace]:
        """The faces in one picture, in MediaPipe's order."""
        result = self._result()
        self._detect(self._handle, image._image_ptr, None, millis, ctypes.byref(result))
        try:
            count = min(result.face_landmarks_count, result.face_blendshapes_count, result.facial_transformation_matrixes_count)
            return [self._face(result, index) for index in range(count)]
        finally:
            self._free(ctypes.byref(result))

    def _face(self, result: Any, index: int) -> RawFace:
        points, categories = result.face_landmarks[index], result.face_blendshapes[index]
        if not self.score_names:
            names = (categories.categories[place].category_name for place in range(categories.categories_count))
            self.score_names = tuple((name or b"").decode() for name in names)
        landmarks = _rows(points.landmarks, points.landmarks_count, self._landmark_floats)
        scores = _rows(categories.categories, categories.categories_count, self._category_floats)
        # Copies: the memory is MediaPipe's, and about to be freed.
        return RawFace(
            landmarks[:, : len(_COORDINATES)].copy(),
            scores[:, self._score_place].copy(),
            np.array(result.facial_transformation_matrixes[index].to_numpy(), np.float64),
        )


def _floats_of(struct: Any, *leading: str) -> int:
    """The size of a C struct in floats; ValueError unless `leading` are floats that stand first, one after another."""
    size = ctypes.sizeof(struct)
    if size % 4 or any(_place_of(struct, name) != place for place, name in enumerate(leading)):
        raise ValueError(f"{struct.__name__} is laid out in a way that is not known")
    return size // 4


def _place_of(struct: Any, name: str) -> int:
    """Where a float of a C struct stands, counted in floats."""
    field = getattr(struct, name)
    if field.size != 4 or field.offset % 4 or dict(struct._fields_)[name] is not ctypes.c_float:
        raise ValueError(f"{struct.__name__}.{name} is no float, expected one")
    return int(field.offset) // 4


def _rows(pointer: Any, count: int, floats: int) -> NDArray[np.float32]:
    """(count, floats): an array over the structs that a pointer leads to, which stays MediaPipe's."""
    if count == 0:
        return np.empty((0, floats), np.float32)
    memory = (ctypes.c_char * (4 * floats * count)).from_address(ctypes.addressof(pointer.contents))
    return np.frombuffer(memoryview(memory).cast("B"), np.float32).reshape(count, floats)
