from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia import registry
from affectia.fusion.opinion_pool import pooled

pytestmark = pytest.mark.unit

PLACE = {name: place for place, name in enumerate(registry.EMOTIONS)}
FOUR = ("neutral", "happy", "sad", "angry")


def says(*told: str, **scores: float) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Scores and what can be told: all, or these; what is left is shared out among the others."""
    names = told or registry.EMOTIONS
    row, mask = np.zeros(8, np.float32), np.zeros(8, np.float32)
    for name in names:
        mask[PLACE[name]] = 1
        row[PLACE[name]] = scores.get(name, (1 - sum(scores.values())) / max(1, len(names) - len(scores)))
    return row, mask


def pool(
    face: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]],
    voice: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]],
    share: float,
) -> dict[str, float]:
    scores, mask = np.stack((face[0], voice[0]))[None], np.stack((face[1], voice[1]))[None]
    result = pooled(scores, mask, np.array([[share, 1 - share]], np.float32))
    assert result.shape == (1, 8)
    assert result.dtype == np.float32
    assert result.sum() == pytest.approx(1, abs=1e-5)
    return {name: round(float(result[0, place]), 3) for name, place in PLACE.items()}


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_one_alone_is_what_it_says(share: float) -> None:
    face, voice = says(happy=0.7), says(*FOUR, sad=0.7)
    told = pool(face, voice, share)
    assert (told["happy"], told["sad"], told["fear"]) == ((0.7, 0.043, 0.043) if share else (0.1, 0.7, 0.0))


def test_contradiction_is_a_sum_by_shares() -> None:
    told = pool(says(sad=0.79), says(angry=0.79), 0.75)
    assert told["sad"] == pytest.approx(0.75 * 0.79 + 0.25 * 0.03)
    assert told["angry"] == pytest.approx(0.25 * 0.79 + 0.75 * 0.03)


def test_agreement_is_surer_than_either_and_the_more_so_the_more_even_the_shares() -> None:
    face, voice = says(happy=0.7), says(happy=0.65)
    even, uneven = pool(face, voice, 0.5), pool(face, voice, 0.9)
    assert even["happy"] > uneven["happy"] > 0.7


def test_agreement_of_those_who_know_nothing_makes_nothing_sure() -> None:
    told = pool(says(neutral=0.125), says(neutral=0.125), 0.5)
    assert set(told.values()) == {0.125}


def test_emotion_that_the_voice_cannot_tell_keeps_what_the_face_gives_it() -> None:
    for voice in (says(*FOUR, neutral=0.7), says(*FOUR, angry=0.97)):
        assert pool(says(contempt=0.8), voice, 0.5)["contempt"] == 0.8


def test_voice_shares_out_only_what_the_face_leaves_to_what_it_can_tell() -> None:
    told = pool(says(contempt=0.8, angry=0.02), says(*FOUR, angry=0.97), 0.5)
    four = sum(told[name] for name in FOUR)
    assert told["angry"] > 0.5 * four
    assert four == pytest.approx(0.2 - 3 * 0.03, abs=0.002)


def test_weak_face_cannot_take_from_a_strong_voice_by_what_that_cannot_tell() -> None:
    told = pool(says(contempt=0.9), says(*FOUR, angry=0.9), 0.05)
    assert told["angry"] > 0.8
    assert told["contempt"] < 0.1


def test_it_works_the_other_way_round_too() -> None:
    assert pool(says("happy", "sad", happy=0.9), says(fear=0.8), 0.5)["fear"] == 0.8


def test_it_is_steady_where_a_share_goes_to_nothing() -> None:
    face, voice = says(contempt=0.9), says(*FOUR, angry=0.9)
    for share in (1e-4, 1 - 1e-4):
        near, at = pool(face, voice, share), pool(face, voice, round(share))
        assert all(near[name] == pytest.approx(at[name], abs=0.002) for name in PLACE)


def test_rows_do_not_touch_each_other() -> None:
    rng = np.random.default_rng(3)
    scores = rng.dirichlet(np.full(8, 0.5), (50, 2)).astype(np.float32)
    mask = np.ones((50, 2, 8), np.float32)
    mask[::2, 1] = says(*FOUR)[1]
    scores *= mask
    scores /= scores.sum(axis=2, keepdims=True)
    share = rng.uniform(0, 1, 50)
    shares = np.stack((share, 1 - share), axis=1).astype(np.float32)
    together = pooled(scores, mask, shares)
    for row in range(50):
        one = slice(row, row + 1)
        assert together[one] == pytest.approx(pooled(scores[one], mask[one], shares[one]), abs=1e-5)


def test_nobody_counts_and_nothing_breaks() -> None:
    nothing = np.zeros((2, 2, 8), np.float32)
    assert not pooled(nothing, nothing, np.zeros((2, 2), np.float32)).any()
