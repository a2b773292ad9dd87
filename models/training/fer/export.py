"""Write the trained network as ONNX: 8 bits for everybody, 32 and 16 bits beside it; fits the temperature of each.

Ranges and temperature come from the hold-out and the training split, never from the validation split.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import torch
from numpy.typing import NDArray

from fer.augment import augmented
from fer.faces import Faces, majority
from fer.figures import temperature_of
from fer.graph import model_of, with_facts
from fer.network import FerNetwork
from fer.quantize import quantized
from fer.session import faces_of, logits_in
from fer.train import logits_of, network_of, prepared

VERSION: Final = "1"
_CALIBRATION: Final = 512  # faces as they are, and as many augmented ones
_CLOSE: Final = 2e-3  # of logits, between PyTorch and ONNX


def export(weights: Path, data: Path, into: Path, *, aside: Path, limit: int | None = None) -> None:
    """Write `into` in 8 bits, and the same in 32 and 16 bits into the folder `aside`.

    Raises AssertionError when ONNX and PyTorch do not say the same.
    """
    network = network_of(weights)
    arrays = {name: value.float().numpy() for name, value in network.state_dict().items()}
    learned, hold_out = prepared(data, limit=limit)
    whole = model_of(arrays)
    _compare(whole, network, hold_out.images[:64])
    models = {
        into: quantized(whole, _calibration_faces(learned)),
        aside / "fer_float32.onnx": whole,
        aside / "fer_float16.onnx": model_of(arrays, is_half=True),
    }
    for path, model in models.items():
        write(model, path, hold_out)


def write(model: onnx.ModelProto, path: Path, hold_out: Faces) -> None:
    """Write the model with the temperature that the faces held out ask for."""
    temperature = temperature_of(logits_in(model.SerializeToString(), hold_out.images), majority(hold_out.votes))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(with_facts(model, version=VERSION, temperature=temperature).SerializeToString())
    print(f"{path.name}: {path.stat().st_size} bytes, temperature {temperature:.3f}", flush=True)


def _calibration_faces(learned: Faces) -> NDArray[np.float32]:
    """Some as they are, some as the network may meet them."""
    rows = np.random.default_rng(0).permutation(len(learned))[: 2 * _CALIBRATION]
    faces = faces_of(learned.images[rows])
    half = len(faces) // 2
    other = augmented(torch.from_numpy(faces[half:]), torch.Generator().manual_seed(0)).numpy()
    return np.concatenate((faces[:half], other))


def _compare(model: onnx.ModelProto, network: FerNetwork, images: NDArray[np.uint8]) -> None:
    expected = sum(logits_of(network, seen).numpy() for seen in (images, np.ascontiguousarray(images[:, :, ::-1]))) / 2
    worst = float(np.abs(logits_in(model.SerializeToString(), images) - expected).max())
    print(f"largest difference of logits between PyTorch and ONNX: {worst:.1e}")
    assert worst < _CLOSE, worst


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("into", type=Path)
    parser.add_argument("--aside", type=Path, required=True, help="folder for the files of 32 and 16 bits")
    parser.add_argument("--limit", type=int, help="faces to read at most")
    options = parser.parse_args()
    torch.set_num_threads(1)
    export(options.weights, options.data, options.into, aside=options.aside, limit=options.limit)
