"""Faces that come as small crops instead of in a video: put through the same steps, for evaluations on sets of pictures."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ModelCorrupt
from affectia.perception.face.emotion.seen_face import SeenFace
from affectia.perception.face.face_analysis import FaceAnalysis
from affectia.perception.face.landmarks.detected_face import DetectedFace
from affectia.perception.face.quality.face_occlusion import CoverNetwork
from affectia.signals import face_channels

FACE_PX: Final = 192  # a smaller crop is enlarged to this: the detector overlooks small faces
PADDING: Final = (
    0.5  # of the crop's longer side, on each side, in its mean colour: the detector looks for faces that do not fill the picture
)
_PLACE_OF_NAME: Final = {name: place for place, name in enumerate(registry.BLENDSHAPES)}


class CropReader:
    """MediaPipe's FaceLandmarker for single pictures, and what a face does in one; one thread at a time.

    A person is seen once, so what is measured against that person's face at rest (action units, blinks) is less sure than in a video.
    Raises ModelCorrupt when MediaPipe refuses the model file.
    """

    def __init__(self, landmarker_path: Path) -> None:
        import mediapipe
        from mediapipe.tasks.python import BaseOptions, vision

        self._image: Any = mediapipe.Image
        self._format: Any = mediapipe.ImageFormat.SRGB
        self._cover = CoverNetwork()
        try:
            self._network: Any = vision.FaceLandmarker.create_from_options(
                vision.FaceLandmarkerOptions(
                    base_options=BaseOptions(model_asset_buffer=landmarker_path.read_bytes()),
                    running_mode=vision.RunningMode.IMAGE,
                    output_face_blendshapes=True,
                    output_facial_transformation_matrixes=True,
                )
            )
        except (ValueError, RuntimeError):
            found = "face landmarker model is refused by MediaPipe"
            raise ModelCorrupt(f"{found}, run `affectia models verify`: {landmarker_path}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Free the network."""
        self._network.close()

    def look(self, crop: NDArray[np.uint8]) -> SeenFace | None:
        """The face in a crop, (h, w) grey or (h, w, 3) RGB, as the running sidecar sees it; None where no landmarks are found."""
        if min(crop.shape[:2]) < 1:
            return None
        rgb = padded(crop)
        face = self._detected(rgb)
        if face is None:
            return None
        values = face_channels.at_rest(1)[0]
        FaceAnalysis(cover=self._cover).observe(face, rgb, time_nanos=0, values=values)
        return SeenFace(rgb, face.landmarks_px, values)

    def look_anyhow(self, crop: NDArray[np.uint8]) -> tuple[SeenFace, bool]:
        """The same, and whether landmarks were found; where they were not, the crop as it comes."""
        face = self.look(crop)
        return (SeenFace.of_crop(in_colour(crop)), False) if face is None else (face, True)

    def _detected(self, rgb: NDArray[np.uint8]) -> DetectedFace | None:
        answer = self._network.detect(self._image(image_format=self._format, data=rgb))
        if not (answer.face_landmarks and answer.face_blendshapes and answer.facial_transformation_matrixes):
            return None
        height_px, width_px = rgb.shape[:2]
        landmarks = np.array([(point.x, point.y, point.z) for point in answer.face_landmarks[0]], np.float32)
        shapes = np.zeros(len(registry.BLENDSHAPES), np.float32)
        for category in answer.face_blendshapes[0]:
            if (place := _PLACE_OF_NAME.get(category.category_name)) is not None:
                shapes[place] = category.score
        matrix = np.asarray(answer.facial_transformation_matrixes[0], np.float64)
        return DetectedFace(landmarks * np.array((width_px, height_px, width_px), np.float32), shapes, matrix, width_px, height_px)


def in_colour(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(h, w, 3) of a crop that may be grey."""
    return np.repeat(crop[:, :, None], 3, axis=2) if crop.ndim == 2 else crop


def padded(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(h, w, 3): a crop, enlarged where it is small, with its mean colour around it."""
    rgb = in_colour(crop)
    scale = FACE_PX / max(rgb.shape[:2])
    if scale > 1:
        rgb = np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)
    edge = round(PADDING * max(rgb.shape[:2]))
    mean = rgb.reshape(-1, 3).mean(axis=0).round().tolist()
    framed: NDArray[np.uint8] = np.asarray(cv2.copyMakeBorder(rgb, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=mean), np.uint8)
    return np.ascontiguousarray(framed)
