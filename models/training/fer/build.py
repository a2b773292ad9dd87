"""One command from FER+ to models/weights/fer.onnx: `python3 models/training/fer/build.py --data FOLDER --work FOLDER`.

FOLDER of the data holds train.npz and valid.npz: `images` (n, 48, 48) uint8, `votes` (n, 10), `columns` (their names, as FER+ has them).
Makes an environment with PyTorch in the work folder, trains, exports in 8, 16 and 32 bits, and compares; exit code 1 when the 8 bits cost
accuracy. The seed decides everything. A run that was cut off goes on where it was. It takes about an hour on two processor cores.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parent
_SMOKE_FACES = 1500  # few enough for a minute, far too few for a network


def main(arguments: list[str] | None = None) -> int:
    """Run every step; the exit code of the first that fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of train.npz and valid.npz")
    parser.add_argument("--work", type=Path, required=True, help="where environment and weights in the making lie")
    parser.add_argument("--into", type=Path, default=ROOT / "models" / "weights" / "fer.onnx", help="the network of 8 bits")
    parser.add_argument("--epochs", type=int, default=28)
    parser.add_argument("--more-epochs", type=int, default=13, help="of the second training")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--here", action="store_true", help="use this Python, which has what requirements.txt names")
    parser.add_argument(
        "--smoke", action="store_true", help=f"one epoch of {_SMOKE_FACES} faces: does it run at all? Writes into the work folder"
    )
    options = parser.parse_args(arguments)
    work, data = options.work.resolve(), options.data.resolve()
    work.mkdir(parents=True, exist_ok=True)
    python = Path(sys.executable) if options.here else _environment(work)
    into = work / "fer.onnx" if options.smoke else options.into.resolve()
    few = ("--limit", _SMOKE_FACES) if options.smoke else ()
    coarse, weights, whole = work / "coarse.pt", work / "fer.pt", work / "fer_float32.onnx"
    epochs, more = (1, 1) if options.smoke else (options.epochs, options.more_epochs)
    steps = (
        ("training", "fer.train", data, coarse, "--epochs", epochs, "--seed", options.seed, *few),
        ("training from there on", "fer.train", data, weights, "--start", coarse, "--epochs", more, "--seed", options.seed + 1, *few),
        ("export", "fer.export", weights, data, into, "--aside", work, *few),
        ("evaluation", "fer.evaluate", into, whole, "--data", data),
        ("parity", "fer.parity", whole, into, "--data", data, *(("--most-lost", 1) if options.smoke else ())),  # nothing was learned
    )
    for title, module, *rest in steps:
        print(f"\n{title}", flush=True)
        if code := _run(python, module, *rest):
            print(f"{title} failed, exit code {code}", file=sys.stderr)
            return code
    return 0


def _environment(work: Path) -> Path:
    folder = work / "environment"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        print("environment with PyTorch", flush=True)
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", HERE / "requirements.txt"], check=True)
    return python


def _run(python: Path, module: str, *arguments: object) -> int:
    places = os.pathsep.join((str(ROOT / "models" / "training"), str(ROOT / "sidecar")))
    return subprocess.run([python, "-m", module, *map(str, arguments)], check=False, env={**os.environ, "PYTHONPATH": places}).returncode


if __name__ == "__main__":
    sys.exit(main())
