"""A picture out of a file, for evaluations."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from affectia.errors import CaptureError

_MOST_BYTES: Final = 64 * 1024 * 1024
_LEAST_BOX_PX: Final = 8


def read_picture(path: Path, *, box_px: tuple[int, int, int, int] | None = None) -> NDArray[np.uint8]:
    """(h, w, 3) RGB; of a `box_px` (left, top, width, height) only what lies in it, unless that is next to nothing.

    Raises:
        CaptureError: the file is not there, or is no picture.
    """
    try:
        with path.open("rb") as file:
            content = np.frombuffer(file.read(_MOST_BYTES + 1), np.uint8)
    except FileNotFoundError:
        raise CaptureError(f"picture is not there, expected it: {path}") from None
    except OSError as error:
        raise CaptureError(f"picture cannot be read ({error.strerror or type(error).__name__}): {path}") from None
    if content.size > _MOST_BYTES:
        raise CaptureError(f"picture has more than {_MOST_BYTES} bytes, expected fewer: {path}")
    try:
        bgr = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
    except cv2.error:
        bgr = None
    if bgr is None or bgr.size == 0:
        raise CaptureError(f"picture cannot be decoded, expected JPEG, PNG or the like: {path}")
    rgb: NDArray[np.uint8] = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
    if box_px is not None:
        left, top, width, height = box_px
        inside = rgb[max(top, 0) : max(top + height, 0), max(left, 0) : max(left + width, 0)]
        if min(inside.shape[:2]) >= _LEAST_BOX_PX:
            return np.ascontiguousarray(inside)
    return rgb
