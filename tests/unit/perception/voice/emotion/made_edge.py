"""An encoder and a head small enough to be made by a test, with the names, roundings and fixed lengths of the real ones."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from affectia.inference.manifest import Manifest
from affectia.inference.model_store import ModelStore
from affectia.perception.voice.emotion.edge_encoder import TAP, WIDTH
from affectia.perception.voice.emotion.edge_mel import MELS

PLACES = 400
OPSET = 18
IR_VERSION = 9
SCALE = 0.01  # of the 8-bit weights
POSITIONS = "inner.encoder.embed_positions.weight"


def edge_encoder(
    *, tap: str = TAP, width: int = WIDTH, source: str = "input_features", positions: str = POSITIONS
) -> tuple[bytes, dict[str, NDArray[np.float32]]]:
    """The file, and its weights as numbers: a convolution by 2, places, a norm (`tap`), and a layer behind it that nobody needs."""
    random = np.random.default_rng(1)
    weights: list[onnx.TensorProto] = []

    def constant(name: str, values: NDArray[np.generic] | np.generic) -> str:
        weights.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def as_list(name: str, values: list[float]) -> str:  # small constants lie in lists and not in bytes
        weights.append(helper.make_tensor(name, TensorProto.FLOAT, [len(values)], values))
        return name

    small = random.integers(-50, 50, (width, MELS, 3), np.int8)
    bias = random.integers(-90, 90, width, np.int32)
    places = random.normal(0, 1, (PLACES, width)).astype(np.float32)
    scales = (SCALE * (1 + random.random(width))).astype(np.float32)
    # 8-bit activations so coarse that nothing would be left of the sound: they must be out of the way.
    coarse = (constant("coarse", np.float32(100)), constant("coarse_zero", np.uint8(0)))
    nodes = [
        helper.make_node("DequantizeLinear", [constant("small", small), as_list("scales", list(map(float, scales)))], ["kernel"], axis=0),
        helper.make_node("DequantizeLinear", [constant("small_bias", bias), constant("scale", np.float32(SCALE))], ["bias"]),
        helper.make_node("DequantizeLinear", [constant("unused", small[:2]), "scale"], ["unused_weight"]),
        helper.make_node("QuantizeLinear", [source, *coarse], ["sound_rounded"]),
        helper.make_node("DequantizeLinear", ["sound_rounded", *coarse], ["sound"]),
        helper.make_node("Conv", ["sound", "kernel", "bias"], ["heard"], strides=[2], pads=[1, 1], kernel_shape=[3]),
        helper.make_node("Transpose", ["heard"], ["by_time"], perm=[0, 2, 1]),
        helper.make_node("Add", ["by_time", constant(positions, places)], ["placed"]),
        helper.make_node("Shape", ["sound"], ["count"], start=0, end=1),
        helper.make_node("Concat", ["count", constant("long", np.array([PLACES])), constant("wide", np.array([width]))], ["shape"], axis=0),
        helper.make_node("Reshape", ["placed", "shape"], ["shaped"]),
        helper.make_node(
            "LayerNormalization",
            ["shaped", constant("gain", np.ones(width, np.float32)), constant("offset", np.zeros(width, np.float32))],
            [tap],
        ),
        helper.make_node("QuantizeLinear", [tap, *coarse], ["tap_rounded"]),
        helper.make_node("DequantizeLinear", ["tap_rounded", *coarse], ["tap_again"]),
        helper.make_node("ReduceMean", ["tap_again", constant("axes", np.array([1, 2]))], ["logits"], keepdims=0),
    ]
    inputs = [helper.make_tensor_value_info(source, TensorProto.FLOAT, ["s6", MELS, 2 * PLACES])]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["s6"])]
    stale = [helper.make_tensor_value_info(tap, TensorProto.FLOAT, ["s6", PLACES, width])]
    graph = helper.make_graph(nodes, "encoder", inputs, outputs, weights, value_info=stale)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.checker.check_model(model)
    kernel = small.astype(np.float32) * scales[:, None, None]
    return model.SerializeToString(), {"kernel": kernel, "bias": np.asarray(bias * np.float32(SCALE)), "places": places}


def expected_frames(mel: NDArray[np.float32], weights: dict[str, NDArray[np.float32]]) -> NDArray[np.float64]:
    """What the tap gives in the arithmetic of double precision, without any rounding."""
    padded = np.pad(mel.astype(np.float64), ((0, 0), (0, 0), (1, 1)))
    frames = mel.shape[2] // 2
    taps = np.stack([padded[:, :, k : k + 2 * frames : 2] for k in range(3)], axis=-1)  # (n, mels, frames, 3)
    heard = np.einsum("nmtk,wmk->ntw", taps, weights["kernel"].astype(np.float64)) + weights["bias"] + weights["places"][:frames]
    centred = heard - heard.mean(axis=2, keepdims=True)
    return np.asarray(centred / np.sqrt(np.square(centred).mean(axis=2, keepdims=True) + 1e-5))


def save_edge_head(path: Path, *, sharpness: float = 1.0, unknown: float = 0.0, classes: int = 4, **facts: str | None) -> Path:
    """Logits that are `sharpness` times the first features of the mean of the frames that are heard; a constant `unknown`."""
    head = {
        "version": "7",
        "labels": "neutral,happy,sad,angry",
        "temperature": "2",
        "usual": "-1,-2,-3,-4",
        "encoder_sha256": "",
        "tap": TAP,
    } | facts
    pick = np.zeros((WIDTH, classes), np.float32)
    pick[range(classes), range(classes)] = sharpness
    weights = [numpy_helper.from_array(value, name) for name, value in (("pick", pick), ("time", np.array([1])), ("last", np.array([2])))]
    weights.append(numpy_helper.from_array(np.array(unknown, np.float32), "doubt"))
    nodes = [
        helper.make_node("Unsqueeze", ["heard", "last"], ["counts"]),
        helper.make_node("Mul", ["frames", "counts"], ["counted"]),
        helper.make_node("ReduceSum", ["counted", "time"], ["sum"], keepdims=0),
        helper.make_node("ReduceSum", ["heard", "time"], ["total"], keepdims=1),
        helper.make_node("Div", ["sum", "total"], ["mean"]),
        helper.make_node("MatMul", ["mean", "pick"], ["logits"]),
        helper.make_node("Mul", ["total", "doubt"], ["doubted"]),
        helper.make_node("Div", ["doubted", "total"], ["doubts"]),
        helper.make_node("Squeeze", ["doubts", "time"], ["unknown"]),
    ]
    floats = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "head",
        [helper.make_tensor_value_info("frames", floats, ["n", "t", WIDTH]), helper.make_tensor_value_info("heard", floats, ["n", "t"])],
        [helper.make_tensor_value_info("logits", floats, ["n", classes]), helper.make_tensor_value_info("unknown", floats, ["n"])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    for key, value in head.items():
        if value is not None:
            model.metadata_props.add(key=key, value=value)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path


def store_with_encoder(folder: Path, content: bytes) -> ModelStore:
    """A store that has this file as the model of the edge encoder."""
    sha256 = hashlib.sha256(content).hexdigest()
    manifest = Manifest.parse(
        f"""
[[model]]
id = "smart_turn"
kind = "model"
file = "encoder.onnx"
bytes = {len(content)}
sha256 = "{sha256}"
licence = "BSD-2-Clause"
purpose = "made by a test"
used_for = ["test"]
sources = [{{ type = "url", url = "https://example.org/encoder.onnx" }}]
"""
    )
    place = folder / "models" / sha256[:16] / "encoder.onnx"
    place.parent.mkdir(parents=True)
    place.write_bytes(content)
    return ModelStore(folder, manifest=manifest)
