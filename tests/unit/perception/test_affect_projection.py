from __future__ import annotations

import numpy as np
import pytest

from affectia.perception.affect_projection import PLACES, projected
from affectia.registry import EMOTIONS
from affectia.signals.emotion_observations import ALL_EMOTIONS

pytestmark = pytest.mark.unit


def scores(**named: float) -> np.ndarray:
    row = np.zeros((1, len(EMOTIONS)), np.float32)
    for name, value in named.items():
        row[0, EMOTIONS.index(name)] = value
    return row


@pytest.mark.parametrize("number", range(len(EMOTIONS)))
def test_a_certain_emotion_is_at_its_place(number: int) -> None:
    affect = projected(np.eye(len(EMOTIONS), dtype=np.float32)[[number]])
    assert affect.dtype == np.float32
    assert affect[0] == pytest.approx(PLACES[number])


def test_the_places_have_the_signs_that_everybody_expects() -> None:
    valence, arousal, dominance = (dict(zip(EMOTIONS, column, strict=True)) for column in PLACES.T)
    assert all(valence[bad] < valence["neutral"] < valence["happy"] for bad in ("sad", "angry", "disgust", "fear", "contempt"))
    assert arousal["sad"] < 0 < min(arousal[name] for name in ("happy", "angry", "surprise", "fear"))
    assert dominance["fear"] < dominance["sad"] < 0 < dominance["angry"]


def test_between_two_emotions_it_is_between_their_places_and_moves_with_every_probability() -> None:
    rows = np.concatenate([scores(happy=share, neutral=1 - share) for share in (0.6, 0.7, 0.9)])
    valence = projected(rows)[:, 0]
    assert valence == pytest.approx([0.6 * 0.81, 0.7 * 0.81, 0.9 * 0.81])


def test_what_is_not_supported_has_no_say() -> None:
    without_surprise = ALL_EMOTIONS & ~(1 << EMOTIONS.index("surprise"))
    assert projected(scores(happy=0.3, surprise=0.7), without_surprise)[0] == pytest.approx(PLACES[EMOTIONS.index("happy")])
    assert projected(scores(surprise=1.0), without_surprise)[0].tolist() == [0, 0, 0]


def test_nobody_is_nobody() -> None:
    assert projected(np.zeros((0, len(EMOTIONS)), np.float32)).shape == (0, 3)
