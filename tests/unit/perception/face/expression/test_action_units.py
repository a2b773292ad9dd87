"""Action units out of shapes and distances: what the table says, what the shipped table makes of plain faces."""

from __future__ import annotations

import timeit
import tomllib
from collections.abc import Mapping
from importlib import resources

import numpy as np
import numpy.typing as npt
import pytest

from affectia import registry
from affectia.errors import ConfigError
from affectia.perception.face.expression import action_units
from affectia.perception.face.expression.action_units import ActionUnits, load_table
from affectia.perception.face.expression.face_geometry import FEATURES, MIRROR, MIRROR_SIGN

pytestmark = pytest.mark.unit

UNIT = {name.split("_")[0]: place for place, name in enumerate(registry.ACTION_UNITS)}
SHAPE = {name: place for place, name in enumerate(registry.BLENDSHAPES)}
FEATURE = {name: place for place, name in enumerate(FEATURES)}
SIDES = ("Left", "Right", "_left", "_right")


def inputs(values: Mapping[str, float], places: Mapping[str, int]) -> npt.NDArray[np.float64]:
    """A row with these values; a name without its side sets both."""
    row = np.zeros(len(places))
    for name, value in values.items():
        found = [places[name + side] for side in ("", *SIDES) if name + side in places]
        assert found, name
        row[found] = value
    return row


def units_of(
    units: ActionUnits, *, closed_secs: float = 0.0, shapes: Mapping[str, float] | None = None, **deviations: float
) -> dict[str, float]:
    found = units.intensities(inputs(shapes or {}, SHAPE), inputs(deviations, FEATURE), closed_secs=closed_secs)
    return {name: float(found[place]) for name, place in UNIT.items()}


def table(**entries: str) -> str:
    """A whole table: every unit has a plain term but for those given, by their first word."""
    plain = 'terms = [{ of = "jawOpen", from = 0.0, to = 1.0 }]\nremark = "a test"'
    return "\n".join(f"[{name}]\n{entries.get(name.split('_')[0], plain)}" for name in registry.ACTION_UNITS)


@pytest.fixture(scope="module")
def shipped() -> ActionUnits:
    return ActionUnits()


def made(entry: str) -> ActionUnits:
    """The table whose first unit is this."""
    return ActionUnits(load_table(table(au01=entry + '\nremark = "a test"')))


# ---- the form of the table


def test_a_term_begins_behind_its_dead_band_and_ends_at_full_scale() -> None:
    units = made('terms = [{ of = "jawOpen", from = 0.2, to = 0.6, gain = 0.5 }]')
    found = [units_of(units, shapes={"jawOpen": value})["au01"] for value in (0.0, 0.2, 0.4, 0.6, 1.0)]
    assert found == pytest.approx([0, 0, 0.25, 0.5, 0.5])


def test_a_term_may_fall() -> None:
    units = made('terms = [{ of = "jaw_drop", from = -0.1, to = -0.5 }]')
    assert [units_of(units, jaw_drop=value)["au01"] for value in (0.3, -0.3, -2.0)] == pytest.approx([0, 0.5, 1])


@pytest.mark.parametrize(("sides", "expected"), [("weaker", 0.2), ("mean", 0.5), ("stronger", 0.8)])
@pytest.mark.parametrize("swapped", [False, True])
def test_sides_say_what_is_made_of_left_and_right(sides: str, expected: float, swapped: bool) -> None:
    units = made(f'terms = [{{ of = "browDown", from = 0.0, to = 1.0, sides = "{sides}" }}]')
    left, right = (0.8, 0.2) if swapped else (0.2, 0.8)
    assert units_of(units, shapes={"browDownLeft": left, "browDownRight": right})["au01"] == pytest.approx(expected)


def test_a_term_may_weigh_several_inputs_and_one_side() -> None:
    units = made("terms = [{ of = { brow_inner_height = 1.0, brow_outer_height = -1.0, eyeLookInLeft = 0.5 }, from = 0.0, to = 1.0 }]")
    found = units_of(units, shapes={"eyeLookInLeft": 0.4}, brow_inner_height=0.7, brow_outer_height=0.5)
    assert found["au01"] == pytest.approx(0.4)


def test_evidence_adds_up_to_1_and_a_cap_scales_it() -> None:
    terms = 'terms = [{ of = "jawOpen", from = 0, to = 1 }, { of = "jaw_drop", from = 0, to = 1 }]'
    units = made(f"cap = 0.5\n{terms}")
    assert units_of(units, shapes={"jawOpen": 0.25}, jaw_drop=0.25)["au01"] == pytest.approx(0.25)
    assert units_of(units, shapes={"jawOpen": 1.0}, jaw_drop=1.0)["au01"] == pytest.approx(0.5)


