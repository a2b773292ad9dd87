from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import numpy.typing as npt
import pytest

from affectia import registry
from affectia.errors import ConfigError
from affectia.perception.voice.timing.dominance import RATE_HZ, viseme_loudness, viseme_weights
from affectia.perception.voice.timing.timed_visemes import TimedVisemes
from affectia.perception.voice.timing.viseme_timing import load_viseme_timing
from tests.unit.fakes import VISEME

pytestmark = pytest.mark.unit

Floats = npt.NDArray[np.float32]


def timed(*said: tuple[str, float], begin_secs: float = 0.0, strength: float = 1.0) -> TimedVisemes:
    """Visemes with their durations, one after the other; "" is a gap."""
    ends = begin_secs + np.cumsum([length for _, length in said])
    starts = ends - [length for _, length in said]
    kept = np.array([bool(name) for name, _ in said])
    visemes = np.array([VISEME[name] for name, _ in said if name], np.intp)
    return TimedVisemes(starts[kept], ends[kept], visemes, np.full(visemes.size, strength, np.float32))


def at(weights: Floats, secs: float, name: str) -> float:
    return float(weights[round(secs * RATE_HZ), VISEME[name]])


def test_rows_sum_to_one_at_any_instant() -> None:
    rng = np.random.default_rng(7)
    names = ["", *registry.VISEMES]
    for _ in range(20):
        said = [(names[rng.integers(16)], float(rng.uniform(0.01, 0.4))) for _ in range(40)]
        weights = viseme_weights(timed(("aa", 0.1), *said))
        assert weights.dtype == np.float32
        assert weights.min() >= 0
        np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-5)


def test_each_viseme_leads_in_its_own_middle() -> None:
    for first, second, third in itertools.permutations(["PP", "DD", "SS", "aa", "ih", "ou", "FF"], 3):
        weights = viseme_weights(timed((first, 0.09), (second, 0.09), (third, 0.09), begin_secs=0.3), clip_secs=1)
        assert weights[round(0.435 * RATE_HZ)].argmax() == VISEME[second], (first, second, third)


@pytest.mark.parametrize("name", ["PP", "FF"])
@pytest.mark.parametrize("length_secs", [0.02, 0.03, 0.05, 0.09, 0.2])
@pytest.mark.parametrize(("before", "after"), [("aa", "aa"), ("ou", "ou"), ("SS", "RR"), ("sil", "aa"), ("PP", "FF"), ("FF", "PP")])
def test_a_closure_is_not_blended_away(name: str, length_secs: float, before: str, after: str) -> None:
    said = timed((before, 0.12), (name, length_secs), (after, 0.12), begin_secs=0.2)
    weights = viseme_weights(said, clip_secs=1)
    around = slice(round(0.31 * RATE_HZ), round((0.33 + length_secs) * RATE_HZ) + 1)
    peak = weights[around, VISEME[name]].max()
    assert peak >= (0.9 if length_secs >= 0.03 and {before, after}.isdisjoint({"PP", "FF"}) else 0.5)


def test_lips_begin_to_close_before_the_phone_and_are_apart_soon_after() -> None:
    weights = viseme_weights(timed(("aa", 0.2), ("PP", 0.08), ("aa", 0.2), begin_secs=0.2), clip_secs=1)
    closed = np.flatnonzero(weights[:, VISEME["PP"]] >= 0.4) / RATE_HZ
    assert 0.36 <= closed[0] < 0.4
    assert 0.45 <= closed[-1] <= 0.49
    assert at(weights, 0.28, "PP") < 0.01, "not more than 120 ms before"


def test_after_a_long_phone_a_stop_begins_earlier_than_after_a_short_one() -> None:
    begins = []
    for length in (0.08, 0.16, 0.3, 0.6):
        weights = viseme_weights(timed(("aa", length), ("PP", 0.08), ("aa", 0.1), begin_secs=0.7 - length), clip_secs=1)
        begins.append(0.7 - float(np.flatnonzero(weights[:, VISEME["PP"]] > 0.005)[0]) / RATE_HZ)
    assert begins == sorted(begins)
    assert begins[0] == pytest.approx(0.04, abs=0.011)
    assert begins[-1] == pytest.approx(0.12, abs=0.021)


def test_lips_round_ahead_of_a_rounded_vowel_and_less_so_after_a_vowel() -> None:
    def before(vowel: str, other: str) -> float:
        weights = viseme_weights(timed((other, 0.15), (vowel, 0.12), begin_secs=0.2), clip_secs=1)
        return at(weights, 0.27, vowel)

    assert before("ou", "SS") > before("aa", "SS") + 0.1
    assert before("ou", "SS") > before("ou", "aa") > before("E", "aa")


def test_a_vowel_before_lets_lips_round_later_whatever_its_own_dominance() -> None:
    table = load_viseme_timing()
    alike = dataclasses.replace(table, alpha=np.ones(15), theta_per_sec=np.full(15, 30.0))
    after = {other: viseme_weights(timed((other, 0.15), ("ou", 0.12), begin_secs=0.2), timing=alike) for other in ("SS", "aa")}
    assert at(after["aa"], 0.29, "ou") < at(after["SS"], 0.29, "ou") - 0.02


