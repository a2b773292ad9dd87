from __future__ import annotations

from importlib import resources

import pytest

from affectia.errors import ConfigError
from affectia.perception.voice.timing.phone_labels import arpabet
from affectia.perception.voice.timing.spelling import LONGEST_WORD, TABLE, Spelling, spelling

pytestmark = pytest.mark.unit

TEXT = (resources.files("affectia.perception.voice.timing") / TABLE).read_text(encoding="utf-8")


def said(word: str, language: str = "en") -> str:
    return " ".join(spelling().phones(word, language=language))


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("ship", "SH IH P"),
        ("think", "TH IH NG K"),
        ("match", "M AE CH"),
        ("phone", "F OW N"),
        ("book", "B UH K"),
        ("moon", "M UW N"),
        ("seem", "S IY M"),
        ("rain", "R EY N"),
        ("boy", "B OY"),
        ("town", "T AW N"),
        ("night", "N AY T"),
        ("queen", "K W IY N"),
        ("nation", "N AE SH AH0 N"),
        ("late", "L EY T"),
        ("times", "T AY M Z"),
        ("red", "R EH D"),
        ("try", "T R AY"),
        ("happy", "HH AE P IY"),
        ("know", "N OW"),
        ("comb", "K AA M"),
        ("wanted", "W AA N T IH D"),
        ("city", "S IH T IY"),
        ("the", "DH AH0"),
        ("Don't", "D OW N T"),
        ("don’t", "D OW N T"),
        ("“Hello,”", "HH EH L OW"),
        ("42", "F AO R T UW"),
    ],
)
def test_english_is_said_well_enough_for_lips(word: str, phones: str) -> None:
    assert said(word) == phones


@pytest.mark.parametrize(
    ("word", "language", "phones"),
    [
        ("schön", "de", "SH ER N"),
        ("été", "fr-CA", "EH T EH"),
        ("mañana", "es", "M AA N Y AA N AA"),
        ("привет", "ru", "P R IY V EH T"),
        ("γειά", "el", "G EH IY AA"),
        ("カメラ", "ja", "K AA M EH R AA"),
        ("你好", "zh", "AA AA"),
        ("naïve", "en", "N AA IY V EH"),
    ],
)
def test_other_languages_are_said_as_they_are_written(word: str, language: str, phones: str) -> None:
    assert said(word, language) == phones


@pytest.mark.parametrize("word", ["", "...", "'", "--", "!?"])
def test_what_has_no_letter_says_nothing(word: str) -> None:
    assert said(word) == ""


def test_every_word_of_letters_says_something_that_is_a_phone() -> None:
    for word in ("hmm", "e", "ee", "x", "bbc", "psst", "gh", "eighth", "queue", "ough", "z" * 5000, "naïf", "Ⅷa"):
        phones = spelling().phones(word)
        assert phones, word
        assert all(arpabet(phone) for phone in phones)
    assert len(spelling().phones("ab" * 5000)) <= LONGEST_WORD


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('two = "T UW"', 'two = "T OO"', "'two' of words is 'T OO', expected ARPAbet phones"),
        ('two = "T UW"', "two = 2", "'two' of words is 2"),
        ("[digits]", "[numbers]", "section 'digits' is missing"),
        ("[words]", "[words", "is no TOML"),
    ],
)
def test_what_is_wrong_in_a_table_is_named(before: str, after: str, message: str) -> None:
    assert before in TEXT
    with pytest.raises(ConfigError, match=message):
        Spelling(TEXT.replace(before, after, 1))
