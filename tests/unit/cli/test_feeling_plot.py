from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from affectia.cli.affect_recording import NONE_HELD, NOT_TOLD, AffectCurves, AffectRecording
from affectia.cli.feeling_plot import draw_feeling, spells
from affectia.registry import EMOTIONS, Emotion
from tests.unit.cli.frames_by_hand import Feeling, updated

pytestmark = pytest.mark.unit


def curves(*feelings: Feeling | None) -> AffectCurves:
    recording = AffectRecording()
    for number, feeling in enumerate(feelings):
        recording.add(updated(number, at_millis=100 * number, feeling=feeling))
    return recording.curves()


def test_spells_are_the_stretches_of_one_emotion() -> None:
    secs = np.arange(8) / 10
    held = np.array([1, 1, 2, NONE_HELD, 2, NOT_TOLD, 1, 1], np.int8)
    found = spells(secs, held)
    assert [place for place, _start, _length in found] == [1, 2, 2, 1]
    assert [start for _place, start, _length in found] == pytest.approx([0, 0.2, 0.4, 0.6])
    assert [length for _place, _start, length in found] == pytest.approx([0.2, 0.1, 0.1, 0.1])


def test_nothing_and_one_update_alone_have_no_length() -> None:
    assert spells(np.zeros(0), np.zeros(0, np.int8)) == []
    assert spells(np.zeros(1), np.ones(1, np.int8)) == [(1, 0.0, 0.0)]


def test_curves_have_gaps_where_nothing_was_told_and_a_name_where_there_is_room() -> None:
    axes = Figure().subplots()
    affect = curves(*[Feeling("happy", affect=(0.5, -0.25, 0))] * 5, None, Feeling("sad", affect=(-0.5, 0.25, 0)), *[Feeling(None)] * 20)
    draw_feeling(axes, (affect.times_nanos - affect.times_nanos[0]) / 1e9, affect, end_secs=2.6)
    valence, arousal = axes.get_lines()[:2]
    values = np.asarray(valence.get_ydata())
    assert np.flatnonzero(np.isnan(values)).tolist() == [5]
    assert values[[0, 6]] == pytest.approx([0.5, -0.5], abs=0.005)
    assert np.asarray(arousal.get_ydata())[0] == pytest.approx(-0.25, abs=0.005)
    texts = {text.get_text() for text in axes.texts}
    assert texts >= {"happy", "valence", "arousal"}
    assert Emotion.SAD.name.lower() not in texts, "one tenth of 2.6 s is too little for a name"


def test_nothing_told_is_an_empty_picture() -> None:
    axes = Figure().subplots()
    draw_feeling(axes, np.zeros(1), curves(None), end_secs=1.0)
    assert not {text.get_text() for text in axes.texts} & set(EMOTIONS)
    assert np.isnan(np.asarray(axes.get_lines()[0].get_ydata())).all()
