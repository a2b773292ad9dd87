from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import onnxruntime
import pytest

from affectia.errors import ConfigError, ModelCorrupt, ModelError, ModelMissing
from affectia.inference.onnx_session import ANY, OnnxSession, Shape
from tests.unit.perception.voice.made_networks import save_quantized_network, save_sum_network

pytestmark = pytest.mark.unit

INPUTS: dict[str, Shape] = {"a": (None, 3), "b": (None, 3)}
OUTPUTS: dict[str, Shape] = {"total": (None, 3)}


@pytest.fixture(scope="module")
def network_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_sum_network(tmp_path_factory.mktemp("networks") / "sum.onnx")


CUDA, DIRECTML, CPU = "CUDAExecutionProvider", "DmlExecutionProvider", "CPUExecutionProvider"


class MachineWithCards(ModuleType):
    """An onnxruntime that was built for cards which this machine may not have; what it runs after all, the real one runs.

    `refused` raise where a network is opened by them, `silent` leave the network to the processor, and all others do as they are told.
    """

    def __init__(self, *, refused: Sequence[str] = (), silent: Sequence[str] = ()) -> None:
        super().__init__("onnxruntime")
        self.asked: list[list[str]] = []
        self._refused, self._silent = refused, silent
        self.SessionOptions = onnxruntime.SessionOptions
        self.ExecutionMode = onnxruntime.ExecutionMode

    def get_available_providers(self) -> list[str]:
        return [CUDA, DIRECTML, CPU]

    def disable_telemetry_events(self) -> None:
        pass

    def InferenceSession(self, model: Any, options: Any, *, providers: list[str], enable_fallback: int) -> Any:  # noqa: N802 - its name
        self.asked.append(providers)
        assert enable_fallback == 0
        if providers[0] in self._refused:
            raise RuntimeError("a person's name")
        session = onnxruntime.InferenceSession(model, options, providers=[CPU])
        runs = CPU if providers[0] in self._silent else providers[0]
        session.get_providers = lambda: list(dict.fromkeys((runs, CPU)))
        return session


def opened(model: Path | bytes, wanted: str = "auto") -> OnnxSession:
    return OnnxSession(model, name="sum", inputs=INPUTS, outputs=OUTPUTS, wanted=wanted)


def test_a_network_is_run_by_names(network_path: Path) -> None:
    session = OnnxSession(network_path, name="sum", inputs=INPUTS, outputs=OUTPUTS)
    ones = np.ones((2, 3), np.float32)
    (total,) = session.run(["total"], {"a": ones, "b": 2 * ones})
    np.testing.assert_array_equal(total, 3 * ones)


def test_shapes_and_metadata_can_be_read(network_path: Path) -> None:
    session = OnnxSession(network_path, name="sum", inputs={"a": (5, ANY), "b": (ANY, 3)}, outputs=OUTPUTS)
    assert session.input_shapes == INPUTS
    assert session.output_shapes == OUTPUTS
    assert session.metadata == {"version": "7"}


@pytest.mark.parametrize(
    ("inputs", "outputs", "message"),
    [
        ({"a": (None, 3)}, OUTPUTS, r"sum has inputs a \[\*, 3\] and b \[\*, 3\], expected a \[\*, 3\]: .*sum\.onnx"),
        (INPUTS | {"c": (1,)}, OUTPUTS, r"expected a \[\*, 3\] and b \[\*, 3\] and c \[1\]"),
        ({"a": (None, 4), "b": (None, 3)}, OUTPUTS, r"expected a \[\*, 4\]"),
        ({"a": (None, None), "b": (None, 3)}, OUTPUTS, r"expected a \[\*, \*\] and"),
        ({"a": (None, 3, 1), "b": (None, 3)}, OUTPUTS, r"expected a \[\*, 3, 1\]"),
        (INPUTS, {"sum": (None, 3)}, r"sum has outputs total \[\*, 3\], expected sum \[\*, 3\]"),
    ],
)
def test_other_inputs_and_outputs_are_refused(
    network_path: Path, inputs: dict[str, Shape], outputs: dict[str, Shape], message: str
) -> None:
    with pytest.raises(ModelCorrupt, match=message):
        OnnxSession(network_path, name="sum", inputs=inputs, outputs=outputs)


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "noise.onnx"
    path.write_bytes(b"this is no model")
    with pytest.raises(ModelCorrupt, match=r"noise is refused by onnxruntime \(\w+\), expected an ONNX model: .*noise\.onnx"):
        OnnxSession(path, name="noise", inputs=INPUTS, outputs=OUTPUTS)


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"sum is not there: .*absent\.onnx"):
        OnnxSession(tmp_path / "absent.onnx", name="sum", inputs=INPUTS, outputs=OUTPUTS)


