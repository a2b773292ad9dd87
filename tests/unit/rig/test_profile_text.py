from __future__ import annotations

import pytest

from affectia.registry import Group
from affectia.rig.profile import Curve, Profile, ProfileShape
from affectia.rig.profile_file import PROFILE_NAMES, packaged_profile, parse_profile
from affectia.rig.profile_text import profile_text

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_a_packaged_profile_comes_back_the_same(name: str) -> None:
    profile = packaged_profile(name)
    assert parse_profile(profile_text(profile), "again") == profile


def test_everything_that_a_profile_can_say_comes_back() -> None:
    names = ("plain", 'Face.M_F00 "x" \\y', "tab\there", "まばたき", "del\x7f", "a-b_9", "[x]", "'")
    shapes = tuple(
        ProfileShape(name, (("aa", 1.0), ("jawOpen", -0.125)), 1.5, -0.1, (0.1, 0.9), Curve("sigmoid", 0.3, 7.5, 0.25), Group.HEAD)
        for name in names
    )
    copies = (ProfileShape("copy", (("aa", 1.0),)), ProfileShape("half", (("aa", 0.5),)), ProfileShape("nothing", ()))
    profile = Profile("n", 'a "title"', "jaw", shapes + copies, copies, False, True, (Group.EYES, Group.HEAD))
    assert parse_profile(profile_text(profile, comment="one\ntwo"), "again") == profile


def test_a_comment_stands_above() -> None:
    assert profile_text(packaged_profile("vrm1"), comment="one\n\ntwo").startswith('# one\n#\n# two\nname = "vrm1"\n')


def test_a_shape_that_is_one_source_is_one_word() -> None:
    assert '\nblinkLeft = "eyeBlinkLeft"\n' in profile_text(packaged_profile("vrm1"))
