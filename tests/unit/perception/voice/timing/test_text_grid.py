from __future__ import annotations

import pytest

from affectia.errors import ConfigError
from affectia.perception.voice.timing.labelled_events import LabelKind
from affectia.perception.voice.timing.text_grid import is_text_grid, read_text_grid

pytestmark = pytest.mark.unit

Tier = tuple[str, list[tuple[float, float, str]]]
PHONES: Tier = ("phones", [(0, 0.1, "M"), (0.1, 0.3, "AA1"), (0.3, 0.4, "")])
WORDS: Tier = ("words", [(0, 0.3, 'ma "x"'), (0.3, 0.4, "")])


def long(*tiers: Tier) -> str:
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "xmin = 0",
        "xmax = 0.4",
        "tiers? <exists>",
        f"size = {len(tiers)}",
    ]
    lines.append("item []:")
    for number, (name, intervals) in enumerate(tiers, 1):
        lines += [
            f"    item [{number}]:",
            '        class = "IntervalTier"',
            f'        name = "{name}"',
            "        xmin = 0",
            "        xmax = 0.4",
        ]
        lines.append(f"        intervals: size = {len(intervals)}")
        for place, (start, end, label) in enumerate(intervals, 1):
            quoted = label.replace('"', '""')
            lines += [
                f"        intervals [{place}]:",
                f"            xmin = {start}",
                f"            xmax = {end}",
                f'            text = "{quoted}"',
            ]
    return "\n".join(lines) + "\n"


def short(*tiers: Tier) -> str:
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "0", "0.4", "<exists>", str(len(tiers))]
    for name, intervals in tiers:
        lines += ['"IntervalTier"', f'"{name}"', "0", "0.4", str(len(intervals))]
        for start, end, label in intervals:
            quoted = label.replace('"', '""')
            lines += [str(start), str(end), f'"{quoted}"']
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("written", [long, short], ids=["long", "short"])
@pytest.mark.parametrize("tiers", [(WORDS, PHONES), (PHONES, WORDS), (PHONES,)], ids=["words first", "phones first", "phones alone"])
def test_phones_are_read_from_both_formats(written: object, tiers: tuple[Tier, ...]) -> None:
    text = written(*tiers)  # type: ignore[operator]
    assert is_text_grid(text)
    found = read_text_grid(text)
    assert found.labels == ("M", "AA1", "")
    assert found.start_secs.tolist() == [0, 0.1, 0.3]
    assert found.end_secs.tolist() == [0.1, 0.3, 0.4]
    assert found.kind is None


def test_words_are_taken_where_there_are_no_phones() -> None:
    found = read_text_grid(long(("notes", [(0, 0.4, "x")]), WORDS))
    assert found.labels == ('ma "x"', "")
    assert found.kind is LabelKind.WORD
    assert read_text_grid(long(WORDS, ("phones", []))).kind is LabelKind.WORD


def test_a_tier_of_a_speaker_and_a_tier_alone_are_found() -> None:
    assert read_text_grid(long(("anna - words", WORDS[1]), ("anna - phones", PHONES[1]))).labels == ("M", "AA1", "")
    assert read_text_grid(short(("whatever", PHONES[1]))).labels == ("M", "AA1", "")


def test_an_entry_is_named_by_its_line() -> None:
    text = long(PHONES)
    lines = text.splitlines()
    found = read_text_grid(text)
    assert [found.place(number) for number in (0, 1)] == [
        f"line {lines.index(chr(32) * 12 + 'text = ' + chr(34) + label + chr(34)) + 1}" for label in ("M", "AA1")
    ]


def test_points_comments_and_a_label_over_two_lines_do_not_disturb() -> None:
    text = short(PHONES).replace('"M"', '"M\nM"')
    text = text.replace("<exists>\n1\n", '<exists> ! a comment with 5 numbers 1 2 3\n2\n"TextTier"\n"points"\n0\n0.4\n1\n0.2\n"here"\n')
    assert read_text_grid(text).labels == ("M\nM", "AA1", "")


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('"ooTextFile"', '"ooBinary"', "text is no TextGrid"),
        ("<exists>", "<absent>", "TextGrid has no tiers"),
        (
            "tiers? <exists>\nsize = 1",
            "tiers? <exists>\nsize = 100000",
            "number of tiers of the TextGrid is 100000, expected 0 to 100: line 7",
        ),
        ("intervals: size = 3", "intervals: size = 10000000", "number of intervals of the TextGrid is 1e"),
        ("intervals: size = 3", "intervals: size = 2.5", r"number of intervals of the TextGrid is 2\.5"),
        ("intervals: size = 3", "intervals: size = 5", "TextGrid ends after line"),
        ("IntervalTier", "OtherTier", "tier of the TextGrid is no IntervalTier"),
        ('text = "M"', "text = 5", "TextGrid has a number, expected a label in quotes: line 18"),
        ("xmin = 0.1", 'xmin = "0.1"', "TextGrid has a text, expected a time as a number: line 20"),
    ],
)
def test_what_is_wrong_is_named_by_its_line(before: str, after: str, message: str) -> None:
    text = long(PHONES)
    assert before in text
    with pytest.raises(ConfigError, match=message):
        read_text_grid(text.replace(before, after, 1))


def test_a_grid_without_phones_or_words_is_refused() -> None:
    with pytest.raises(ConfigError, match="TextGrid has 2 tiers, none of phones or words"):
        read_text_grid(long(("a", PHONES[1]), ("b", PHONES[1])))


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_a_grid_that_ends_early_is_an_error_and_no_crash(cut: int) -> None:
    text = long(PHONES)
    with pytest.raises(ConfigError):
        read_text_grid(text[: min(cut, len(text) - 40)])
