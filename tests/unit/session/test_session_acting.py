from __future__ import annotations

import pytest

from affectia.rig.mapping.mapping_variant import MappingVariant
from affectia.session.session_acting import SessionActing

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("idle", "with_pictures", "without"), [("auto", False, True), ("on", True, True), ("off", False, False)])
def test_avatars_live_by_themselves_or_where_nobody_is_seen(idle: str, with_pictures: bool, without: bool) -> None:
    acting = SessionActing(idle=idle)
    assert (acting.lives(has_pictures=True), acting.lives(has_pictures=False)) == (with_pictures, without)


def test_what_nobody_chose_is_as_it_always_was() -> None:
    acting = SessionActing()
    assert (acting.profile.name, acting.profile.is_standard) == ("arkit52", True)
    assert (acting.mapping, acting.calibration, acting.idle, acting.seed) == (MappingVariant.SHAPES, None, "auto", 0)
