from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectia import registry
from affectia.errors import ConfigError
from affectia.motion.correctors import Correctors, CorrectorsOptions
from affectia.signals.avatar_weights import AvatarWeights
from affectia.signals.groups import GroupStates
from tests.unit.fakes import SHAPE, shape_row

pytestmark = pytest.mark.unit

Floats = npt.NDArray[np.float32]
ROW = st.lists(st.floats(0, 1, width=32), min_size=52, max_size=52)
OPPOSED = [
    ("eyeLookInLeft", "eyeLookOutLeft"),
    ("eyeLookInRight", "eyeLookOutRight"),
    ("eyeLookUpLeft", "eyeLookDownLeft"),
    ("eyeLookUpRight", "eyeLookDownRight"),
    ("jawLeft", "jawRight"),
    ("mouthLeft", "mouthRight"),
]


def channels(shapes: Floats) -> Floats:
    weights = AvatarWeights.at_rest(GroupStates.unknown(shapes.shape[0]))
    weights.shapes[:] = shapes
    return weights.channels


def corrected(shapes: Mapping[str, float] | Floats, lowered: tuple[float, float] | None = None) -> Floats:
    row = channels(shape_row(shapes) if isinstance(shapes, Mapping) else shapes)
    Correctors().correct(row, lowered=None if lowered is None else np.array([lowered], np.float32))
    return row[:, :52]


def shown(shapes: Mapping[str, float], *names: str, lowered: tuple[float, float] | None = None) -> list[float]:
    row = corrected(shapes, lowered)[0]
    return [round(float(row[SHAPE[name]]), 3) for name in names]


def test_a_calm_face_passes_bit_by_bit() -> None:
    calm = shape_row(
        {"jawOpen": 0.3, "mouthClose": 0.1, "eyeBlinkLeft": 0.1, "eyeLookInLeft": 0.4, "eyeLookOutRight": 0.4, "browInnerUp": 1}
    )
    np.testing.assert_array_equal(corrected(calm.copy()), calm)


def test_lips_close_no_further_than_the_jaw_is_open() -> None:
    assert shown({"jawOpen": 0.2, "mouthClose": 0.6}, "jawOpen", "mouthClose") == [0.2, 0.2]
    assert shown({"mouthClose": 0.6}, "mouthClose") == [0]


@pytest.mark.parametrize(("one", "other"), OPPOSED)
def test_of_a_thing_and_its_opposite_the_larger_is_shown(one: str, other: str) -> None:
    assert shown({one: 0.7, other: 0.2}, one, other) == [0.5, 0]
    assert shown({one: 0.2, other: 0.7}, one, other) == [0, 0.5]


def test_an_avatar_with_nothing_to_put_right_is_not_touched_by_one_that_has() -> None:
    calm = shape_row({"jawLeft": 0.3, "eyeBlinkLeft": 0.9, "eyeWideRight": 0.4})
    odd = shape_row({"jawLeft": 0.3, "jawRight": 0.3, "eyeBlinkLeft": 0.9, "eyeBlinkRight": 0.95})
    both = channels(np.vstack((calm, odd)))
    Correctors().correct(both)
    np.testing.assert_array_equal(both[:1, :52], corrected(calm))


def test_blinks_that_differ_a_little_are_shown_alike_and_keep_their_height() -> None:
    assert shown({"eyeBlinkLeft": 0.9, "eyeBlinkRight": 0.98}, "eyeBlinkLeft", "eyeBlinkRight") == [0.98, 0.98]


@pytest.mark.parametrize(
    ("left", "right"), [(1.0, 0.0), (1.0, 0.3), (0.95, 0.5), (1.0, 0.69), (0.2, 0.3), (0.5, 0.4)], ids=lambda value: str(value)
)
def test_winks_and_half_open_lids_stay_as_they_are(left: float, right: float) -> None:
    assert shown({"eyeBlinkLeft": left, "eyeBlinkRight": right}, "eyeBlinkLeft", "eyeBlinkRight") == [left, right]


def test_no_lid_jumps_while_a_wink_opens() -> None:
    rows = np.vstack([shape_row({"eyeBlinkLeft": 1, "eyeBlinkRight": right}) for right in np.linspace(0, 1, 401)])
    row = channels(rows)
    Correctors().correct(row)
    steps = np.diff(row[:, [SHAPE["eyeBlinkLeft"], SHAPE["eyeBlinkRight"]]], axis=0)
    assert np.abs(steps).max() < 6 / 400


def test_wide_eyes_narrow_as_lids_come_down() -> None:
    assert shown({"eyeWideLeft": 0.8, "eyeBlinkLeft": 1, "eyeWideRight": 0.8}, "eyeWideLeft", "eyeWideRight") == [0, 0.8]
    assert shown({"eyeWideLeft": 0.8, "eyeBlinkLeft": 0.5}, "eyeWideLeft") == [0.4]


def test_lids_follow_eyes_that_something_turns_down_and_not_those_that_are_captured() -> None:
    down = {"eyeLookDownLeft": 1.0, "eyeLookDownRight": 1.0, "eyeBlinkRight": 0.5}
    assert shown(down, "eyeBlinkLeft", "eyeBlinkRight") == [0, 0.5]
    assert shown(down, "eyeBlinkLeft", "eyeBlinkRight", lowered=(1.0, 1.0)) == [0.3, 0.5]
    assert shown(down, "eyeBlinkLeft", lowered=(-1.0, 0.0)) == [0]


def test_what_layers_made_too_much_is_cut() -> None:
    row = channels(shape_row({"browInnerUp": 1.4, "cheekPuff": -0.3}))
    row[0, 70] = 1.2  # an effect
    Correctors().correct(row, lowered=np.zeros((1, 2), np.float32))
    assert row[0, SHAPE["browInnerUp"]] == 1
    assert row[0, SHAPE["cheekPuff"]] == 0
    assert row[0, 70] == 1


@given(ROW, st.tuples(st.floats(-1, 1, width=32), st.floats(-1, 1, width=32)))
def test_whatever_comes_in_is_possible_afterwards(values: list[float], lowered: tuple[float, float]) -> None:
    row = corrected(np.array([values], np.float32), lowered)[0]
    assert row.min() >= 0
    assert row.max() <= 1 + 1e-6
    assert row[SHAPE["mouthClose"]] <= row[SHAPE["jawOpen"]]
    assert all(min(row[SHAPE[one]], row[SHAPE[other]]) == 0 for one, other in OPPOSED)
    assert all(row[SHAPE["eyeWide" + side]] + row[SHAPE["eyeBlink" + side]] <= 1 + 1e-6 for side in ("Left", "Right"))


@given(ROW)
def test_shapes_that_no_rule_names_pass(values: list[float]) -> None:
    named = (
        {name for pair in OPPOSED for name in pair} | {"mouthClose"} | {name for name in SHAPE if name.startswith(("eyeBlink", "eyeWide"))}
    )
    others = [SHAPE[name] for name in registry.BLENDSHAPES if name not in named]
    before = np.array([values], np.float32)
    np.testing.assert_array_equal(corrected(before.copy())[0, others], before[0, others])


@pytest.mark.parametrize(
    "given_options",
    [{"lid_share": 1.5}, {"lid_share": math.nan}, {"alike_from": 0.8}, {"alike_at": 1.2}, {"alike_within": 0.3}, {"wink_from": -0.1}],
)
def test_options_that_cannot_work_are_refused(given_options: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=f"{next(iter(given_options))}"):
        CorrectorsOptions(**given_options)
