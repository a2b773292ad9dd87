from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affectia.fusion.affect_fusion import TOLD_SECS
from affectia.fusion.affect_fusion_options import AffectFusionOptions
from affectia.registry import Group, Source
from affectia.signals.affect_states import NO_LABEL
from affectia.signals.emotion_observations import ALL_EMOTIONS, AffectMethod, Modality
from tests.unit.fakes import nanos, slots
from tests.unit.feelings import EMOTION, PROSODY, feeling, mask, rows_of
from tests.unit.fusion.affect_stage import FACE, MILLI, START, VOICE, Stage, emotion, score, shares

pytestmark = pytest.mark.unit


def test_nobody_known_is_no_affect_and_no_emotion() -> None:
    stage = Stage()
    state = stage.state(0)
    assert state.affects is None
    assert emotion(state) == (False, 0, 0.0, -1, 0.0)
    stage.observe(feeling(FACE, START, happy=0.8), 1)
    assert stage.state(0, 0, 2).affects is None
    assert stage.told(0, 0, 1, 2).rows.tolist() == [1]


def test_face_alone_is_what_it_says() -> None:
    stage = Stage()
    stage.observe(feeling(FACE, START, happy=0.8, affect=(0.5, 0.4, -0.3)))
    state = stage.state(40)
    assert emotion(state) == (True, Source.FACE, 0.8, 40, 1.0)
    affects = state.affects
    assert affects is not None
    assert score(affects, "happy") == 0.8
    assert shares(affects) == [1, 0]
    assert affects.affect[0] == pytest.approx((0.5, 0.4, -0.3), abs=1e-6)
    assert (affects.support.tolist(), affects.method.tolist()) == ([ALL_EMOTIONS], [AffectMethod.PROJECTED])
    assert np.isnan(affects.prosody).all()
    assert affects.events.tolist() == [0]
    assert [array.dtype for array in (affects.support, affects.method, affects.label, affects.events)] == ["u1", "u1", "i1", "u1"]
    assert [array.dtype for array in (affects.scores, affects.affect, affects.shares, affects.prosody)] == ["f4"] * 4


def test_voice_alone_is_what_it_says() -> None:
    stage = Stage()
    four = mask("neutral", "happy", "sad", "angry")
    stage.observe(feeling(VOICE, START, support=four, angry=0.7, prosody=PROSODY, events=2, method=AffectMethod.REGRESSED))
    state = stage.state(100, speaking=0.9)
    assert emotion(state) == (True, Source.VOICE, 0.7, 100, 1.0)
    affects = state.affects
    assert affects is not None
    assert (score(affects, "angry"), score(affects, "fear"), shares(affects)) == (0.7, 0, [0, 1])
    assert (affects.support.tolist(), affects.method.tolist(), affects.events.tolist()) == ([four], [AffectMethod.REGRESSED], [2])
    assert affects.prosody[0] == pytest.approx(dataclasses.astuple(PROSODY))


def test_other_groups_are_left_as_they_are() -> None:
    stage = Stage()
    stage.observe(feeling(FACE, START, happy=0.8))
    groups = stage.state(0).groups
    assert [group for group in Group if groups.valid[0, group]] == [Group.EMOTION]
    assert (
        groups.levels[0, : Group.EMOTION].tolist() == stage.faces.state(slots(0), nanos(START)).groups.levels[0, : Group.EMOTION].tolist()
    )


def test_shares_follow_certainty_quality_and_speech() -> None:
    stage = Stage()
    stage.observe(feeling(FACE, START, sad=0.5625, mouthless={"sad": 0.5625}))  # half way from chance to certain
    stage.observe(feeling(VOICE, START, angry=1))
    assert shares(stage.told(0, speaking=1)) == [0.333, 0.667]
    stage = Stage()
    stage.observe(feeling(FACE, START, sad=0.5625))
    stage.observe(feeling(VOICE, START, angry=1, quality=0.5))
    assert shares(stage.told(0)) == [0.667, 0.333]  # half for its quality, half for the silence


