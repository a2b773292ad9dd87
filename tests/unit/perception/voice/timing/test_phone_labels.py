from __future__ import annotations

import pytest

from affectia import registry
from affectia.perception.voice.timing.phone_labels import FIRST_SHARE, SCHWA_STRENGTH, arpabet, named_viseme, silence
from tests.unit.fakes import VISEME

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("label", registry.ARPABET_VISEMES)
def test_every_phone_of_the_registry_is_read_in_any_case_with_any_stress(label: str) -> None:
    for written in (label, label.lower(), label + "1", f" {label}2 "):
        parts = arpabet(written)
        assert parts is not None
        assert tuple(part.viseme for part in parts) == registry.ARPABET_VISEMES[label]
        assert sum(part.share for part in parts) == pytest.approx(1)


def test_a_diphthong_is_longer_in_its_first_half() -> None:
    assert [(part.viseme, part.share) for part in arpabet("AY1") or ()] == [
        (VISEME["aa"], FIRST_SHARE),
        (VISEME["ih"], pytest.approx(1 - FIRST_SHARE)),
    ]


def test_a_vowel_without_stress_is_weaker_and_a_schwa_more_so() -> None:
    strengths = [(arpabet(label) or ())[0].strength for label in ("AH1", "IY0", "AH0", "ax", "HH")]
    assert strengths == [1, 0.8, SCHWA_STRENGTH, SCHWA_STRENGTH, SCHWA_STRENGTH]


@pytest.mark.parametrize(("label", "alike"), [("AXR", "ER"), ("dx", "D"), ("EM", "M"), ("PCL", "P"), ("WH", "W")])
def test_phones_of_other_dictionaries_are_known(label: str, alike: str) -> None:
    assert [part.viseme for part in arpabet(label) or ()] == list(registry.ARPABET_VISEMES[alike])


@pytest.mark.parametrize("label", ["", "XX", "AA11", "hello", "tʃ", "1"])
def test_what_is_no_phone_is_none(label: str) -> None:
    assert arpabet(label) is None


@pytest.mark.parametrize("place", range(15))
def test_visemes_are_read_by_both_their_names(place: int) -> None:
    for name in (registry.VISEMES[place], registry.VISEMES[place].upper(), registry.VISEME_READY_PLAYER_ME[place]):
        assert [part.viseme for part in named_viseme(name) or ()] == [place]


def test_short_names_are_read_and_others_are_none() -> None:
    assert [(named_viseme(name) or ())[0].viseme for name in "IOU"] == [VISEME["ih"], VISEME["oh"], VISEME["ou"]]
    assert named_viseme("viseme_x") is None
    assert named_viseme("T") is None


def test_silence_has_many_names() -> None:
    for label in ("", " ", "sil", "SP", "<eps>", "h#"):
        assert [part.viseme for part in silence(label) or ()] == [VISEME["sil"]]
    spoken = silence("spn")
    assert spoken is not None
    assert spoken[0].viseme == VISEME["aa"]
    assert spoken[0].strength < 1
    assert silence("S") is None
