"""An ONNX network, opened once for the process: no spinning threads, inputs and outputs checked against what its user needs."""

from __future__ import annotations

import importlib
import mmap
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia.errors import ModelCorrupt, ModelError, ModelMissing
from affectia.inference.execution_providers import AUTO, CPU, in_order, notice, refusal

# The size of each axis: None where the network takes every size.
Shape = tuple[int | None, ...]
ANY: Final = -1  # in a wanted shape: the network says how large the axis is

RUNTIME: Final = "onnxruntime"
_QUANTIZING: Final = b"DynamicQuantizeLinear"  # a node's kind stands in the file as it is
_ERRORS_ONLY: Final = 3  # onnxruntime's own levels; its warnings go to standard error past our log


class OnnxSession:
    """One loaded network without state; any thread may run it, several at a time.

    `model` is a file or its bytes. `name` is what messages call it. `inputs` and `outputs` are the names and shapes that its user relies
    on; a model that takes every size where one is wanted will do, one that fixes a size where every size is wanted will not. Whoever
    knows them only when the network is open gives none, and calls `check`. `wanted` says what is to run it, as
    execution_providers.PROVIDERS names it, or AUTO, which leaves to the processor what cards have no kernels for; the default suits
    networks so small that a graphics card would only wait for its next call. `threads` is for networks that take longer than a result
    may.

    `provider` is what runs it, by onnxruntime's name; `notice` says why another one does not, and is empty where the first choice runs.

    Raises:
        ConfigError: `wanted` is no provider.
        ModelError: onnxruntime is not installed.
        ModelMissing: the file is not there.
        ModelCorrupt: onnxruntime refuses the file, or its inputs and outputs are others.
    """

    def __init__(
        self,
        model: Path | bytes,
        *,
        name: str,
        inputs: Mapping[str, Shape] | None = None,
        outputs: Mapping[str, Shape] | None = None,
        wanted: str = "cpu",
        threads: int = 1,
    ) -> None:
        runtime = _runtime()
        where = f": {model}" if isinstance(model, Path) else ""
        tried, refusals = in_order(wanted, runtime.get_available_providers())
        source = _readable(model, name)
        if wanted == AUTO and len(tried) > 1 and _quantizes_as_it_runs(source):
            tried = (CPU,)
        session, refused = _opened(runtime, source, tried=tried, threads=threads, subject=name, where=where)
        self._session: Any = session
        self.provider: str = session.get_providers()[0]
        self.notice = notice((*refusals, *refused), self.provider)
        self.input_shapes = _shapes(session.get_inputs())
        self.output_shapes = _shapes(session.get_outputs())
        self.metadata: dict[str, str] = dict(session.get_modelmeta().custom_metadata_map)
        self._name, self._where = name, where
        self.check(inputs=inputs, outputs=outputs)

    def check(self, *, inputs: Mapping[str, Shape] | None = None, outputs: Mapping[str, Shape] | None = None) -> None:
        """Compare what the network takes and gives with what its user relies on; None is not compared.

        Raises:
            ModelCorrupt: they are others.
        """
        for what, found, expected in (("inputs", self.input_shapes, inputs), ("outputs", self.output_shapes, outputs)):
            if expected is not None and not _fits(found, expected):
                raise ModelCorrupt(f"{self._name} has {what} {_in_words(found)}, expected {_in_words(expected)}{self._where}")

    def run(self, outputs: Sequence[str], inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[np.float32]]:
        """The outputs by these names; fresh arrays, which their caller owns."""
        answers: list[NDArray[np.float32]] = self._session.run(outputs, inputs)
        return answers


def _runtime() -> ModuleType:
    """The library, imported where a network is opened and not before: the core works without it."""
    try:
        runtime = importlib.import_module(RUNTIME)
    except ImportError:
        raise ModelError(
            f"{RUNTIME} is not installed, expected it for networks that hear voices and read faces, run `pip install affectia[cpu]`"
        ) from None
    runtime.disable_telemetry_events()  # its Windows build hands events to the system's tracing
    return runtime


def _readable(model: Path | bytes, name: str) -> str | bytes:
    """What onnxruntime is given: it would not tell a file that is not there from one that is no model."""
    if isinstance(model, bytes):
        return model
    try:
        with model.open("rb"):
            return str(model)
    except FileNotFoundError:
        raise ModelMissing(f"{name} is not there: {model}") from None
    except OSError as error:
        raise ModelCorrupt(f"{name} cannot be read: {error.strerror or type(error).__name__}: {model}") from error


def _quantizes_as_it_runs(source: str | bytes) -> bool:
    """Whether this is an int8 network that scales its input anew in each layer: cards have no kernels for that (onnxruntime's issues 7745
    and 12229), so every layer would be copied to the processor and back, and it is quicker there from the start.
    """
    if isinstance(source, bytes):
        return _QUANTIZING in source
    with open(source, "rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content.find(_QUANTIZING) >= 0


def _opened(
    runtime: ModuleType, source: str | bytes, *, tried: Sequence[str], threads: int, subject: str, where: str
) -> tuple[Any, list[str]]:
    """The session by the first of the providers `tried` that takes it, and why those before it did not; CPU is the last of them."""
    refused: list[str] = []
    for provider in tried:
        chosen = [provider] if provider == CPU else [provider, CPU]
        try:
            # Its own way of falling back writes to standard output and tells its caller nothing.
            session = runtime.InferenceSession(source, _options(runtime, threads), providers=chosen, enable_fallback=0)
        except Exception as error:  # its classes have no common base of their own
            if provider != CPU:
                refused.append(refusal(provider, type(error).__name__))
                continue
            found = f"{subject} is refused by {RUNTIME} ({type(error).__name__})"
            raise ModelCorrupt(f"{found}, expected an ONNX model{where}") from None
        if session.get_providers()[0] == provider:
            break
        refused.append(refusal(provider, "it does not start on this machine"))
    return session, refused


def _options(runtime: ModuleType, threads: int) -> Any:
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = runtime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.enable_mem_pattern = False  # a plan is kept for each shape that was ever seen, and ours change all the time
    options.log_severity_level = _ERRORS_ONLY
    return options


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