def test_needs_and_suppression_multiply_the_evidence() -> None:
    units = made(
        'terms = [{ of = "jawOpen", from = 0, to = 1 }]\n'
        'needs = [{ of = "jaw_drop", from = 0, to = 1, gain = 0.5 }, { of = "mouth_side", from = 0, to = 1, gain = 0.5 }]\n'
        'suppress = [{ of = "mouthPucker", from = 0, to = 1, gain = 0.8 }]'
    )
    wide = {"jawOpen": 1.0}
    assert units_of(units, shapes=wide)["au01"] == 0
    assert units_of(units, shapes=wide, jaw_drop=1.0)["au01"] == pytest.approx(0.5)
    assert units_of(units, shapes=wide, jaw_drop=1.0, mouth_side=1.0)["au01"] == pytest.approx(1)
    assert units_of(units, shapes=wide | {"mouthPucker": 0.5}, jaw_drop=1.0, mouth_side=1.0)["au01"] == pytest.approx(0.6)


GOOD = '{ of = "jawOpen", from = 0, to = 1 }'


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ('terms = [{ of = "jawOpened", from = 0, to = 1 }]', "'jawOpened' in a term of 'au01_inner_brow_raise' is unknown"),
        ("terms = []", "'au01_inner_brow_raise' has no terms"),
        ('terms = [{ of = "jawOpen", from = 0.5, to = 0.5 }]', "goes from 0.5 to 0.5, expected two different numbers"),
        ('terms = [{ of = "jawOpen", from = 0 }]', "to of 'au01_inner_brow_raise' is None, expected a number"),
        ('terms = [{ of = "jawOpen", from = 0, to = true }]', "is True, expected a number"),
        ('terms = [{ of = "jawOpen", from = 0, to = nan }]', "is nan, expected a number"),
        ('terms = [{ of = "jawOpen", from = 0, to = 1, gains = 1 }]', "key 'gains' in a term of 'au01_inner_brow_raise' is unknown"),
        ('terms = [{ of = "jawOpen", from = 0, to = 1, sides = "both" }]', "is 'both', expected one of weaker, mean, stronger"),
        ("terms = [{ from = 0, to = 1 }]", "is of None, expected a shape, a feature"),
        ("terms = [1]", "terms of 'au01_inner_brow_raise' is no list of tables"),
        (f"terms = [{GOOD}]\ncap = 1.5", "cap of 'au01_inner_brow_raise' is 1.5"),
        (f"terms = [{GOOD}]\nneed = [{GOOD}]", "key 'need' of 'au01_inner_brow_raise' is unknown"),
    ],
)
def test_what_is_wrong_in_an_entry_is_named(entry: str, expected: str) -> None:
    with pytest.raises(ConfigError) as error:
        made(entry)
    assert expected in str(error.value)
    assert action_units.TABLE in str(error.value)


def test_a_missing_an_unknown_and_a_wordless_unit_are_named() -> None:
    whole = table()
    with pytest.raises(ConfigError, match="action unit 'au64_eyes_down' is missing"):
        load_table(whole.partition("[au64_eyes_down]")[0])
    with pytest.raises(ConfigError, match="action unit 'au99_wing_flap' is unknown"):
        load_table(whole + '\n[au99_wing_flap]\nremark = "a test"')
    with pytest.raises(ConfigError, match="remark of 'au45_blink' is missing"):
        load_table(table(au45=f"terms = [{GOOD}]"))
    with pytest.raises(ConfigError, match=r"action_units\.toml is no TOML"):
        load_table("[")
    with pytest.raises(ConfigError, match="action unit 'au01_inner_brow_raise' is no table"):
        load_table("au01_inner_brow_raise = 1\n" + whole.partition("\n[au02")[2].join(("[au02", "")))


def test_every_entry_of_the_shipped_table_says_where_it_comes_from() -> None:
    text = (resources.files("affectia.perception.face.expression") / action_units.TABLE).read_text(encoding="utf-8")
    rows = tomllib.loads(text)
    assert list(rows) == list(registry.ACTION_UNITS)  # in the registry's order
    assert all(len(row["remark"]) > 20 for row in rows.values())


# ---- what the shipped table says


