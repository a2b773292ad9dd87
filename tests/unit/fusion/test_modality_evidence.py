from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from affectia.fusion.modality_evidence import AFFECT, NEVER, SCORES, SPEECH, TALKING, TOLD, TRUST, UNSURE, WEIGHT, ModalityEvidence
from affectia.signals.emotion_observations import ALL_EMOTIONS, AffectMethod, EmotionObservations, Modality
from tests.unit.fakes import slots
from tests.unit.feelings import EMOTION, PROSODY, feeling, mask, rows_of, scores

pytestmark = pytest.mark.unit

AT = 5_000_000_000
FACE, VOICE = Modality.FACE, Modality.VOICE


def evidence() -> ModalityEvidence:
    return ModalityEvidence(3, least_confidence=0.1, mouth_weight=0.4)


def weight_of(seen: EmotionObservations, column: int = WEIGHT) -> float:
    held = evidence()
    held.observe(slots(1), seen, None)
    return float(held.values[1, seen.modality, column])


def test_observation_is_held_of_its_slot_and_modality_alone() -> None:
    held = evidence()
    held.observe(slots(1), feeling(VOICE, AT, happy=0.8, affect=(0.1, 0.2, 0.3), method=AffectMethod.REGRESSED, quality=0.5), None)
    assert held.is_known.tolist() == [False, True, False]
    assert held.captured_nanos[1].tolist() == [NEVER, AT, NEVER]
    assert held.values[1, VOICE, SCORES] == pytest.approx(scores({"happy": 0.8})[0])
    assert held.values[1, VOICE, AFFECT] == pytest.approx((0.1, 0.2, 0.3))
    assert held.support[1].tolist() == [0, ALL_EMOTIONS]
    assert held.method[1].tolist() == [AffectMethod.PROJECTED, AffectMethod.REGRESSED]
    assert not held.values[[0, 2]].any()
    assert not held.values[1, FACE].any()


def test_weight_is_certainty_above_chance_times_quality() -> None:
    assert weight_of(feeling(FACE, AT, happy=1)) == pytest.approx(1)
    assert weight_of(feeling(FACE, AT, happy=0.5)) == pytest.approx((0.5 - 1 / 8) / (7 / 8))
    assert weight_of(feeling(FACE, AT, happy=0.5, quality=0.5)) == pytest.approx((0.5 - 1 / 8) / (7 / 8) / 2)
    four = mask("neutral", "happy", "sad", "angry")
    assert weight_of(feeling(VOICE, AT, support=four, happy=0.5)) == pytest.approx((0.5 - 1 / 4) / (3 / 4))
    assert weight_of(feeling(VOICE, AT, support=mask("sad"), sad=1)) == pytest.approx(1)


def test_what_is_not_surer_than_guessing_has_no_weight_and_comes_in_by_and_by() -> None:
    weights = [weight_of(feeling(FACE, AT, happy=1 / 8 + 7 / 8 * above)) for above in (0, 0.05, 0.1, 0.15, 0.2, 0.3)]
    assert weights == pytest.approx([0, 0, 0, 0.075, 0.2, 0.3], abs=1e-5)
    assert weight_of(feeling(FACE, AT, happy=0.13, quality=0.7), UNSURE) == pytest.approx(0.7)


def test_confidence_that_was_told_counts_where_it_is_less_than_the_scores_say() -> None:
    assert weight_of(feeling(VOICE, AT, happy=0.8, confidence=0.4)) == pytest.approx((0.4 - 1 / 8) / (7 / 8))
    assert weight_of(feeling(VOICE, AT, happy=0.8, confidence=0.4), TRUST) == pytest.approx(0.5)
    assert weight_of(feeling(VOICE, AT, happy=0.8, confidence=5), TRUST) == pytest.approx(1)


@pytest.mark.parametrize(("quality", "trust"), [(0.0, 0.0), (0.1, 0.2), (0.5, 1.0), (0.9, 1.0), (7.0, 1.0), (-1.0, 0.0)])
def test_bad_quality_takes_trust_away(quality: float, trust: float) -> None:
    assert weight_of(feeling(FACE, AT, happy=0.8, quality=quality), TRUST) == pytest.approx(trust)


def test_scores_outside_of_the_support_are_no_evidence() -> None:
    seen = feeling(VOICE, AT, support=mask("happy", "sad"), happy=0.6)
    seen.scores[0, EMOTION["fear"]] = 0.5
    held = evidence()
    held.observe(slots(0), seen, None)
    assert held.values[0, VOICE, SCORES].tolist() == pytest.approx([0, 0.6, 0.4, 0, 0, 0, 0, 0])


@pytest.mark.parametrize("broken", ["found", "scores", "affect", "confidence", "quality", "support", "empty"])
def test_rows_that_say_nothing_leave_what_is_held(broken: str) -> None:
    held = evidence()
    held.observe(slots(0), feeling(FACE, AT, sad=0.9), None)
    before = held.values.copy()
    seen = feeling(FACE, AT + 1, happy=0.9, found=broken != "found", support=0 if broken == "support" else ALL_EMOTIONS)
    if broken == "empty":
        seen.scores[:] = 0
    elif broken in ("scores", "affect", "confidence", "quality"):
        getattr(seen, broken)[:] = np.nan if broken != "affect" else np.inf
    held.observe(slots(0), seen, None)
    assert held.values.tolist() == before.tolist()
    assert held.captured_nanos[0, FACE] == AT


