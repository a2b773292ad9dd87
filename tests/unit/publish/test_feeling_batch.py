from __future__ import annotations

import numpy as np
import pytest

from affectia import registry
from affectia.publish.feeling_batch import FeelingBatch
from affectia.registry import Emotion, VoiceEvent
from affectia.signals.affect_states import NO_LABEL, PROSODY, AffectStates
from affectia.signals.emotion_observations import ALL_EMOTIONS, AffectMethod
from affectia.wire import emotion_update
from affectia.wire.emotion_update import EmotionUpdate

pytestmark = pytest.mark.unit

FACE, VOICE = (1.0, 0.0), (0.0, 1.0)


def affects(*rows: int, shares: tuple[float, float] = FACE) -> AffectStates:
    """Everybody is happy for sure, by the face alone, unless a test says otherwise."""
    count = len(rows)
    states = AffectStates(
        rows=np.array(rows, np.intp),
        scores=np.zeros((count, 8), np.float32),
        support=np.full(count, ALL_EMOTIONS, np.uint8),
        affect=np.zeros((count, 3), np.float32),
        method=np.full(count, AffectMethod.PROJECTED, np.uint8),
        label=np.full(count, Emotion.HAPPY, np.int8),
        shares=np.full((count, 2), shares, np.float32),
        prosody=np.full((count, PROSODY), np.nan, np.float32),
        events=np.zeros(count, np.uint8),
    )
    states.scores[:, Emotion.HAPPY] = 1
    return states


def update_of(states: AffectStates, row: int = 0, *, valid: bool = True) -> EmotionUpdate:
    update = EmotionUpdate(1, 0, 0, 0)
    FeelingBatch(states, np.full(10, valid)).fill(update, row)
    assert emotion_update.decode(emotion_update.encode(update)) == update
    return update


def told(update: EmotionUpdate) -> set[str]:
    names = ("emotion_support", "emotions", "affect", "affect_method", "emotion_shares", "emotion_label", "prosody", "voice_events")
    return {name for name in names if getattr(update, name) is not None}


def test_each_row_says_what_its_own_person_feels() -> None:
    states = affects(2, 5)
    states.scores[1] = 0
    states.scores[1, [Emotion.SAD, Emotion.ANGRY]] = (0.6, 0.4)
    states.affect[:] = ((0.81, 0.51, 0.46), (-0.5, 1, -1))
    states.label[1] = Emotion.SAD
    states.shares[1] = (0.75, 0.25)
    states.method[1] = AffectMethod.REGRESSED
    first, second = update_of(states, 2), update_of(states, 5)
    assert first.emotion_scores() == {name: float(name == "happy") for name in registry.EMOTIONS}
    assert list(second.emotions or b"") == [0, 0, 153, 102, 0, 0, 0, 0]
    assert (first.affect, second.affect) == ((103, 65, 58), (-63, 127, -127))
    assert (first.label(), second.label()) == ("happy", "sad")
    assert (first.emotion_shares, second.emotion_shares) == (b"\xff\x00", b"\xbf\x40")
    assert (first.affect_method, second.affect_method) == (1, 0)


def test_nothing_is_told_of_those_that_nothing_is_known_of() -> None:
    assert told(update_of(affects(2), 1)) == set()


def test_probabilities_are_255_in_all_and_only_of_what_can_be_told() -> None:
    states = affects(0)
    states.support[:] = 0b0111
    states.scores[:] = 1 / 8  # what is not supported is none of it, whoever wrote it there
    update = update_of(states)
    assert list(update.emotions or b"") == [85, 85, 85, 0, 0, 0, 0, 0]
    assert update.emotion_scores() == {name: pytest.approx(1 / 3) for name in ("neutral", "happy", "sad")}


def test_a_label_that_is_not_held_is_not_sent() -> None:
    states = affects(0)
    states.label[:] = NO_LABEL
    update = update_of(states)
    assert update.emotion_label is None
    assert update.emotions is not None


def test_feelings_that_are_not_valid_are_not_sent() -> None:
    states = affects(0, shares=VOICE)
    states.prosody[:] = (182.5, 3.1, -26.5, 6.2, 4.8, 0.62)
    states.events[:] = 1 << VoiceEvent.LAUGHTER
    assert told(update_of(states, valid=False)) == {"prosody", "voice_events"}
    assert told(update_of(affects(0), valid=False)) == set()


def test_prosody_has_the_units_of_the_wire_and_says_what_cannot_be_told() -> None:
    states = affects(0, shares=VOICE)
    states.prosody[0, 2:4] = (-26.5, 6.2)
    update = update_of(states)
    assert update.prosody == (65535, 65535, 2650, 620, 65535, 65535)
    assert update_of(affects(0)).prosody is None
    states.prosody[:] = (182.5, 3.1, -26.5, 6.2, 4.8, 0.62)
    assert update_of(states).prosody == (1825, 310, 2650, 620, 480, 158)


def test_prosody_beyond_its_field_stops_at_its_end_and_is_still_known() -> None:
    states = affects(0, 1, shares=VOICE)
    states.prosody[:] = (1e6, 1e6, -1e6, 1e6, 1e6, 2)
    states.prosody[1] *= -1
    assert [update_of(states, row).prosody for row in (0, 1)] == [(65534,) * 5 + (255,), (0,) * 6]


def test_affect_is_rounded_half_up_and_ends_at_1() -> None:
    states = affects(0)
    states.affect[:] = (0.5 / 127, -0.5 / 127, 3)
    assert update_of(states).affect == (1, 0, 127)


def test_the_two_shares_are_255_together() -> None:
    for face in np.linspace(0, 1, 101):
        shares = update_of(affects(0, shares=(float(face), 1 - float(face)))).emotion_shares
        assert shares is not None
        assert sum(shares) == 255
        assert shares[0] == pytest.approx(255 * face, abs=0.5 + 1e-4)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_never_sent_as_one(value: float) -> None:
    states = affects(0, shares=(value, value))
    states.prosody[0] = value
    states.scores[0, 0] = states.affect[0, 0] = value
    update = update_of(states)
    assert update.prosody is None
    assert sum(update.emotions or b"") == 255


def test_events_are_told_where_there_are_any() -> None:
    assert update_of(affects(0)).voice_events is None
    assert update_of(affects(0, shares=VOICE)).voice_events is None, "who cannot tell them apart must not say that there are none"
    music = affects(0)
    music.events[:] = 1 << VoiceEvent.BGM
    assert update_of(music).heard() == ("bgm",)


def test_shares_of_nothing_are_two_zeros() -> None:
    assert update_of(affects(0, shares=(0, 0))).emotion_shares == b"\0\0"
