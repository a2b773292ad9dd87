from __future__ import annotations

from dataclasses import replace

import pytest

from affectia.cli import gauges
from affectia.cli.feeling import ROWS, FeelingReading
from affectia.wire.emotion_update import EmotionUpdate
from tests.unit.cli.frames_by_hand import Feeling, updated

pytestmark = pytest.mark.unit

READING = FeelingReading("happy", 0.8, 0.5, -0.25, (0.6, 0.4), 0.5, 0.5, ("laughter",))


def of(feeling: Feeling | None) -> FeelingReading:
    return FeelingReading.of(updated(0, feeling=feeling).update)


def plain(reading: FeelingReading, cells: int = 78) -> list[str]:
    return [line.plain for line in reading.lines(cells)]


def test_reading_is_what_the_update_says() -> None:
    reading = of(Feeling(heard=("laughter", "speech")))
    assert reading.held == "happy"
    assert reading.score == pytest.approx(0.8)
    assert reading.valence == pytest.approx(0.5, abs=0.004)
    assert reading.arousal == pytest.approx(-0.25, abs=0.004)
    assert reading.shares == pytest.approx((0.6, 0.4))
    assert reading.confidence == pytest.approx(0.5, abs=0.002)
    assert reading.age_secs == 0.5
    assert reading.heard == ("laughter",), "that somebody speaks has a place of its own"


def test_nothing_is_read_from_a_group_that_is_not_valid_but_what_is_heard() -> None:
    update = updated(0, feeling=Feeling(heard=("bgm",))).update
    update.groups = bytes(24)
    assert FeelingReading.of(update) == FeelingReading(heard=("bgm",))
    assert of(None) == FeelingReading()


def test_update_without_groups_is_sure_and_fresh() -> None:
    reading = FeelingReading.of(EmotionUpdate(1, 0, 0, 0, emotion_support=255, emotions=bytes(8)))
    assert (reading.confidence, reading.age_secs) == (1, 0)
    assert (reading.held, reading.valence, reading.shares) == (None, None, None)


def test_feeling_has_its_lines() -> None:
    assert plain(READING) == [
        "feels      happy 0.80     valence +0.50 ─────┼━●───  arousal -0.25 ────●┼─────",
        "read off   face 0.60 ████▊···  voice 0.40 ███▎····   50 %  0.50 s  laughter",
    ]


def test_nothing_held_is_said_and_values_go_on() -> None:
    felt, _origin = plain(replace(READING, held=None, score=None))
    assert felt.startswith("feels      nothing clear  valence +0.50 ")


def test_nothing_told_is_never_zero() -> None:
    felt, origin = plain(FeelingReading(heard=("bgm",)))
    assert felt == "feels      not told       valence   -                arousal   -"
    assert origin == "read off   not told  bgm"
    assert FeelingReading().brief() == "feels not told"


@pytest.mark.parametrize("cells", [58, 66, 70, 78, 100, 118])
@pytest.mark.parametrize(
    "reading", [READING, FeelingReading(), replace(READING, held="surprise", heard=("laughter", "applause", "sneeze"))]
)
def test_lines_fit_and_nothing_is_cut_in_the_middle(cells: int, reading: FeelingReading) -> None:
    lines = plain(reading, cells)
    assert len(lines) == ROWS
    assert max(map(len, lines)) <= cells
    assert lines[0].endswith(("─", "●", "-0.25", "-"))
    assert set(lines[1].split()[-1:]) <= {"%", "s", "told", "laughter", "applause", "sneeze"}


def test_face_and_voice_have_their_colours() -> None:
    line = READING.lines(78)[1]
    bars = {str(span.style): line.plain[span.start : span.end] for span in line.spans if "█" in line.plain[span.start : span.end]}
    assert bars == {gauges.ACCENT: "████▊···", gauges.VOICE: "███▎····"}


def test_terminal_without_such_signs_gets_ascii() -> None:
    assert all(line.plain.isascii() for line in READING.lines(78, ascii_only=True))


def test_brief_names_what_is_held() -> None:
    assert READING.brief() == "feels happy  valence +0.50  arousal -0.25"
    assert replace(READING, held=None).brief() == "feels -  valence +0.50  arousal -0.25"
