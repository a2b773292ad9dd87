from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from affectia.errors import CaptureError
from affectia.evaluate.picture_file import read_picture
from tests.unit.evaluate.trees import picture

pytestmark = pytest.mark.unit


def test_picture_is_rgb(tmp_path: Path) -> None:
    rgb = read_picture(picture(tmp_path / "ä face.png", rgb=(200, 100, 50)))
    assert (rgb.shape, rgb[0, 0].tolist()) == ((60, 60, 3), [200, 100, 50])


def test_grey_picture_becomes_three_alike(tmp_path: Path) -> None:
    path = tmp_path / "grey.png"
    path.write_bytes(cv2.imencode(".png", np.full((9, 7), 90, np.uint8))[1].tobytes())
    assert read_picture(path)[3, 3].tolist() == [90, 90, 90]


@pytest.mark.parametrize(
    ("box", "shape"),
    [((10, 20, 30, 25), (25, 30)), ((-5, -5, 30, 30), (25, 25)), ((0, 0, 3, 3), (60, 60)), ((500, 500, 20, 20), (60, 60))],
)
def test_only_what_is_in_the_box_is_kept(tmp_path: Path, box: tuple[int, int, int, int], shape: tuple[int, int]) -> None:
    assert read_picture(picture(tmp_path / "face.png"), box_px=box).shape[:2] == shape


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n"])
def test_broken_files_are_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(content)
    with pytest.raises(CaptureError, match=r"picture cannot be decoded, .*: .*broken\.png"):
        read_picture(path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match=r"picture is not there, .*gone\.png"):
        read_picture(tmp_path / "gone.png")
