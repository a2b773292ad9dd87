from __future__ import annotations

import numpy as np
import pytest

from affectia import registry
from affectia.errors import ConfigError
from affectia.perception.voice.timing.labelled_events import LabelKind, LabelledEvents, told_kind

pytestmark = pytest.mark.unit


def events(*labels: str, kind: LabelKind | None = None) -> LabelledEvents:
    start = np.arange(len(labels), dtype=np.float64)
    return LabelledEvents(start, start + 1, labels, lambda number: f"line {number + 10}", kind)


def said(*labels: str, kind: LabelKind | None = None, language: str = "en") -> list[str]:
    return [registry.VISEMES[viseme] for viseme in events(*labels, kind=kind).visemes(language=language).visemes]


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (("sil", "PP", "aa", "DD"), LabelKind.VISEME),
        (("viseme_PP", "viseme_aa"), LabelKind.VISEME),
        (("SIL", "P", "AA1", "T", ""), LabelKind.ARPABET),
        (("p", "aa", "t"), LabelKind.ARPABET),
        (("aa", "ih"), LabelKind.ARPABET),
        (("p", "ɑː", "t"), LabelKind.IPA),
        (("a", "e", "p"), LabelKind.IPA),
        (("hello", "world"), LabelKind.WORD),
        (("a", "big", "thought"), LabelKind.WORD),
        (("привет", "мир"), LabelKind.WORD),
        (("", "sil"), LabelKind.WORD),
    ],
)
def test_labels_tell_what_they_are(labels: tuple[str, ...], kind: LabelKind) -> None:
    assert told_kind(labels) is kind


def test_phones_words_and_silences_become_visemes() -> None:
    assert said("", "P", "AY1", "spn") == ["sil", "PP", "aa", "ih", "aa"]
    assert said("ˈp", "aɪ", "t͡ʃ") == ["PP", "aa", "ih", "CH"]
    assert said("map", "") == ["PP", "aa", "PP", "sil"]
    assert said("PP", "E") == ["PP", "E"]
    assert said("aa", "ih", kind=LabelKind.VISEME) == ["aa", "ih"]
    assert said("map, sheep!", kind=LabelKind.WORD) == ["PP", "aa", "PP", "CH", "ih", "PP"]
    assert said("sch", kind=LabelKind.WORD, language="de") == ["CH"]


def test_the_time_of_a_word_is_shared_out_by_usual_durations() -> None:
    found = events("my", kind=LabelKind.WORD).visemes()
    lengths = found.end_secs - found.start_secs
    assert lengths.sum() == pytest.approx(1)
    # M 1.08; AY 1.4 of a vowel, 60 % aa (0.95) and 40 % ih (0.92)
    assert lengths.tolist() == pytest.approx(np.array([1.08, 1.4 * 0.6 * 0.95, 1.4 * 0.4 * 0.92]) / 2.3932, abs=1e-4)


def test_a_word_that_says_nothing_is_a_gap() -> None:
    found = events("map", "...", "map", kind=LabelKind.WORD).visemes()
    assert found.start_secs.tolist()[3] == 2


def test_an_unknown_phone_is_named_by_its_place() -> None:
    with pytest.raises(ConfigError, match=r"label 'XQ' is unknown, expected an ARPAbet phone such as AE1: line 11"):
        said("P", "XQ", kind=LabelKind.ARPABET)
    with pytest.raises(ConfigError, match=r"label 'ʘ' is unknown, expected IPA symbols: line 10"):
        said("ʘ", kind=LabelKind.IPA)


def test_what_may_be_a_word_is_not_repeated_in_a_message() -> None:
    with pytest.raises(ConfigError) as caught:
        said("confidential", kind=LabelKind.VISEME)
    assert "confidential" not in str(caught.value)
    assert "line 10" in str(caught.value)


def test_it_is_cut_at_the_clip() -> None:
    found = events("P", "AA1", "T").visemes(clip_secs=1.5)
    assert found.end_secs.tolist() == [1, 1.5]
    assert len(found.notices) == 1