def test_a_folder_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ModelCorrupt, match="sum cannot be read: "):
        OnnxSession(tmp_path, name="sum", inputs=INPUTS, outputs=OUTPUTS)


def test_without_the_library_the_next_step_is_named(network_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)  # what an import of it then says is what it says where it is not installed
    with pytest.raises(ModelError, match=r"onnxruntime is not installed, .*run `pip install affectia\[cpu\]`"):
        OnnxSession(network_path, name="sum", inputs=INPUTS, outputs=OUTPUTS)


def test_the_processor_runs_what_nobody_wants_elsewhere(network_path: Path) -> None:
    session = OnnxSession(network_path, name="sum", inputs=INPUTS, outputs=OUTPUTS)
    assert (session.provider, session.notice) == (CPU, "")


def test_bytes_are_opened_like_a_file(network_path: Path) -> None:
    session = opened(network_path.read_bytes())
    ones = np.ones((2, 3), np.float32)
    np.testing.assert_array_equal(session.run(["total"], {"a": ones, "b": ones})[0], 2 * ones)


def test_bytes_that_are_no_model_are_refused_without_a_path() -> None:
    with pytest.raises(ModelCorrupt) as caught:
        opened(b"this is no model")
    assert str(caught.value).endswith(", expected an ONNX model")


def test_the_first_provider_that_starts_runs_the_network(network_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = MachineWithCards()
    monkeypatch.setitem(sys.modules, "onnxruntime", machine)
    session = opened(network_path)
    assert (session.provider, session.notice) == (CUDA, "")
    assert machine.asked == [[CUDA, CPU]]  # what the card cannot do, the processor does


@pytest.mark.parametrize("how", ["refused", "silent"])
def test_what_does_not_start_is_told_and_the_next_one_runs(network_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", MachineWithCards(**{how: (CUDA,)}))
    session = opened(network_path)
    assert session.provider == DIRECTML
    reason = {"refused": "RuntimeError", "silent": "it does not start on this machine"}[how]
    assert session.notice == f"{CUDA} is not available ({reason}), {DIRECTML} runs instead"


def test_without_any_card_the_processor_runs_it_and_says_so(network_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = MachineWithCards(refused=(CUDA,), silent=(DIRECTML,))
    monkeypatch.setitem(sys.modules, "onnxruntime", machine)
    session = opened(network_path)
    assert session.provider == CPU
    assert session.notice.startswith(f"{CUDA} is not available (RuntimeError) and {DIRECTML} is not available (")
    assert session.notice.endswith(f", {CPU} runs instead")
    ones = np.ones((1, 3), np.float32)
    np.testing.assert_array_equal(session.run(["total"], {"a": ones, "b": ones})[0], 2 * ones)


def test_what_is_no_model_is_not_taken_for_a_missing_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", MachineWithCards())
    path = tmp_path / "noise.onnx"
    path.write_bytes(b"this is no model")
    with pytest.raises(ModelCorrupt, match="expected an ONNX model"):
        opened(path)


def test_a_named_provider_that_was_not_built_in_leaves_a_notice(network_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", MachineWithCards())
    session = opened(network_path, "coreml")
    assert session.provider == CPU
    assert session.notice.startswith("CoreMLExecutionProvider is not available (this onnxruntime is without it")


def test_an_unknown_provider_is_refused(network_path: Path) -> None:
    with pytest.raises(ConfigError, match="provider is 'tpu', expected one of auto, cuda"):
        opened(network_path, "tpu")


@pytest.mark.parametrize("in_bytes", [False, True])
def test_a_card_gets_no_network_that_it_has_no_kernels_for_unless_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_bytes: bool
) -> None:
    path = save_quantized_network(tmp_path / "quantized.onnx")
    model = path.read_bytes() if in_bytes else path
    machine = MachineWithCards()
    monkeypatch.setitem(sys.modules, "onnxruntime", machine)
    session = OnnxSession(model, name="quantized", wanted="auto")
    assert (session.provider, session.notice) == (CPU, "")
    assert OnnxSession(model, name="quantized", wanted="cuda").provider == CUDA
    assert machine.asked == [[CPU], [CUDA, CPU]]


def test_an_empty_file_is_no_model_whatever_there_is_to_run_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", MachineWithCards())
    (tmp_path / "empty.onnx").touch()
    with pytest.raises(ModelCorrupt, match="expected an ONNX model"):
        opened(tmp_path / "empty.onnx")
