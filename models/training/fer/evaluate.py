"""The table of the face emotion network over FER+ valid, as text or JSON; needs numpy, onnx and onnxruntime, no PyTorch."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.perception.affect_projection import projected
from fer.faces import Faces, loaded, majority, plurality, without_mouths
from fer.figures import accuracy, area_under_curve, calibration_error, macro_f1, probabilities, recalls
from fer.parity import temperature_in
from fer.session import logits_in, session_of

_RUNS: Final = 200
_GLAD: Final = "happy"
_UNHAPPY: Final = ("sad", "angry", "disgust", "fear")


def main(arguments: list[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--data", type=Path, required=True, help="folder of valid.npz")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    valid = loaded(options.data, "valid")
    found = {path.name: measured(path, valid) for path in options.models}
    if options.json:
        print(json.dumps(found, indent=2))
        return 0
    rows = next(iter(found.values()))
    print(f"{'':42}" + "".join(f"{name:>20}" for name in found))
    for row in rows:
        print(f"{row:42}" + "".join(f"{of[row]:20.4f}" for of in found.values()))
    return 0


def measured(path: Path, valid: Faces) -> dict[str, float]:
    """Every figure of one file, by its name."""
    logits, temperature = logits_in(path, valid.images), temperature_in(path)
    labels = majority(valid.votes)
    told = labels >= 0
    scores, right = probabilities(logits, temperature)[told], labels[told]
    covered = probabilities(logits_in(path, without_mouths(valid.images[told])), temperature)
    loose = plurality(valid.votes)
    certain = valid.votes[told, :].max(1) >= 0.8 * valid.votes[told].sum(1)
    found = {
        "faces with a majority": float(told.sum()),
        "accuracy": accuracy(scores, right),
        "macro-F1": macro_f1(scores, right),
        "calibration error, temperature 1": calibration_error(probabilities(logits, 1.0)[told], right),
        "calibration error, calibrated": calibration_error(scores, right),
        "temperature": temperature,
        "accuracy without the mouth": accuracy(covered, right),
        "faces with a plurality": float((loose >= 0).sum()),
        "accuracy over these": accuracy(logits[loose >= 0], loose[loose >= 0]),
        "faces with 8 of 10 votes": float(certain.sum()),
        "accuracy over them": accuracy(scores[certain], right[certain]),
        "valence AUC, happy against unhappy": _valence(scores, right),
    }
    found |= {f"recall {name}": float(value) for name, value in zip(registry.EMOTIONS, recalls(scores, right), strict=True)}
    found |= {f"ms per face, one thread, batch {batch}": ms_per_face(path, batch) for batch in (1, 4)}
    return found | {"size, MB": path.stat().st_size / 1e6}


def ms_per_face(path: Path, batch: int) -> float:
    """Median over runs, on one thread."""
    session = session_of(path)
    faces = np.random.default_rng(0).random((batch, 1, 48, 48), np.float32)
    spans = []
    for _ in range(_RUNS):
        began = time.perf_counter()
        session.run(None, {"faces": faces})
        spans.append(time.perf_counter() - began)
    return 1000 * float(np.median(spans)) / batch


def _valence(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    glad = labels == registry.EMOTIONS.index(_GLAD)
    asked = glad | np.isin(labels, [registry.EMOTIONS.index(name) for name in _UNHAPPY])
    return area_under_curve(projected(scores)[asked, 0], glad[asked])


if __name__ == "__main__":
    sys.exit(main())
