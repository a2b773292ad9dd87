from __future__ import annotations

import pytest

from affectia.publish.group_bytes import GROUP_BYTES, group_bytes
from affectia.registry import Group, Source
from affectia.signals.groups import GroupStates

pytestmark = pytest.mark.unit


def test_each_group_has_its_flags_confidence_age_and_weight() -> None:
    groups = GroupStates.unknown(2)
    groups.valid[1, Group.MOUTH] = True
    groups.source[1, Group.MOUTH] = Source.VOICE
    groups.levels[1, Group.MOUTH] = (0.5, 0.25, 1)
    packed = group_bytes(groups)
    assert packed.shape == (2, GROUP_BYTES)
    assert packed[1, 4 * Group.MOUTH : 4 * Group.MOUTH + 4].tolist() == [1 | Source.VOICE << 1, 128, 25, 255]
    nothing = [0, 0, 255, 0]  # never seen: an age beyond what can be told
    assert packed[0].reshape(-1, 4).tolist() == [nothing] * len(Group)
