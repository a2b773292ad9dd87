from __future__ import annotations

import json
from typing import Any

import pytest

from affectia import registry
from affectia.errors import ConfigError
from affectia.perception.voice.timing.event_json import read_event_json
from affectia.perception.voice.timing.event_times import MAX_EVENTS

pytestmark = pytest.mark.unit


def said(document: Any, **options: Any) -> list[tuple[str, float]]:
    found = read_event_json(json.dumps(document), **options)
    return [(registry.VISEMES[viseme], round(start, 4)) for viseme, start in zip(found.visemes, found.start_secs.tolist(), strict=True)]


EVENTS = [{"start": 0, "end": 0.1, "phone": "M"}, {"start": 0.1, "end": 0.2, "phone": "IY1"}]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"type": "arpabet", "events": EVENTS}, [("PP", 0), ("ih", 0.1)]),
        ({"type": "phones", "events": EVENTS}, [("PP", 0), ("ih", 0.1)]),
        (EVENTS, [("PP", 0), ("ih", 0.1)]),
        ({"type": "ipa", "events": [{"start": 0, "phone": "t͡ʃ"}, {"start": 0.1, "phone": "iː"}]}, [("CH", 0), ("ih", 0.1)]),
        ({"type": "visemes", "events": [{"start": 0, "viseme": "viseme_aa"}]}, [("aa", 0)]),
        ([{"start": 0.5, "viseme": "aa"}], [("aa", 0.5)]),
        ([{"start": 0, "end": 0.2, "word": "me"}], [("PP", 0), ("ih", 0.108)]),
        ({"unit": "ms", "events": [{"start": 250, "duration": 50, "phone": "M"}]}, [("PP", 0.25)]),
        ({"language": "de", "events": [{"start": 0, "end": 1, "word": "sch"}]}, [("CH", 0)]),
        ([{"start": 0, "end": 1, "label": "M"}, {"start": 1, "end": 2, "label": ""}], [("PP", 0), ("sil", 1)]),
    ],
)
def test_documents_are_read(document: Any, expected: list[tuple[str, float]]) -> None:
    assert said(document) == expected


@pytest.mark.parametrize(
    "document",
    [
        {"type": "azure", "events": [{"audio_offset": 500_000, "viseme_id": 21}, {"audio_offset": 1_500_000, "viseme_id": 2}]},
        [{"audioOffset": 500_000, "visemeId": 21}, {"audioOffset": 1_500_000, "visemeId": 2}],
        [{"AudioOffset": 500_000, "VisemeId": 21, "Animation": ""}, {"AudioOffset": 1_500_000, "VisemeId": 2, "Animation": ""}],
        {"unit": "ms", "events": [{"offset": 50, "viseme": 21}, {"offset": 150, "viseme": 2}]},
        [{"audio_offset_ms": 50, "viseme_id": 21}, {"audio_offset_ms": 150, "viseme_id": 2}],
        {"type": "azure", "unit": "s", "events": [{"offset": 0.05, "id": 21}, {"offset": 0.15, "id": 2}]},
    ],
)
def test_what_the_services_of_microsoft_give_is_read_as_it_comes(document: Any) -> None:
    assert said(document) == [("PP", 0.05), ("aa", 0.15)]


def test_a_clip_cuts_and_a_language_of_the_caller_counts() -> None:
    assert said(EVENTS, clip_secs=0.1) == [("PP", 0)]
    assert said({"language": "en", "events": [{"start": 0, "end": 1, "word": "sch"}]}, language="de") == [("CH", 0)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"events": [}', "timing is no JSON: line 1"),
        ("[" * 100_000, "timing is no JSON"),
        ("5", "timing has no list 'events'"),
        ('{"type": "ipa"}', "timing has no list 'events'"),
        ('{"events": []}', "timing has 0 entries"),
        ('{"type": "morse", "events": [{}]}', "type of the timing is unknown, expected one of visemes, arpabet"),
        ('{"type": [], "events": [{}]}', "type of the timing is unknown"),
        ('{"unit": "weeks", "events": [{}]}', "unit of the timing is unknown, expected one of ticks, ms, s"),
        ('{"language": 5, "events": [{"start": 0, "word": "a"}]}', "language of the timing is no text"),
        ("[1]", "entry is no object.*: entry 1"),
        ('[{"start": 0}]', "entry has no label.*: entry 1"),
        ('[{"start": 0, "phone": "M"}, {"start": "1", "phone": "M"}]', "start of an entry is no finite number, expected one: entry 2"),
        ('[{"start": NaN, "phone": "M"}]', "start of an entry is no finite number"),
        ('[{"start": 1e400, "phone": "M"}]', "start of an entry is no finite number"),
        ('[{"start": true, "phone": "M"}]', "start of an entry is no finite number"),
        ('[{"start": 0, "end": [], "phone": "M"}]', "end of an entry is no finite number"),
        ('[{"start": 0, "phone": "M"}, {"start": 1, "phone": null}]', "phone of an entry is no text, expected a phone: entry 2"),
        ('[{"audio_offset": 0, "viseme_id": 1.5}]', "viseme id is no whole number, expected one: entry 1"),
        ('[{"audio_offset": 0, "viseme_id": 99}]', "viseme id is 99, expected 0 to 21: entry 1"),
        ('{"type": "azure", "events": [{"start": 0}]}', "entry has no audio offset or no viseme id"),
    ],
)
def test_what_is_wrong_is_named_by_its_entry(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_event_json(text)


def test_too_many_entries_are_refused() -> None:
    with pytest.raises(ConfigError, match=f"timing has {MAX_EVENTS + 1} entries, expected 1 to {MAX_EVENTS}"):
        read_event_json("[" + ",".join(["{}"] * (MAX_EVENTS + 1)) + "]")