def test_larger_share_is_the_source_and_its_way_the_method() -> None:
    stage = Stage()
    stage.observe(feeling(FACE, START, sad=0.5, method=AffectMethod.PROJECTED))
    stage.observe(feeling(VOICE, START - 30 * MILLI, angry=0.9, method=AffectMethod.REGRESSED))
    state = stage.state(10, speaking=1)
    assert state.affects is not None
    assert emotion(state)[:2] == (True, Source.VOICE)
    assert emotion(state)[3] == 10, "the newest sample that counts is the face's"
    assert emotion(state)[4] == pytest.approx(shares(state.affects)[1], abs=0.006)
    assert state.affects.method.tolist() == [AffectMethod.REGRESSED]


def test_age_is_that_of_what_counts() -> None:
    stage = Stage()
    stage.observe(feeling(FACE, START, sad=0.13))  # surer than guessing by nothing
    stage.observe(feeling(VOICE, START - 300 * MILLI, angry=0.9))
    state = stage.state(0, speaking=1)
    assert state.affects is not None
    assert (shares(state.affects), emotion(state)[3]) == ([0, 1], 300)


def test_valence_is_more_the_faces_and_arousal_more_the_voices() -> None:
    stage = Stage()
    stage.observe(feeling(FACE, START, sad=0.7, mouthless={"sad": 0.7}, affect=(1, 1, 1), method=AffectMethod.REGRESSED))
    stage.observe(feeling(VOICE, START, sad=0.7, affect=(0, 0, 0)))
    affects = stage.told(0, speaking=1)
    assert shares(affects) == [0.5, 0.5]
    assert affects.affect[0] == pytest.approx((0.65, 0.35, 0.5))


@pytest.mark.parametrize(("speaking", "surprise"), [(0.0, 0.9), (0.5, 0.9), (0.6, 0.5), (0.7, 0.1), (1.0, 0.1)])
def test_mouth_goes_out_of_account_from_half_to_seven_tenths_of_speech(speaking: float, surprise: float) -> None:
    stage = Stage()
    stage.observe(feeling(FACE, START, surprise=0.9, mouthless={"neutral": 0.6, "surprise": 0.1}))
    affects = stage.told(0, speaking=speaking)
    assert score(affects, "surprise") == pytest.approx(surprise, abs=0.002)


def test_affect_of_a_face_that_talks_is_projected_without_its_mouth_and_a_regressed_one_is_kept() -> None:
    for method, arousal in ((AffectMethod.PROJECTED, 0.1), (AffectMethod.REGRESSED, 0.8)):
        stage = Stage()
        seen = feeling(FACE, START, surprise=0.9, affect=(0, 0.8, 0), method=method, mouthless={"neutral": 0.6, "surprise": 0.1})
        stage.observe(seen)
        assert stage.told(0, speaking=1).affect[0, 1] == pytest.approx(arousal, abs=1e-6)


def test_mouth_stays_out_of_account_between_two_words() -> None:
    stage = Stage()
    stage.observe(feeling(FACE, START, surprise=0.9, mouthless={"neutral": 0.6, "surprise": 0.1}))
    seen = [score(stage.told(20 * step, speaking=1.0 if step == 0 else 0.1), "surprise") for step in range(11)]
    assert seen[0] == pytest.approx(0.1, abs=0.002)
    assert seen[5] == pytest.approx(0.3, abs=0.01)  # a quarter of the way after a quarter of the release
    assert seen == sorted(seen)


def test_what_is_lost_is_held_then_eases_and_is_gone() -> None:
    stage = Stage()
    stage.observe(feeling(FACE, START, happy=0.8, affect=(0.5, 0.5, 0.5)))
    at = {millis: stage.state(millis) for millis in (0, 250, 650, 1050, 1490, 1510)}
    confidence = {millis: emotion(state)[2] for millis, state in at.items()}
    assert (confidence[0], confidence[250], confidence[1510]) == (0.8, 0.8, 0)
    assert 0.3 < confidence[650] < 0.4
    assert confidence[650] > confidence[1050] > confidence[1490] >= 0
    assert [emotion(state)[0] for state in at.values()] == [True] * 5 + [False]
    valences = [float(state.affects.affect[0, 0]) for state in at.values() if state.affects is not None]
    assert valences[:2] == pytest.approx([0.5, 0.5])
    assert valences == sorted(valences, reverse=True)
    assert at[1510].affects is None
    assert emotion(at[1510]) == (False, 0, 0.0, -1, 0.0)


