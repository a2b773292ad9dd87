from __future__ import annotations

import numpy as np
import pytest

from affectia.perception.voice.log_mel import HOP
from affectia.perception.voice.silence_gate import LEAST_PROBABILITY, SilenceGate, ease_shut, openness
from affectia.perception.voice.voice_activity import CHUNK
from affectia.signals.voice_observations import VISEMES
from tests.unit.fakes import VISEME

pytestmark = pytest.mark.unit


def held(gate: SilenceGate, *, is_speaking: bool = False, stands_out: bool = False, probability: float = 0.0) -> bool:
    return gate.step(is_speaking=is_speaking, stands_out=stands_out, probability=probability) == 0


def test_it_begins_shut() -> None:
    gate = SilenceGate()
    assert not held(gate)
    assert openness(gate.quiet_chunks, samples_in=0) == 0


def test_it_is_open_as_soon_as_somebody_speaks() -> None:
    gate = SilenceGate()
    assert held(gate, is_speaking=True, probability=0.9)
    # even at an instant 40 ms before the chunk that said so
    assert openness(0, samples_in=-640) == 1


def test_it_shuts_a_moment_after_speech_and_gently() -> None:
    gate = SilenceGate()
    held(gate, is_speaking=True, probability=0.9)
    shares = []
    for _ in range(6):
        quiet = gate.step(is_speaking=False, stands_out=False, probability=0.0)
        shares += [openness(quiet, samples_in=place) for place in range(0, CHUNK, 32)]
    falls = np.diff(shares)
    assert shares[0] == 1
    assert shares[-1] == 0
    assert (falls <= 0).all()
    assert -falls.min() * HOP / 32 == pytest.approx(1 / 6)  # 60 ms from open to shut
    assert shares.index(0) * 32 == pytest.approx(1920, abs=32)  # all in all 120 ms


def test_frames_that_ask_a_later_chunk_see_the_same_curve() -> None:
    for samples_in in range(-200, 700, 50):
        assert openness(3, samples_in=samples_in) == openness(2, samples_in=samples_in + CHUNK)


def test_a_sound_that_stands_out_opens_it_while_the_detector_makes_up_its_mind() -> None:
    gate = SilenceGate()
    opened = [held(gate, stands_out=True, probability=0.1) for _ in range(12)]
    assert opened == [True] * 8 + [False] * 4  # a quarter of a second, then it was no speech


def test_clicks_that_the_detector_rules_out_do_not_open_it() -> None:
    assert not held(SilenceGate(), stands_out=True, probability=LEAST_PROBABILITY / 2)
    assert not held(SilenceGate(), stands_out=False, probability=0.3)


def test_reset_shuts_it() -> None:
    gate = SilenceGate()
    held(gate, is_speaking=True)
    gate.reset()
    assert openness(gate.quiet_chunks, samples_in=0) == 0


def test_shut_is_silence_and_half_shut_is_half_of_it() -> None:
    visemes = np.zeros((1, 3, VISEMES), np.float32)
    visemes[..., VISEME["aa"]], visemes[..., VISEME["sil"]] = 0.8, 0.2
    ease_shut(visemes, open_share=np.array([[1, 0.5, 0]], np.float32))
    np.testing.assert_allclose(visemes[0, :, VISEME["aa"]], [0.8, 0.4, 0], atol=1e-6)
    np.testing.assert_allclose(visemes[0, :, VISEME["sil"]], [0.2, 0.6, 1], atol=1e-6)


def test_an_open_gate_changes_nothing() -> None:
    visemes = np.random.default_rng(1).uniform(size=(2, 4, VISEMES)).astype(np.float32)
    before = visemes.copy()
    ease_shut(visemes, open_share=np.ones((2, 4), np.float32))
    np.testing.assert_array_equal(visemes, before)
