from __future__ import annotations

import pytest

from affectia.cli.affect_recording import AffectCurves, AffectRecording
from affectia.cli.feeling_figures import feeling_figures, feeling_rows
from affectia.cli.sidecar_status import SidecarStatus
from tests.unit.cli.frames_by_hand import Feeling, updated

pytestmark = pytest.mark.unit

TENTH_MILLIS = 100


def curves(*feelings: Feeling | None) -> AffectCurves:
    """One update every tenth of a second."""
    recording = AffectRecording()
    for number, feeling in enumerate(feelings):
        recording.add(updated(number, at_millis=number * TENTH_MILLIS, feeling=feeling))
    return recording.curves()


def test_time_is_shared_among_what_was_held() -> None:
    figures = feeling_figures(curves(*[Feeling("happy")] * 6, *[Feeling("sad")] * 3, Feeling(None), *[None] * 10))
    assert figures is not None
    assert [name for name, _share in figures.held] == ["happy", "sad", "nothing clear"]
    assert [share for _name, share in figures.held] == pytest.approx([0.6, 0.3, 0.1])
    assert figures.told_share == pytest.approx(0.5)


def test_changes_are_between_two_emotions_whatever_stood_between_them() -> None:
    figures = feeling_figures(curves(*[Feeling("happy")] * 5, Feeling(None), *[Feeling("sad")] * 5, Feeling(None), *[Feeling("sad")] * 8))
    assert figures is not None
    assert figures.changes_per_sec == pytest.approx(1 / 2)


def test_affect_and_shares() -> None:
    figures = feeling_figures(curves(Feeling(affect=(-0.5, 0, 0), shares=(1, 0)), Feeling(affect=(0.25, 0.5, 0), shares=(0.6, 0.4))))
    assert figures is not None
    assert figures.valence == pytest.approx((-0.5, 0.25), abs=0.005)
    assert figures.arousal == pytest.approx((0, 0.5), abs=0.005)
    assert (figures.by_face, figures.by_voice) == pytest.approx((0.8, 0.2), abs=0.002)


def test_gap_in_what_is_received_is_nobodys_time() -> None:
    recording = AffectRecording()
    for number, (at_millis, name) in enumerate(((0, "happy"), (100, "happy"), (60_000, "sad"), (60_100, "sad"))):
        recording.add(updated(number, at_millis=at_millis, feeling=Feeling(name)))
    figures = feeling_figures(recording.curves())
    assert figures is not None
    assert dict(figures.held) == {"happy": pytest.approx(1 / 3), "sad": pytest.approx(2 / 3)}


def test_nothing_told_has_no_figures_and_no_rows() -> None:
    for empty in (curves(), curves(None), curves(None, None)):
        assert feeling_figures(empty) is None
        assert feeling_rows(empty, None) == []


def test_one_update_alone_is_all_the_time() -> None:
    figures = feeling_figures(curves(Feeling()))
    assert figures is not None
    assert figures.held == (("happy", 1.0),)


def test_what_is_not_whole_is_not_counted() -> None:
    recording = AffectRecording()
    part = updated(0, feeling=Feeling())
    part.update.emotion_shares = None
    recording.add(part)
    assert feeling_figures(recording.curves()) is None


def test_rows_for_people() -> None:
    status = SidecarStatus(0, 0, 0, 0, "", feeling_methods="face by fer, 30.0/s, p95 2.0 ms")
    rows = dict(feeling_rows(curves(*[Feeling("happy")] * 9, Feeling("fear", affect=(-0.64, 0.6, -0.43)), *[None] * 10), status))
    assert rows == {
        "feels": "happy 90 %, fear 10 %; 1.00 changes/s; told 50 % of the time",
        "affect": "valence -0.64 to +0.50, arousal -0.25 to +0.60",
        "read off": "face 60 %, voice 40 %",
        "feelings told by": "face by fer, 30.0/s, p95 2.0 ms",
    }
    assert "told" not in dict(feeling_rows(curves(Feeling()), None))["feels"]
