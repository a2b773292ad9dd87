"""The network in whole numbers of 8 bits, its ranges looked up on faces of the training split."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

from fer.graph import NORMALIZATION

_IN_WHOLE_NUMBERS: Final = ["Conv", "Relu", "Add", "AveragePool", "GlobalAveragePool"]  # the last layer stays float: it costs nothing
_BATCH: Final = 64


class _Reader(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, faces: NDArray[np.float32]) -> None:
        self._pieces: Iterator[NDArray[np.float32]] = iter(np.array_split(faces, max(1, len(faces) // _BATCH)))

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """The next faces, None behind the last."""
        piece = next(self._pieces, None)
        return None if piece is None else {"faces": piece}


def quantized(model: onnx.ModelProto, faces: NDArray[np.float32]) -> onnx.ModelProto:
    """The model with weights and activations of 8 bits, QDQ, a scale for every channel; `faces` (n, 1, 48, 48) give the ranges.

    Weights use 7 of their 8 bits: processors without VNNI add two products in 16 bits, which would overflow.
    """
    with tempfile.TemporaryDirectory() as folder:
        whole, small = Path(folder) / "float.onnx", Path(folder) / "int8.onnx"
        whole.write_bytes(model.SerializeToString())
        quantize_static(
            whole, small, _Reader(faces), quant_format=QuantFormat.QDQ, per_channel=True, reduce_range=True,
            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, calibrate_method=CalibrationMethod.MinMax,
            op_types_to_quantize=_IN_WHOLE_NUMBERS, nodes_to_exclude=list(NORMALIZATION),
        )  # fmt: skip
        return onnx.load(small)
