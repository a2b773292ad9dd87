from __future__ import annotations

from pathlib import Path

import pytest

from affectia.control.profile_calls import ProfileCalls
from affectia.errors import ConfigError
from affectia.rig.profile_file import PROFILE_NAMES
from affectia.v1 import profile_pb2

pytestmark = pytest.mark.unit


def matched(*morphs: str, profile: str = "") -> profile_pb2.MatchMorphsResponse:
    return ProfileCalls().match_morphs(profile_pb2.MatchMorphsRequest(morphs=morphs, profile=profile))


def test_every_profile_is_listed_with_its_shapes_in_order() -> None:
    listed = ProfileCalls().list_profiles(profile_pb2.ListProfilesRequest()).profiles
    assert tuple(profile.name for profile in listed) == PROFILE_NAMES
    shapes = {profile.name: list(profile.shapes) for profile in listed}
    assert shapes["jaw-only"] == ["jawOpen", "blink"]
    assert shapes["vrm1"][:5] == ["aa", "ih", "ou", "ee", "oh"]
    assert all(profile.title for profile in listed)


def test_the_best_profile_is_told_with_what_stands_in() -> None:
    answer = matched("Head_Jaw_Open", "Head_Blink", "Head_Smile", "Fat")
    assert (answer.profile, answer.level) == ("jaw-only", "jaw")
    pairs = [(match.shape, match.morph) for match in answer.matches]
    assert pairs == [("jawOpen", "Head_Jaw_Open"), ("blink", "Head_Blink"), ("mouthSmile", "Head_Smile")]
    assert list(answer.missing) == []
    assert list(answer.unused) == ["Fat"]
    assert answer.report.startswith("jaw-only: 2 of 2 shapes\n")


def test_a_profile_may_be_named_or_be_a_file(tmp_path: Path) -> None:
    answer = matched("jawOpen", profile="vrm0")
    assert (answer.profile, len(answer.missing)) == ("vrm0", 16)
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\nlevel = "jaw"\n[shapes]\njaw_open = "jawOpen"\n', encoding="utf-8")
    assert matched("jawOpen", profile=str(path)).profile == "mine"


def test_what_cannot_be_matched_is_refused() -> None:
    with pytest.raises(ConfigError, match="no morphs are named"):
        matched()
    with pytest.raises(ConfigError, match="profile is 'vrm3', expected one of"):
        matched("jawOpen", profile="vrm3")
    with pytest.raises(ConfigError, match="name of a morph has 300 characters"):
        matched("x" * 300)
