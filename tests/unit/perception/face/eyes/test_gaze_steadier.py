from __future__ import annotations

import math

import numpy as np
import pytest

from affectia import registry
from affectia.perception.face.eyes.gaze_steadier import GazeSteadier

pytestmark = pytest.mark.unit

STEP_SECS = 1 / 30


def scores(down: float) -> np.ndarray:
    shapes = np.zeros(52, np.float32)
    for side in ("Left", "Right"):
        shapes[registry.BLENDSHAPES.index(f"eyeLookDown{side}")] = down
    return shapes


def run(steadier: GazeSteadier, ups: list[float], downs: list[float], closures: list[float] | None = None) -> list[float]:
    lids = closures or [0.0] * len(ups)
    return [
        steadier.steady((0.0, up), scores(down), closure=closure, elapsed_secs=STEP_SECS)[1]
        for up, down, closure in zip(ups, downs, lids, strict=True)
    ]


def test_lids_that_stand_half_closed_are_no_look_down() -> None:
    """The scores say 12.5 degrees down all the time; the irises look straight ahead."""
    assert run(GazeSteadier(), [0.0] * 30, [0.5] * 30) == pytest.approx([0] * 30)


def test_noise_of_the_irises_is_left_out() -> None:
    noise = np.random.default_rng(1).normal(0, 2, 600)
    shown = run(GazeSteadier(), noise.tolist(), [0.4] * 600)
    assert np.std(shown[60:]) < 0.25 * np.std(noise)
    assert np.mean(shown[60:]) == pytest.approx(noise.mean(), abs=0.4)


def test_a_look_that_both_see_is_shown_at_once() -> None:
    shown = run(GazeSteadier(), [0.0] * 10 + [-10.0] * 5, [0.2] * 10 + [0.6] * 5)
    assert shown[10] == pytest.approx(-10)


def test_a_score_that_rises_with_the_lids_is_soon_forgotten() -> None:
    closures = [0.0] * 10 + [0.1 * step for step in range(1, 6)] + [0.5] * 10
    downs = [0.2] * 10 + [0.2 + 0.06 * step for step in range(1, 6)] + [0.5] * 10
    shown = run(GazeSteadier(), [0.0] * 25, downs, closures)
    assert min(shown) > -5, "the scores alone fall by 7.5 degrees"
    assert abs(shown[-1]) < 3


def test_scores_that_are_no_numbers_leave_the_irises_alone() -> None:
    assert GazeSteadier().steady((1.0, 4.0), scores(math.nan), closure=0, elapsed_secs=STEP_SECS) == (1.0, 4.0)


def test_another_person_starts_anew() -> None:
    steadier = GazeSteadier()
    run(steadier, [0.0] * 30, [0.5] * 30)
    steadier.reset()
    assert run(steadier, [8.0], [0.5]) == pytest.approx([8.0])


@pytest.mark.parametrize(("names", "yaw_deg"), [(("OutLeft", "InRight"), 15), (("InLeft", "OutRight"), -15)])
def test_a_look_to_the_side_is_the_mean_of_both_eyes(names: tuple[str, str], yaw_deg: float) -> None:
    shapes = np.zeros(52, np.float32)
    steadier = GazeSteadier()
    steadier.steady((0.0, 0.0), shapes, closure=0, elapsed_secs=STEP_SECS)
    for name in names:
        shapes[registry.BLENDSHAPES.index(f"eyeLook{name}")] = 0.5
    assert steadier.steady((yaw_deg, 0.0), shapes, closure=0, elapsed_secs=STEP_SECS) == pytest.approx((yaw_deg, 0.0))
