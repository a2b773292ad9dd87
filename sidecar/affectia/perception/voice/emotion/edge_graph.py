"""The first layers of a quantised speech encoder, cut out of its ONNX file and made to run on sound of any length, in float32.

The file (smart-turn 3.2: the encoder of whisper-tiny with a head of its own) wants 8 s of sound and runs four layers. How somebody feels
shows best in an early one, and windows are shorter. Its 8-bit activations were fitted to another use, and 8-bit products are not the
same on every processor: they are taken out, its 8-bit weights are what they are.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError
from numpy.typing import NDArray

SOUND: Final = "input_features"
FRAMES: Final = "frames"
_POSITIONS: Final = "inner.encoder.embed_positions.weight"
_FLOAT, _INT64 = 1, 7  # TensorProto.DataType
_DTYPES: Final = {1: np.float32, 2: np.uint8, 3: np.int8, 6: np.int32, 7: np.int64}
_DEFAULT_AXIS: Final = 1  # of DequantizeLinear
_PLACE_AXES: Final = 2  # frames, width
_ROUNDING: Final = ("QuantizeLinear", "DequantizeLinear")
_ENDS: Final = {"nought": 0, "one": 1, "two": 2}  # of slices

# Of onnx.proto (ONNX 1.17) only what is touched here: protobuf keeps the fields that it does not know. A star is a list.
_MESSAGES: Final[dict[str, tuple[tuple[str, int, str], ...]]] = {
    "ModelProto": (("graph", 7, "GraphProto"),),
    "GraphProto": (
        ("node", 1, "*NodeProto"), ("initializer", 5, "*TensorProto"), ("input", 11, "*ValueInfoProto"),
        ("output", 12, "*ValueInfoProto"), ("value_info", 13, "*ValueInfoProto"),
    ),
    "NodeProto": (("input", 1, "*string"), ("output", 2, "*string"), ("op_type", 4, "string"), ("attribute", 5, "*AttributeProto")),
    "AttributeProto": (("name", 1, "string"), ("i", 3, "int64")),
    "TensorProto": (
        ("dims", 1, "*int64"), ("data_type", 2, "int32"), ("float_data", 4, "*float"), ("int32_data", 5, "*int32"),
        ("int64_data", 7, "*int64"), ("name", 8, "string"), ("raw_data", 9, "bytes"),
    ),
    "ValueInfoProto": (("name", 1, "string"), ("type", 2, "TypeProto")),
    "TypeProto": (("tensor_type", 1, "TensorType"),),
    "TensorType": (("elem_type", 1, "int32"), ("shape", 2, "TensorShape")),
    "TensorShape": (("dim", 1, "*Dimension"),),
    "Dimension": (("dim_value", 1, "int64"), ("dim_param", 2, "string")),
}  # fmt: skip
_SCALARS: Final = {
    "float": descriptor_pb2.FieldDescriptorProto.TYPE_FLOAT,
    "string": descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
    "bytes": descriptor_pb2.FieldDescriptorProto.TYPE_BYTES,
    "int32": descriptor_pb2.FieldDescriptorProto.TYPE_INT32,
    "int64": descriptor_pb2.FieldDescriptorProto.TYPE_INT64,
}


def cut(content: bytes, *, tap: str) -> bytes:
    """An ONNX model: `SOUND` (n, mels, time) in, the value `tap` of this one out, as `FRAMES` (n, frames, width), one for two of time.

    n and time are any; there are no more frames than the encoder has places (400, 8 s).

    Raises:
        ValueError: the content is no such encoder.
    """
    model: Any = _MODEL()
    try:
        model.ParseFromString(content)
    except DecodeError:
        raise ValueError("is no ONNX model") from None
    graph = model.graph
    constants: dict[str, Any] = {tensor.name: tensor for tensor in graph.initializer}
    if _POSITIONS not in constants or [value.name for value in graph.input] != [SOUND]:
        raise ValueError("is another network")
    makers: dict[str, Any] = {}
    aliases: dict[str, str] = {}
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and constants.keys() >= set(node.input):
            constants[node.output[0]] = _dequantised(node, constants)
        elif node.op_type in _ROUNDING:
            aliases[node.output[0]] = node.input[0]
        else:
            makers.update((name, node) for name in node.output)
    if tap not in makers:
        raise ValueError(f"has no value {tap}")
    if len(constants[_POSITIONS].dims) != _PLACE_AXES:
        raise ValueError(f"has places of {len(constants[_POSITIONS].dims)} axes")
    needed = _needed(tap, makers, aliases)
    places, width = constants[_POSITIONS].dims
    nodes: list[Any] = []
    for node in (node for node in graph.node if id(node) in needed):
        kept = _copy(node)
        kept.input[:] = [_origin(name, aliases) for name in node.input]
        if _POSITIONS in kept.input:
            nodes.extend(_as_many(kept))
        nodes.append(kept)
    nodes[-1].output[:] = [FRAMES]  # the file is in the order of running
    used = {name for node in nodes for name in node.input}
    weights = [_tensor(name, np.array([value], np.int64)) for name, value in _ENDS.items()]
    for name in sorted(used & constants.keys()):
        is_length = list(constants[name].dims) == [1] and constants[name].data_type == _INT64 and _array(constants[name])[0] == places
        weights.append(_tensor(name, np.array([-1], np.int64)) if is_length else _copy(constants[name]))  # shapes: as many as there are
    mels = graph.input[0].type.tensor_type.shape.dim[1].dim_value
    for field in ("node", "initializer", "value_info", "input", "output"):
        graph.ClearField(field)
    graph.node.extend(nodes)
    graph.initializer.extend(weights)
    _describe(graph.input.add(name=SOUND), "n", mels, "time")
    _describe(graph.output.add(name=FRAMES), "n", FRAMES, width)
    whole: bytes = model.SerializeToString()
    return whole


def _needed(tap: str, makers: dict[str, Any], aliases: dict[str, str]) -> set[int]:
    """The ids of the nodes that must run for `tap`."""
    needed: set[int] = set()
    waiting = [tap]
    while waiting:
        node = makers.get(_origin(waiting.pop(), aliases))
        if node is not None and id(node) not in needed:
            needed.add(id(node))
            waiting.extend(node.input)
    return needed


def _origin(name: str, aliases: dict[str, str]) -> str:
    """The value that a chain of roundings began with."""
    while name in aliases:
        name = aliases[name]
    return name


def _as_many(node: Any) -> list[Any]:
    """Nodes that cut the places down to the frames that are there, for `node`, which adds them and is changed."""
    frames = next(name for name in node.input if name != _POSITIONS)
    node.input[:] = [frames, "places"]
    return [
        _node("Shape", (frames,), "frames_shape"),
        _node("Slice", ("frames_shape", "one", "two"), "frames_count"),
        _node("Slice", (_POSITIONS, "nought", "frames_count"), "places"),
    ]


def _dequantised(node: Any, constants: dict[str, Any]) -> Any:
    values, scale = (_array(constants[name]) for name in node.input[:2])
    zero = _array(constants[node.input[2]]) if len(node.input) > 2 else np.zeros((), values.dtype)
    axis = next((attribute.i for attribute in node.attribute if attribute.name == "axis"), _DEFAULT_AXIS) % values.ndim
    if scale.ndim == 1:
        along = [1] * values.ndim
        along[axis] = -1
        scale, zero = scale.reshape(along), zero.reshape(along) if zero.ndim else zero
    return _tensor(node.output[0], (values.astype(np.float32) - zero.astype(np.float32)) * scale)


def _array(tensor: Any) -> NDArray[Any]:
    """The values, which lie in bytes or, few ones, in a list."""
    dtype = _DTYPES.get(tensor.data_type)
    if dtype is None:
        raise ValueError(f"has a constant of type {tensor.data_type}")
    if tensor.raw_data:
        values = np.frombuffer(tensor.raw_data, np.dtype(dtype).newbyteorder("<"))
    else:
        values = np.array({_FLOAT: tensor.float_data, _INT64: tensor.int64_data}.get(tensor.data_type, tensor.int32_data), dtype)
    if values.size != math.prod(tensor.dims):
        raise ValueError(f"has a constant of {values.size} values")
    return values.reshape(tuple(tensor.dims))


def _tensor(name: str, array: NDArray[Any]) -> Any:
    number = next(number for number, dtype in _DTYPES.items() if dtype == array.dtype)
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return _TENSOR(name=name, dims=array.shape, data_type=number, raw_data=little.tobytes())


def _node(kind: str, inputs: tuple[str, ...], output: str) -> Any:
    return _NODE(op_type=kind, input=inputs, output=[output])


def _copy(message: Any) -> Any:
    copy = type(message)()
    copy.CopyFrom(message)
    return copy


def _describe(value: Any, *axes: str | int) -> None:
    value.type.tensor_type.elem_type = _FLOAT
    for axis in axes:
        value.type.tensor_type.shape.dim.add(**{"dim_param" if isinstance(axis, str) else "dim_value": axis})


def _classes() -> dict[str, Any]:
    """The classes of `_MESSAGES`, in a pool of their own: the package `onnx` may be imported beside them."""
    file = descriptor_pb2.FileDescriptorProto(name="affectia/onnx_parts.proto", package="affectia.onnx_parts", syntax="proto2")
    for message, fields in _MESSAGES.items():
        made = file.message_type.add(name=message)
        for name, number, kind in fields:
            is_list, kind = kind.startswith("*"), kind.removeprefix("*")
            field = made.field.add(name=name, number=number)
            field.label = field.LABEL_REPEATED if is_list else field.LABEL_OPTIONAL
            if kind in _SCALARS:
                field.type = _SCALARS[kind]
            else:
                field.type, field.type_name = field.TYPE_MESSAGE, f".{file.package}.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{file.package}.{name}")) for name in _MESSAGES}


_CLASSES: Final = _classes()
_MODEL, _NODE, _TENSOR = (_CLASSES[name] for name in ("ModelProto", "NodeProto", "TensorProto"))
