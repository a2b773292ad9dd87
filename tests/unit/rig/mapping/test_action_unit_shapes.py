from __future__ import annotations

from importlib import resources

import numpy as np
import pytest

from affectia import registry
from affectia.errors import ConfigError
from affectia.rig.mapping.action_unit_shapes import TABLE, load_action_unit_shapes
from tests.unit.fakes import SHAPE

pytestmark = pytest.mark.unit

TEXT = (resources.files("affectia.rig.mapping") / TABLE).read_text(encoding="utf-8")
UNIT = {facs: place for place, facs in enumerate(registry.ACTION_UNIT_FACS)}


def moved(facs: int) -> dict[str, float]:
    """What a unit moves, by name."""
    row = load_action_unit_shapes().amounts[UNIT[facs]]
    return {registry.BLENDSHAPES[place]: float(row[place]) for place in np.flatnonzero(row)}


def test_every_unit_moves_something_and_says_where_it_comes_from() -> None:
    table = load_action_unit_shapes()
    assert table.amounts.shape == (28, 52)
    assert table.amounts.dtype == np.float32
    assert (table.amounts.max(axis=1) > 0.15).all()
    assert all(table.sources)


def test_units_move_what_facs_says() -> None:
    assert moved(1) == {"browInnerUp": 1}
    assert moved(12) == {"mouthSmileLeft": 1, "mouthSmileRight": 1}
    assert moved(61) == {"eyeLookOutLeft": 1, "eyeLookInRight": 1}
    assert set(moved(6)) == {"cheekSquintLeft", "cheekSquintRight", "eyeSquintLeft", "eyeSquintRight"}
    assert "eyeBlinkLeft" not in moved(7), "a lid that is tightened does not close"
    assert moved(26)["jawOpen"] == 0.5


def test_the_three_curves_of_the_seed_are_there() -> None:
    table = load_action_unit_shapes()
    assert [table.curves[UNIT[facs]] for facs in (12, 6, 4)] == ["linear", "damped", "sigmoid"]
    assert table.gain[UNIT[12]] == pytest.approx(1.1)
    assert table.limit[UNIT[12]] == 1
    assert table.damping[UNIT[6]] > 0
    assert 0 < table.onset[UNIT[4]] < 1


def test_a_shape_may_be_of_one_side() -> None:
    table = load_action_unit_shapes(TEXT.replace("{ mouthDimple = 1.0 }", "{ mouthDimpleLeft = 0.5 }"))
    assert table.amounts[UNIT[14], SHAPE["mouthDimpleLeft"]] == 0.5
    assert table.amounts[UNIT[14], SHAPE["mouthDimpleRight"]] == 0


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("[au12_smile]", "[au12_smirk]", "action unit 'au12_smirk' is unknown"),
        ("[au12_smile]", "[au12_smile", "is no TOML"),
        ("browInnerUp = 1.0", "browInnerUpp = 1.0", "shape 'browInnerUpp' of 'au01_inner_brow_raise' is unknown"),
        ("browInnerUp = 1.0", "browInnerUp = 1.5", "shape 'browInnerUp' of 'au01_inner_brow_raise' is 1.5, expected 0 to 1"),
        ("browInnerUp = 1.0", "browInnerUp = true", "shape 'browInnerUp' of 'au01_inner_brow_raise' is True"),
        ("browInnerUp = 1.0", "browDown = 1.0, browDownLeft = 1.0", "shape 'browDownLeft' of 'au01_inner_brow_raise' stands there twice"),
        ("shapes = { browInnerUp = 1.0 }", "shapes = {}", "shapes of 'au01_inner_brow_raise' is {}"),
        ('curve = "linear"', 'curve = "cubic"', "curve of 'au01_inner_brow_raise' is 'cubic', expected one of linear, damped, sigmoid"),
        ('curve = "linear"\n', "", "curve of 'au01_inner_brow_raise' is None"),
        ("gain = 1.1", "gain = 11", "gain of 'au12_smile' is 11, expected 0 to 2"),
        ("gain = 1.1", "gian = 1.1", "key of 'au12_smile' 'gian' is unknown"),
        ("gain = 1.1", "damping = 1.1", "damping of 'au12_smile' is 1.1, expected none with a linear curve"),
        ("onset = 0.4\n", "", "onset of 'au04_brow_lower' is None, expected one with a sigmoid curve"),
        ("steepness = 9.0", "steepness = nan", "steepness of 'au04_brow_lower' is nan, expected 1 to 50"),
        ('from = "FACS 43"', 'from = ""', "'au43_eyes_closed' does not say where it comes from"),
    ],
)
def test_what_is_wrong_in_a_table_is_named(before: str, after: str, message: str) -> None:
    assert before in TEXT
    with pytest.raises(ConfigError, match=message):
        load_action_unit_shapes(TEXT.replace(before, after, 1))


def test_a_unit_that_is_missing_or_no_table_is_named() -> None:
    start, end = TEXT.index("[au14_dimple]"), TEXT.index("[au15_lip")
    with pytest.raises(ConfigError, match="action unit 'au14_dimple' has no row"):
        load_action_unit_shapes(TEXT[:start] + TEXT[end:])
    with pytest.raises(ConfigError, match="action unit 'au14_dimple' is 3, expected a table"):
        load_action_unit_shapes("au14_dimple = 3\n" + TEXT[:start] + TEXT[end:])
