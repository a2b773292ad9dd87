"""A network of faces in onnxruntime, on the CPU."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

_BATCH: Final = 64


def session_of(model: bytes | Path, *, threads: int = 1) -> onnxruntime.InferenceSession:
    """The model, ready to run."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model if isinstance(model, bytes) else str(model), options, providers=["CPUExecutionProvider"])


def faces_of(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, 1, 48, 48) luma 0..1 of pictures (n, 48, 48)."""
    return np.asarray(images.astype(np.float32) / np.float32(255))[:, None]


def logits_in(model: bytes | Path, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, 8) logits of pictures (n, 48, 48) as they are."""
    session = session_of(model)
    pieces = np.array_split(faces_of(images), max(1, len(images) // _BATCH))
    return np.concatenate([session.run(["logits"], {"faces": piece})[0] for piece in pieces])
