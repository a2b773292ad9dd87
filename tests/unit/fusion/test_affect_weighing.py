from __future__ import annotations

import numpy as np
import pytest

from affectia.fusion.affect_weighing import AffectWeighing, Weighed
from affectia.fusion.modality_evidence import AFFECT, COLUMNS, SCORES, TRUST, UNSURE, WEIGHT
from affectia.registry import Source
from affectia.signals.emotion_observations import ALL_EMOTIONS, AffectMethod
from tests.unit.feelings import EMOTION, mask, scores

pytestmark = pytest.mark.unit

FACE, VOICE = 0, 1


class Person:
    """What is held of one person: a face that is happy and a voice that is sad, both certain and there."""

    def __init__(self) -> None:
        self.values = np.zeros((1, 2, COLUMNS), np.float32)
        self.values[0, FACE, SCORES] = scores({"happy": 0.8}, ALL_EMOTIONS)[0]
        self.values[0, VOICE, SCORES] = scores({"sad": 0.8}, ALL_EMOTIONS)[0]
        self.values[0, FACE, AFFECT] = 1
        self.values[..., WEIGHT] = self.values[..., UNSURE] = self.values[..., TRUST] = 1
        self.support = np.full((1, 2), ALL_EMOTIONS, np.uint8)
        self.method = np.array([[AffectMethod.PROJECTED, AffectMethod.REGRESSED]], np.uint8)
        self.presence = np.ones((1, 2), np.float32)
        self.age_secs = np.array([[0.2, 0.3]], np.float32)
        self.speech = np.ones(1, np.float32)

    def weighed(self, pause_weight: float = 0.5) -> Weighed:
        return weigh(self, pause_weight=pause_weight)


def weigh(*people: Person, pause_weight: float = 0.5) -> Weighed:
    values, support, method, presence, age_secs, speech = (
        np.concatenate([getattr(person, name) for person in people])
        for name in ("values", "support", "method", "presence", "age_secs", "speech")
    )
    weighing = AffectWeighing(pause_weight=pause_weight)
    return weighing.weighed(values, support, method, presence=presence, age_secs=age_secs, speech=speech)


def alone(modality: int) -> Person:
    person = Person()
    person.presence[0, 1 - modality] = 0
    return person


@pytest.mark.parametrize(("modality", "source", "emotion"), [(FACE, Source.FACE, "happy"), (VOICE, Source.VOICE, "sad")])
def test_one_alone_is_what_it_says(modality: int, source: Source, emotion: str) -> None:
    person = alone(modality)
    person.presence[0, modality] = 0.5
    person.values[0, modality, TRUST] = 0.5
    person.support[0, modality] = mask("happy", "sad")
    told = person.weighed()
    assert told.shares.tolist() == [[1 - modality, modality]]
    assert told.feeling.tolist() == person.values[:, modality, : AFFECT.stop].tolist()
    assert told.feeling[0, EMOTION[emotion]] == pytest.approx(0.8)
    assert (told.fresh.tolist(), told.trust.tolist(), told.weight.tolist()) == ([0.5], [0.25], [0.5])
    assert told.support.tolist() == [mask("happy", "sad")]
    assert told.age_secs.tolist() == person.age_secs[:, modality].tolist()
    assert (told.source.tolist(), told.method.tolist()) == ([source], person.method[:, modality].tolist())


@pytest.mark.parametrize("modality", [FACE, VOICE])
def test_one_alone_is_the_same_beside_somebody_of_whom_there_is_more(modality: int) -> None:
    person, other = alone(modality), Person()
    person.presence[0, modality] = 0.7
    one, both = person.weighed(), weigh(person, other)
    for name in Weighed._fields:
        assert getattr(both, name)[:1] == pytest.approx(getattr(one, name), abs=1e-6), name


def test_shares_are_the_weights_over_their_sum() -> None:
    person = Person()
    person.values[0, FACE, WEIGHT] = 0.5
    assert person.weighed().shares[0] == pytest.approx((1 / 3, 2 / 3))
    person.presence[0, VOICE] = 0.5
    assert person.weighed().shares[0] == pytest.approx((1 / 2, 1 / 2))
    person.speech[:] = 0
    assert person.weighed(pause_weight=0.2).shares[0] == pytest.approx((5 / 6, 1 / 6))


def test_of_equals_the_face_is_the_source_and_of_others_the_one_that_counts_more() -> None:
    person = Person()
    told = person.weighed()
    assert (told.source.tolist(), told.method.tolist()) == ([Source.FACE], [AffectMethod.PROJECTED])
    person.values[0, FACE, WEIGHT] = 0.9
    told = person.weighed()
    assert (told.source.tolist(), told.method.tolist()) == ([Source.VOICE], [AffectMethod.REGRESSED])


def test_age_and_support_are_of_what_counts() -> None:
    person = Person()
    person.support[0] = mask("happy"), mask("sad")
    told = person.weighed()
    assert (told.support.tolist(), told.age_secs[0]) == ([mask("happy", "sad")], pytest.approx(0.2))
    person.values[0, FACE, WEIGHT] = 0
    told = person.weighed()
    assert (told.support.tolist(), told.age_secs[0]) == ([mask("sad")], pytest.approx(0.3))


@pytest.mark.parametrize("modality", [None, FACE, VOICE])
def test_nobody_sure_is_told_by_its_quality_and_does_not_count(modality: int | None) -> None:
    person = Person() if modality is None else alone(modality)
    person.values[..., WEIGHT] = 0
    told = person.weighed()
    assert (told.shares.tolist(), told.weight.tolist(), told.support.tolist()) == ([[0, 0]], [0], [ALL_EMOTIONS])
    assert told.feeling[0, SCORES].sum() == pytest.approx(1)
    assert told.fresh.tolist() == [1]


def test_voice_alone_that_nothing_is_kept_of_in_a_pause_says_nothing() -> None:
    person = alone(VOICE)
    person.speech[:] = 0
    told = person.weighed(pause_weight=0)
    assert (told.shares.tolist(), told.support.tolist()) == ([[0, 0]], [0])
    assert not told.feeling.any()


def test_of_nobody_there_nothing_is_told() -> None:
    person = alone(FACE)
    person.presence[:] = 0
    told = person.weighed()
    assert (told.shares.tolist(), told.support.tolist(), told.fresh.tolist(), told.weight.tolist()) == ([[0, 0]], [0], [0], [0])
    assert not told.feeling.any()


@pytest.mark.parametrize("present", [(1, 1), (1, 0), (0, 1)])
def test_what_is_weighed_is_not_written_to_and_of_what_is_told_support_shares_and_method_are_new(present: tuple[int, int]) -> None:
    person = Person()
    person.presence[0] = present
    person.values[0, FACE, WEIGHT] = 0.4
    before = [array.copy() for array in (person.values, person.support, person.method, person.presence, person.age_secs, person.speech)]
    weighing = AffectWeighing(pause_weight=0.5)
    told = weighing.weighed(
        person.values, person.support, person.method, presence=person.presence, age_secs=person.age_secs, speech=person.speech
    )
    told.shares[:] = told.support[:] = told.method[:] = 7
    after = (person.values, person.support, person.method, person.presence, person.age_secs, person.speech)
    assert [array.tolist() for array in after] == [array.tolist() for array in before]
