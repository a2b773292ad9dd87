"""How much of the mouth and the eyes something covers, told from the face's appearance.

The landmark network draws a mouth under a hand as surely as in the open, so its landmarks say only where to look. A small network
of our own looks there: one for the mouth, one for an eye with its brow (the left eye turned round, so that one network serves both).
Each is two convolutions and two full layers, run with numpy. Weights: `face_occlusion.npz`, made by models/training/occlusion.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.errors import ConfigError
from affectia.perception.face.landmarks.detected_face import DetectedFace
from affectia.perception.face.quality.face_patch import FacePatch

WEIGHTS: Final = "face_occlusion.npz"

# Places of MediaPipe's face mesh. The mouth's square hangs on the lips, an eye's on the corners of the eye.
LIPS: Final = np.array((61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185))
RIGHT_EYE: Final = np.array((33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246))
LEFT_EYE: Final = np.array((263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466))
RIGHT_BROW: Final = np.array((70, 63, 105, 66, 107, 55, 65, 52, 53, 46))
LEFT_BROW: Final = np.array((300, 293, 334, 296, 336, 285, 295, 282, 283, 276))

MOUTH_SIDE_PX: Final = 28
MOUTH_SPANS: Final = 1.3  # width of the square in eye spans: lips, the nose's lower edge, the chin
EYE_SIDE_PX: Final = 24
EYE_SPANS: Final = 1.05
EYE_LIFT_SPANS: Final = 0.1  # up from the eye, so that the brow lies well inside

_CONTRAST_FLOOR: Final = 8.0  # grey levels added to the spread, so that a flat square is not turned into noise
_MOUTH_CENTER: Final = np.array((61, 291, 0, 17))
_EYE_CORNERS: Final = np.array(((33, 133), (263, 362)))
_KERNELS: Final = (5, 3)
_STRIDE: Final = 2


@dataclass(frozen=True, slots=True)
class Cover:
    """Evidence (log odds) that something covers the `mouth`, and (2,) the `eyes` and the `brows`, right and left."""

    mouth: float
    eyes: NDArray[np.float32]
    brows: NDArray[np.float32]


def mouth_square(patch: FacePatch, face: DetectedFace) -> NDArray[np.uint8]:
    """(28, 28) grey around the mouth, chin down."""
    return patch.aligned(face.landmarks_px[_MOUTH_CENTER, :2].mean(axis=0), spans=MOUTH_SPANS, side_px=MOUTH_SIDE_PX)


def eye_squares(patch: FacePatch, face: DetectedFace) -> NDArray[np.uint8]:
    """(2, 24, 24) grey around the right eye and the left one, both turned so that the nose is on the right."""
    lift = patch.down * (EYE_LIFT_SPANS * patch.span_px)
    right, left = face.landmarks_px[_EYE_CORNERS, :2].mean(axis=1) - lift
    squares = np.empty((2, EYE_SIDE_PX, EYE_SIDE_PX), np.uint8)
    squares[0] = patch.aligned(right, spans=EYE_SPANS, side_px=EYE_SIDE_PX)
    squares[1] = patch.aligned(left, spans=EYE_SPANS, side_px=EYE_SIDE_PX, mirror=True)
    return squares


class CoverNetwork:
    """The loaded networks; without state, so one may serve many faces on one thread at a time.

    Raises ConfigError when the weights that came with the package are not those that this code needs.
    """

    def __init__(self, weights: dict[str, NDArray[np.floating]] | None = None) -> None:
        given = packaged_weights() if weights is None else weights
        self._mouth = _Layers("mouth", given, side_px=MOUTH_SIDE_PX, outputs=1)
        self._eye = _Layers("eye", given, side_px=EYE_SIDE_PX, outputs=2)

    def read(self, patch: FacePatch, face: DetectedFace) -> Cover:
        """What is covered of this face."""
        mouth = self._mouth.forward(mouth_square(patch, face)[None])
        eyes = self._eye.forward(eye_squares(patch, face))
        return Cover(float(mouth[0, 0]), eyes[:, 0], eyes[:, 1])


def packaged_weights() -> dict[str, NDArray[np.floating]]:
    """The arrays of `face_occlusion.npz`."""
    raw = resources.files("affectia.perception.face.quality").joinpath(WEIGHTS).read_bytes()
    with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


class _Layers:
    """One network: (n, side, side) uint8 to (n, outputs) float32. Convolutions are matrix products over gathered windows."""

    def __init__(self, name: str, weights: dict[str, NDArray[np.floating]], *, side_px: int, outputs: int) -> None:
        self._layers: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
        self._average = np.full(side_px * side_px, 1.0 / (side_px * side_px), np.float32)
        self._windows: list[NDArray[np.intp]] = []
        side, channels = side_px, 1
        for number, kernel in enumerate(_KERNELS):
            self._windows.append(_windows(side, kernel))
            side = (side - kernel) // _STRIDE + 1
            channels = self._add(f"{name}.conv{number}", weights, inputs=kernel * kernel * channels)
        hidden = self._add(f"{name}.full0", weights, inputs=side * side * channels)
        found = self._add(f"{name}.full1", weights, inputs=hidden)
        if found != outputs:
            raise ConfigError(f"{name} cover network has {found} outputs, expected {outputs}, reinstall affectia")

    def _add(self, layer: str, weights: dict[str, NDArray[np.floating]], *, inputs: int) -> int:
        matrix, bias = weights.get(f"{layer}.weight"), weights.get(f"{layer}.bias")
        if matrix is None or bias is None:
            raise ConfigError(f"cover network lacks layer {layer}, expected its weight and bias, reinstall affectia")
        if matrix.ndim != 2 or matrix.shape[0] != inputs or bias.shape != matrix.shape[1:]:
            raise ConfigError(f"cover network's layer {layer} has shape {matrix.shape}, expected ({inputs}, outputs), reinstall affectia")
        if not (np.isfinite(matrix).all() and np.isfinite(bias).all()):
            raise ConfigError(f"cover network's layer {layer} has values that are not finite, expected numbers, reinstall affectia")
        self._layers.append((np.ascontiguousarray(matrix, np.float32), bias.astype(np.float32)))
        return int(matrix.shape[1])

    def forward(self, squares: NDArray[np.uint8]) -> NDArray[np.float32]:
        count = len(squares)
        given = squares.reshape(count, -1).astype(np.float32)
        given -= (given @ self._average)[:, None]
        given /= (np.sqrt((given * given) @ self._average) + _CONTRAST_FLOOR)[:, None]
        signal = given[:, :, None]
        for windows, (matrix, bias) in zip(self._windows, self._layers, strict=False):
            signal = _convolved(signal, windows, matrix, bias)
        flat = signal.reshape(count, -1)
        hidden = np.maximum(flat @ self._layers[-2][0] + self._layers[-2][1], 0.0)
        said: NDArray[np.float32] = hidden @ self._layers[-1][0] + self._layers[-1][1]
        return said


def _windows(side: int, kernel: int) -> NDArray[np.intp]:
    """(rows * columns of the output, kernel * kernel) which pixels of a square picture each output looks at."""
    starts = np.arange(0, side - kernel + 1, _STRIDE)
    corners = (starts[:, None] * side + starts[None, :]).reshape(-1, 1)
    reach = np.arange(kernel)
    return corners + (reach[:, None] * side + reach[None, :]).reshape(1, -1)


def _convolved(
    signal: NDArray[np.float32], windows: NDArray[np.intp], matrix: NDArray[np.float32], bias: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(n, pixels, channels) to (n, pixels of the output, outputs), rectified; rows of `matrix` run over window, then channel."""
    count, pixels = len(signal), len(windows)
    out = signal.take(windows, axis=1).reshape(count * pixels, -1) @ matrix
    out += bias
    np.maximum(out, 0.0, out=out)
    return out.reshape(count, pixels, -1)
