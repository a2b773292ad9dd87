from __future__ import annotations

import math

import pytest

from affectia.errors import ConfigError
from affectia.rig.mapping.mapping_options import MappingOptions, MappingShares
from affectia.rig.mapping.mapping_variant import MappingVariant

pytestmark = pytest.mark.unit


def test_a_session_shows_what_is_measured_unless_something_is_set() -> None:
    assert MappingOptions().variant == "shapes"


def test_every_variant_has_a_share() -> None:
    shares = MappingShares(shapes=1, action_units=2, emotion=3, blend=4)
    assert [shares.of(variant) for variant in MappingVariant] == [1, 2, 3, 4]


@pytest.mark.parametrize("share", [-0.1, math.nan, math.inf])
def test_share_that_is_none_is_named(share: float) -> None:
    with pytest.raises(ConfigError, match=rf"mapping\.split\.blend is {share}, expected 0 or more"):
        MappingShares(blend=share)


def test_shares_of_nothing_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"mapping\.split sums to 0, expected more than 0"):
        MappingShares(shapes=0, action_units=0, emotion=0, blend=0)


def test_variant_may_be_split_and_nothing_unknown() -> None:
    assert MappingOptions(variant="split").variant == "split"
    with pytest.raises(ConfigError, match=r"mapping\.variant is 'shape', .* did you mean shapes"):
        MappingOptions(variant="shape")
