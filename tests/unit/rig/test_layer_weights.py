from __future__ import annotations

import numpy as np
import pytest

from affectia.clock import NANOS_PER_SEC
from affectia.rig.layer_weights import LAYERS, LayerWeights
from tests.unit.fakes import nanos, slots

pytestmark = pytest.mark.unit

IDLE, FACE, EMOTION = LAYERS.index("idle"), LAYERS.index("face"), LAYERS.index("emotion")
BEGIN = 9 * NANOS_PER_SEC


def weight(layers: LayerWeights, layer: int, secs: float, slot: int = 0) -> float:
    found = layers.weights(slots(slot), nanos(BEGIN + round(secs * NANOS_PER_SEC)))
    return 1.0 if found is None else float(found[0, layer])


def test_all_count_whole_until_somebody_says_otherwise() -> None:
    assert LayerWeights(4).weights(slots(0, 1, 2), nanos(1, 2, 3)) is None
    assert LAYERS == ("idle", "face", "speech", "emotion", "override")


def test_a_weight_goes_along_a_line_within_its_fade() -> None:
    layers = LayerWeights(4)
    layers.set(0, FACE, 0.2, 2.0, BEGIN)
    assert [weight(layers, FACE, secs) for secs in (-1, 0, 0.5, 1, 2, 50)] == pytest.approx([1, 1, 0.8, 0.6, 0.2, 0.2])
    assert weight(layers, IDLE, 1) == 1


def test_without_a_fade_it_is_there_at_once() -> None:
    layers = LayerWeights(4)
    layers.set(0, EMOTION, 0.0, 0.0, BEGIN)
    assert weight(layers, EMOTION, 0) == 0
    assert layers.goals(0, BEGIN)[EMOTION] == (0.0, 0.0)


def test_another_weight_is_gone_to_from_where_it_is() -> None:
    layers = LayerWeights(4)
    layers.set(0, FACE, 0.0, 1.0, BEGIN)
    layers.set(0, FACE, 1.0, 1.0, BEGIN + NANOS_PER_SEC // 2)
    assert [weight(layers, FACE, secs) for secs in (0.5, 1.0, 1.25)] == pytest.approx([0.5, 0.75, 0.875])
    assert layers.goals(0, BEGIN + NANOS_PER_SEC)[FACE] == pytest.approx((1.0, 0.5))


def test_who_is_back_costs_nothing_again() -> None:
    layers = LayerWeights(4)
    layers.set(1, IDLE, 0.0, 0.0, BEGIN)
    layers.set(1, IDLE, 1.0, 1.0, BEGIN)
    assert weight(layers, IDLE, 0.5, slot=1) == pytest.approx(0.5)
    assert layers.weights(slots(1), nanos(BEGIN + 2 * NANOS_PER_SEC)) is None
    assert layers.weights(slots(1), nanos(BEGIN)) is None, "who has come back is looked at no more"
    layers.set(1, IDLE, 0.5, 0.0, BEGIN + 3 * NANOS_PER_SEC)
    assert weight(layers, IDLE, 3, slot=1) == 0.5


def test_each_slot_has_its_own_weights_and_its_own_time() -> None:
    layers = LayerWeights(8)
    layers.set(6, IDLE, 0.0, 1.0, BEGIN)
    layers.set(2, FACE, 0.5, 0.0, BEGIN)
    found = layers.weights(slots(6, 2, 0), nanos(BEGIN + NANOS_PER_SEC // 4, BEGIN, BEGIN))
    assert found is not None
    expected = np.ones((3, 5), np.float32)
    expected[0, IDLE], expected[1, FACE] = 0.75, 0.5
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert found.dtype == np.float32
    assert layers.weights(slots(0, 1), nanos(BEGIN, BEGIN)) is None


def test_forgotten_slots_are_whole_at_once_and_the_others_stay() -> None:
    layers = LayerWeights(4)
    layers.set(0, FACE, 0.5, 0.0, BEGIN)
    layers.set(1, FACE, 0.5, 0.0, BEGIN)
    layers.forget(slots(0, 3))
    assert (weight(layers, FACE, 1, slot=0), weight(layers, FACE, 1, slot=1)) == (1, 0.5)
    assert layers.goals(0, BEGIN) == ((1.0, 0.0),) * 5


def test_the_end_is_the_weight_itself() -> None:
    layers = LayerWeights(1)
    layers.set(0, FACE, 0.1, 0.0, BEGIN)
    layers.set(0, FACE, 0.7, 0.3, BEGIN)
    assert weight(layers, FACE, 0.3) == np.float32(0.7)
