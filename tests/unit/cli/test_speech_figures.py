from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from affectia.cli.affect_recording import AffectCurves, AffectRecording
from affectia.cli.recording import Curves, Recording
from affectia.cli.speech_figures import JUMP_MILLIS, SpeechFigures, speaking_at, speech_figures
from tests.unit.cli.frames_by_hand import received, updated

pytestmark = pytest.mark.unit

RATE_HZ = 48_000


def heard(*, shut: bool = True) -> tuple[Curves, AffectCurves]:
    """2 s of speech in which the viseme changes at every second frame, then 2 s of silence, the second of them with the face's mouth."""
    recording, affect = Recording(), AffectRecording()
    for number in range(100):
        at_millis = 40 * number
        speaks, by_voice = number < 50, number < 75
        viseme = "sil" if not speaks else "aa" if number // 2 % 2 else "PP"
        recording.add(
            received(
                number,
                at_millis=at_millis,
                spoken=by_voice,
                age_ticks=2,
                visemes={viseme: 1.0},
                shapes={"jawOpen": 0.5 if speaks or not shut or not by_voice else 0.0},
                audio_sample=at_millis * RATE_HZ // 1000 if by_voice else None,
            )
        )
        affect.add(updated(number, at_millis=at_millis, speaking=0.9 if speaks else 0.1))
    return recording.curves(), affect.curves()


def figures(curves: Curves, affect: AffectCurves, *, rate_hz: int | None = RATE_HZ) -> SpeechFigures:
    found = speech_figures(curves, affect, audio_rate_hz=rate_hz)
    assert found is not None
    return found


def with_samples(samples: Iterable[int]) -> SpeechFigures:
    """Figures of frames 40 ms apart that carry these audio samples."""
    recording = Recording()
    for number, sample in enumerate(samples):
        recording.add(received(number, at_millis=40 * number, spoken=True, audio_sample=sample))
    return figures(recording.curves(), AffectRecording().curves())


def test_figures_of_speech_and_silence() -> None:
    found = figures(*heard())
    assert found.speaking_share == pytest.approx(0.5)
    assert found.by_voice_count == 75
    assert found.visemes_seen == 3
    assert found.changes_per_sec == pytest.approx(25 / (74 * 0.04))
    assert (found.backward_count, found.jump_count) == (0, 0)
    assert found.delay_p50_millis == pytest.approx(20.5)
    assert found.delay_p95_millis == pytest.approx(20.5)


@pytest.mark.parametrize(("shut", "share"), [(True, 1.0), (False, 0.0)])
def test_silence_begins_where_a_mouth_has_come_to_rest(shut: bool, share: float) -> None:
    found = figures(*heard(shut=shut))
    assert found.silent_count == 50 - 6  # the last frame of speech was 0.25 s and less before
    assert found.silent_by_voice_count == 25 - 6
    assert found.silent_shut_share == share, "the face's mouth counts for nothing"


def test_nobody_who_is_listened_to_has_no_figures() -> None:
    recording, affect = Recording(), AffectRecording()
    recording.add(received(0))
    affect.add(updated(0))
    assert speech_figures(recording.curves(), affect.curves()) is None


def test_voice_that_never_speaks_has_no_figures_of_its_mouth() -> None:
    recording, affect = Recording(), AffectRecording()
    for number in range(20):
        recording.add(received(number, at_millis=40 * number))
        affect.add(updated(number, at_millis=40 * number, speaking=0.0))
    found = figures(recording.curves(), affect.curves())
    assert (found.speaking_share, found.by_voice_count, found.visemes_seen, found.changes_per_sec) == (0.0, 0, 0, None)
    assert (found.silent_count, found.silent_by_voice_count, found.silent_shut_share) == (20, 0, None)
    assert (found.delay_p50_millis, found.delay_p95_millis) == (None, None)


def test_jumps_and_steps_back_of_the_sound_are_counted() -> None:
    step = 40 * RATE_HZ // 1000
    far = round((JUMP_MILLIS + 5) * RATE_HZ / 1000)
    smooth = with_samples([0, step, 2 * step + far // 3, 3 * step])
    assert (smooth.backward_count, smooth.jump_count) == (0, 0)
    ahead = with_samples([0, step, 2 * step + far, 3 * step + far])
    assert (ahead.backward_count, ahead.jump_count) == (0, 1)
    back = with_samples([9 * step, 10 * step, 3 * step, 4 * step])
    assert (back.backward_count, back.jump_count) == (1, 1)


def test_without_a_rate_only_steps_back_are_known() -> None:
    found = figures(*heard(), rate_hz=None)
    assert (found.backward_count, found.jump_count) == (0, None)


def test_a_probability_holds_until_the_next_update() -> None:
    affect = AffectRecording()
    for number, speaking in enumerate((0.2, 0.8)):
        affect.add(updated(number, at_millis=100 * number, speaking=speaking))
    times_nanos = np.array([999_999_999, 1_000_000_000, 1_099_999_999, 1_100_000_000, 9_000_000_000])
    np.testing.assert_allclose(speaking_at(times_nanos, affect.curves()), (np.nan, 0.2, 0.2, 0.8, 0.8), atol=0.002)
    assert np.isnan(speaking_at(times_nanos, AffectRecording().curves())).all()
