"""One command from EmoDB to models/weights/ser.onnx: `python3 models/training/ser/build.py --work FOLDER --emodb FOLDER [--nemo FOLDER]`.

Makes an environment with PyTorch in the work folder, fetches the encoder, listens to every window, fits, exports and evaluates. Every step
keeps what is there. It takes about ten minutes on two processor cores.
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


def main() -> int:
    """Run every step that is not done yet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="where environment, features and reports lie")
    parser.add_argument("--emodb", type=Path, required=True, help="EmoDB as EMOTION/NAME.flac, ten German actors")
    parser.add_argument("--nemo", type=Path, help="nEMO as SPEAKER_EMOTION_N.flac, only to be tried on")
    parser.add_argument("--reading", type=Path, help="a folder of FLACs of somebody who reads, only to be tried on")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    work: Path = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    python = _environment(work)
    windows, weights = work / "windows.npz", ROOT / "models" / "weights" / "ser.onnx"
    if not windows.exists():
        _step("windows", python, "ser.features", options.emodb.resolve(), windows, "--seed", options.seed)
    _step("head", python, "ser.train", windows, options.emodb.resolve(), weights, "--work", work, "--seed", options.seed)
    tried = [part for name in ("nemo", "reading") if (folder := getattr(options, name)) for part in (f"--{name}", folder.resolve())]
    _step("evaluation", python, "ser.evaluate", windows, "--json", work / "report.json", *tried)
    return 0


def _environment(work: Path) -> Path:
    folder = work / "environment"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        print("environment with PyTorch", flush=True)
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", HERE / "requirements.txt"], check=True)
    return python


def _step(title: str, python: Path, module: str, *arguments: object) -> None:
    print(f"\n{title}", flush=True)
    places = os.pathsep.join((str(ROOT / "models" / "training"), str(ROOT / "sidecar")))
    # One thread: the order of additions, and so the weights, are the same every time.
    environment = {**os.environ, "PYTHONPATH": places, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run([python, "-m", module, *map(str, arguments)], check=True, env=environment)


if __name__ == "__main__":
    sys.exit(main())
