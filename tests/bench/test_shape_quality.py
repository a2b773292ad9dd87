from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest

from affectia import registry

if (HERE := str(Path(__file__).resolve().parent)) not in sys.path:  # where the measurement lies
    sys.path.insert(0, HERE)

from shape_quality import (  # noqa: E402 - found only through the lines above
    BEGIN,
    END,
    Curves,
    Measured,
    Pictures,
    area_under_curve,
    between_markers,
    markdown,
    noise,
    pairs,
    pose_leak,
    reached,
    response,
    table,
)

pytestmark = pytest.mark.unit

SHAPES = len(registry.BLENDSHAPES)
JAW_OPEN = registry.BLENDSHAPES.index("jawOpen")
CALM = np.ones(100, np.bool_)


def test_pairs_cover_every_shape_once() -> None:
    found = pairs()
    assert sorted(place for places in found.values() for place in places) == list(range(SHAPES))
    assert [registry.BLENDSHAPES[place] for place in found["jaw"]] == ["jawLeft", "jawRight"]
    assert found["jawOpen"] == [JAW_OPEN]


def test_range_is_of_the_side_that_reaches_further() -> None:
    ramp = np.linspace(0.0, 1.0, 101)
    assert reached([np.stack((ramp * 0.2, ramp), 1)]) == pytest.approx((0.01, 0.99))


def test_noise_is_around_each_stills_own_mean() -> None:
    wave = np.tile((-0.01, 0.01), 50)[:, None]
    assert noise([wave + 0.3, wave + 0.7]) == pytest.approx(0.01)


def test_leak_is_what_changes_with_yaw_while_nothing_moves() -> None:
    yaw_deg = np.repeat((-12.0, 2.0, 12.0), (40, 40, 20))
    values = np.where(yaw_deg > 10, 0.4, 0.1)[:, None]
    assert pose_leak(values, yaw_deg, CALM) == pytest.approx(0.3)
    assert pose_leak(values, yaw_deg, yaw_deg < 10) == 0.0
    assert math.isnan(pose_leak(values, np.zeros(100), CALM))


def test_area_under_curve_counts_ties_half() -> None:
    low, high = np.array((0.1, 0.2)), np.array((0.3, 0.4))
    assert area_under_curve(high, low) == 1.0
    assert area_under_curve(low, high) == 0.0
    assert area_under_curve(low, low) == 0.5
    assert math.isnan(area_under_curve(np.array(()), low))


def test_response_is_of_the_shapes_own_label() -> None:
    network = np.zeros((4, SHAPES))
    published = network.copy()
    published[:2, JAW_OPEN] = 0.5
    faces = Pictures(network, published, np.array(("surprise", "surprise", "neutral", "neutral")))
    assert response(faces, "jawOpen", [JAW_OPEN]) == (0.5, 1.0, "surprise")
    assert response(faces, "mouthRollLower", [31])[2] == ""
    assert response(None, "jawOpen", [JAW_OPEN])[2] == ""


def made_curves(amount: float, grain: float) -> Curves:
    random = np.random.default_rng(1)
    shown = np.abs(random.normal(0.0, grain, (100, SHAPES)))
    shown[:, JAW_OPEN] += np.linspace(0.0, amount, 100)
    return Curves(shown / 2, shown, random.uniform(-12, 12, 100), CALM)


def test_table_has_a_row_for_each_shape_without_its_side() -> None:
    measured = Measured([made_curves(0.8, 0.0)], [made_curves(0.0, 0.01)], [made_curves(0.0, 0.02)])
    rows = table(measured, dict.fromkeys(pairs(), ("network", "why")))
    assert len(rows) == len(pairs())
    jaw_open = dict(
        zip(("shape", "verdict", "network", "published", "one", "two"), next(row for row in rows if row[0] == "`jawOpen`"), strict=False)
    )
    assert (jaw_open["network"], jaw_open["published"]) == ("0.00-0.40", "0.01-0.79")
    assert float(jaw_open["two"]) == pytest.approx(2 * float(jaw_open["one"]), abs=0.001)
    text = markdown(rows)
    assert text.count("\n") == len(rows) + 1
    assert len({line.count("|") for line in text.splitlines()}) == 1


def test_section_goes_between_the_markers_and_nowhere_else() -> None:
    text = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    once = between_markers(text, "new")
    assert once == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
    assert between_markers(once, "new") == once


@pytest.mark.parametrize("text", ["", BEGIN, f"{END}{BEGIN}", f"{BEGIN}{BEGIN}{END}"])
def test_missing_markers_are_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="markers of the table are missing or doubled"):
        between_markers(text, "new")
