from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from affectia.errors import ModelCorrupt
from affectia.perception.face.emotion.crop_reader import FACE_PX, CropReader, in_colour, padded

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("content", [b"", b"no model", b"PK\x03\x04" + bytes(500)])
def test_a_file_that_is_no_model_is_refused_with_the_next_step(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "face.task"
    path.write_bytes(content)
    with pytest.raises(ModelCorrupt) as caught:
        CropReader(path)
    assert str(caught.value) == f"face landmarker model is refused by MediaPipe, run `affectia models verify`: {path}"


def test_a_small_crop_is_enlarged_and_stands_in_its_mean_colour() -> None:
    crop = np.zeros((48, 48), np.uint8)
    crop[:, 24:] = 200
    framed = padded(crop)
    assert framed.shape == (2 * FACE_PX, 2 * FACE_PX, 3)
    assert framed[0, 0].tolist() == [100, 100, 100]
    middle = framed[FACE_PX // 2 : -FACE_PX // 2, FACE_PX // 2 : -FACE_PX // 2]
    assert middle[:, : FACE_PX // 3].max() == 0
    assert middle[:, -FACE_PX // 3 :].min() == 200


def test_a_large_crop_keeps_its_size_and_its_shape() -> None:
    assert padded(np.zeros((300, 240, 3), np.uint8)).shape == (600, 540, 3)


def test_grey_becomes_colour_and_colour_stays() -> None:
    grey = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert in_colour(grey)[:, :, 2].tolist() == grey.tolist()
    colour = np.zeros((2, 3, 3), np.uint8)
    assert in_colour(colour) is colour
