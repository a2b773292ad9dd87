"""The trained network as ONNX, written node by node: state in, state out, weights in 16 bit that the runtime widens once at loading.

Every layer is a product of matrices over (batch, time, channels): a convolution of few frames would be slower. Batch norms are folded in.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from affectia import registry
from affectia.perception.voice.log_mel import MELS
from viseme.network import DILATIONS, LABEL_DELAY, SMOOTHING, TAPS, VISEMES, VisemeNetwork

_VERSION: Final = "1"
_OPSET: Final = 17
_NORM_EPSILON: Final = 1e-5

Weights = dict[str, NDArray[np.float32]]


class _Graph:
    """Nodes and constants, as they are added."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def weights(self, name: str, value: NDArray[np.float32]) -> str:
        """A constant that is kept in 16 bit."""
        self.constants.append(numpy_helper.from_array(value.astype(np.float16), f"{name}_16"))
        return self.node("Cast", [f"{name}_16"], name, to=TensorProto.FLOAT)

    def integers(self, name: str, *values: int) -> str:
        """A constant of whole numbers."""
        if all(known.name != name for known in self.constants):
            self.constants.append(numpy_helper.from_array(np.array(values, np.int64), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        """Add a node of one output; its name."""
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def causal(
        self, name: str, x: str, past: str, *, channels: int, dilation: int, matrix: NDArray[np.float32], bias: NDArray[np.float32]
    ) -> tuple[str, str]:
        """(result, next past) of a dilated convolution; `past` is (batch, 2 * dilation * channels), `matrix` (TAPS * channels, out)."""
        rows = (TAPS - 1) * dilation
        held = self.node("Reshape", [past, self.integers(f"{name}_rows", 0, rows, channels)], f"{name}_held")
        heard = self.node("Concat", [held, x], f"{name}_heard", axis=1)
        time, far = self.integers("axis_time", 1), self.integers("far", np.iinfo(np.int64).max)
        taps = []
        for tap in range(TAPS - 1):
            begin, end = (
                self.integers(f"at_{tap * dilation}", tap * dilation),
                self.integers(f"at_{tap * dilation - rows}", tap * dilation - rows),
            )
            taps.append(self.node("Slice", [heard, begin, end, time], f"{name}_tap{tap}"))
        wide = self.node("Concat", [*taps, x], f"{name}_wide", axis=2)
        mixed = self.linear(name, wide, matrix, bias)
        last = self.node("Slice", [heard, self.integers(f"at_{-rows}", -rows), far, time], f"{name}_last")
        return mixed, self.node("Reshape", [last, self.integers(f"{name}_flat", 0, rows * channels)], f"{name}_next")

    def averaged(self, x: str, past: str, output: str) -> str:
        """The weighted mean of the newest rows of `x`, as `output`; the next past. `past` is (batch, rows * VISEMES)."""
        rows = len(SMOOTHING) - 1
        held = self.node("Reshape", [past, self.integers("shares_rows", 0, rows, VISEMES)], "shares_held")
        heard = self.node("Concat", [held, x], "shares_heard", axis=1)
        time, far = self.integers("axis_time", 1), self.integers("far", np.iinfo(np.int64).max)
        parts = []
        for tap, weight in enumerate(SMOOTHING):
            begin, end = self.integers(f"at_{rows - tap}", rows - tap), self.integers(f"at_{-tap}", -tap) if tap else far
            row = self.node("Slice", [heard, begin, end, time], f"shares_{tap}")
            self.constants.append(numpy_helper.from_array(np.array(weight, np.float32), f"weight_{tap}"))
            parts.append(self.node("Mul", [row, f"weight_{tap}"], f"share_{tap}"))
        self.node("Sum", parts, output)
        last = self.node("Slice", [heard, self.integers(f"at_{-rows}", -rows), far, time], "shares_last")
        return self.node("Reshape", [last, self.integers("shares_flat", 0, rows * VISEMES)], "shares_next")

    def linear(self, name: str, x: str, matrix: NDArray[np.float32], bias: NDArray[np.float32]) -> str:
        """X @ matrix + bias."""
        product = self.node("MatMul", [x, self.weights(f"{name}_w", matrix)], f"{name}_product")
        return self.node("Add", [product, self.weights(f"{name}_b", bias)], f"{name}_out")


def export(weights: Path, into: Path) -> None:
    """Write the network of a state dict; raises AssertionError where ONNX and PyTorch do not say the same."""
    state = {name: value.float().numpy() for name, value in torch.load(weights, weights_only=True).items()}
    model = model_of(state)
    onnx.checker.check_model(model)
    into.parent.mkdir(parents=True, exist_ok=True)
    into.write_bytes(model.SerializeToString())
    print(f"{into.name}: {into.stat().st_size} bytes")
    _compare(into, state)


def model_of(state: Weights) -> onnx.ModelProto:
    """The network as the runtime runs it."""
    channels = state["enter.weight"].shape[0]
    sizes = [(TAPS - 1) * MELS, *((TAPS - 1) * dilation * channels for dilation in DILATIONS), (len(SMOOTHING) - 1) * VISEMES]
    graph = _Graph()
    pasts = [f"past{number}" for number in range(len(sizes))]
    graph.nodes.append(helper.make_node("Split", ["state", graph.integers("sizes", *sizes)], pasts, axis=1))
    matrix, bias = _folded(state, "enter", "enter_norm")
    x, following = graph.causal("enter", "mel", pasts[0], channels=MELS, dilation=1, matrix=matrix, bias=bias)
    x = graph.node("Relu", [x], "entered")
    nexts = [following]
    for number, dilation in enumerate(DILATIONS):
        name = f"block{number}"
        matrix, bias = _folded(state, f"blocks.{number}.taps", f"blocks.{number}.norm")
        seen, following = graph.causal(name, x, pasts[number + 1], channels=channels, dilation=dilation, matrix=matrix, bias=bias)
        nexts.append(following)
        seen = graph.node("Relu", [seen], f"{name}_seen")
        mixed = graph.linear(f"{name}_mix", seen, state[f"blocks.{number}.mix.weight"][:, :, 0].T, state[f"blocks.{number}.mix.bias"])
        x = graph.node("Add", [x, mixed], f"{name}_sum")
    x = graph.node("Relu", [x], "left")
    logits = graph.linear("leave", x, state["leave.weight"][:, :, 0].T, state["leave.bias"])
    nexts.append(graph.averaged(graph.node("Softmax", [logits], "shares", axis=2), pasts[-1], "visemes"))
    graph.node("Concat", nexts, "next_state", axis=1)
    floats = TensorProto.FLOAT
    inputs = [
        helper.make_tensor_value_info("mel", floats, ["B", "T", MELS]),
        helper.make_tensor_value_info("state", floats, ["B", sum(sizes)]),
    ]
    outputs = [
        helper.make_tensor_value_info("visemes", floats, ["B", "T", len(registry.VISEMES)]),
        helper.make_tensor_value_info("next_state", floats, ["B", sum(sizes)]),
    ]
    whole = helper.make_graph(graph.nodes, "viseme", inputs, outputs, graph.constants)
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", _OPSET)], producer_name="affectia", ir_version=8)
    facts = {"look_ahead_frames": str(LABEL_DELAY + 1), "version": _VERSION, "labels": ",".join(registry.VISEMES)}
    for key, value in facts.items():
        model.metadata_props.add(key=key, value=value)
    return model


def _folded(state: Weights, layer: str, norm: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(taps * channels, out) matrix and (out,) bias of a convolution with the batch norm behind it."""
    scale = state[f"{norm}.weight"] / np.sqrt(state[f"{norm}.running_var"] + _NORM_EPSILON)
    kernel = state[f"{layer}.weight"] * scale[:, None, None]  # (out, in, taps)
    bias = (state[f"{layer}.bias"] - state[f"{norm}.running_mean"]) * scale + state[f"{norm}.bias"]
    return np.ascontiguousarray(kernel.transpose(2, 1, 0).reshape(-1, kernel.shape[0])), bias


def _compare(path: Path, state: Weights) -> None:
    """Cut into pieces, the network of the file must say what PyTorch says of the whole."""
    import onnxruntime

    network = VisemeNetwork(state["enter.weight"].shape[0])
    network.load_state_dict({name: torch.from_numpy(np.asarray(value)) for name, value in state.items()})
    mel = np.random.default_rng(0).normal(0, 0.7, (2, 90, MELS)).astype(np.float32)
    with torch.no_grad():
        network.eval()
        expected = network(torch.from_numpy(np.concatenate((mel, mel), axis=1)))[:, 90:].exp().numpy()
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    held = np.zeros((2, session.get_inputs()[1].shape[1]), np.float32)
    pieces = []
    for begin, end in ((0, 90), (0, 1), (1, 2), (2, 40), (40, 90)):
        piece, held = session.run(None, {"mel": mel[:, begin:end], "state": held})
        pieces.append(piece)
    worst = float(np.abs(np.concatenate(pieces[1:], axis=1) - expected).max())
    print(f"largest difference between PyTorch and ONNX in pieces: {worst:.1e}")
    assert worst < 5e-3, worst


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("into", type=Path)
    options = parser.parse_args()
    export(options.weights, options.into)
