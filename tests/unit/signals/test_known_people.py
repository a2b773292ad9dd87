from __future__ import annotations

import numpy as np
import pytest

from affectia.signals.groups import GroupStates
from affectia.signals.known_people import KnownPeople

pytestmark = pytest.mark.unit


def test_what_is_known_does_not_change() -> None:
    known = KnownPeople(GroupStates.unknown(1), np.zeros((1, 2, 4), np.float32))
    with pytest.raises(AttributeError):
        known.groups = GroupStates.unknown(2)  # type: ignore[misc]
