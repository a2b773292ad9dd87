from __future__ import annotations

import pytest

from affectia.evaluate.viseme.events import matched, stretches
from tests.unit.evaluate.viseme.sentences import PP, SIL, said

pytestmark = pytest.mark.unit


def test_one_stretch_is_found_once() -> None:
    one, two = stretches(said((SIL, 20), (PP, 8), (SIL, 20))), stretches(said((SIL, 19), (PP, 2), (SIL, 2), (PP, 3), (SIL, 22)))
    assert matched(one.of(PP), two.of(PP), within_frames=4) == [(0, 1)]  # the nearer one
    assert matched(two.of(PP), one.of(PP), within_frames=4) == [(1, 0)]
