"""The face emotion network of this repository: aligned grey crops in, calibrated probabilities of 8 emotions out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from affectia.errors import ModelCorrupt
from affectia.inference.onnx_session import OnnxSession, Shape
from affectia.perception.affect_projection import projected
from affectia.perception.face.emotion import face_crop
from affectia.perception.face.emotion.face_crop import SIDE_PX
from affectia.perception.face.emotion.seen_face import FaceFeelings, SeenFace, probabilities
from affectia.signals.emotion_observations import ALL_EMOTIONS, EMOTIONS, AffectMethod

WEIGHTS: Final = "fer.onnx"
_INPUTS: Final[dict[str, Shape]] = {"faces": (None, 1, SIDE_PX, SIDE_PX)}
_OUTPUTS: Final[dict[str, Shape]] = {"logits": (None, EMOTIONS)}
_COLDEST, _HOTTEST = 0.05, 20.0  # a temperature beyond these is no calibration


class FerNetwork:
    """The loaded network without state, for any number of faces at a time; any thread.

    Raises what OnnxSession does, and ModelCorrupt when the network does not say how it is calibrated.
    """

    name: Final = "fer"
    support: Final = ALL_EMOTIONS

    def __init__(self, path: Path, *, provider: str = "cpu") -> None:
        self._session = OnnxSession(path, name="face emotion network", inputs=_INPUTS, outputs=_OUTPUTS, wanted=provider)
        self.temperature = _temperature(self._session.metadata.get("temperature", ""), path)
        self.version = self._session.metadata.get("version", "")
        self.provider = self._session.provider
        self.notice = self._session.notice
        self._try_out(path)

    def scores(self, crops: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, 8) probabilities in registry order out of (n, 48, 48) crops as `face_crop.aligned` writes them."""
        (logits,) = self._session.run(("logits",), {"faces": crops[:, None]})
        return probabilities(logits, self.temperature)

    def _try_out(self, path: Path) -> None:
        """Run it once: the first run is slow, and some files open that cannot be run."""
        try:
            is_sound = bool(np.isfinite(self.scores(np.zeros((2, SIDE_PX, SIDE_PX), np.float32))).all())
        except Exception as error:  # of onnxruntime, which has no common base
            raise ModelCorrupt(f"face emotion network cannot be run ({type(error).__name__}): {path}") from None
        if not is_sound:
            raise ModelCorrupt(f"face emotion network gives values that are no numbers: {path}")

    def read(self, faces: Sequence[SeenFace], *, with_mouthless: bool = False) -> FaceFeelings:
        """How these people seem to feel; both views of each go through the network in one call."""
        count = len(faces)
        crops = np.empty((2 * count if with_mouthless else count, SIDE_PX, SIDE_PX), np.float32)
        for face, crop in zip(faces, crops, strict=False):
            write_crop(face, crop)
        if with_mouthless:
            face_crop.mouthless(crops[:count], crops[count:])
        scores = self.scores(crops)
        whole, mouthless = scores[:count], scores[count:] if with_mouthless else None
        return FaceFeelings(whole, self.support, projected(whole), AffectMethod.PROJECTED, mouthless)


def write_crop(face: SeenFace, out: NDArray[np.float32]) -> None:
    """Write the aligned crop of a face into `out` (48, 48); without landmarks the whole picture, scaled."""
    if face.landmarks_px is not None:
        face_crop.aligned(face.rgb, face.landmarks_px, out)
        return
    grey = cv2.cvtColor(face.rgb, cv2.COLOR_RGB2GRAY)
    if grey.shape != out.shape:
        how = cv2.INTER_AREA if min(grey.shape) > SIDE_PX else cv2.INTER_LINEAR
        grey = cv2.resize(grey, (SIDE_PX, SIDE_PX), interpolation=how)
    np.multiply(grey, np.float32(1 / 255), out=out)


def _temperature(text: str, path: Path) -> float:
    try:
        temperature = float(text)
    except ValueError:
        temperature = math.nan
    if not _COLDEST <= temperature <= _HOTTEST:
        found = repr(text[:20]) if text else "nothing"
        raise ModelCorrupt(f"face emotion network has a temperature of {found}, expected {_COLDEST} to {_HOTTEST}: {path}")
    return temperature