def test_one_broken_row_does_not_take_the_others_with_it() -> None:
    one, two = feeling(FACE, AT, sad=0.9), feeling(FACE, AT, happy=0.9)
    both = rows_of(one, two)
    both.scores[0, 2] = np.nan
    held = evidence()
    held.observe(slots(2, 0), both, None)
    assert held.is_known.tolist() == [True, False, False]
    assert held.values[0, FACE, SCORES] == pytest.approx(two.scores[0])


def test_face_that_talks_is_what_it_says_without_its_mouth() -> None:
    held = evidence()
    held.observe(
        slots(0), feeling(FACE, AT, surprise=0.9, mouthless={"neutral": 0.5}, quality=0.8), np.array([[0.1, 0.2, 0.3]], np.float32)
    )
    talking = held.values[0, TALKING]
    assert talking[SCORES] == pytest.approx(scores({"neutral": 0.5})[0])
    assert talking[AFFECT] == pytest.approx((0.1, 0.2, 0.3))
    assert talking[WEIGHT] == pytest.approx((0.5 - 1 / 8) / (7 / 8) * 0.8)


def test_face_that_talks_keeps_its_affect_where_it_was_not_projected() -> None:
    held = evidence()
    held.observe(slots(0), feeling(FACE, AT, surprise=0.9, mouthless={"neutral": 0.5}, affect=(0.4, 0.5, 0.6)), None)
    assert held.values[0, TALKING, AFFECT] == pytest.approx((0.4, 0.5, 0.6))


@pytest.mark.parametrize("is_broken", [False, True])
def test_face_that_talks_counts_less_where_it_was_not_read_without_its_mouth(is_broken: bool) -> None:
    seen = feeling(FACE, AT, surprise=0.9, mouthless={"neutral": 0.5} if is_broken else None)
    if seen.mouthless is not None:
        seen.mouthless[0, 0] = np.nan
    held = evidence()
    held.observe(slots(0), seen, None)
    assert held.values[0, TALKING, SCORES] == pytest.approx(seen.scores[0])
    assert held.values[0, TALKING, WEIGHT] == pytest.approx(0.4 * held.values[0, FACE, WEIGHT])


def test_how_something_is_said_is_told_of_voices_that_no_emotion_is_told_of() -> None:
    held = evidence()
    held.observe(slots(0), feeling(VOICE, AT, found=False, prosody=PROSODY, events=9), None)
    assert held.prosody[0] == pytest.approx(dataclasses.astuple(PROSODY))
    assert (held.events[0], held.captured_nanos[0].tolist()) == (9, [NEVER, NEVER, AT])
    assert held.is_known[0]
    held.observe(slots(0), feeling(VOICE, AT + 1, found=False), None)
    assert np.isnan(held.prosody[0]).all()
    assert held.events[0] == 0


def test_faces_say_nothing_of_speech() -> None:
    held = evidence()
    held.observe(slots(0), feeling(FACE, AT, happy=0.9, events=9), None)
    assert held.events[0] == 0


@pytest.mark.parametrize(("modality", "left"), [(FACE, VOICE), (VOICE, FACE), (None, None)])
def test_forgetting_a_modality_leaves_no_trace_of_it(modality: Modality | None, left: Modality | None) -> None:
    held = evidence()
    for slot in (0, 1):
        held.observe(slots(slot), feeling(FACE, AT, happy=0.9, mouthless={"happy": 0.8}), None)
        held.observe(slots(slot), feeling(VOICE, AT, sad=0.9, prosody=PROSODY, events=3), None)
    held.forget(slots(0), modality)
    assert held.is_known.tolist() == [left is not None, True, False]
    assert [bool(held.values[0, one].any()) for one in (FACE, VOICE, TALKING)] == [left is FACE, left is VOICE, left is FACE]
    assert (held.captured_nanos[0] > NEVER).tolist() == [left is FACE, left is VOICE, left is VOICE]
    assert bool(np.isfinite(held.prosody[0]).all()) == (left is VOICE)
    assert (held.events[0] > 0) == (left is VOICE)
    assert held.values[1].any(axis=1).all(), "the other slot keeps all"


def test_speech_can_be_forgotten_alone() -> None:
    held = evidence()
    held.observe(slots(0), feeling(VOICE, AT, sad=0.9, prosody=PROSODY, events=3), None)
    held.forget_speech(slots(0))
    held.forget_speech(slots())
    assert np.isnan(held.prosody[0]).all()
    assert (held.events[0], held.captured_nanos[0, SPEECH], held.captured_nanos[0, VOICE]) == (0, NEVER, AT)


def test_how_many_are_known_and_whether_anybodys_speech_is() -> None:
    held = evidence()
    assert (held.known_count, held.knows_speech) == (0, False)
    held.observe(slots(0, 2), rows_of(feeling(FACE, AT, happy=0.9), feeling(FACE, AT, sad=0.9)), None)
    assert (held.known_count, held.knows_speech) == (2, False)
    for slot in (1, 2):
        held.observe(slots(slot), feeling(VOICE, AT, found=False, events=3), None)
    assert (held.known_count, held.knows_speech) == (3, True)
    held.forget(slots(1))
    assert (held.known_count, held.knows_speech) == (2, True)
    held.forget_speech(slots(2))
    assert (held.known_count, held.knows_speech) == (2, False)


def test_instants_hold_when_it_was_told_beside_the_captured_ones_and_forgetting_leaves_that() -> None:
    held = evidence()
    held.instants_nanos[0, TOLD] = AT
    held.forget(slots(0))
    assert held.instants_nanos[0].tolist() == [NEVER, NEVER, NEVER, AT]
    assert not held.is_known[0]
    held.captured_nanos[0, VOICE] = 5
    assert held.instants_nanos[0, VOICE] == 5
