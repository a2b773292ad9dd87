from __future__ import annotations

import pytest

from affectia.rig.match_report import LEVEL_TEXTS, match_report
from affectia.rig.morph_match import match_morphs
from affectia.rig.profile import LEVELS
from affectia.rig.profile_file import packaged_profile

pytestmark = pytest.mark.unit


def test_every_level_has_words() -> None:
    assert tuple(LEVEL_TEXTS) == LEVELS


def test_a_report_says_what_stands_in_what_is_missing_and_what_is_not_used() -> None:
    match = match_morphs(["Head_Jaw_Open", "Smile", "eyesClosed", "Fat"], packaged_profile("jaw-only"))
    assert match_report(match).splitlines() == [
        "jaw-only: 2 of 2 shapes",
        "level jaw: the mouth opens and closes, no more",
        "stand-ins (1): mouthSmile (Smile)",
        "unused (1): Fat",
    ]


def test_long_lists_are_folded_between_names() -> None:
    lines = match_report(match_morphs(["jawOpen", "mouthSmile"], packaged_profile("metahuman"))).splitlines()
    assert lines[0] == "metahuman: 1 of 52 shapes"
    assert lines[2] == "stand-ins (1): mouthSmile"
    assert lines[3].startswith("missing (51): EyeBlinkLeft, EyeLookDownLeft, ")
    assert all(line.startswith("  ") for line in lines[4:])
    assert max(map(len, lines)) <= 80
