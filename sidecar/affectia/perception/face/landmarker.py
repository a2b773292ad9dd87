"""MediaPipe's FaceLandmarker as a perceiver: blendshapes in registry order, head rotation and position, one face."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from affectia import registry
from affectia.clock import NANOS_PER_MILLI, Clock
from affectia.errors import ModelCorrupt
from affectia.perception.face import head_pose
from affectia.signals.face_observations import SHAPES, FaceObservations
from affectia.signals.video_sample import VideoSample

_PLACE_OF_NAME: Final = {name: place for place, name in enumerate(registry.BLENDSHAPES)}


class FaceLandmarker:
    """One video track's landmarker. It is stateful: a new one for each track, one thread at a time.

    Raises ModelCorrupt when MediaPipe refuses the model file.
    """

    def __init__(self, model_path: Path, clock: Clock) -> None:
        import mediapipe
        from mediapipe.tasks.python import BaseOptions, vision

        self._clock = clock
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
                    num_faces=1,
                    output_face_blendshapes=True,
                    output_facial_transformation_matrixes=True,
                )
            )
        except (ValueError, RuntimeError):
            raise ModelCorrupt(f"face landmarker model is refused by MediaPipe, run `affectia models verify`: {model_path}") from None

    def perceive(self, sample: VideoSample) -> FaceObservations:
        """See the face in one sample; the network needs times that rise, so two samples within 1 ms are told apart by it."""
        began = self._clock.now_nanos()
        millis = max(sample.captured_at_nanos // NANOS_PER_MILLI, self._last_millis + 1)
        self._last_millis = millis
        image = self._image(image_format=self._format, data=np.ascontiguousarray(sample.rgb))
        called = self._clock.now_nanos()
        result = self._network.detect_for_video(image, millis)
        answered = self._clock.now_nanos()
        if not result.face_blendshapes or not result.facial_transformation_matrixes:
            seen = FaceObservations.nobody(sample.captured_at_nanos)
            return replace(seen, perceived_in_nanos=self._clock.now_nanos() - began, network_nanos=answered - called)
        turn, position = head_pose.from_matrix(result.facial_transformation_matrixes[0])
        seen = FaceObservations(
            sample.captured_at_nanos,
            np.ones(1, np.bool_),
            self._shapes(result.face_blendshapes[0])[None],
            turn[None],
            position[None],
            np.ones(1, np.float32),
        )
        return replace(seen, perceived_in_nanos=self._clock.now_nanos() - began, network_nanos=answered - called)

    def close(self) -> None:
        """Free the network."""
        self._network.close()

    def _shapes(self, categories: list[Any]) -> np.ndarray[Any, np.dtype[np.float32]]:
        if self._places is None:
            named = ((index, _PLACE_OF_NAME.get(category.category_name)) for index, category in enumerate(categories))
            self._places = [(index, place) for index, place in named if place is not None]
        shapes = np.zeros(SHAPES, np.float32)
        for index, place in self._places:
            shapes[place] = categories[index].score
        return shapes
