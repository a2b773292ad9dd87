from __future__ import annotations

from collections import Counter

import pytest

from affectia.errors import ConfigError
from affectia.rig.mapping.mapping_options import MappingOptions, MappingShares
from affectia.rig.mapping.mapping_variant import MappingVariant
from affectia.session.mapping.mapping_assignment import assigned, is_asked_for

pytestmark = pytest.mark.unit

IDS = [f"session-{number}" for number in range(10_000)]


def shares(options: MappingOptions) -> dict[MappingVariant, float]:
    """What part of 10,000 sessions gets each variant."""
    counts = Counter(assigned(session_id, "split", options) for session_id in IDS)
    return {variant: count / len(IDS) for variant, count in counts.items()}


def test_wish_goes_before_what_is_set() -> None:
    options = MappingOptions(variant="blend")
    assert assigned("a", "", options) is MappingVariant.BLEND
    assert assigned("a", "action_units", options) is MappingVariant.ACTION_UNITS
    assert assigned("a", "", MappingOptions()) is MappingVariant.SHAPES


def test_wish_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"mapping is 'actionunits', expected one of .* did you mean action_units"):
        assigned("a", "actionunits", MappingOptions())


def test_split_is_fair() -> None:
    found = shares(MappingOptions())
    assert found == pytest.approx(dict.fromkeys(MappingVariant, 0.25), abs=0.02)


def test_split_keeps_its_shares() -> None:
    found = shares(MappingOptions(split=MappingShares(shapes=5, action_units=0, emotion=3, blend=2)))
    assert found == pytest.approx({MappingVariant.SHAPES: 0.5, MappingVariant.EMOTION: 0.3, MappingVariant.BLEND: 0.2}, abs=0.02)


def test_same_id_has_the_same_variant_on_every_machine() -> None:
    # Worked out by hand: the first 8 bytes of the SHA-256 of "affectia/kiosk" and so on are 0.087, 0.411, 0.674 and 0.925 of all there are.
    pinned = {"kiosk": "shapes", "a": "action_units", "stage": "emotion", "default": "blend"}
    assert {session_id: assigned(session_id, "split", MappingOptions()).value for session_id in pinned} == pinned


def test_split_that_is_set_holds_for_sessions_without_a_wish() -> None:
    options = MappingOptions(variant="split")
    assert [assigned(session_id, "", options) for session_id in IDS[:50]] == [assigned(name, "split", options) for name in IDS[:50]]


def test_another_salt_deals_anew() -> None:
    one, other = MappingOptions(), MappingOptions(salt="second")
    same = sum(assigned(session_id, "split", one) is assigned(session_id, "split", other) for session_id in IDS)
    assert same / len(IDS) == pytest.approx(0.25, abs=0.02)
    assert shares(other) == pytest.approx(dict.fromkeys(MappingVariant, 0.25), abs=0.02)


def test_one_share_alone_gets_all() -> None:
    options = MappingOptions(split=MappingShares(shapes=0, action_units=0, emotion=0.1, blend=0))
    assert shares(options) == {MappingVariant.EMOTION: 1}


@pytest.mark.parametrize(
    ("wish", "variant", "asked"), [("", "shapes", False), ("shapes", "shapes", True), ("split", "shapes", True), ("", "split", True)]
)
def test_mapping_that_somebody_chose_is_asked_for(wish: str, variant: str, asked: bool) -> None:
    assert is_asked_for(wish, MappingOptions(variant=variant)) is asked
