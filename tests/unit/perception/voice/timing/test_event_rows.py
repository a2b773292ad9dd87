from __future__ import annotations

import pytest

from affectia.errors import ConfigError
from affectia.perception.voice.timing.event_rows import read_event_rows
from affectia.perception.voice.timing.event_times import MAX_EVENTS
from affectia.perception.voice.timing.labelled_events import LabelKind

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("separator", ["\t", ",", ";", " ", "   ", ", "])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_entries_are_read_with_any_separator(separator: str, newline: str) -> None:
    found = read_event_rows(newline.join(separator.join(row) for row in (("0", "0.1", "M"), ("0.1", "2e-1", "AA1"))))
    assert found.labels == ("M", "AA1")
    assert found.start_secs.tolist() == [0, 0.1]
    assert found.end_secs.tolist() == [0.1, 0.2]
    assert found.kind is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [("phone", None), ("word", LabelKind.WORD), ("Words", LabelKind.WORD), ("viseme", LabelKind.VISEME), ("ipa", LabelKind.IPA)],
)
def test_a_first_line_of_names_says_what_the_labels_are(name: str, kind: LabelKind | None) -> None:
    found = read_event_rows(f"start,end,{name}\n0,1,x\n")
    assert found.kind is kind
    assert found.labels == ("x",)


def test_comments_empty_lines_and_empty_labels_are_understood() -> None:
    found = read_event_rows("# start end label\n\n0\t1\t\n1\t2\n2\t3\ttwo words\n")
    assert found.labels == ("", "", "two words")
    assert [found.place(number) for number in range(3)] == ["line 3", "line 4", "line 5"]


def test_a_label_may_hold_separators_and_quotes() -> None:
    assert read_event_rows('0,1,"well, ""so"""\n1,2,a,b\n').labels == ('well, "so"', "a,b")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 1 M\nx 2 AA1", "time of an entry is no finite number, expected seconds: line 2"),
        ("0 nan M", "time of an entry is no finite number, expected seconds: line 1"),
        ("0 1 M\n5", "entry has 1 cells, expected start, end and label: line 2"),
        ("start end colour\n0 1 M", "first line names no columns"),
        ("start end\n0 1", "first line names no columns"),
        ("# nothing\n", "timing has no entries"),
        ("start end phone\n", "timing has no entries"),
        ("just some prose of somebody", "time of an entry is no finite number, expected seconds: line 1"),
    ],
)
def test_what_is_wrong_is_named_by_its_line(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_event_rows(text)


def test_too_many_entries_are_refused() -> None:
    with pytest.raises(ConfigError, match=f"timing has more than {MAX_EVENTS} entries"):
        read_event_rows("0 1 M\n" * (MAX_EVENTS + 1))
