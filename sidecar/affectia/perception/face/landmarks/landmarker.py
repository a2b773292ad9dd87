"""MediaPipe's FaceLandmarker: the faces in a picture, up to a number that is fixed at the start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.clock import NANOS_PER_MILLI
from affectia.errors import ModelCorrupt
from affectia.perception.face.landmarks.detected_face import DetectedFace
from affectia.perception.face.landmarks.landmark_call import LandmarkCall, RawFace, landmark_call
from affectia.signals.video_sample import VideoSample

SHAPES: Final = len(registry.BLENDSHAPES)
_PLACE_OF_NAME: Final = {name: place for place, name in enumerate(registry.BLENDSHAPES)}


class FaceLandmarker:
    """One video track's landmarker. It is stateful: a new one for each track, one thread at a time.

    With `faces` > 1 MediaPipe does not smooth landmarks over time. `call` is how the network is asked. Raises ModelCorrupt when MediaPipe
    refuses the model file.
    """

    def __init__(self, model_path: Path, *, faces: int = 1, call: Callable[[Any], LandmarkCall] = landmark_call) -> None:
        import mediapipe
        from mediapipe.tasks.python import BaseOptions, vision

        self._image: Any = mediapipe.Image
        self._format: Any = mediapipe.ImageFormat.SRGB
        self._last_millis = -1
        self._places: tuple[NDArray[np.intp], NDArray[np.intp]] | None = None  # MediaPipe's and ours, read off the first result
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
        self._call = call(self._network)

    def detect(self, sample: VideoSample) -> list[RawFace]:
        """What the network says of one sample; it needs times that rise, so two samples within 1 ms are told apart by it."""
        if sample.rgb.size == 0:  # it would break for good on a picture without pixels
            return []
        millis = max(sample.captured_at_nanos // NANOS_PER_MILLI, self._last_millis + 1)
        self._last_millis = millis
        image = self._image(image_format=self._format, data=np.ascontiguousarray(sample.rgb))
        return self._call(image, millis)

    def faces(self, raw: list[RawFace], sample: VideoSample) -> list[DetectedFace]:
        """The faces in what `detect` said, in MediaPipe's order, which means nothing."""
        height_px, width_px = sample.rgb.shape[:2]
        scale = np.array((width_px, height_px, width_px), np.float32)
        return [DetectedFace(face.landmarks * scale, self._shapes(face.scores), face.matrix, width_px, height_px) for face in raw]

    def close(self) -> None:
        """Free the network."""
        self._network.close()

    def _shapes(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._places is None and not self._call.score_names:
            return np.zeros(SHAPES, np.float32)
        if self._places is None:
            named = [(index, _PLACE_OF_NAME.get(name)) for index, name in enumerate(self._call.score_names)]
            known = [(index, place) for index, place in named if place is not None]
            self._places = (np.array([index for index, _ in known], np.intp), np.array([place for _, place in known], np.intp))
        theirs, ours = self._places
        shapes = np.zeros(SHAPES, np.float32)
        shapes[ours] = scores[theirs]
        return shapes
