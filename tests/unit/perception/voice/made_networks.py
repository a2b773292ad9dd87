"""ONNX networks small enough to be made by a test, with the inputs and outputs of the real ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from affectia.perception.voice.log_mel import MELS
from affectia.signals.voice_observations import VISEMES

OPSET = 18
IR_VERSION = 10


def save_viseme_network(
    path: Path,
    *,
    hidden: int = 8,
    layers: int = 2,
    look_ahead: str | None = "4",
    mels: int = MELS,
    visemes: int = VISEMES,
    seed: int = 1,
    sharpness: float = 4.0,
) -> Path:
    """Layers of gated recurrent units with random weights, then a softmax; `state` holds the layers' states side by side."""
    random = np.random.default_rng(seed)
    weights: list[onnx.TensorProto] = []

    def constant(name: str, values: NDArray[np.generic]) -> str:
        weights.append(numpy_helper.from_array(values, name))
        return name

    def spread(*shape: int) -> NDArray[np.float32]:
        return np.asarray(random.standard_normal(shape) / np.sqrt(shape[-1]), np.float32)

    nodes = [
        helper.make_node("Transpose", ["mel"], ["x0"], perm=[1, 0, 2]),
        helper.make_node("Reshape", ["state", constant("by_layer", np.array([0, layers, hidden]))], ["layered"]),
        helper.make_node("Transpose", ["layered"], ["starts"], perm=[1, 0, 2]),
        helper.make_node("Split", ["starts"], [f"start{layer}" for layer in range(layers)], axis=0, num_outputs=layers),
    ]
    constant("direction", np.array([1]))
    for layer in range(layers):
        width = mels if layer == 0 else hidden
        given = [f"x{layer}", constant(f"w{layer}", spread(1, 3 * hidden, width)), constant(f"r{layer}", spread(1, 3 * hidden, hidden))]
        given += [constant(f"b{layer}", np.zeros((1, 6 * hidden), np.float32)), "", f"start{layer}"]
        nodes.append(helper.make_node("GRU", given, [f"y{layer}", f"end{layer}"], hidden_size=hidden, linear_before_reset=1))
        nodes.append(helper.make_node("Squeeze", [f"y{layer}", "direction"], [f"x{layer + 1}"]))
    nodes += [
        helper.make_node("MatMul", [f"x{layers}", constant("head", sharpness * spread(visemes, hidden).T)], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["soft"], axis=-1),
        helper.make_node("Transpose", ["soft"], ["visemes"], perm=[1, 0, 2]),
        helper.make_node("Concat", [f"end{layer}" for layer in range(layers)], ["ends"], axis=0),
        helper.make_node("Transpose", ["ends"], ["by_stream"], perm=[1, 0, 2]),
        helper.make_node("Reshape", ["by_stream", constant("flat", np.array([0, layers * hidden]))], ["next_state"]),
    ]
    inputs = [_value("mel", "B", "T", mels), _value("state", "B", layers * hidden)]
    outputs = [_value("visemes", "B", "T", visemes), _value("next_state", "B", layers * hidden)]
    return _save(path, nodes, inputs, outputs, weights, {} if look_ahead is None else {"look_ahead_frames": look_ahead, "version": "0"})


def save_sum_network(path: Path) -> Path:
    """`total` is the sum of `a` and `b`, each [any, 3]."""
    nodes = [helper.make_node("Add", ["a", "b"], ["total"])]
    return _save(path, nodes, [_value("a", "B", 3), _value("b", "B", 3)], [_value("total", "B", 3)], [], {"version": "7"})


def save_quantized_network(path: Path) -> Path:
    """`y` is `x` [any, 3], rounded to 8 bits on the way."""
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["x"], ["bits", "step", "zero"]),
        helper.make_node("DequantizeLinear", ["bits", "step", "zero"], ["y"]),
    ]
    return _save(path, nodes, [_value("x", "B", 3)], [_value("y", "B", 3)], [], {})


def save_speech_network(path: Path) -> Path:
    """Silero's inputs and outputs: `output` is the mean of `input`, `stateN` is `state` and that mean."""
    nodes = [
        helper.make_node("ReduceMean", ["input"], ["output"], axes=[1], keepdims=1),
        helper.make_node("Add", ["state", "output"], ["stateN"]),
        helper.make_node("Cast", ["sr"], ["unused"], to=TensorProto.FLOAT),
    ]
    rate = helper.make_tensor_value_info("sr", TensorProto.INT64, [])
    outputs = [_value("output", "B", 1), _value("stateN", 2, "B", 128)]
    return _save(path, nodes, [_value("input", "B", "N"), _value("state", 2, "B", 128), rate], outputs, [], {}, opset=17)


def _value(name: str, *shape: int | str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _save(
    path: Path,
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
    weights: list[onnx.TensorProto],
    metadata: dict[str, str],
    *,
    opset: int = OPSET,
) -> Path:
    graph = helper.make_graph(nodes, path.stem, inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=IR_VERSION)
    helper.set_model_props(model, metadata)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path
