from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia import registry
from affectia.rig.mapping.unit_mapping import UnitMapping
from tests.unit.fakes import SHAPE, shape_row

pytestmark = pytest.mark.unit

UNIT = {facs: place for place, facs in enumerate(registry.ACTION_UNIT_FACS)}


def units(*rows: dict[int, float]) -> npt.NDArray[np.float32]:
    """(n, 28) intensities by the numbers of FACS."""
    values = np.zeros((len(rows), len(UNIT)), np.float32)
    for row, given in zip(values, rows, strict=True):
        for facs, value in given.items():
            row[UNIT[facs]] = value
    return values


def mapped(given: dict[int, float], **measured: float) -> dict[str, float]:
    """The shapes of one face by name, those that are not 0."""
    shapes = shape_row(measured)
    UnitMapping().write(units(given), shapes)
    return {registry.BLENDSHAPES[place]: float(shapes[0, place]) for place in np.flatnonzero(np.abs(shapes[0]) > 1e-6)}


def strengths(facs: int, *values: float) -> list[float]:
    found: list[float] = UnitMapping().strengths(units(*({facs: value} for value in values)))[:, UNIT[facs]].tolist()
    return found


def test_nothing_comes_of_nothing_and_full_strength_of_full_intensity() -> None:
    mapping = UnitMapping()
    np.testing.assert_allclose(mapping.strengths(np.zeros((1, 28), np.float32)), 0, atol=1e-6)
    np.testing.assert_allclose(mapping.strengths(np.ones((1, 28), np.float32)), 1, atol=1e-6)


def test_curves_rise_and_stay_within_0_and_1() -> None:
    rising = np.repeat(np.linspace(0, 1, 101, dtype=np.float32)[:, None], 28, axis=1)
    found = UnitMapping().strengths(rising)
    assert found.min() >= 0
    assert found.max() <= 1
    assert (np.diff(found, axis=0) >= 0).all()


def test_smile_is_linear_and_limited() -> None:
    assert strengths(12, 0.2, 0.5, 0.95) == pytest.approx([0.22, 0.55, 1])


def test_cheek_is_damped_the_further_it_goes() -> None:
    quarter, half, three_quarters = strengths(6, 0.25, 0.5, 0.75)
    assert quarter > 0.25
    assert quarter > half - quarter > three_quarters - half > 1 - three_quarters
    assert half == pytest.approx(1.5 * 0.5 / 1.25)


def test_lowered_brow_is_kept_down_below_its_onset_and_comes_through_above() -> None:
    weak, middle, meant = strengths(4, 0.1, 0.4, 0.7)
    assert weak < 0.05
    assert middle == pytest.approx(0.5, abs=0.03)
    assert meant > 0.9


def test_units_move_both_sides() -> None:
    assert mapped({12: 0.5}) == pytest.approx({"mouthSmileLeft": 0.55, "mouthSmileRight": 0.55})
    assert mapped({1: 0.3}) == pytest.approx({"browInnerUp": 0.3})


def test_crooked_smile_stays_crooked() -> None:
    shapes = mapped({12: 0.5}, mouthSmileLeft=0.8, mouthSmileRight=0.2)
    assert shapes["mouthSmileLeft"] == pytest.approx(0.55 * 1.5)
    assert shapes["mouthSmileRight"] == pytest.approx(0.55 * 0.5)


def test_side_that_is_full_goes_no_further() -> None:
    assert mapped({12: 1}, mouthSmileLeft=1)["mouthSmileLeft"] == 1


def test_units_that_pull_together_go_further_than_one_and_never_too_far() -> None:
    alone, more = mapped({26: 0.8})["jawOpen"], mapped({26: 0.8, 27: 0.5})["jawOpen"]
    assert alone == pytest.approx(0.4)
    assert more == pytest.approx(1 - 0.6 * (1 - 0.425))
    assert mapped({6: 1, 7: 1})["eyeSquintLeft"] == 1


def test_jaw_comes_back_as_far_open_as_it_was_seen() -> None:
    for jaw in np.linspace(0.1, 0.85, 16):
        # As action_units.toml sees a jaw.
        drop = np.clip((jaw - 0.06) / 0.44, 0, 1) * (1 - np.clip((jaw - 0.6) / 0.3, 0, 1))
        stretch = np.clip((jaw - 0.5) / 0.35, 0, 1)
        assert mapped({26: float(drop), 27: float(stretch)})["jawOpen"] == pytest.approx(jaw, abs=0.06)


def test_what_is_measured_in_the_place_of_a_unit_goes_and_what_none_moves_stays() -> None:
    assert mapped({}, mouthSmileLeft=0.7, jawForward=0.4) == pytest.approx({"jawForward": 0.4})


def test_shapes_that_are_to_stay_measured_stay() -> None:
    measured = np.zeros(52, np.bool_)
    measured[[SHAPE["eyeBlinkLeft"], SHAPE["mouthSmileRight"]]] = True
    mapping = UnitMapping(measured=measured)
    shapes = shape_row({"eyeBlinkLeft": 0.9, "mouthSmileRight": 0.4, "mouthSmileLeft": 0.4})
    mapping.write(units({12: 0}), shapes)
    assert shapes[0, SHAPE["eyeBlinkLeft"]] == np.float32(0.9)
    assert shapes[0, SHAPE["mouthSmileRight"]] == np.float32(0.4)
    assert shapes[0, SHAPE["mouthSmileLeft"]] == 0, "a side without its partner is moved like a shape that has none"
    assert SHAPE["eyeBlinkLeft"] not in mapping.places


def test_each_of_many_is_as_it_is_alone() -> None:
    rng = np.random.default_rng(5)
    mapping = UnitMapping()
    intensities, shapes = rng.random((7, 28), np.float32), rng.random((7, 52), np.float32)
    together = shapes.copy()
    mapping.write(intensities, together)
    for row in range(7):
        alone = shapes[row : row + 1].copy()
        mapping.write(intensities[row : row + 1], alone)
        np.testing.assert_allclose(together[row], alone[0], atol=1e-6)
    assert together.min() >= 0
    assert together.max() <= 1
