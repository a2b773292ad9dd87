"""MediaPipe's FaceLandmarker: the faces in a picture, up to a number that is fixed at the start."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.clock import NANOS_PER_MILLI
from affectia.errors import ModelCorrupt
from affectia.perception.face.detected_face import DetectedFace
from affectia.signals.video_sample import VideoSample

SHAPES: Final = len(registry.BLENDSHAPES)
_PLACE_OF_NAME: Final = {name: place for place, name in enumerate(registry.BLENDSHAPES)}


class FaceLandmarker:
    """One video track's landmarker. It is stateful: a new one for each track, one thread at a time.

    With `faces` > 1 MediaPipe does not smooth landmarks over time. Raises ModelCorrupt when MediaPipe refuses the model file.
    """

    def __init__(self, model_path: Path, *, faces: int = 1) -> None:
        import mediapipe
        from mediapipe.tasks.python import BaseOptions, vision

        self._image: Any = mediapipe.Image
        self._format: Any = mediapipe.ImageFormat.SRGB
        self._last_millis = -1
        self._places: list[tuple[int, int]] | None = None  # (MediaPipe's index, ours), read off the first result
        try:
            self._network: Any = vision.FaceLandmarker.create_from_options(
                vision.FaceLandmarkerOptions(
                    # The buffer and not the path: MediaPipe cannot open paths beyond ASCII on Windows.
                    base_options=BaseOptions(model_asset_buffer=model_path.read_bytes()),
                    running_mode=vision.RunningMode.VIDEO,
                    num_faces=faces,
                    output_face_blendshapes=True,
                    output_facial_transformation_matrixes=True,
                )
            )
        except (ValueError, RuntimeError):
            raise ModelCorrupt(f"face landmarker model is refused by MediaPipe, run `affectia models verify`: {model_path}") from None

    def detect(self, sample: VideoSample) -> Any:
        """What the network says of one sample, as it says it; it needs times that rise, so two samples within 1 ms are told apart."""
        millis = max(sample.captured_at_nanos // NANOS_PER_MILLI, self._last_millis + 1)
        self._last_millis = millis
        image = self._image(image_format=self._format, data=np.ascontiguousarray(sample.rgb))
        return self._network.detect_for_video(image, millis)

    def faces(self, result: Any, sample: VideoSample) -> list[DetectedFace]:
        """The faces in what `detect` said, in MediaPipe's order, which means nothing."""
        height_px, width_px = sample.rgb.shape[:2]
        scale = np.array((width_px, height_px, width_px), np.float32)
        found = zip(result.face_landmarks, result.face_blendshapes, result.facial_transformation_matrixes, strict=False)
        return [
            DetectedFace(_landmarks(points) * scale, self._shapes(shapes), np.asarray(matrix, np.float64), width_px, height_px)
            for points, shapes, matrix in found
        ]

    def close(self) -> None:
        """Free the network."""
        self._network.close()

    def _shapes(self, categories: list[Any]) -> NDArray[np.float32]:
        if self._places is None:
            named = ((index, _PLACE_OF_NAME.get(category.category_name)) for index, category in enumerate(categories))
            self._places = [(index, place) for index, place in named if place is not None]
        shapes = np.zeros(SHAPES, np.float32)
        for index, place in self._places:
            shapes[place] = categories[index].score
        return shapes


def _landmarks(points: list[Any]) -> NDArray[np.float32]:
    # Three passes with a list each are twice as fast as one with tuples.
    return np.array(([point.x for point in points], [point.y for point in points], [point.z for point in points]), np.float32).T
