"""Writes the timeline's vectors: `python tests/conformance/timeline/vectors/write.py`; with `--check` it only compares.

Standard library only and no timeline: every expectation is the arithmetic of protos/timeline.md, spelled out where it stands, in
`timeline_clocks.py`, `timeline_order.py` and `timeline_poses.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

import timeline_clocks  # noqa: E402, F401 - found through the line above; its scripts register themselves
import timeline_order  # noqa: E402, F401
import timeline_poses  # noqa: E402, F401
from timeline_script import write_scripts  # noqa: E402

if __name__ == "__main__":
    sys.exit(write_scripts(HERE, sys.argv[1:]))
