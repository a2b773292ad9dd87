"""What telling emotions costs, part by part: `--part face`, or all of them. `--rounds N` (default 5).

A part is a module `<name>_emotion_cost.py` in this folder with a function `measure(rounds)` that prints its tables.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

ENDING = "_emotion_cost"


def main() -> None:
    """Measure the parts that were asked for."""
    parts = sorted(path.stem.removesuffix(ENDING) for path in Path(__file__).parent.glob(f"*{ENDING}.py"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--part", action="append", choices=parts, help="may be given several times (default: all)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of which the best counts (default: 5)")
    options = parser.parse_args()
    for part in options.part or parts:
        importlib.import_module(part + ENDING).measure(options.rounds)


if __name__ == "__main__":
    main()
