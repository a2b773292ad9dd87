from __future__ import annotations

from pathlib import Path

import pytest

from affectia.errors import ModelCorrupt
from affectia.evaluate.network_facts import has_seen, trained_on
from tests.unit.perception.voice.emotion.made_edge import save_edge_head

pytestmark = pytest.mark.unit


def test_training_sets_stand_in_the_file(tmp_path: Path) -> None:
    assert trained_on(save_edge_head(tmp_path / "a.onnx", trained_on="EmoDB, FER+ train;nEMO")) == ("EmoDB", "FER+ train", "nEMO")
    assert trained_on(save_edge_head(tmp_path / "b.onnx")) == ()
    (tmp_path / "c.onnx").write_bytes(b"no network")
    with pytest.raises(ModelCorrupt):
        trained_on(tmp_path / "c.onnx")


@pytest.mark.parametrize(
    ("names", "corpus", "seen"),
    [
        (("EmoDB",), "emodb", True),
        (("FER+ train",), "FER+ valid", False),
        (("FER+ train",), "FER+ train", True),
        (("FER+",), "FER+ valid", True),
        (("FER",), "FER+ valid", False),
        ((), "EmoDB", False),
    ],
)
def test_set_is_seen_by_its_split_or_as_a_whole(names: tuple[str, ...], corpus: str, seen: bool) -> None:
    assert has_seen(names, corpus) is seen
