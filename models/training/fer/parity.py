"""Does the network of 8 (or 16) bits say what the one of 32 bits says? Exit code 1, and why, when it does not."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray

from fer.faces import loaded, majority
from fer.figures import accuracy, probabilities
from fer.session import logits_in

MOST_LOST: Final = 0.005  # of accuracy: half a point


@dataclass(frozen=True, slots=True)
class Parity:
    """How far two networks are apart, over the same faces."""

    whole_accuracy: float
    small_accuracy: float
    largest_delta: float  # of any probability
    mean_delta: float
    same: float  # share of the faces that get the same name

    @property
    def lost(self) -> float:
        """Accuracy that the smaller one lost."""
        return self.whole_accuracy - self.small_accuracy


def compared(whole: NDArray[np.floating], small: NDArray[np.floating], labels: NDArray[np.int64]) -> Parity:
    """Of two arrays of probabilities (n, 8)."""
    delta = np.abs(whole - small)
    same = float((whole.argmax(1) == small.argmax(1)).mean())
    return Parity(accuracy(whole, labels), accuracy(small, labels), float(delta.max()), float(delta.mean()), same)


def temperature_in(path: Path) -> float:
    """What the model says its temperature is; raises KeyError when it says nothing."""
    return float({fact.key: fact.value for fact in onnx.load(path).metadata_props}["temperature"])


def scores_in(path: Path, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(n, 8) probabilities as the sidecar would give them."""
    return probabilities(logits_in(path, images), temperature_in(path))


def main(arguments: list[str] | None = None) -> int:
    """Compare two files over FER+ valid."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("whole", type=Path, help="network of 32 bits")
    parser.add_argument("small", type=Path, help="the one to check")
    parser.add_argument("--data", type=Path, required=True, help="folder of valid.npz")
    parser.add_argument("--most-lost", type=float, default=MOST_LOST, help="of accuracy, 0..1 (default %(default)s)")
    options = parser.parse_args(arguments)
    faces = loaded(options.data, "valid")
    faces = faces.at(majority(faces.votes) >= 0)
    found = compared(scores_in(options.whole, faces.images), scores_in(options.small, faces.images), majority(faces.votes))
    print(
        f"{options.whole.name} accuracy {found.whole_accuracy:.4f}, {options.small.name} {found.small_accuracy:.4f} over {len(faces)} faces"
    )
    print(f"probabilities: largest difference {found.largest_delta:.3f}, mean {found.mean_delta:.4f}; same emotion for {found.same:.4f}")
    if found.lost > options.most_lost:
        print(f"accuracy lost is {found.lost:.4f}, expected at most {options.most_lost}: {options.small}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
