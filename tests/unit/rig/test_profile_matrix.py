from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia.rig.profile import Profile
from affectia.rig.profile_file import PROFILE_NAMES, packaged_profile, parse_profile
from affectia.rig.profile_matrix import ProfileMatrix, is_finite
from affectia.rig.profile_sources import PLACES, SOURCE_COUNT

pytestmark = pytest.mark.unit

SHARE = 0.2


def sources(**values: float) -> npt.NDArray[np.float32]:
    row = np.zeros((1, SOURCE_COUNT), np.float32)
    for name, value in values.items():
        row[0, PLACES[name]] = value
    return row


def written(profile: Profile, given: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    room = np.full((given.shape[0], len(profile.shapes) + 3), 9, np.float32)
    ProfileMatrix(profile, tongue_jaw_share=SHARE).write(given, room[:, :-3])
    assert (room[:, -3:] == 9).all()
    return room[:, :-3]


def one(line: str, head: str = "", **values: float) -> float:
    profile = parse_profile(f'name = "p"\nlevel = "jaw"\n{head}\n[shapes]\nfirst = "tongueOut"\nx = {line}\n', "p")
    return float(written(profile, sources(**values))[0, 1])


def test_a_shape_is_the_sum_of_its_sources() -> None:
    line = "{ from = { aa = 0.5, jawOpen = 0.25, happy = -0.1 } }"
    assert one(line, aa=0.8, jawOpen=1, happy=1) == pytest.approx(0.55)
    assert one(line, happy=1) == 0
    assert one('"au12"', mouthSmileLeft=1) == pytest.approx(0.5)


def test_gain_offset_and_limit_are_applied_in_this_order() -> None:
    line = '{ from = "aa", gain = 2, offset = -0.2, limit = [0.1, 0.9] }'
    assert [one(line, aa=value) for value in (0, 0.2, 0.4, 0.9)] == pytest.approx([0.1, 0.2, 0.6, 0.9])


def test_what_is_below_nothing_does_not_eat_the_offset() -> None:
    assert one("{ from = { aa = -1 }, offset = 0.3 }", aa=1) == pytest.approx(0.3)


def test_without_a_tongue_a_share_of_it_opens_the_jaw() -> None:
    line = "{ from = { jawOpen = 0.5 } }"
    assert one(line, head="tongue = false", tongueOut=1) == pytest.approx(0.5 * SHARE)
    assert one(line, tongueOut=1) == 0


def test_a_mirrored_profile_takes_the_other_side() -> None:
    assert one('"eyeBlinkLeft"', head="mirror = true", eyeBlinkRight=0.7) == pytest.approx(0.7)
    assert one('"eyeBlinkLeft"', head="mirror = true", eyeBlinkLeft=0.7) == 0


@pytest.mark.parametrize("name", [*PROFILE_NAMES, "curves"])
def test_many_rows_are_as_each_shape_says(name: str) -> None:
    curves = """name = "curves"
level = "jaw"
tongue = false
[shapes]
a = { from = { au12 = 1.1 } }
b = { from = { au06 = 1, aa = 0.5 }, curve = { kind = "damped", damping = 0.4 }, gain = 0.9 }
c = { from = { au04 = 1 }, curve = { kind = "sigmoid", steepness = 12, middle = 0.4 }, offset = 0.1, limit = 0.8 }
d = { from = { au04 = 2 }, curve = { kind = "sigmoid", steepness = 3, middle = 0.8 } }
e = { from = { jawOpen = 1, mouthClose = -1 }, curve = "damped" }
"""
    profile = parse_profile(curves, "c") if name == "curves" else packaged_profile(name)
    given = np.random.default_rng(5).random((40, SOURCE_COUNT), np.float32)
    given[0], given[1] = 0, 1
    found = written(profile, given)
    for row, values in zip(found, given, strict=True):
        for weight, shape in zip(row, profile.shapes, strict=True):
            total = sum(factor * float(values[place]) for place, factor in shape.row)
            if not profile.tongue:
                jaw = dict(shape.row).get(PLACES["jawOpen"], 0)
                total += jaw * SHARE * float(values[PLACES["tongueOut"]])
            low, high = shape.limit
            assert weight == pytest.approx(min(max(shape.curve.at(shape.gain * total) + shape.offset, low), high), abs=2e-6)


def test_only_finite_numbers_are_finite() -> None:
    values = np.ones((3, 4), np.float32)
    assert is_finite(values)
    for broken in (np.nan, np.inf, -np.inf):
        values[1, 2] = broken
        assert not is_finite(values)
