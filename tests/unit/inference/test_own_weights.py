from __future__ import annotations

from pathlib import Path

import pytest

from affectia.errors import ModelMissing
from affectia.inference.own_weights import own_weights

pytestmark = pytest.mark.unit


def test_a_package_has_them_beside_the_code(tmp_path: Path) -> None:
    inside, checkout = tmp_path / "affectia" / "inference" / "weights", tmp_path / "models" / "weights"
    for folder in (inside, checkout):
        folder.mkdir(parents=True)
        (folder / "a.onnx").write_bytes(b"")
    (tmp_path / "VERSION").write_text("0.0.0")
    assert own_weights("a.onnx", package=inside.parent) == inside / "a.onnx"


def test_a_checkout_has_them_among_its_models(tmp_path: Path) -> None:
    package, weights = tmp_path / "sidecar" / "affectia" / "inference", tmp_path / "models" / "weights"
    package.mkdir(parents=True)
    weights.mkdir(parents=True)
    (weights / "a.onnx").write_bytes(b"")
    with pytest.raises(ModelMissing):  # not our checkout: it has no version
        own_weights("a.onnx", package=package)
    (tmp_path / "VERSION").write_text("0.0.0")
    assert own_weights("a.onnx", package=package) == weights / "a.onnx"


def test_weights_that_are_nowhere_are_missing() -> None:
    with pytest.raises(ModelMissing, match=r"weights are not there, expected them to come with Affectia, .*: absent\.onnx"):
        own_weights("absent.onnx")
