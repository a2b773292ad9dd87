"""ONNX networks of a few weights, with the inputs and outputs of the real ones, and faces to show them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from affectia.perception.face.emotion.face_crop import POINTS, TEMPLATE
from affectia.perception.face.emotion.seen_face import SeenFace
from affectia.signals import face_channels

OPSET = 18
IR_VERSION = 10


def save_fer_network(
    path: Path, *, temperature: str | None = "2", side_px: int = 48, classes: int = 8, batch: int | str = "batch", bias: float = 0.0
) -> Path:
    """One dense layer: emotion k's logit is 8 times the mean grey of the k-th eighth of the rows, plus `bias`."""
    rows = side_px // classes
    weights = np.zeros((side_px, side_px, classes), np.float32)
    for emotion in range(classes):
        weights[emotion * rows : (emotion + 1) * rows, :, emotion] = 8 / (rows * side_px)
    nodes = [
        helper.make_node("Flatten", ["faces"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["sums"]),
        helper.make_node("Add", ["sums", "bias"], ["logits"]),
    ]
    constants = {"weights": weights.reshape(-1, classes), "bias": np.full(classes, bias, np.float32)}
    metadata = {"version": "made"} if temperature is None else {"version": "made", "temperature": temperature}
    return _save(path, nodes, constants, ("faces", [batch, 1, side_px, side_px]), ("logits", [batch, classes]), metadata)


def save_hsemotion_network(path: Path, *, side_px: int = 224, outputs: int = 10, valence: float = 0.5, arousal: float = -3.0) -> Path:
    """The mean of each colour as logits: red of the first class, green of the second, blue of the third; then valence and arousal."""
    weights = np.zeros((3, outputs), np.float32)
    weights[np.arange(3), np.arange(3)] = 1
    bias = np.zeros(outputs, np.float32)
    bias[-2:] = valence, arousal
    nodes = [
        helper.make_node("GlobalAveragePool", ["input"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Gemm", ["flat", "weights", "bias"], ["output"]),
    ]
    shape: list[int | str] = ["batch_size", 3, side_px, side_px]
    return _save(path, nodes, {"weights": weights, "bias": bias}, ("input", shape), ("output", ["batch_size", outputs]), {})


def seen_face(rgb: NDArray[np.uint8], *, step: complex = 1.0, origin: complex = 0.0) -> SeenFace:
    """A face at rest whose aligned crop is that square of the picture."""
    points = np.zeros((478, 3), np.float32)
    places = step * TEMPLATE + origin
    points[:, 0], points[:, 1] = places.real.mean(), places.imag.mean()
    points[POINTS, 0], points[POINTS, 1] = places.real, places.imag
    return SeenFace(rgb, points, face_channels.at_rest(1)[0])


def _save(
    path: Path,
    nodes: list[onnx.NodeProto],
    constants: dict[str, NDArray[np.float32]],
    given: tuple[str, list[int | str]],
    answered: tuple[str, list[int | str]],
    metadata: dict[str, str],
) -> Path:
    graph = helper.make_graph(
        nodes,
        "made",
        [helper.make_tensor_value_info(given[0], TensorProto.FLOAT, given[1])],
        [helper.make_tensor_value_info(answered[0], TensorProto.FLOAT, answered[1])],
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    helper.set_model_props(model, metadata)
    onnx.save(model, str(path))
    return path
