from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.fusion.face_fusion import FaceFusion
from affectia.fusion.voice_frames import KEPT_FRAMES
from affectia.fusion.voice_fusion import LINGER_SECS, VoiceFusion, VoiceFusionOptions
from affectia.registry import Group, Source
from affectia.signals.avatar_state import AvatarState
from affectia.signals.voice_observations import FRAME_NANOS, VoiceObservations
from affectia.signals.voice_states import VoiceStates
from tests.unit.fakes import VISEME, face, nanos, slots, voice

pytestmark = pytest.mark.unit

START = 10 * NANOS_PER_SEC
MILLI = NANOS_PER_MILLI
INSTANT = VoiceFusionOptions(attack_secs=0, release_secs=0)


class Stage:
    """Faces and voices of three avatars."""

    def __init__(self, options: VoiceFusionOptions | None = None, *, lead_millis: int = 0) -> None:
        self.faces = FaceFusion(3)
        self.voices = VoiceFusion(3, options, lead_nanos=lead_millis * MILLI)

    def state(self, time_nanos: int, *numbers: int) -> AvatarState:
        rows = slots(*(numbers or (0,)))
        times = nanos(*[time_nanos] * rows.size)
        return self.voices.joined(self.faces.state(rows, times), rows, times)

    def heard(self, time_nanos: int, *numbers: int) -> VoiceStates:
        voices = self.state(time_nanos, *numbers).voices
        assert voices is not None
        return voices


def mouth(state: AvatarState, row: int = 0) -> tuple[bool, int, float, float, float]:
    """Valid, source, confidence, age in milliseconds (-1: never), weight."""
    groups, place = state.groups, (row, Group.MOUTH)
    confidence, age_secs, weight = groups.levels[place].tolist()
    return (
        bool(groups.valid[place]),
        int(groups.source[place]),
        round(confidence, 2),
        -1 if math.isinf(age_secs) else round(age_secs * 1000),
        round(weight, 2),
    )


def visemes(heard: VoiceStates, row: int = 0) -> dict[str, float]:
    return {name: round(float(heard.visemes[row, place]), 2) for name, place in VISEME.items() if heard.visemes[row, place]}


def test_nobody_heard_is_no_voice() -> None:
    stage = Stage()
    assert stage.state(START).voices is None
    stage.voices.observe(1, voice(START, "aa"))
    assert stage.state(START, 0, 2).voices is None
    assert stage.heard(START, 0, 1, 2).rows.tolist() == [1]


def test_voice_alone_has_the_mouth_and_nothing_else() -> None:
    stage = Stage()
    stage.voices.observe(0, voice(START, "sil", "aa", speaking=0.9))
    state = stage.state(START + FRAME_NANOS)
    assert mouth(state) == (True, Source.VOICE, 0.9, 0, 1.0)
    assert [group for group in Group if state.groups.valid[0, group]] == [Group.MOUTH]
    assert state.voices is not None
    assert (visemes(state.voices), state.voices.weight.tolist()) == ({"aa": 1.0}, [1.0])
    assert state.voices.loudness.tolist() == pytest.approx([0.7])
    assert state.voices.audio_samples.tolist() == [480]


def test_silence_is_as_sure_as_speech() -> None:
    stage = Stage()
    stage.voices.observe(0, voice(START, "sil", speaking=0.1))
    assert mouth(stage.state(START))[2] == 0.9


def test_mouth_made_from_the_energy_alone_is_half_to_be_trusted() -> None:
    stage = Stage()
    stage.voices.observe(0, voice(START, "aa", degraded=True))
    assert mouth(stage.state(START))[2] == 0.5


