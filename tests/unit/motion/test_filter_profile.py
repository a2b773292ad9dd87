from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from affectia import registry
from affectia.errors import ConfigError
from affectia.motion.filter_profile import BLINK_SLOWEST_HZ, FilterProfile
from affectia.motion.one_euro import CONSTANTS, OneEuroOptions
from affectia.registry import Bone
from affectia.signals.avatar_weights import ACTION_UNITS, CHANNELS, GAZE, QUATERNIONS, SHAPES, SHIFT

pytestmark = pytest.mark.unit

UNITS = list(zip(registry.ACTION_UNIT_FACS, registry.ACTION_UNIT_GROUPS, strict=True))
UNIT = {number: ACTION_UNITS.start + place for place, (number, _) in enumerate(UNITS)}
LID_UNITS, GAZE_UNITS = (43, 45), (61, 62, 63, 64)

PROFILES = {"one face": FilterProfile(), "several faces": FilterProfile.of_several_faces()}


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_every_channel_has_constants(profile: FilterProfile) -> None:
    constants = profile.constants()
    assert constants.shape == (CONSTANTS, CHANNELS)
    assert constants.dtype == np.float32
    assert np.isfinite(constants).all()


@pytest.mark.parametrize("region", ["eyes", "gaze", "brows", "mouth", "head", "shift"])
def test_a_region_sets_its_channels_and_no_others(region: str) -> None:
    profile = FilterProfile()
    other = dataclasses.replace(profile, **{region: OneEuroOptions(2.5, 3.0, 4.0, 0.5)})
    changed = set(np.flatnonzero((profile.constants() != other.constants()).any(axis=0)).tolist())
    groups = {"eyes": 0, "brows": 1, "mouth": 2}
    eye_bones = {QUATERNIONS.start + 4 * bone + part for bone in (Bone.LEFT_EYE, Bone.RIGHT_EYE) for part in range(4)}
    if region in groups:
        names = zip(registry.BLENDSHAPES, registry.BLENDSHAPE_GROUPS, strict=True)
        own = ("eyeBlink", "eyeLook")
        expected = {place for place, (name, group) in enumerate(names) if group == groups[region] and not name.startswith(own)}
        expected |= set(range(SHAPES.stop, QUATERNIONS.start)) if region == "mouth" else set()
        expected |= {UNIT[number] for number, group in UNITS if group == groups[region] and number not in (*LID_UNITS, *GAZE_UNITS)}
    elif region == "gaze":
        expected = {place for place, name in enumerate(registry.BLENDSHAPES) if name.startswith("eyeLook")} | eye_bones
        expected |= {UNIT[number] for number in GAZE_UNITS} | set(range(GAZE.start, GAZE.stop))
    elif region == "head":
        expected = set(range(QUATERNIONS.start, QUATERNIONS.stop)) - eye_bones
    else:
        expected = set(range(SHIFT.start, SHIFT.stop))
    assert changed == expected


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_lids_have_no_time_constant_above_40_millis(profile: FilterProfile) -> None:
    lids = [SHAPES.start + place for place, name in enumerate(registry.BLENDSHAPES) if name.startswith("eyeBlink")]
    lids += [UNIT[number] for number in LID_UNITS]
    constants = profile.constants()
    assert len(lids) == 4
    assert (-1 / constants[0, lids] <= 0.040).all()
    assert (-1 / constants[4, lids] <= 0.0400001).all()
    assert (np.delete(constants[4], lids) == 0).all()


def test_a_lid_that_is_too_slow_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"blink\.min_cutoff_hz is 2\.0, expected 4 or more"):
        FilterProfile(blink=OneEuroOptions(2.0, 60.0))
    assert FilterProfile(blink=OneEuroOptions(4.0, 60.0)).blink.min_cutoff_hz == 4
    assert pytest.approx(1 / (2 * math.pi * 0.040)) == BLINK_SLOWEST_HZ


def test_several_faces_are_calmer_than_one() -> None:
    one, several = PROFILES.values()
    for region in ("eyes", "gaze", "brows", "mouth", "head", "shift"):
        assert getattr(several, region).dead_zone > getattr(one, region).dead_zone