def test_a_face_at_rest_shows_no_unit(shipped: ActionUnits) -> None:
    found = shipped.intensities(np.zeros(len(SHAPE)), np.zeros(len(FEATURES)))
    assert found.dtype == np.float32
    assert found.shape == (len(registry.ACTION_UNITS),)
    assert found.max() == 0


def test_whatever_comes_in_0_to_1_comes_out(shipped: ActionUnits) -> None:
    random = np.random.default_rng(3)
    for _ in range(200):
        found = shipped.intensities(random.uniform(0, 1, len(SHAPE)), random.normal(0, 3, len(FEATURES)), closed_secs=random.uniform(0, 2))
        assert 0 <= found.min() <= found.max() <= 1


def test_the_noise_of_a_camera_on_a_known_face_stays_in_the_dead_bands(shipped: ActionUnits) -> None:
    random = np.random.default_rng(4)
    for _ in range(200):
        found = shipped.intensities(random.uniform(0, 0.03, len(SHAPE)), random.normal(0, 0.03, len(FEATURES)))
        assert found.max() < 0.1


def test_a_mirrored_face_shows_the_same_units_but_for_the_ways_of_the_eyes(shipped: ActionUnits) -> None:
    random = np.random.default_rng(5)
    swapped = [SHAPE[_other_side(name)] for name in SHAPE]
    ways = [UNIT["au61"], UNIT["au62"]]
    for _ in range(50):
        shapes, deviations = random.uniform(0, 1, len(SHAPE)), random.normal(0, 0.5, len(FEATURES))
        found = shipped.intensities(shapes, deviations)
        mirrored = shipped.intensities(shapes[swapped], deviations[MIRROR] * MIRROR_SIGN)
        mirrored[ways] = mirrored[ways[::-1]]
        np.testing.assert_allclose(mirrored, found, atol=1e-6)


def _other_side(name: str) -> str:
    if name.endswith("Left"):
        return name.removesuffix("Left") + "Right"
    return name.removesuffix("Right") + "Left" if name.endswith("Right") else name


def test_raised_brows_are_1_and_2_and_need_the_brows_to_be_higher(shipped: ActionUnits) -> None:
    shapes = {"browInnerUp": 0.8, "browOuterUp": 0.8}
    raised = units_of(shipped, shapes=shapes, brow_inner_height=0.7, brow_middle_height=0.7, brow_outer_height=0.7)
    assert min(raised["au01"], raised["au02"]) > 0.7
    assert raised["au04"] == 0
    high_at_rest = units_of(shipped, shapes=shapes)
    assert max(high_at_rest["au01"], high_at_rest["au02"]) == 0


def test_slanted_brows_are_1_without_2(shipped: ActionUnits) -> None:
    found = units_of(shipped, shapes={"browInnerUp": 0.4}, brow_inner_height=0.3, brow_middle_height=0.0, brow_outer_height=-0.1)
    assert found["au01"] > 0.4
    assert found["au02"] == 0


def test_one_raised_brow_is_2(shipped: ActionUnits) -> None:
    found = units_of(shipped, shapes={"browOuterUpLeft": 0.7}, brow_outer_height_left=0.6)
    assert found["au02"] > 0.5


def test_lowered_brows_are_4(shipped: ActionUnits) -> None:
    lowered = units_of(shipped, shapes={"browDown": 0.6}, brow_inner_height=-0.6, brow_middle_height=-0.3)
    assert lowered["au04"] > 0.7
    assert lowered["au01"] == 0


def test_a_lid_that_stays_up_over_an_eye_that_looks_down_is_5(shipped: ActionUnits) -> None:
    ahead = units_of(shipped, shapes={"eyeWide": 0.2}, lid_gap=0.2)
    down = units_of(shipped, shapes={"eyeWide": 0.2, "eyeLookDown": 0.8}, lid_gap=0.2)
    assert 0 < ahead["au05"] < down["au05"]
    assert units_of(shipped, shapes={"eyeWide": 0.5}, lid_gap=-0.2)["au05"] == 0


def test_6_needs_a_smile_or_a_squint(shipped: ActionUnits) -> None:
    raised = {"cheek_eye_gap": -0.5, "lower_lid_height": 0.25}
    assert units_of(shipped, shapes={}, **raised)["au06"] == 0
    assert units_of(shipped, shapes={"mouthSmile": 0.7}, **raised)["au06"] > 0.8
    assert 0 < units_of(shipped, shapes={"eyeSquint": 0.7}, **raised)["au06"] < 0.5


