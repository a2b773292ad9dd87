"""What the face emotion network looks like: said once, for PyTorch and for ONNX."""

from __future__ import annotations

from typing import Final

from affectia import registry

EMOTIONS: Final = len(registry.EMOTIONS)
SIDE: Final = 48  # pixels of a face, both ways
STEM: Final = 32  # channels behind the first convolution, at all pixels
WIDTHS: Final = (64, 128, 256)  # channels of the stages, each at half the pixels of the one before, both ways
BLOCKS: Final = (1, 2, 2)  # of each stage
LEAST_VARIANCE: Final = 1e-3  # of luma 0..1: the noise of an empty picture is not blown up to a face
NORM_EPSILON: Final = 1e-5
