from __future__ import annotations

from pathlib import Path

import pytest

from affectia.errors import ModelCorrupt
from affectia.perception.face.landmarks.landmarker import FaceLandmarker

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("content", [b"", b"no model", b"PK\x03\x04" + bytes(500)])
def test_a_file_that_is_no_model_is_refused_with_the_next_step(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "face.task"
    path.write_bytes(content)
    with pytest.raises(ModelCorrupt) as caught:
        FaceLandmarker(path)
    assert str(caught.value) == f"face landmarker model is refused by MediaPipe, run `affectia models verify`: {path}"
    assert caught.value.__cause__ is None
