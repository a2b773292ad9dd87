"""An ONNX network, opened once for the process: one thread, no spinning, inputs and outputs checked against what its user needs."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia.errors import ModelCorrupt, ModelError, ModelMissing

# The size of each axis: None where the network takes every size.
Shape = tuple[int | None, ...]
ANY: Final = -1  # in a wanted shape: the network says how large the axis is

RUNTIME: Final = "onnxruntime"
_ERRORS_ONLY: Final = 3  # onnxruntime's own levels; its warnings go to standard error past our log


class OnnxSession:
    """One loaded network without state; any thread may run it, several at a time.

    `name` is what messages call it. `inputs` and `outputs` are the names and shapes that its user relies on; a model that takes every size
    where one is wanted will do, one that fixes a size where every size is wanted will not.

    Raises:
        ModelError: onnxruntime is not installed.
        ModelMissing: the file is not there.
        ModelCorrupt: onnxruntime refuses the file, or its inputs and outputs are others.
    """

    def __init__(self, path: Path, *, name: str, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> None:
        runtime = _runtime()
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1  # the networks are small, and perception has threads of its own
        options.inter_op_num_threads = 1
        options.execution_mode = runtime.ExecutionMode.ORT_SEQUENTIAL
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry("session.inter_op.allow_spinning", "0")
        options.enable_mem_pattern = False  # a plan is kept for each shape that was ever seen, and ours change all the time
        options.log_severity_level = _ERRORS_ONLY
        try:
            model = path.read_bytes()
        except FileNotFoundError:
            raise ModelMissing(f"{name} is not there: {path}") from None
        except OSError as error:
            raise ModelCorrupt(f"{name} cannot be read: {error.strerror or type(error).__name__}: {path}") from error
        try:
            self._session: Any = runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its classes have no common base of their own
            raise ModelCorrupt(f"{name} is refused by {RUNTIME} ({type(error).__name__}), expected an ONNX model: {path}") from None
        self.input_shapes = _shapes(self._session.get_inputs())
        self.output_shapes = _shapes(self._session.get_outputs())
        self.metadata: dict[str, str] = dict(self._session.get_modelmeta().custom_metadata_map)
        for what, found, wanted in (("inputs", self.input_shapes, inputs), ("outputs", self.output_shapes, outputs)):
            if not _fits(found, wanted):
                raise ModelCorrupt(f"{name} has {what} {_in_words(found)}, expected {_in_words(wanted)}: {path}")

    def run(self, outputs: Sequence[str], inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[np.float32]]:
        """The outputs by these names; fresh arrays, which their caller owns."""
        answers: list[NDArray[np.float32]] = self._session.run(outputs, inputs)
        return answers


def _runtime() -> ModuleType:
    """The library, imported where a network is opened and not before: the core works without it."""
    try:
        runtime = importlib.import_module(RUNTIME)
    except ImportError:
        raise ModelError(f"{RUNTIME} is not installed, expected it for networks that listen, run `pip install affectia[cpu]`") from None
    runtime.disable_telemetry_events()  # its Windows build hands events to the system's tracing
    return runtime


def _shapes(values: Sequence[Any]) -> dict[str, Shape]:
    """Axes that the model leaves open have a name or nothing in the place of a size."""
    return {value.name: tuple(axis if isinstance(axis, int) else None for axis in value.shape) for value in values}


def _fits(found: Mapping[str, Shape], wanted: Mapping[str, Shape]) -> bool:
    return found.keys() == wanted.keys() and all(
        len(found[name]) == len(shape) and all(size == ANY or axis in (None, size) for axis, size in zip(found[name], shape, strict=True))
        for name, shape in wanted.items()
    )


def _in_words(shapes: Mapping[str, Shape]) -> str:
    """`mel [*, *, 40] and state [*, any]`."""
    words = {None: "*", ANY: "any"}
    return " and ".join(f"{name} [{', '.join(words.get(axis, str(axis)) for axis in shape)}]" for name, shape in shapes.items())
