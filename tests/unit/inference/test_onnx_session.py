from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from affectia.errors import ModelCorrupt, ModelError, ModelMissing
from affectia.inference.onnx_session import ANY, OnnxSession, Shape
from tests.unit.perception.voice.made_networks import save_sum_network

pytestmark = pytest.mark.unit

INPUTS: dict[str, Shape] = {"a": (None, 3), "b": (None, 3)}
OUTPUTS: dict[str, Shape] = {"total": (None, 3)}


@pytest.fixture(scope="module")
def network_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_sum_network(tmp_path_factory.mktemp("networks") / "sum.onnx")


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
