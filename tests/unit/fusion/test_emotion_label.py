from __future__ import annotations

import numpy as np
import pytest

from affectia import registry
from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.fusion.emotion_label import EmotionLabel, EmotionLabelOptions
from affectia.signals.affect_states import NO_LABEL
from tests.unit.fakes import nanos, slots

pytestmark = pytest.mark.unit

HAPPY, SAD, ANGRY = (registry.EMOTIONS.index(name) for name in ("happy", "sad", "angry"))
START = 10 * NANOS_PER_SEC
TICK = 20 * NANOS_PER_MILLI


class Stage:
    """The label of one slot, asked 50 times a second."""

    def __init__(self, options: EmotionLabelOptions | None = None, count: int = 2) -> None:
        self.labels = EmotionLabel(count, options)
        self.now = START
        self.changes: list[tuple[int, int]] = []
        self.label = NO_LABEL

    def show(self, secs: float, confidence: float = 0.8, **scores: float) -> int:
        """Show this for a while; the label at its end."""
        for _ in range(round(secs * NANOS_PER_SEC / TICK)):
            row = np.zeros((1, 8), np.float32)
            for name, score in scores.items():
                row[0, registry.EMOTIONS.index(name)] = score
            label = int(self.labels.held(slots(1), nanos(self.now), row, np.array([confidence], np.float32))[0])
            if label != self.label:
                self.changes.append((self.now, label))
                self.label = label
            self.now += TICK
        return self.label


def test_first_label_comes_after_its_hold_and_not_before() -> None:
    stage = Stage()
    assert stage.show(0.24, happy=0.8) == NO_LABEL
    assert stage.show(0.1, happy=0.8) == HAPPY


def test_challenger_wins_by_a_margin_for_its_hold() -> None:
    stage = Stage()
    stage.show(2, happy=0.8)
    assert stage.show(2, happy=0.4, sad=0.45) == HAPPY
    assert stage.show(0.2, happy=0.3, sad=0.5) == HAPPY
    assert stage.show(0.2, happy=0.3, sad=0.5) == SAD


def test_challenger_that_gives_way_for_a_moment_waits_anew() -> None:
    stage = Stage()
    stage.show(2, happy=0.8)
    for _ in range(20):
        stage.show(0.2, happy=0.3, sad=0.5)
        stage.show(0.02, happy=0.5, sad=0.3)
    assert stage.label == HAPPY


def test_challenger_that_another_takes_the_turn_of_waits_anew() -> None:
    stage = Stage()
    stage.show(2, happy=0.8)
    for _ in range(10):
        stage.show(0.2, sad=0.6)
        stage.show(0.2, angry=0.6)
    assert stage.label == HAPPY


def test_label_stays_for_its_dwell_whatever_comes() -> None:
    stage = Stage(EmotionLabelOptions(hold_secs=0, margin=0))
    rng = np.random.default_rng(4)
    for _ in range(500):
        scores = dict(zip(registry.EMOTIONS, rng.dirichlet(np.full(8, 0.2)).tolist(), strict=True))
        stage.show(0.02, confidence=float(rng.uniform(0, 1)), **scores)
    steps = np.diff([at for at, _ in stage.changes])
    assert len(stage.changes) > 5
    assert steps.min() >= 0.6 * NANOS_PER_SEC
    assert len(stage.changes) / 10 < 2


def test_unsure_has_no_label_and_a_label_needs_more_to_come_than_to_stay() -> None:
    stage = Stage()
    assert stage.show(1, confidence=0.28, happy=0.8) == NO_LABEL
    assert stage.show(1, confidence=0.32, happy=0.8) == HAPPY
    assert stage.show(1, confidence=0.22, happy=0.8) == HAPPY
    assert stage.show(0.2, confidence=0.1, happy=0.8) == HAPPY
    assert stage.show(0.2, confidence=0.1, happy=0.8) == NO_LABEL
    assert stage.show(1, confidence=0.22, happy=0.8) == NO_LABEL


def test_forgetting_takes_the_label_at_once_and_of_these_only() -> None:
    labels = EmotionLabel(3)
    rows, scores, sure = slots(0, 1, 2), np.eye(8, dtype=np.float32)[[HAPPY, SAD, ANGRY]], np.ones(3, np.float32)
    for number in range(20):
        held = labels.held(rows, nanos(*[START + number * TICK] * 3), scores, sure)
    assert held.tolist() == [HAPPY, SAD, ANGRY]
    assert held.dtype == np.int8
    labels.forget(slots(1))
    assert labels.held(rows, nanos(*[START + 20 * TICK] * 3), scores, sure).tolist() == [HAPPY, NO_LABEL, ANGRY]
    for number in range(21, 40):  # not after a dwell: nobody has seen it change
        held = labels.held(rows, nanos(*[START + number * TICK] * 3), scores, sure)
    assert held.tolist() == [HAPPY, SAD, ANGRY]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"margin": 1.5}, "affect.label.margin is 1.5, expected 0 to 1"),
        ({"hold_secs": -1}, "affect.label.hold_secs is -1, expected 0 to 60"),
        ({"dwell_secs": 0.5}, "affect.label.dwell_secs is 0.5, expected more than 0.5 and at most 60"),
        ({"start_confidence": 2}, "affect.label.start_confidence is 2, expected 0 to 1"),
        ({"stop_confidence": 0.4}, "affect.label.stop_confidence is 0.4, expected 0 to start_confidence, which is 0.3"),
        ({"stop_confidence": float("nan")}, "affect.label.stop_confidence is nan, expected 0 to start_confidence, which is 0.3"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        EmotionLabelOptions(**options)
    assert str(refused.value) == message
