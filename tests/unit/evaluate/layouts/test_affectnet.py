from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from affectia.errors import CaptureError, ConfigError
from affectia.evaluate.layouts import affectnet
from tests.unit.evaluate.trees import labels_of, touched, written

pytestmark = pytest.mark.unit

HEADER = "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal"
LINES = (
    "1/a.jpg,10,20,100,110,1;2;3,6,-0.5,0.7",
    "1/b.jpg,0,0,90,90,1;2;3,7,-2,-2",
    "2/c.jpg,0,0,90,90,1;2;3,8,-2,-2",
    "2/d.jpg,0,0,90,90,1;2;3,10,-2,-2",
)


@pytest.mark.parametrize("header", [[HEADER], []])
def test_table_has_expressions_boxes_and_affect(tmp_path: Path, header: list[str]) -> None:
    written(tmp_path / "Manually_Annotated" / "validation.csv", *header, *LINES)
    touched(tmp_path, "Manually_Annotated/Manually_Annotated_Images/1/a.jpg")
    assert affectnet.is_here(tmp_path)
    found = affectnet.read(tmp_path, "valid")
    assert labels_of(found) == {"1/a.jpg": "angry", "1/b.jpg": "contempt"}
    assert found.left_out == {"none": 1, "no face": 1}
    first, second = found.items
    assert first.path == tmp_path / "Manually_Annotated" / "Manually_Annotated_Images" / "1" / "a.jpg"
    assert first.box_px == (10, 20, 100, 110)
    assert first.affect is not None
    assert first.affect[:2] == (-0.5, 0.7)
    assert second.affect is not None
    assert all(math.isnan(value) for value in second.affect)


def test_arrays_beside_the_pictures(tmp_path: Path) -> None:
    touched(tmp_path, "val_set/images/0.jpg", "val_set/images/1.jpg")
    notes = tmp_path / "val_set" / "annotations"
    notes.mkdir()
    for number, expression in enumerate(("4", "9", "2")):
        np.save(notes / f"{number}_exp.npy", np.array(expression))
        np.save(notes / f"{number}_val.npy", np.array("-0.25"))
        if number != 2:
            np.save(notes / f"{number}_aro.npy", np.array("0.5"))
    assert affectnet.is_here(tmp_path)
    found = affectnet.read(tmp_path, "valid")
    assert labels_of(found) == {"0.jpg": "fear"}
    assert found.left_out == {"uncertain": 1, "annotations that cannot be read": 1}
    assert found.items[0].affect is not None
    assert found.items[0].affect[:2] == (-0.25, 0.5)
    assert labels_of(affectnet.read(tmp_path / "val_set", "valid")) == {"0.jpg": "fear"}


def test_what_is_not_there_or_no_table_is_named(tmp_path: Path) -> None:
    assert not affectnet.is_here(tmp_path)
    written(tmp_path / "validation.csv", HEADER, "1/a.jpg,10,20")
    with pytest.raises(CaptureError, match=r"table of AffectNet cannot be read .*validation\.csv"):
        affectnet.read(tmp_path, "valid")
    with pytest.raises(ConfigError, match="split train of AffectNet is not there"):
        affectnet.read(tmp_path, "train")
