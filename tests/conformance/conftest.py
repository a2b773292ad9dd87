"""Makes the vector set and the Python reader importable, and sums up what the vectors covered."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
for folder in (HERE, HERE / "readers" / "python"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line of counts whenever the vectors ran."""
    import vector_set

    ran = any("conformance/test_vectors" in report.nodeid for report in terminalreporter.getreports("passed"))
    if ran:
        cut = sum(len(family) for family in vector_set.families().values())
        terminalreporter.write_line(
            f"conformance: {len(vector_set.good())} good vectors, {len(vector_set.bad())} bad and {len(vector_set.families())} families "
            f"of {cut} truncations"
        )
