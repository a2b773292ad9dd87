"""Networks with the inputs and outputs of SenseVoice, small enough to be made by a test, and the files beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

FEATURES = 560
# Ids of our own, so that nothing can pass that takes the published ones for granted.
IDS = {
    "<blank>": 0,
    "<|HAPPY|>": 30,
    "<|SAD|>": 12,
    "<|ANGRY|>": 13,
    "<|NEUTRAL|>": 14,
    "<|FEARFUL|>": 9,
    "<|DISGUSTED|>": 8,
    "<|SURPRISED|>": 7,
    "<|EMO_UNKNOWN|>": 31,
    "<|zh|>": 20,
    "<|en|>": 21,
    "<|yue|>": 22,
    "<|ja|>": 23,
    "<|ko|>": 24,
    "<|nospeech|>": 25,
    "<|BGM|>": 33,
    "<|Speech|>": 34,
    "<|Applause|>": 35,
    "<|Laughter|>": 36,
    "<|Cry|>": 37,
    "<|Sneeze|>": 38,
    "<|Breath|>": 39,
    "<|Cough|>": 40,
    "<|Event_UNK|>": 41,
    "▁the": 2,
    "\u2028": 3,  # which Unicode takes for the end of a line
}
VOCABULARY = 44
SHERPA_INPUTS, SHERPA_OUTPUTS = ("x", "x_length", "language", "text_norm"), ("logits",)
FUNASR_INPUTS, FUNASR_OUTPUTS = ("speech", "speech_lengths", "language", "textnorm"), ("ctc_logits", "encoder_out_lens")
OTHER_LANGUAGE_ID = 3  # of "zh" in the published network


def weights(seed: int = 1, vocabulary: int = VOCABULARY) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The network's query vectors (16, FEATURES) and its one layer (FEATURES, vocabulary)."""
    random = np.random.default_rng(seed)
    queries = random.standard_normal((16, FEATURES)).astype(np.float32)
    layer = (random.standard_normal((FEATURES, vocabulary)) / np.sqrt(FEATURES)).astype(np.float32)
    return queries, layer


def expected_logits(rows: NDArray[np.float32], *, language: int = 0, writing: int = 15) -> NDArray[np.float32]:
    """(4 + rows, VOCABULARY): what the made network says of (rows, FEATURES)."""
    queries, layer = weights()
    given = np.concatenate((queries[[language, 1, 2, writing]], rows))
    return np.asarray((given + rows.mean(axis=0)) @ layer, np.float32)


def norm_metadata() -> dict[str, str]:
    """A norm as sherpa-onnx writes it: adds 0, 0.01, ..., then halves."""
    shift = ",".join(f"{0.01 * index:.2f}" for index in range(FEATURES))
    return {"neg_mean": shift, "inv_stddev": ",".join(["0.5"] * FEATURES)}


def save_norm(path: Path, *, shift: list[str] | None = None, scale: list[str] | None = None) -> Path:
    """The same norm as FunASR writes it."""
    metadata = norm_metadata()
    shift = metadata["neg_mean"].split(",") if shift is None else shift
    scale = metadata["inv_stddev"].split(",") if scale is None else scale
    lines = ["<Nnet>", f"<Splice> {FEATURES} {FEATURES}", "[ 0 ]"]
    lines += [f"<AddShift> {FEATURES} {FEATURES}", f"<LearnRateCoef> 0 [ {' '.join(shift)} ]"]
    lines += [f"<Rescale> {FEATURES} {FEATURES}", f"<LearnRateCoef> 0 [ {' '.join(scale)} ]", "</Nnet>"]
    path.write_text("\n".join(lines) + "\n", encoding="ascii")
    return path


def save_tokens(path: Path, ids: dict[str, int] | None = None) -> Path:
    """A token and its id on each line."""
    ids = IDS if ids is None else ids
    path.write_bytes("".join(f"{token} {number}\n" for token, number in ids.items()).encode())
    return path


def save_sense_voice(
    path: Path,
    *,
    inputs: tuple[str, ...] = SHERPA_INPUTS,
    outputs: tuple[str, ...] = SHERPA_OUTPUTS,
    metadata: dict[str, str] | None = None,
    vocabulary: int = VOCABULARY,
    features: int = FEATURES,
    broken: str = "",
) -> Path:
    """`expected_logits` as a network, of either export; `broken`: "nan" or "short" (no position for the queries)."""
    queries, layer = weights(vocabulary=vocabulary)
    if broken == "nan":
        layer = layer * np.float32(np.nan)
    rows, counts, language, writing = inputs
    constants = {
        "queries": queries[:, :features],
        "layer": layer[:features],
        "feeling": np.array([1, 2]),
        "one": np.array([1]),
        "four": np.array([4], np.int32),
    }
    nodes = [
        helper.make_node("Cast", [language], ["language64"], to=TensorProto.INT64),
        helper.make_node("Cast", [writing], ["writing64"], to=TensorProto.INT64),
        helper.make_node("Concat", ["language64", "feeling", "writing64"], ["asked"], axis=0),
        helper.make_node("Gather", ["queries", "asked"], ["vectors"], axis=0),
        helper.make_node("Unsqueeze", ["vectors", "zero"], ["batch"]),
        helper.make_node("Concat", [rows] if broken == "short" else ["batch", rows], ["given"], axis=1),
        helper.make_node("ReduceMean", [rows, "one"], ["mean"], keepdims=1),
        helper.make_node("Add", ["given", "mean"], ["states"]),
        helper.make_node("MatMul", ["states", "layer"], [outputs[0]]),
    ]
    constants["zero"] = np.array([0])
    if len(outputs) > 1:
        nodes.append(helper.make_node("Add", [counts, "four"], [outputs[1]]))
    given = [helper.make_tensor_value_info(rows, TensorProto.FLOAT, ["N", "T", features])]
    given += [helper.make_tensor_value_info(name, TensorProto.INT32, ["N"]) for name in inputs[1:]]
    told = [helper.make_tensor_value_info(outputs[0], TensorProto.FLOAT, ["N", "L", vocabulary])]
    told += [helper.make_tensor_value_info(name, TensorProto.INT32, ["N"]) for name in outputs[1:]]
    tensors = [numpy_helper.from_array(values, name) for name, values in constants.items()]
    graph = helper.make_graph(nodes, path.stem, given, told, tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    helper.set_model_props(model, norm_metadata() if metadata is None else metadata)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path
