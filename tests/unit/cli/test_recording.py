from __future__ import annotations

import numpy as np
import pytest

from affectia import registry
from affectia.cli.recording import (
    NO_SAMPLE,
    Recording,
    shape_weights,
    shows_face,
    shows_voice,
    sound_delay_nanos,
    turns_deg,
    viseme_weights,
)
from affectia.wire import avatar_frame
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.layout import Layout
from tests.unit.cli.frames_by_hand import received

pytestmark = pytest.mark.unit

JAW = registry.BLENDSHAPES.index("jawOpen")


def test_curves_have_a_row_per_frame() -> None:
    recording = Recording()
    for number in range(31):
        recording.add(received(number, at_millis=number * 100 / 3, shapes={"jawOpen": number / 51}, head_deg=(12.0, -7.0, 3.0)))
    curves = recording.curves()
    assert curves.count == recording.count == 31
    assert curves.duration_secs == pytest.approx(1.0)
    assert curves.rate_hz == pytest.approx(30.0)
    np.testing.assert_allclose(curves.take.blendshapes[:, JAW], np.arange(31) / 51, atol=1 / 500)
    np.testing.assert_allclose(curves.take.head_deg[-1], (12, -7, 3), atol=0.02)
    np.testing.assert_allclose(curves.take.eyes_deg[-1], ((10, 0, 0), (0, 0, 0)), atol=0.02)
    assert curves.found_share == 1.0
    assert curves.latency_percentile(50) == pytest.approx(20.0)
    assert curves.body_bytes.tolist() == [len(avatar_frame.encode(received(n, at_millis=n * 100 / 3).frame)) for n in range(31)]


def test_gaps_in_the_sequence_are_lost_and_a_new_stream_is_not() -> None:
    recording = Recording()
    for at, (sequence, stream) in enumerate([(4, 7), (5, 7), (9, 7), (0, 8), (1, 8), (3, 8)]):
        recording.add(received(sequence, at_millis=at, stream_id=stream))
    assert recording.curves().lost.tolist() == [0, 0, 3, 0, 0, 1]


def test_sequence_that_wraps_loses_nothing() -> None:
    recording = Recording()
    recording.add(received(2**32 - 1, at_millis=0))
    recording.add(received(0, at_millis=1))
    assert recording.curves().lost.tolist() == [0, 0]


def test_other_avatars_and_times_that_do_not_rise_are_left_out() -> None:
    recording = Recording()
    recording.add(received(0, at_millis=5))
    recording.add(received(0, at_millis=6, avatar_id="default-2"))
    recording.add(received(1, at_millis=5))
    recording.add(received(2, at_millis=7))
    assert np.diff(recording.curves().take.times_nanos).tolist() == [2_000_000]


def test_frame_without_a_face_is_a_row_at_rest() -> None:
    recording = Recording()
    recording.add(received(0, found=False, shapes={"jawOpen": 0.8}, head_deg=(20, 0, 0)))
    curves = recording.curves()
    assert not curves.take.blendshapes.any()
    assert not curves.take.head_deg.any()
    assert not curves.take.eyes_deg.any()
    assert curves.found_share == 0.0
    assert curves.latency_percentile(50) is None


def test_held_pose_counts_as_not_found_but_keeps_its_values() -> None:
    held = received(0, age_ticks=12, shapes={"jawOpen": 0.8})
    assert not shows_face(held.frame)
    assert shape_weights(held.frame)[JAW] == pytest.approx(0.8)


def test_rate_counts_from_the_first_face() -> None:
    recording = Recording()
    for number in range(60):
        recording.add(received(number, at_millis=number, found=False))
    for number in range(60, 91):
        recording.add(received(number, at_millis=60 + (number - 60) * 40))
    assert recording.curves().rate_hz == pytest.approx(25.0)


def test_nothing_received_is_no_error() -> None:
    curves = Recording().curves()
    assert (curves.count, curves.duration_secs, curves.rate_hz, curves.found_share) == (0, 0.0, 0.0, 0.0)
    assert curves.take.blendshapes.shape == (0, 52)


def test_custom_layout_is_read_by_names() -> None:
    layout = Layout.of(2000, (("tailWag", "jawOpen"), ("head",), (), ()))
    half_turn = np.array([[0, 23170, 0, 23170]], "<i2").tobytes()
    frame = AvatarFrame(1, 0, 1, 0, layout=layout, blendshapes=bytes((255, 51)), bones=half_turn)
    assert np.flatnonzero(shape_weights(frame)).tolist() == [JAW]
    assert shape_weights(frame)[JAW] == pytest.approx(0.2)
    head, eyes = turns_deg(frame)
    np.testing.assert_allclose(head, (90, 0, 0), atol=0.1)
    assert not eyes.any()


def test_mouth_of_a_voice_is_told_from_that_of_a_face_and_from_one_that_is_held() -> None:
    frames = [received(0, spoken=True), received(0), received(0, spoken=True, age_ticks=1), received(0, found=False)]
    assert [shows_voice(each.frame) for each in frames] == [True, False, False, False]


def test_curves_of_a_voice_are_those_of_its_frames_alone() -> None:
    recording = Recording()
    recording.add(received(0))
    recording.add(received(1, at_millis=33, spoken=True, age_ticks=4, visemes={"PP": 0.6, "aa": 0.4}, audio_sample=1584))
    curves = recording.curves()
    assert curves.by_voice.tolist() == [False, True]
    assert curves.audio_samples.tolist() == [NO_SAMPLE, 1584]
    np.testing.assert_allclose(curves.visemes[1, [1, 10]], (0.6, 0.4))
    assert curves.visemes.shape == (2, 15)
    assert np.isnan(curves.sound_delay_millis[0])
    assert curves.sound_delay_millis[1] == pytest.approx(40.5)  # sent 0.5 ms after its instant, 40 ms after the sound was heard


def test_sound_delay_is_known_of_a_voices_mouth_alone() -> None:
    frames = [received(0, spoken=True), received(0), received(0, found=False), received(0, found=False, spoken=True, age_ticks=1)]
    assert [sound_delay_nanos(each.frame) for each in frames] == [500_000, None, None, 10_500_000]


def test_visemes_of_a_mouth_that_is_not_valid_or_of_another_layout_are_at_rest() -> None:
    assert viseme_weights(received(0).frame).argmax() == 10
    assert not viseme_weights(received(0, found=False).frame).any()
    layout = Layout.of(2000, ((), (), ("open", "shut"), ()))
    assert viseme_weights(AvatarFrame(1, 0, 1, 0, layout=layout, visemes=bytes((255, 0)))).tolist() == [0.0] * 15
