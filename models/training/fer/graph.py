"""The trained network as ONNX, written node by node: norms folded into the convolutions, floats of 32 or 16 bits."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from affectia import registry
from fer.shape import BLOCKS, EMOTIONS, LEAST_VARIANCE, NORM_EPSILON, SIDE, WIDTHS

OPSET: Final = 17
IR_VERSION: Final = 8
TRAINED_ON: Final = "FER+ train"
# Nodes that bring light and contrast of every face to the same: they stay float, they cost nothing.
NORMALIZATION: Final = ("mean", "centred", "squares", "variance", "raised", "deviation", "normalized")

Weights = dict[str, NDArray[np.float32]]


class _Graph:
    """Nodes and constants, as they are added; what is weighed is kept in `kind`."""

    def __init__(self, kind: type[np.floating]) -> None:
        self.kind = kind
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: NDArray[np.floating], kind: type[np.floating] | None = None) -> str:
        """A constant of floats."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value, kind or self.kind), name))
        return name

    def integers(self, name: str, *values: int) -> str:
        """A constant of whole numbers."""
        self.constants.append(numpy_helper.from_array(np.array(values, np.int64), name))
        return name

    def node(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Add a node of one output, named after it; its name."""
        node = helper.make_node(operator, inputs, [output], **attributes)
        node.name = output
        self.nodes.append(node)
        return output

    def convolution(self, x: str, name: str, state: Weights, layer: str, norm: str, *, stride: int = 1) -> str:
        """A convolution with the norm behind it."""
        scale = state[f"{norm}.weight"] / np.sqrt(state[f"{norm}.running_var"] + NORM_EPSILON)
        kernel = state[f"{layer}.weight"] * scale[:, None, None, None]
        bias = state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * scale
        inputs = [x, self.constant(f"{name}_w", kernel), self.constant(f"{name}_b", bias)]
        side = kernel.shape[2]
        return self.node("Conv", inputs, name, kernel_shape=[side, side], strides=[stride] * 2, pads=[side // 2] * 4)


def model_of(state: Weights, *, is_half: bool = False) -> onnx.ModelProto:
    """`faces` float32 [B, 1, 48, 48] in, `logits` float32 [B, 8] out; `is_half`: 16 bits between the two, for GPUs.

    Every face goes through twice, as it is and mirrored, and the mean is taken: the answer is the same for a face and its mirror image.
    """
    graph = _Graph(np.float16 if is_half else np.float32)
    x = _normalized(graph)
    last, before_first, across = (graph.integers(name, at) for name, at in (("last", -1), ("before_first", -SIDE - 1), ("across", 3)))
    mirrored = graph.node("Slice", [x, last, before_first, across, last], "mirrored")  # from the last column back to the first
    x = graph.node("Concat", [x, mirrored], "both", axis=0)
    if is_half:
        x = graph.node("Cast", [x], "narrow", to=TensorProto.FLOAT16)
    x = graph.node("Relu", [graph.convolution(x, "enter", state, "enter", "enter_norm")], "entered")
    number = 0
    for _, depth in zip(WIDTHS, BLOCKS, strict=True):
        for place in range(depth):
            x = _block(graph, x, state, number, stride=1 if place else 2)
            number += 1
    x = graph.node("GlobalAveragePool", [x], "pooled")
    x = graph.node("Flatten", [x], "features", axis=1)
    x = graph.node("Reshape", [x, graph.integers("pairs", 2, -1, WIDTHS[-1])], "views")
    x = graph.node("ReduceMean", [x], "merged", axes=[0], keepdims=0)
    inputs = [x, graph.constant("leave_w", state["leave.weight"].T), graph.constant("leave_b", state["leave.bias"])]
    x = graph.node("Gemm", inputs, "leave" if is_half else "logits")
    if is_half:
        graph.node("Cast", [x], "logits", to=TensorProto.FLOAT)
    faces = helper.make_tensor_value_info("faces", TensorProto.FLOAT, ["B", 1, SIDE, SIDE])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["B", EMOTIONS])
    whole = helper.make_graph(graph.nodes, "fer", [faces], [logits], graph.constants)
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="affectia", ir_version=IR_VERSION)
    onnx.checker.check_model(model)
    return model


def with_facts(model: onnx.ModelProto, *, version: str, temperature: float) -> onnx.ModelProto:
    """The model with what is said of it: probabilities are softmax(logits / temperature)."""
    del model.metadata_props[:]
    facts = {"version": version, "temperature": f"{temperature:.4f}", "labels": ",".join(registry.EMOTIONS), "trained_on": TRAINED_ON}
    for key, value in facts.items():
        model.metadata_props.add(key=key, value=value)
    return model


def _normalized(graph: _Graph) -> str:
    mean = graph.node("ReduceMean", ["faces"], "mean", axes=[2, 3], keepdims=1)
    centred = graph.node("Sub", ["faces", mean], "centred")
    squares = graph.node("Mul", [centred, centred], "squares")
    variance = graph.node("ReduceMean", [squares], "variance", axes=[2, 3], keepdims=1)
    raised = graph.node("Add", [variance, graph.constant("least_variance", np.array(LEAST_VARIANCE), np.float32)], "raised")
    return graph.node("Div", [centred, graph.node("Sqrt", [raised], "deviation")], "normalized")


def _block(graph: _Graph, x: str, state: Weights, number: int, *, stride: int) -> str:
    name, layer = f"block{number}", f"blocks.{number}"
    seen = graph.node(
        "Relu", [graph.convolution(x, f"{name}_first", state, f"{layer}.first", f"{layer}.first_norm", stride=stride)], f"{name}_seen"
    )
    seen = graph.convolution(seen, f"{name}_second", state, f"{layer}.second", f"{layer}.second_norm")
    if f"{layer}.straight.1.weight" in state:
        if stride != 1:
            x = graph.node("AveragePool", [x], f"{name}_pooled", kernel_shape=[stride] * 2, strides=[stride] * 2)
        x = graph.convolution(x, f"{name}_straight", state, f"{layer}.straight.1", f"{layer}.straight.2")
    return graph.node("Relu", [graph.node("Add", [x, seen], f"{name}_sum")], f"{name}_out")
