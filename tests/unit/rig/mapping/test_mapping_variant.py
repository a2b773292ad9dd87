from __future__ import annotations

import pytest

from affectia.errors import ConfigError
from affectia.rig.mapping.mapping_variant import SPLIT, MappingVariant

pytestmark = pytest.mark.unit


def test_every_variant_is_found_by_its_name() -> None:
    assert [MappingVariant.named(variant.value) for variant in MappingVariant] == list(MappingVariant)


def test_unknown_name_is_told_the_nearest_one() -> None:
    with pytest.raises(ConfigError, match=r"mapping is 'emotions', expected one of shapes, .*, split, did you mean emotion$"):
        MappingVariant.named("emotions")


def test_split_is_no_variant() -> None:
    with pytest.raises(ConfigError, match="mapping is 'split'"):
        MappingVariant.named(SPLIT)
