from __future__ import annotations

import numpy as np
import pytest

from affectia import registry
from affectia.signals.groups import GroupStates

pytestmark = pytest.mark.unit


def test_unknown_is_invalid_unsure_and_infinitely_old() -> None:
    groups = GroupStates.unknown(3)
    for values in (groups.valid, groups.source, groups.confidence, groups.weight):
        assert values.shape == (3, len(registry.GROUPS))
        assert not values.any()
    assert np.isinf(groups.age_secs).all()
    assert groups.source.dtype == np.uint8


def test_a_copy_has_memory_of_its_own() -> None:
    groups = GroupStates.unknown(1)
    copied = groups.copy()
    groups.valid[:] = True
    groups.levels[:] = 1
    groups.source[:] = 4
    assert not copied.valid.any()
    assert not copied.source.any()
    assert not copied.weight.any()
