"""What becomes of a face and a voice that say how somebody feels: the scripted cases, through the whole pipeline to the wire."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if (BENCH := str(Path(__file__).resolve().parent.parent / "bench")) not in sys.path:  # where the cases lie, beside their table
    sys.path.insert(0, BENCH)

from affect_cases import CASES, explain  # noqa: E402 - found only through the lines above
from affect_script import Case, Played, play  # noqa: E402

pytestmark = pytest.mark.integration

NAMES = [case.name for case in CASES]
_STEP = 1 / 255


@pytest.fixture(scope="module")
def played() -> dict[str, Played]:
    return {case.name: play(case) for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_right_one_wins_for_the_right_reason(case: Case, played: dict[str, Played]) -> None:
    last = played[case.name].last
    assert last.label == case.label
    assert (last.source is not None) == case.is_valid
    assert case.confidence[0] - _STEP <= last.confidence <= case.confidence[1] + _STEP
    if case.face_share is None:
        assert last.shares == (0, 0)
    else:
        assert case.face_share[0] - _STEP <= last.shares[0] <= case.face_share[1] + _STEP
        assert sum(last.shares) == pytest.approx(1)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_scores_are_a_whole_wherever_they_are_told(case: Case, played: dict[str, Played]) -> None:
    for moment in played[case.name].moments:
        if moment.source is not None:
            assert sum(moment.scores.values()) == pytest.approx(1)


# Somebody else, and what consent takes away, must not keep the label of before: those changes are not flicker.
@pytest.mark.parametrize(
    "case", [case for case in CASES if not any(phase.is_fresh or phase.no_camera for phase in case.phases)], ids=lambda case: case.name
)
def test_labels_stay_longer_than_half_a_second(case: Case, played: dict[str, Played]) -> None:
    changes = played[case.name].changes
    assert all(later - earlier > 0.5 for earlier, later in zip(changes, changes[1:], strict=False))


def test_agreement_is_surer_than_either_and_contradiction_less(played: dict[str, Played]) -> None:
    assert played["both agree"].last.confidence > 0.65 + 0.1
    assert played["face sad, voice angry"].last.confidence < 0.72 - 0.1


def test_mouth_that_talks_is_no_surprise(played: dict[str, Played]) -> None:
    talking, silent = played["mouth open in speech"].last, played["the same, nobody speaks"].last
    assert talking.scores["surprise"] < 0.1 < 0.8 < silent.scores["surprise"]


def test_face_that_flips_has_one_label_all_the_time(played: dict[str, Played]) -> None:
    assert len(played["face flips at every look"].changes) == 1


def test_nothing_of_a_face_is_told_after_its_consent_is_gone(played: dict[str, Played]) -> None:
    after = [moment for moment in played["camera withdrawn, voice goes on"].moments if moment.secs >= 2]
    assert {moment.shares for moment in after} == {(0.0, 1.0)}
    assert max(moment.scores["happy"] for moment in after) < 0.05
    assert "happy" not in {moment.label for moment in after}


def test_nothing_of_one_person_is_held_for_the_next(played: dict[str, Played]) -> None:
    after = [moment for moment in played["another person comes"].moments if moment.secs >= 2]
    assert max(moment.scores["happy"] for moment in after) < 0.05


def test_what_cannot_be_told_is_no_evidence_against_it(played: dict[str, Played]) -> None:
    assert played["voice cannot tell contempt"].last.scores["contempt"] > 0.7
    assert played["voice cannot tell fear"].last.scores["fear"] > 0.65


def test_lost_face_eases_to_neutral(played: dict[str, Played]) -> None:
    lost = [moment for moment in played["face lost 2 s ago"].moments if moment.secs >= 2]
    valences = [abs(moment.affect[0]) for moment in lost if moment.affect is not None]
    assert valences == sorted(valences, reverse=True)
    assert valences[0] > 0.5 > 0.05 > valences[-1]
    assert lost[5].confidence > 0.7, "it is held at first"


@pytest.mark.parametrize(("name", "words"), [("both unknown", "neither is surer than guessing"), ("face in profile", "seen badly")])
def test_why_is_told_in_words(name: str, words: str, played: dict[str, Played]) -> None:
    case = CASES[NAMES.index(name)]
    assert words in explain(case, played[name].last)


def test_every_case_has_its_reason(played: dict[str, Played]) -> None:
    reasons = [explain(case, played[case.name].last) for case in CASES]
    assert all(len(reason) > 20 for reason in reasons)