def test_voice_is_held_longer_than_a_face_and_fades_within_seconds() -> None:
    stage = Stage()
    stage.observe(feeling(VOICE, START, angry=0.8))
    confidence = [emotion(stage.state(millis))[2] for millis in (600, 1500, 3900, 4100)]
    assert confidence[0] == 0.8
    assert 0.3 < confidence[1] < 0.45
    assert 0 <= confidence[2] < 0.02
    assert not emotion(stage.state(4100))[0]


def test_neither_surer_than_guessing_is_told_with_no_share_no_label_and_little_confidence() -> None:
    stage = Stage()
    for step in range(60):
        stage.observe(feeling(FACE, START + 20 * step * MILLI, sad=0.16))
        stage.observe(feeling(VOICE, START + 20 * step * MILLI, support=mask("neutral", "angry", "sad", "happy"), angry=0.28))
        state = stage.state(20 * step)
    affects = state.affects
    assert affects is not None
    assert (shares(affects), affects.label.tolist(), emotion(state)[0]) == ([0, 0], [NO_LABEL], True)
    assert emotion(state)[2] < 0.25
    assert affects.scores.sum() == pytest.approx(1)


def test_certain_scores_of_a_face_that_is_hardly_seen_are_no_confident_lie() -> None:
    stage = Stage()
    stage.observe(feeling(FACE, START, happy=0.95, quality=0.1))
    assert emotion(stage.state(0))[2] == pytest.approx(0.19)