def test_a_smile_is_12_and_not_what_a_smile_brings_along(shipped: ActionUnits) -> None:
    shapes = {"mouthSmile": 0.9, "mouthUpperUp": 0.5, "mouthStretch": 0.3, "mouthDimple": 0.1}
    found = units_of(shipped, shapes=shapes, lip_corner_height=0.7, lip_corner_width=1.6, lip_forward=-0.3, upper_lip_height=0.3)
    assert found["au12"] > 0.8
    assert max(found[name] for name in ("au09", "au14", "au15", "au17", "au18", "au20", "au23", "au24")) < 0.1
    assert found["au10"] < 0.3


def test_a_pucker_needs_a_narrower_mouth(shipped: ActionUnits) -> None:
    assert units_of(shipped, shapes={"mouthPucker": 0.9})["au18"] == 0
    assert units_of(shipped, shapes={"mouthPucker": 0.9}, lip_corner_width=-1.6)["au18"] > 0.8


def test_a_jaw_that_drops_is_26_and_then_27(shipped: ActionUnits) -> None:
    found = [units_of(shipped, shapes={"jawOpen": opened}) for opened in (0.0, 0.3, 0.5, 0.95)]
    assert [row["au26"] for row in found] == pytest.approx([0, 0.55, 1, 0], abs=0.05)
    assert [row["au27"] for row in found] == pytest.approx([0, 0, 0, 1], abs=0.05)


def test_parted_lips_are_25_and_end_what_needs_a_shut_mouth(shipped: ActionUnits) -> None:
    pressed = {"mouthPress": 0.5, "mouthShrugLower": 0.6}
    thin = {"upper_lip_red": -0.3, "lower_lip_red": -0.3, "chin_lip_gap": -0.4}
    shut, parted = units_of(shipped, shapes=pressed, **thin), units_of(shipped, shapes=pressed, **thin, inner_lip_gap=1.3)
    assert shut["au25"] == 0
    assert min(shut["au17"], shut["au24"]) > 0.5
    assert parted["au25"] == 1
    assert max(parted["au17"], parted["au24"]) == 0


def test_lips_that_roll_in_are_28_and_not_23(shipped: ActionUnits) -> None:
    found = units_of(shipped, shapes={"mouthRollLower": 0.6, "mouthRollUpper": 0.6}, upper_lip_red=-0.4, lower_lip_red=-0.4)
    assert found["au28"] > 0.8
    assert found["au23"] == 0


def test_shut_eyes_are_a_blink_at_first_and_closed_later(shipped: ActionUnits) -> None:
    shut = {"eyeBlink": 0.95}
    blinks = [units_of(shipped, shapes=shut, closed_secs=secs) for secs in (0.0, 0.4, 0.6)]
    assert [row["au45"] for row in blinks] == pytest.approx([1, 1, 0])
    assert [row["au43"] for row in blinks] == pytest.approx([0, 0, 1])
    assert units_of(shipped, shapes={"eyeBlinkLeft": 0.95})["au45"] == 0  # a wink


@pytest.mark.parametrize(
    ("shapes", "unit"),
    [
        ({"eyeLookOutLeft": 0.7, "eyeLookInRight": 0.7}, "au61"),
        ({"eyeLookInLeft": 0.7, "eyeLookOutRight": 0.7}, "au62"),
        ({"eyeLookUp": 0.7}, "au63"),
        ({"eyeLookDown": 0.7}, "au64"),
    ],
)
def test_the_ways_of_the_eyes(shipped: ActionUnits, shapes: dict[str, float], unit: str) -> None:
    found = units_of(shipped, shapes=shapes)
    assert found[unit] > 0.7
    assert max(found[other] for other in ("au61", "au62", "au63", "au64") if other != unit) == 0
    behind_lids = units_of(shipped, shapes=shapes | {"eyeBlink": 0.95})
    assert behind_lids[unit] == 0


def test_eyes_that_squint_at_each_other_look_nowhere(shipped: ActionUnits) -> None:
    found = units_of(shipped, shapes={"eyeLookIn": 0.9})
    assert max(found["au61"], found["au62"]) == 0


def test_a_call_is_short(shipped: ActionUnits) -> None:
    shapes, deviations = np.full(len(SHAPE), 0.3), np.full(len(FEATURES), 0.2)
    secs = min(timeit.repeat(lambda: shipped.intensities(shapes, deviations), number=200, repeat=5)) / 200
    assert secs < 0.001  # 30 us on a quiet machine; a loop over 28 units and their terms takes longer than this
