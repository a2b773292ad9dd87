"""Write the head as ONNX, and hold what it says against PyTorch, on frames of the encoder; likewise in half precision and in 8 bits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, quantize_static

from affectia.perception.voice.emotion.edge_encoder import WIDTH
from ser.corpus import LABELS
from ser.head import STEEPNESS, USUAL_FRAMES, VARIANCE_FLOOR, SerHead
from ser.measures import probabilities

_OPSET: Final = 18
_PARITY: Final = 1e-4  # of probabilities, of the same network elsewhere
_HALF_PARITY: Final = 0.01
_EIGHT_PARITY: Final = 0.1
_OTHERS: Final = 0.02  # of the windows may tell another emotion

Frames = NDArray[np.float32]


def model_of(head: SerHead, facts: Mapping[str, str], *, half: bool = False) -> onnx.ModelProto:
    """The head as the runtime runs it, with `facts` as its metadata; `half`: weights and arithmetic in float16, for graphics cards."""
    number = TensorProto.FLOAT16 if half else TensorProto.FLOAT
    dtype = np.float16 if half else np.float32
    constants: list[onnx.TensorProto] = []
    nodes: list[onnx.NodeProto] = []

    def constant(name: str, value: object) -> str:
        array = np.asarray(value)
        constants.append(numpy_helper.from_array(array if array.dtype == np.int64 else array.astype(dtype), name))
        return name

    def node(kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    weights = {name: value.numpy() for name, value in head.named_buffers()}
    # Exponents of squares would leave the range of float16: what is far is as far as this.
    limit = 64.0 if half else 1e4
    frames, heard = "frames", "heard"
    if half:
        frames, heard = (node("Cast", [name], f"{name}_half", to=number) for name in (frames, heard))
    time, last, first = constant("time", np.array([1])), constant("last", np.array([2])), constant("features", np.array([1]))
    count = node("Max", [node("ReduceSum", [heard, time], "heard_sum", keepdims=1), constant("one", 1.0)], "heard_count")
    share = node("Unsqueeze", [node("Div", [heard, count], "share_flat"), last], "share")
    mean = node("ReduceSum", [node("Mul", [frames, share], "shared"), time], "mean", keepdims=1)
    away = node("Sub", [frames, mean], "away")
    squares = node("Mul", [node("Mul", [away, away], "away_squared"), share], "away_shared")
    variance = node("ReduceSum", [squares, time], "variance", keepdims=0)
    spread = node("Sqrt", [node("Add", [variance, constant("floor", VARIANCE_FLOOR)], "variance_floored")], "spread")
    seen = node("Concat", [node("Squeeze", [mean, time], "mean_flat"), spread], "seen", axis=1)
    scaled = node("Mul", [seen, constant("scale", weights["scale"])], "scaled")
    standard = node("Add", [scaled, constant("shift", weights["shift"])], "standard")
    plain = node("Gemm", [standard, constant("matrix", weights["matrix"]), constant("bias", weights["bias"])], "told")
    surer = node("Sqrt", [node("Mul", [count, constant("usual", 1 / USUAL_FRAMES)], "length")], "surer")
    logits = node("Mul", [plain, surer], "told_surer")
    bounded = node("Clip", [standard, constant("lowest", -limit), constant("highest", limit)], "bounded")
    along = node("MatMul", [bounded, constant("directions", weights["directions"])], "along")
    along_squared = node("Mul", [along, along], "along_squared")
    part = node("Mul", [along_squared, constant("precision", weights["precision"])], "along_weighed")
    # Divided before they are summed, for the range of float16.
    small = constant("smaller", 1 / np.sqrt(head.rest))
    bounded_small, along_small = node("Mul", [bounded, small], "bounded_small"), node("Mul", [along, small], "along_small")
    whole = node("ReduceSum", [node("Mul", [bounded_small, bounded_small], "whole_squared"), first], "whole", keepdims=0)
    widest = node("ReduceSum", [node("Mul", [along_small, along_small], "widest_squared"), first], "widest", keepdims=0)
    near = node("ReduceSum", [part, first], "near", keepdims=0)
    far = node("Add", [near, node("Sub", [whole, widest], "rest")], "far")
    ratio = node("Log", [node("Mul", [far, constant("half_way", 1 / head.half)], "ratio")], "ratio_log")
    steep = node("Mul", [ratio, constant("steepness", STEEPNESS)], "steep")
    other = node("Squeeze", [node("MatMul", [standard, constant("other", weights["other"])], "other_column"), first], "other_flat")
    odds = node("Add", [other, constant("other_bias", head.other_bias)], "odds")
    unknown = node("Sigmoid", [node("Max", [steep, odds], "doubt_odds")], "doubt")
    for name, output in ((logits, "logits"), (unknown, "unknown")):
        node("Cast", [name], output, to=TensorProto.FLOAT)
    floats = TensorProto.FLOAT
    inputs = [
        helper.make_tensor_value_info("frames", floats, ["n", "time", WIDTH]),
        helper.make_tensor_value_info("heard", floats, ["n", "time"]),
    ]
    outputs = [
        helper.make_tensor_value_info("logits", floats, ["n", len(LABELS)]),
        helper.make_tensor_value_info("unknown", floats, ["n"]),
    ]
    graph = helper.make_graph(nodes, "speech_emotion_head", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], producer_name="affectia", ir_version=9)
    for key, value in facts.items():
        model.metadata_props.add(key=key, value=value)
    onnx.checker.check_model(model, full_check=True)
    return model


def write(head: SerHead, facts: Mapping[str, str], into: Path, *, frames: Frames, variants: Path) -> None:
    """The file, and variants of it in a folder: float16 for graphics cards, 8-bit weights and activations fitted to half of `frames`.

    Raises AssertionError where one of them does not say what PyTorch says of the frames (n, time, WIDTH).
    """
    into.parent.mkdir(parents=True, exist_ok=True)
    into.write_bytes(model_of(head, facts).SerializeToString())
    _compare(into, head, frames, most=_PARITY)
    half, eight = variants / f"{into.stem}.fp16.onnx", variants / f"{into.stem}.int8.onnx"
    half.write_bytes(model_of(head, facts, half=True).SerializeToString())
    _compare(half, head, frames, most=_HALF_PARITY)
    quantize_static(into, eight, _Calibration(frames[::2]), op_types_to_quantize=["Gemm", "MatMul"], per_channel=True)
    _compare(eight, head, frames[1::2], most=_EIGHT_PARITY)


class _Calibration(CalibrationDataReader):  # type: ignore[misc]  # it has no types
    """Frames one window after another, for the ranges of activations."""

    def __init__(self, frames: Frames) -> None:
        self._windows = iter(frames)

    def get_next(self) -> dict[str, Frames] | None:
        """The next window, or None at the end."""
        frames = next(self._windows, None)
        return None if frames is None else {"frames": frames[None], "heard": np.ones((1, len(frames)), np.float32)}


def _compare(path: Path, head: SerHead, frames: Frames, *, most: float) -> None:
    """Logits, doubts and what is told, of frames of which some do not count."""
    heard = np.random.default_rng(0).random(frames.shape[:2]) < 0.8
    with torch.no_grad():
        expected, doubt = (value.numpy() for value in head(torch.from_numpy(frames), torch.from_numpy(heard.astype(np.float32))))
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    logits, unknown = session.run(("logits", "unknown"), {"frames": frames, "heard": heard.astype(np.float32)})
    worst = float(np.abs(probabilities(logits) - probabilities(expected)).max())
    worst_doubt = float(np.abs(unknown - doubt).max())
    other = int(np.count_nonzero(logits.argmax(axis=1) != expected.argmax(axis=1)))
    print(
        f"{path.name}: {path.stat().st_size} bytes; against PyTorch, of {len(frames)} windows: probabilities differ by {worst:.1e},"
        f" doubts by {worst_doubt:.1e}, {other} tell another emotion"
    )
    assert worst <= most, f"probabilities differ by {worst}, expected at most {most}"
    assert worst_doubt <= most, f"doubts differ by {worst_doubt}, expected at most {most}"
    assert other <= _OTHERS * len(frames), f"{other} of {len(frames)} windows tell another emotion, expected at most {_OTHERS:.0%}"
