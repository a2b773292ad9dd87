from __future__ import annotations

import ctypes
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from affectia.perception.face.landmarks.landmark_call import DirectCall, DocumentedCall, landmark_call

pytestmark = pytest.mark.unit


class Landmarker:
    """MediaPipe's landmarker with an answer made of C structs; counts what was freed."""

    def __init__(self, faces: int) -> None:
        from mediapipe.tasks.python.components.containers import category_c, landmark_c, matrix_c

        self.freed = 0
        self._handle = object()
        self._lib = SimpleNamespace(MpFaceLandmarkerDetectForVideo=self.detect, MpFaceLandmarkerCloseResult=self.close)
        points = (landmark_c.NormalizedLandmarkC * 478)(*[(n / 478, n / 956, -n / 4780) for n in range(478)])
        names = [b"_neutral", b"browDownLeft", b"jawOpen"]
        scores = (category_c.CategoryC * 3)(*[(place, 0.25 * place, name) for place, name in enumerate(names)])
        numbers = (ctypes.c_float * 16)(*range(16))  # column after column
        self.kept = (
            points,
            scores,
            numbers,
            (landmark_c.NormalizedLandmarksC * 2)(*[(points, 478)] * 2),
            (category_c.CategoriesC * 2)(*[(scores, 3)] * 2),
            (matrix_c.MatrixC * 2)(*[(4, 4, numbers)] * 2),
        )
        self.faces = faces

    def detect(self, handle: Any, image: Any, options: Any, millis: int, result: Any) -> None:
        assert handle is self._handle
        found = result._obj
        _, _, _, found.face_landmarks, found.face_blendshapes, found.facial_transformation_matrixes = self.kept
        found.face_landmarks_count = found.face_blendshapes_count = found.facial_transformation_matrixes_count = self.faces

    def close(self, result: Any) -> None:
        self.freed += 1
        points, scores, numbers, *_ = self.kept
        for array in (points, scores, numbers):  # what is freed is overwritten sooner or later
            ctypes.memset(array, 0, ctypes.sizeof(array))


IMAGE = SimpleNamespace(_image_ptr=None)


def test_the_answer_is_read_before_it_is_freed() -> None:
    network = Landmarker(faces=1)
    call = DirectCall(network)
    (face,) = call(IMAGE, 5)
    assert network.freed == 1
    assert face.landmarks.shape == (478, 3)
    assert face.landmarks[477] == pytest.approx([477 / 478, 477 / 956, -477 / 4780])
    assert face.scores == pytest.approx([0, 0.25, 0.5])
    assert face.matrix.tolist() == np.arange(16.0).reshape(4, 4).T.tolist()
    assert call.score_names == ("_neutral", "browDownLeft", "jawOpen")


def test_every_face_is_read_and_nobody_is_nobody() -> None:
    assert len(DirectCall(Landmarker(faces=2))(IMAGE, 5)) == 2
    network = Landmarker(faces=0)
    assert DirectCall(network)(IMAGE, 5) == []
    assert network.freed == 1


def test_an_answer_that_cannot_be_read_is_freed_all_the_same() -> None:
    network = Landmarker(faces=1)
    call = DirectCall(network)
    call._face = lambda result, index: 1 / 0  # type: ignore[method-assign, assignment, return-value]
    with pytest.raises(ZeroDivisionError):
        call(IMAGE, 5)
    assert network.freed == 1


def test_a_mediapipe_that_is_built_in_another_way_is_asked_as_it_documents() -> None:
    result = SimpleNamespace(
        face_landmarks=[[SimpleNamespace(x=0.5, y=0.25, z=-0.125)]],
        face_blendshapes=[[SimpleNamespace(category_name="jawOpen", score=0.75)]],
        facial_transformation_matrixes=[np.eye(4, dtype=np.float32)],
    )
    call = landmark_call(SimpleNamespace(detect_for_video=lambda image, millis: result))
    assert isinstance(call, DocumentedCall)
    (face,) = call(IMAGE, 5)
    assert face.landmarks.tolist() == [[0.5, 0.25, -0.125]]
    assert face.scores.tolist() == [0.75]
    assert face.matrix.tolist() == np.eye(4).tolist()
    assert call.score_names == ("jawOpen",)
