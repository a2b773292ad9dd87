from __future__ import annotations

from importlib import resources

import pytest

from affectia import registry
from affectia.errors import ConfigError
from affectia.perception.voice.timing.ipa import TABLE, IpaTable, ipa_table, tells_ipa

pytestmark = pytest.mark.unit

TEXT = (resources.files("affectia.perception.voice.timing") / TABLE).read_text(encoding="utf-8")


def said(label: str) -> str | None:
    parts = ipa_table().visemes(label)
    return None if parts is None else " ".join(registry.VISEMES[part.viseme] for part in parts)


@pytest.mark.parametrize("symbol", registry.IPA_VISEMES)
def test_every_symbol_of_the_registry_is_read(symbol: str) -> None:
    assert said(symbol) == " ".join(registry.VISEMES[viseme] for viseme in registry.IPA_VISEMES[symbol])


@pytest.mark.parametrize(
    ("label", "visemes"),
    [
        ("t͡ʃ", "CH"),
        ("tʃʰ", "CH"),
        ("ˈaɪ", "aa ih"),
        ("iː", "ih"),
        ("ɑ̃", "aa"),
        ("n̩", "nn"),
        ("t̪", "DD"),
        ("ɫ", "nn"),
        ("ɡ", "kk"),
        ("ə", "aa"),
        ("ɜː", "RR"),
        ("əʊ", "oh ou"),
        ("ts", "DD SS"),
        ("ç", "CH"),
        ("c\u0327", "CH"),
        ("ø", "oh"),
        ("y", "ou"),
        ("ˈbʊk", "PP ou kk"),
        ("θɪŋk", "TH ih kk kk"),
        ("T", "DD"),
        ("ʔ", ""),
        ("ˈ", ""),
    ],
)
def test_marks_ties_and_neighbours_are_understood(label: str, visemes: str) -> None:
    assert said(label) == visemes


@pytest.mark.parametrize("label", ["k!", "7", "ɪ☺", "ʘ"])
def test_what_nobody_knows_is_none(label: str) -> None:
    assert said(label) is None


def test_a_schwa_and_an_h_are_weak() -> None:
    strengths = [(ipa_table().visemes(label) or ())[0].strength for label in ("ə", "h", "ʌ")]
    assert strengths == [0.5, 0.4, 1]


def test_what_only_ipa_has_tells_it() -> None:
    assert tells_ipa("ʃ")
    assert tells_ipa("aː")
    assert not any(tells_ipa(label) for label in ("schön", "garçon", "smør", "th", "привет"))


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('"ʈ" = "t"', '"ʈ" = "ʘ"', "'ʈ' is like 'ʘ', expected a symbol of the registry"),
        ('"pf" = ["p", "f"]', '"pf" = "pf"', "unit 'pf' is 'pf'"),
        ('"ə" = 0.5', '"ə" = 5', "'ə' is weak by 5"),
        ("marks = ", "others = ", "marks of silent is None"),
        ("[weak]", "[strong]", "section 'weak' is missing"),
        ("[weak]", "[weak", "is no TOML"),
    ],
)
def test_what_is_wrong_in_a_table_is_named(before: str, after: str, message: str) -> None:
    assert before in TEXT
    with pytest.raises(ConfigError, match=message):
        IpaTable(TEXT.replace(before, after, 1))
