from __future__ import annotations

import numpy as np
import pytest

from affectia.signals.acting_layers import ActingLayers
from affectia.signals.avatar_weights import AvatarWeights
from affectia.signals.groups import GroupStates

pytestmark = pytest.mark.unit


def test_weights_of_avatars_that_do_not_act_have_no_layers() -> None:
    assert AvatarWeights.at_rest(GroupStates.unknown(2)).acting is None


def test_weights_carry_the_layers_that_they_are_given() -> None:
    acting = ActingLayers(idle=np.ones((1, 101), np.float32))
    assert AvatarWeights.at_rest(GroupStates.unknown(1), None, acting).acting is acting
    assert (acting.feeling, acting.overrides, acting.talking) == (None, None, None)