def test_distribution_is_smoothed_by_true_time_whatever_the_rate() -> None:
    ends = []
    for rate_hz in (15, 60, 200):
        stage = Stage(AffectFusionOptions(scores_secs=0.3, affect_secs=0.2))
        stage.observe(feeling(FACE, START - MILLI, happy=1, affect=(1, 1, 1)))
        stage.told(0)
        stage.observe(feeling(FACE, START, sad=1, affect=(0, 0, 0)))
        for step in range(1, rate_hz // 5 + 1):
            affects = stage.told(1000 * step / rate_hz)
        ends.append((float(affects.scores[0, EMOTION["happy"]]), float(affects.affect[0, 0])))
    assert ends == [pytest.approx((math.exp(-0.2 / 0.3), math.exp(-1)), abs=0.001)] * 3


def test_affect_varies_while_the_label_stays() -> None:
    stage = Stage(AffectFusionOptions())
    labels, valences = set(), []
    for step in range(150):
        at = 20 * step
        valence = 0.5 + 0.3 * math.sin(step / 10)
        stage.observe(feeling(FACE, START + at * MILLI, happy=0.8, affect=(valence, 0, 0)))
        affects = stage.told(at)
        if at > 500:
            labels.add(int(affects.label[0]))
            valences.append(float(affects.affect[0, 0]))
    assert labels == {EMOTION["happy"]}
    assert max(valences) - min(valences) > 0.3
    assert len(set(valences)) > 100


def test_support_that_goes_leaves_a_whole() -> None:
    stage = Stage(AffectFusionOptions(scores_secs=5))
    four = mask("neutral", "happy", "sad", "angry")
    stage.observe(feeling(FACE, START, contempt=0.8))
    stage.observe(feeling(VOICE, START, support=four, sad=0.8))
    assert stage.told(0).support.tolist() == [ALL_EMOTIONS]
    affects = stage.told(1600)
    assert (affects.support.tolist(), shares(affects)) == ([four], [0, 1])
    assert affects.scores[0].sum() == pytest.approx(1)
    assert score(affects, "contempt") == 0


def test_another_face_begins_anew_and_what_was_heard_before_was_not_its_own() -> None:
    stage = Stage(AffectFusionOptions())
    for step in range(30):
        stage.observe(feeling(FACE, START + 20 * step * MILLI, happy=0.9))
        stage.observe(feeling(VOICE, START + 20 * step * MILLI, happy=0.9, prosody=PROSODY))
        affects = stage.told(20 * step)
    assert affects.label.tolist() == [EMOTION["happy"]]
    stage.observe(feeling(FACE, START + 600 * MILLI, sad=0.7, fresh=True))
    affects = stage.told(600)
    assert (affects.label.tolist(), score(affects, "sad"), shares(affects)) == ([NO_LABEL], 0.7, [1, 0])
    assert np.isnan(affects.prosody).all()


def test_another_person_who_is_not_read_yet_begins_anew_too() -> None:
    stage = Stage()
    stage.observe(feeling(FACE, START, happy=0.9))
    stage.observe(feeling(FACE, START + MILLI, found=False, fresh=True))
    assert stage.state(2).affects is None


def test_another_voice_leaves_the_face() -> None:
    stage = Stage()
    stage.observe(feeling(FACE, START, happy=0.9))
    stage.observe(feeling(VOICE, START, angry=0.9))
    stage.observe(feeling(VOICE, START + MILLI, found=False, fresh=True))
    assert shares(stage.told(2)) == [1, 0]


def test_another_voice_without_a_face_begins_anew() -> None:
    stage = Stage(AffectFusionOptions())
    for step in range(30):
        stage.observe(feeling(VOICE, START + 20 * step * MILLI, angry=0.9))
        affects = stage.told(20 * step, speaking=1)
    assert affects.label.tolist() == [EMOTION["angry"]]
    stage.observe(feeling(VOICE, START + 600 * MILLI, sad=0.9, fresh=True))
    affects = stage.told(600, speaking=1)
    assert (score(affects, "sad"), affects.label.tolist()) == (0.9, [NO_LABEL])


@pytest.mark.parametrize("modality", [FACE, VOICE])
def test_nothing_that_was_made_of_a_forgotten_modality_stays(modality: Modality) -> None:
    stage = Stage(AffectFusionOptions())
    other = VOICE if modality is FACE else FACE
    for step in range(30):
        stage.observe(feeling(modality, START + 20 * step * MILLI, happy=1, mouthless={"happy": 1} if modality is FACE else None))
        stage.observe(feeling(other, START + 20 * step * MILLI, sad=0.6, mouthless={"sad": 0.6} if other is FACE else None))
        affects = stage.told(20 * step, speaking=1)
    assert affects.label.tolist() == [EMOTION["happy"]]
    stage.affects.forget(slots(0), modality)
    affects = stage.told(600, speaking=1)
    assert (affects.label.tolist(), score(affects, "sad")) == ([NO_LABEL], 0.6)
    assert shares(affects)[modality] == 0
    stage.affects.forget(slots(0))
    assert stage.state(620, speaking=1).affects is None


def test_music_alone_is_told_and_no_emotion_with_it_until_it_is_old() -> None:
    stage = Stage()
    stage.observe(feeling(VOICE, START, found=False, events=1, prosody=PROSODY))
    state = stage.state(100)
    assert emotion(state) == (False, 0, 0.0, -1, 0.0)
    assert state.affects is not None
    assert (state.affects.events.tolist(), state.affects.support.tolist(), state.affects.label.tolist()) == ([1], [0], [NO_LABEL])
    assert shares(state.affects) == [0, 0]
    assert not state.affects.scores.any()
    assert not state.affects.affect.any()
    assert stage.state(1000 * TOLD_SECS + 10).affects is None


def test_what_was_heard_grows_old_while_the_face_goes_on() -> None:
    stage = Stage()
    stage.observe(feeling(VOICE, START, angry=0.9, prosody=PROSODY, events=4))
    stage.observe(feeling(FACE, START + 1400 * MILLI, happy=0.9))
    affects = stage.told(1400)
    assert (affects.events.tolist(), bool(np.isfinite(affects.prosody).all())) == ([4], True)
    affects = stage.told(1600)
    assert (affects.events.tolist(), bool(np.isnan(affects.prosody).all())) == ([0], True)
    assert shares(affects)[1] > 0, "what it said of how somebody feels lives on"


def test_observation_of_an_instant_to_come_is_new() -> None:
    stage = Stage()
    stage.observe(feeling(FACE, START + 40 * MILLI, happy=0.9))
    assert emotion(stage.state(0)) == (True, Source.FACE, 0.9, 0, 1.0)


def test_two_avatars_of_a_session_and_the_voice_of_the_first() -> None:
    stage = Stage()
    stage.observe(rows_of(feeling(FACE, START, happy=0.8), feeling(FACE, START, sad=0.8)), 0, 1)
    stage.observe(feeling(VOICE, START, angry=0.8), 0)
    affects = stage.told(0, 0, 1, speaking=1)
    assert shares(affects, 0)[1] > 0.5
    assert shares(affects, 1) == [1, 0]
    assert score(affects, "sad", 1) == 0.8


def test_five_hundred_avatars_are_each_as_if_they_were_alone() -> None:
    count, rng = 500, np.random.default_rng(8)
    names = list(EMOTION)
    faces = [
        feeling(FACE, START, quality=float(rng.uniform()), named={names[number % 8]: float(rng.uniform(0.2, 1))}) for number in range(count)
    ]
    heard = [feeling(VOICE, START - 300 * MILLI, named={names[number % 7]: float(rng.uniform(0.2, 1))}) for number in range(count)]
    order = rng.permutation(count)
    together, alone = Stage(count=count), Stage(count=count)
    together.observe(rows_of(*faces), *order.tolist())
    together.observe(rows_of(*heard), *order.tolist())
    all_of_them = together.told(400, *order.tolist())
    assert all_of_them.rows.tolist() == list(range(count))
    for row in range(0, count, 50):
        alone.observe(faces[row])
        alone.observe(heard[row])
        one = alone.told(400)
        alone.affects.forget(slots(0))
        assert all_of_them.scores[row] == pytest.approx(one.scores[0], abs=1e-5)
        assert all_of_them.affect[row] == pytest.approx(one.affect[0], abs=1e-5)
        assert all_of_them.shares[row] == pytest.approx(one.shares[0], abs=1e-5)


told = st.fixed_dictionaries(
    {
        "is_face": st.booleans(),
        "place": st.integers(0, 7),
        "certainty": st.floats(0, 1),
        "quality": st.floats(0, 1) | st.just(math.nan),
        "support": st.integers(0, ALL_EMOTIONS),
        "speaking": st.floats(0, 1),
        "step": st.integers(0, 2000),
        "is_fresh": st.booleans(),
    }
)


@settings(deadline=None, max_examples=50)
@given(st.lists(told, min_size=1, max_size=30))
def test_whatever_is_said_what_is_told_is_whole(steps: list[dict[str, float]]) -> None:
    stage, at = Stage(AffectFusionOptions()), 0
    for step in steps:
        at += int(step["step"])
        name = list(EMOTION)[int(step["place"])]
        support = int(step["support"])
        sure = float(step["certainty"]) if support >> EMOTION[name] & 1 else 0.0
        modality = FACE if step["is_face"] else VOICE
        seen = feeling(
            modality, START + at * MILLI, support=support, quality=float(step["quality"]), fresh=bool(step["is_fresh"]), named={name: sure}
        )
        stage.observe(seen)
        state = stage.state(at, speaking=float(step["speaking"]))
        valid, _, confidence, _, weight = emotion(state)
        assert 0 <= confidence <= 1.0001
        assert 0 <= weight <= 1.0001
        if state.affects is None:
            assert not valid
            continue
        affects = state.affects
        assert np.isfinite(affects.scores).all()
        assert np.abs(affects.affect).max() <= 1.0001
        assert affects.shares.sum() == pytest.approx(1, abs=1e-4) or affects.shares.sum() == 0
        assert affects.scores.sum() == pytest.approx(1 if valid else 0, abs=1e-4)
        bits = (int(affects.support[0]) >> np.arange(8)) & 1
        assert not affects.scores[0][bits == 0].any()


def test_what_is_told_may_be_written_to() -> None:
    one, other = Stage(AffectFusionOptions()), Stage(AffectFusionOptions())
    for stage in (one, other):
        stage.observe(feeling(FACE, START, happy=0.8, affect=(0.5, 0.4, -0.3)))
        stage.observe(feeling(VOICE, START, sad=0.8, prosody=PROSODY, events=2))
    spoilt = one.state(20, speaking=0.6)
    other.state(20, speaking=0.6)
    for array in dataclasses.astuple(spoilt.affects)[1:]:  # type: ignore[arg-type]
        array[:] = 3
    spoilt.groups.levels[:] = 9
    told, expected = one.told(40, speaking=0.6), other.told(40, speaking=0.6)
    for field in dataclasses.fields(told):
        np.testing.assert_array_equal(getattr(told, field.name), getattr(expected, field.name))