@pytest.mark.parametrize("length_secs", [0.03, 0.045, 0.06])
def test_short_visemes_are_hardly_more_mixed_than_usual_ones(length_secs: float) -> None:
    """Dominance that fell off as slowly as that of 90 ms would leave a viseme of 30 ms a quarter less."""
    middles = []
    for length in (length_secs, 0.09):
        weights = viseme_weights(timed(("ih", length), ("SS", length), ("ih", length), begin_secs=0.4 - 1.5 * length), clip_secs=1)
        middles.append(at(weights, 0.4, "SS"))
    expected = 1 / (1 + 2 / 0.85 * np.exp(-21 * np.sqrt(0.09 / length_secs) * length_secs))
    assert middles[0] == pytest.approx(expected, abs=0.05)
    assert middles[0] < middles[1]


def test_silence_is_whole_in_pauses_and_partial_in_short_ones() -> None:
    weights = viseme_weights(timed(("aa", 0.1), ("", 0.6), ("aa", 0.1), ("", 0.1), ("aa", 0.1), ("", 0.03), ("aa", 0.1)))
    assert at(weights, 0.4, "sil") > 0.98
    assert 0.2 < at(weights, 0.85, "sil") < 0.75
    assert at(weights, 1.015, "sil") < 0.02, "a gap of 30 ms is none"
    assert weights[-1, VISEME["sil"]] > 0.9


def test_before_and_behind_what_is_said_there_is_silence() -> None:
    weights = viseme_weights(timed(("aa", 0.1), begin_secs=3.0), clip_secs=10)
    assert weights.shape == (1000, 15)
    assert weights[:250, VISEME["sil"]].min() > 0.999
    assert weights[400:, VISEME["sil"]].min() > 0.999
    assert at(weights, 3.05, "aa") > 0.7


def test_a_long_viseme_stays_itself_up_to_its_ends() -> None:
    weights = viseme_weights(timed(("DD", 0.1), ("aa", 2.0), ("DD", 0.1)))
    assert weights[20:200, VISEME["aa"]].min() > 0.85


def test_a_weak_viseme_lets_its_neighbours_through() -> None:
    strong = timed(("DD", 0.08), ("aa", 0.06), ("DD", 0.08), begin_secs=0.2)
    weak = TimedVisemes(strong.start_secs, strong.end_secs, strong.visemes, np.array([1, 0.5, 1], np.float32))
    assert at(viseme_weights(weak), 0.31, "aa") < at(viseme_weights(strong), 0.31, "aa") - 0.1


def test_the_count_of_rows_is_that_of_the_clip() -> None:
    said = timed(("aa", 0.1))
    assert viseme_weights(said).shape[0] == 30
    assert viseme_weights(said, clip_secs=0.05).shape[0] == 5
    assert viseme_weights(said, clip_secs=0.051).shape[0] == 6
    for clip_secs in (0.0, -1.0, float("nan"), 1e9):
        with pytest.raises(ConfigError, match="clip_secs is"):
            viseme_weights(said, clip_secs=clip_secs)


def test_nothing_said_is_silence() -> None:
    nothing = TimedVisemes(np.zeros(0), np.zeros(0), np.zeros(0, np.intp), np.zeros(0, np.float32))
    weights = viseme_weights(nothing, clip_secs=0.5)
    assert weights.shape == (50, 15)
    assert (weights[:, VISEME["sil"]] == 1).all()
    assert viseme_loudness(nothing, clip_secs=0.5).shape == (50,)


def test_a_closure_alone_is_whole() -> None:
    weights = viseme_weights(timed(("PP", 0.3)), clip_secs=0.3)
    assert weights[10, VISEME["PP"]] > 0.9


def test_portions_of_a_long_clip_join_without_a_seam() -> None:
    said = [(name, 0.08) for name in ("aa", "DD", "ou", "SS") * 6000]
    whole = viseme_weights(timed(*said))
    part = viseme_weights(timed(*said[:400]))
    np.testing.assert_allclose(whole[:3000], part[:3000], atol=1e-6)
    again = whole[32 * 1000 : 32 * 1000 + 64]  # the row repeats every 0.32 s
    np.testing.assert_allclose(again, part[32 * 10 : 32 * 10 + 64], atol=1e-5)


def test_loudness_follows_the_strength_of_vowels() -> None:
    said = timed(("aa", 0.1), ("PP", 0.1), ("E", 0.1))
    strengths = np.array([1, 1, 0.5], np.float32)
    loudness = viseme_loudness(TimedVisemes(said.start_secs, said.end_secs, said.visemes, strengths), clip_secs=0.3)
    assert loudness.shape == (30,)
    assert loudness[5] == pytest.approx(0.75)
    assert loudness[25] == pytest.approx(0.375)
    assert 0.375 < loudness[15] < 0.75
    assert viseme_loudness(timed(("PP", 0.1)), clip_secs=0.1)[0] == pytest.approx(0.7)