def test_pose_between_two_frames_shows_what_lies_between() -> None:
    stage = Stage()
    stage.voices.observe(0, voice(START, "PP", "aa", source_sample=1000, rate_hz=44_100))
    heard = stage.heard(START + FRAME_NANOS // 4)
    assert visemes(heard) == {"PP": 0.75, "aa": 0.25}
    assert heard.audio_samples.tolist() == [1110]
    assert heard.visemes.sum() == pytest.approx(1)


def test_pose_that_is_older_than_all_that_is_kept_has_the_oldest() -> None:
    stage = Stage()
    stage.voices.observe(0, voice(START, "aa", "ou"))
    assert visemes(stage.heard(START - NANOS_PER_SEC)) == {"aa": 1.0}


def test_pose_that_nothing_is_heard_of_yet_has_the_newest_and_says_how_old() -> None:
    stage = Stage()
    stage.voices.observe(0, voice(START, "aa", "ou"))
    state = stage.state(START + 60 * MILLI)
    assert state.voices is not None
    assert visemes(state.voices) == {"ou": 1.0}
    assert state.voices.audio_samples.tolist() == [480]
    assert mouth(state)[3] == 50


def test_frames_of_many_blocks_are_found_in_their_place() -> None:
    stage = Stage()
    names = ("sil", "PP", "FF", "TH", "DD")
    for block in range(40):
        stage.voices.observe(0, voice(START + 3 * block * FRAME_NANOS, *(names[(3 * block + step) % 5] for step in range(3))))
    newest = 119
    for back in (0, 1, 7, KEPT_FRAMES - 1):
        assert visemes(stage.heard(START + (newest - back) * FRAME_NANOS)) == {names[(newest - back) % 5]: 1.0}


def test_block_longer_than_what_is_kept_leaves_its_end() -> None:
    stage = Stage()
    stage.voices.observe(0, voice(START, *["aa"] * 100, "ou"))
    assert visemes(stage.heard(START + 100 * FRAME_NANOS)) == {"ou": 1.0}
    assert stage.heard(START + 100 * FRAME_NANOS).audio_samples.tolist() == [48_000]


def test_lead_shows_what_sounds_a_little_later_and_names_the_sound_of_the_pose() -> None:
    stage = Stage(lead_millis=20)
    stage.voices.observe(0, voice(START, "PP", "aa", "ou", "ih"))
    heard = stage.heard(START + FRAME_NANOS)
    assert visemes(heard) == {"ih": 1.0}
    assert heard.audio_samples.tolist() == [480]
    assert mouth(stage.state(START + FRAME_NANOS))[3] == 0
    late = stage.state(START + 40 * MILLI)  # the newest frame is all there is: it belongs to the sound before it
    assert late.voices is not None
    assert late.voices.audio_samples.tolist() == [480]
    assert mouth(late)[3] == 10


def test_short_closure_between_two_poses_is_not_missed() -> None:
    stage = Stage()
    stage.voices.observe(0, voice(START, "aa"))
    stage.heard(START)
    stage.voices.observe(0, voice(START + FRAME_NANOS, "PP", "ou", "ou"))
    first, again = (stage.heard(START + 3 * FRAME_NANOS) for _ in range(2))
    assert visemes(first) == {"ou": 1.0}
    assert first.peaks[0, VISEME["PP"]] == 1
    assert again.peaks[0, VISEME["PP"]] == 0, "it was shown"
    assert again.peaks[0, VISEME["ou"]] == 1


def test_voice_that_stops_is_held_and_eases_shut() -> None:
    stage = Stage(VoiceFusionOptions(hold_secs=0.1, ease_secs=0.2))
    stage.voices.observe(0, voice(START, "aa", look_ahead_millis=40))
    shown = {millis: mouth(stage.state(START + millis * MILLI)) for millis in (140, 240, 341)}
    assert shown[140] == (True, Source.VOICE, 1.0, 140, 1.0)
    assert shown[240] == (True, Source.VOICE, 0.5, 240, 0.5)
    assert shown[341][:2] == (False, Source.IDLE)
    heard = stage.heard(START + 341 * MILLI)
    assert (heard.weight.tolist(), heard.speaking.tolist(), heard.audio_samples.tolist()) == ([0], [0], [-1])
    assert stage.state(START + (341 + round(LINGER_SECS * 1000)) * MILLI).voices is None


def test_one_voice_that_is_gone_takes_no_other_with_it() -> None:
    stage = Stage()
    stage.voices.observe(0, voice(START - 5 * NANOS_PER_SEC, "aa"))
    stage.voices.observe(2, voice(START, "ou"))
    heard = stage.heard(START, 2, 1, 0)
    assert heard.rows.tolist() == [0]
    assert visemes(heard) == {"ou": 1.0}


def test_face_keeps_its_mouth_until_somebody_speaks() -> None:
    stage = Stage()
    stage.faces.observe(slots(0), face(START))
    stage.voices.observe(0, voice(START, "aa", speaking=0.6))
    state = stage.state(START)
    assert mouth(state) == (True, Source.FACE, 1.0, 0, 1.0)
    assert state.voices is not None
    assert (state.voices.weight.tolist(), state.voices.audio_samples.tolist()) == ([0], [-1])


def test_speech_takes_the_mouth_within_the_attack_and_gives_it_back_within_the_release() -> None:
    stage = Stage(VoiceFusionOptions(start_probability=0.7, stop_probability=0.4, attack_secs=0.05, release_secs=0.1))
    weights = []
    for number, speaking in enumerate([0.75] * 6 + [0.5] * 2 + [0.39] * 11):
        stage.faces.observe(slots(0), face(START + number * FRAME_NANOS))
        stage.voices.observe(0, voice(START + number * FRAME_NANOS, "aa", speaking=speaking))
        weights.append(round(float(stage.heard(START + number * FRAME_NANOS).weight[0]), 2))
    assert weights == [0.2, 0.4, 0.6, 0.8, 1.0, 1.0, 1.0, 1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0, 0.0]


def test_mouth_is_the_voices_from_half_of_the_way_on_and_the_face_says_what_it_keeps() -> None:
    stage = Stage(VoiceFusionOptions(attack_secs=0.04))
    shown = []
    for number in range(3):
        stage.faces.observe(slots(0), face(START + number * FRAME_NANOS))
        stage.voices.observe(0, voice(START + number * FRAME_NANOS, "aa"))
        state = stage.state(START + number * FRAME_NANOS)
        assert state.voices is not None
        shown.append((mouth(state)[1], mouth(state)[4], state.voices.audio_samples.tolist() != [-1]))
    assert shown == [(Source.FACE, 0.75, False), (Source.FACE, 0.5, False), (Source.VOICE, 0.75, True)]


def test_mouth_that_no_face_shows_is_the_voices_even_in_silence() -> None:
    stage = Stage()
    covered = face(START)
    covered.confidence[0, 2] = 0.0  # a hand before the mouth
    stage.faces.observe(slots(0), covered)
    stage.voices.observe(0, voice(START, "sil", speaking=0.0))
    state = stage.state(START)
    assert mouth(state)[:2] == (True, Source.VOICE)
    assert state.groups.source[0, Group.EYES] == Source.FACE


def test_face_has_its_mouth_back_when_the_voice_is_gone() -> None:
    stage = Stage(INSTANT)
    stage.voices.observe(0, voice(START, "aa"))
    stage.faces.observe(slots(0), face(START + NANOS_PER_SEC, jawOpen=0.5))
    assert mouth(stage.state(START + NANOS_PER_SEC)) == (True, Source.FACE, 1.0, 0, 1.0)


@pytest.mark.parametrize("place", ["visemes", "loudness", "speaking"])
@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_frame_that_is_no_number_is_left_out(place: str, wrong: float) -> None:
    stage = Stage(INSTANT)
    broken = voice(START, "aa", "ou")
    getattr(broken, place)[1] = wrong
    assert stage.voices.observe(0, broken)
    heard = stage.heard(START + FRAME_NANOS)
    assert visemes(heard) == {"aa": 1.0}
    assert np.isfinite(heard.peaks).all()
    whole = voice(START + 2 * FRAME_NANOS, "ih")
    whole.visemes[:] = wrong
    assert not stage.voices.observe(0, whole)
    assert visemes(stage.heard(START + 2 * FRAME_NANOS)) == {"aa": 1.0}


def test_nothing_heard_is_no_voice() -> None:
    stage = Stage()
    assert not stage.voices.observe(0, voice(START))
    assert stage.voices.voice_count == 0


def test_stream_that_begins_anew_forgets_what_was_before() -> None:
    stage = Stage()
    stage.voices.observe(0, voice(START, *["aa"] * 20, source_sample=9000))
    stage.voices.observe(0, voice(START + FRAME_NANOS, "ou"))
    assert visemes(stage.heard(START)) == {"ou": 1.0}
    assert stage.heard(START + FRAME_NANOS).audio_samples.tolist() == [0]
    assert stage.voices.voice_count == 1


def test_forgetting_leaves_nothing() -> None:
    stage = Stage()
    stage.voices.observe(0, voice(START, "aa"))
    stage.voices.observe(1, voice(START, "ou"))
    stage.voices.forget(slots(0))
    assert stage.heard(START, 0, 1).rows.tolist() == [1]
    stage.voices.forget(slots(1))
    assert (stage.state(START, 0, 1).voices, stage.voices.voice_count) == (None, 0)
    stage.faces.observe(slots(0), face(START))
    stage.voices.observe(0, voice(START, "sil", speaking=0.5))
    assert stage.heard(START).weight.tolist() == [0], "whether somebody spoke is forgotten too"


def test_what_is_told_may_be_written_to() -> None:
    one, other = Stage(), Stage()
    for stage in (one, other):
        stage.voices.observe(0, voice(START, "PP", "aa", "ou"))
    spoilt = one.heard(START + FRAME_NANOS)
    other.heard(START + FRAME_NANOS)
    for array in dataclasses.astuple(spoilt)[1:]:
        array[:] = 3
    again, expected = one.heard(START + 3 * FRAME_NANOS // 2), other.heard(START + 3 * FRAME_NANOS // 2)
    for field in dataclasses.fields(VoiceStates):
        np.testing.assert_array_equal(getattr(again, field.name), getattr(expected, field.name))


def test_many_blocks_or_one_come_to_the_same() -> None:
    dice = np.random.default_rng(3)
    names = [list(VISEME)[place] for place in dice.integers(0, 15, 30)]
    whole, parts = Stage(lead_millis=21), Stage(lead_millis=21)
    given = voice(START, *names)
    given = dataclasses.replace(given, speaking=dice.uniform(0, 1, 30).astype(np.float32))
    whole.voices.observe(0, given)
    for first in range(0, 30, 4):
        cut = slice(first, first + 4)
        parts.voices.observe(
            0,
            VoiceObservations(
                START + first * FRAME_NANOS,
                given.visemes[cut],
                given.loudness[cut],
                given.speaking[cut],
                given.source_samples[cut],
                given.source_rate_hz,
                given.look_ahead_nanos,
            ),
        )
    for stage in (whole, parts):
        stage.faces.observe(slots(0), face(START))
    time_nanos = START + 123 * MILLI
    one, other = whole.heard(time_nanos), parts.heard(time_nanos)
    for field in dataclasses.fields(VoiceStates):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("start_probability", 0),
        ("start_probability", 1.1),
        ("stop_probability", 0.8),
        ("stop_probability", math.nan),
        ("attack_secs", -1),
        ("release_secs", math.inf),
        ("hold_secs", 61),
        ("ease_secs", math.nan),
    ],
)
def test_option_that_cannot_be_is_named(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=rf"^voice_fusion\.{name} is {value}, expected "):
        VoiceFusionOptions(**{name: value})
