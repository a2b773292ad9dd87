"""Starts the sidecar from a checkout: `python sidecar serve`.

This folder is no package; it only holds one.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from affectia.cli.main import main  # noqa: E402 - found only through the line above

if __name__ == "__main__":
    sys.exit(main())
