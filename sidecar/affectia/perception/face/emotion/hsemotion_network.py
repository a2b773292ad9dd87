"""HSEmotion's `enet_b0_8_va_mtl`: a larger network by others, used where a user has put its file in place.

EfficientNet-B0, trained on AffectNet for 8 emotions together with valence and arousal (Savchenko 2022, "Classifying emotions and
engagement in online learning based on a single facial expression recognition neural network", IEEE Transactions on Affective Computing;
repository EmotiEffLib). It takes a loose face crop in colour, and its classes are in alphabetical order.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ModelCorrupt
from affectia.inference.onnx_session import OnnxSession, Shape
from affectia.perception.affect_projection import projected
from affectia.perception.face.emotion import face_crop
from affectia.perception.face.emotion.face_crop import LOOSE_SIDE_PX
from affectia.perception.face.emotion.seen_face import FaceFeelings, SeenFace, probabilities
from affectia.signals.emotion_observations import ALL_EMOTIONS, EMOTIONS, AffectMethod

MODEL: Final = "hsemotion"  # its id in the manifest
_INPUTS: Final[dict[str, Shape]] = {"input": (None, 3, LOOSE_SIDE_PX, LOOSE_SIDE_PX)}
_OUTPUTS: Final[dict[str, Shape]] = {"output": (None, EMOTIONS + 2)}
_THEIRS: Final = ("angry", "contempt", "disgust", "fear", "happy", "neutral", "sad", "surprise")  # by our names
_PLACES: Final = np.array([_THEIRS.index(name) for name in registry.EMOTIONS], np.intp)
_VALENCE_AROUSAL: Final = slice(EMOTIONS, EMOTIONS + 2)
# Of ImageNet, which it was trained on first; colours 0..1.
_MEAN: Final = np.array((0.485, 0.456, 0.406), np.float32)
_SPREAD: Final = np.array((0.229, 0.224, 0.225), np.float32)
_FACTOR: Final = 1 / (255 * _SPREAD)
_SHIFT: Final = -_MEAN / _SPREAD


class HsemotionNetwork:
    """The loaded network without state; any thread. Raises what OnnxSession does.

    Its probabilities are as the network says: with which temperature they would be calibrated is not known. Valence and arousal are
    regressed, dominance, which it was not taught, is projected from the probabilities. It never saw a face without a mouth, so there are
    no scores without one.
    """

    name: Final = "hsemotion"
    support: Final = ALL_EMOTIONS

    def __init__(self, path: Path, *, provider: str = "cpu") -> None:
        self._session = OnnxSession(path, name="hsemotion network", inputs=_INPUTS, outputs=_OUTPUTS, wanted=provider)
        self.provider = self._session.provider
        self.notice = self._session.notice
        try:
            self._run(np.zeros((1, 3, LOOSE_SIDE_PX, LOOSE_SIDE_PX), np.float32))  # the first run is slow
        except Exception as error:  # of onnxruntime, which has no common base
            raise ModelCorrupt(f"hsemotion network cannot be run ({type(error).__name__}): {path}") from None

    def read(self, faces: Sequence[SeenFace], *, with_mouthless: bool = False) -> FaceFeelings:
        """How these people seem to feel; `with_mouthless` asks for what it cannot tell."""
        crop = np.empty((LOOSE_SIDE_PX, LOOSE_SIDE_PX, 3), np.uint8)
        pictures = np.empty((len(faces), 3, LOOSE_SIDE_PX, LOOSE_SIDE_PX), np.float32)
        for face, picture in zip(faces, pictures, strict=True):
            _write_crop(face, crop)
            picture[:] = (crop * _FACTOR + _SHIFT).transpose(2, 0, 1)
        answers = self._run(pictures)
        scores = probabilities(answers[:, _PLACES], 1.0)
        affect = projected(scores)
        np.clip(answers[:, _VALENCE_AROUSAL], -1, 1, out=affect[:, :2])
        return FaceFeelings(scores, self.support, affect, AffectMethod.REGRESSED)

    def _run(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._session.run(("output",), {"input": pictures})[0]


def _write_crop(face: SeenFace, out: NDArray[np.uint8]) -> None:
    if face.landmarks_px is not None:
        face_crop.loose(face.rgb, face.landmarks_px, out)
        return
    how = cv2.INTER_AREA if min(face.rgb.shape[:2]) > LOOSE_SIDE_PX else cv2.INTER_LINEAR
    out[:] = cv2.resize(face.rgb, (LOOSE_SIDE_PX, LOOSE_SIDE_PX), interpolation=how)
