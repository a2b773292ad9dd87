"""Voices through fusion, rig, motion and publishing, alone and beside faces, on a clock that the test moves."""

from __future__ import annotations

import numpy as np
import pytest

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.registry import Group, Source
from affectia.signals.face_observations import FaceObservations
from affectia.wire import layout, topic
from tests.unit.fakes import VISEME, face, slots, voice
from tests.unit.pipeline_stage import START, Stage, jaw_of, mouth_of, times_of

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("block", [1, 2, 3, 5])
@pytest.mark.parametrize("rate_hz", [30, 60, 100, 120])
def test_voice_alone_has_evenly_spaced_poses_whatever_its_blocks_are(block: int, rate_hz: float) -> None:
    stage = Stage()
    stage.open(rate_hz=rate_hz)
    times = stage.say(1.0, block=block)
    assert {round(step / NANOS_PER_MILLI, 3) for step in np.diff(times[1:])} == {round(1000 / rate_hz, 3)}
    assert len(times) == pytest.approx(rate_hz, abs=rate_hz / 10)
    assert times_of(stage) == times, "no other frame came between"


def test_pose_of_a_voice_shows_the_instant_of_its_sound_and_says_which_sound_that_is() -> None:
    stage = Stage()
    stage.open()
    stage.say(0.5)
    frame = stage.transport.frames("a")[-1]
    assert mouth_of(stage)[-1] == (True, Source.VOICE)
    assert frame.group(Group.MOUTH)[3] == 0
    assert frame.audio_sample == pytest.approx(48_000 + (frame.time_nanos - START) * 48_000 / NANOS_PER_SEC, abs=1)
    assert jaw_of(stage)[-1] > 0.3
    assert frame.dominant_viseme is not None
    assert frame.dominant_viseme[0] == VISEME["aa"]
    assert not any(frame.is_valid(group) for group in Group if group != Group.MOUTH)
    assert 45_000 <= frame.publish_delay_micros < 45_000 + 20_000 + 22_000 + 17_000
    (update,) = stage.transport.updates("a")[-1:]
    assert update.speaking_probability == 255


def test_voice_is_announced_at_once_with_what_its_player_must_know() -> None:
    stage = Stage()
    stage.open()
    stage.say(0.05)
    announced = [layout.try_decode(body)[1] for sent, body in stage.transport.sent if sent == topic.layout("a")]
    (first,) = announced
    assert first is not None
    assert first.audio_rate_hz == 48_000
    assert first.look_ahead_millis == 40 + 21, "the network's, and what cross-fades add"
    stage.pipeline.forget_voices(slots(0))
    _, gone = layout.try_decode(stage.transport.sent[-1][1])
    assert gone is not None
    assert (gone.audio_rate_hz, gone.look_ahead_millis) == (None, None)


def test_voice_that_stops_leaves_its_avatar_to_the_timer_with_the_mouth_shut() -> None:
    stage = Stage()
    stage.open()
    stage.say(0.5)
    for _ in range(40):
        stage.clock.advance(secs=1 / 60)
        stage.timer()
    shown = list(zip(mouth_of(stage), jaw_of(stage), strict=True))
    assert shown[-1] == ((False, 0), 0)
    gone = next(place for place, ((valid, _), _) in enumerate(shown) if place > 20 and not valid)
    times = times_of(stage)
    assert (times[gone] - START) / NANOS_PER_SEC == pytest.approx(0.5 - 0.045 + 0.04 + 0.1 + 0.18, abs=0.02)
    jaws = [jaw for _, jaw in shown[-40:]]
    assert jaws == sorted(jaws, reverse=True)
    assert stage.transport.frames("a")[-1].audio_sample is None
    assert stage.transport.updates("a")[-1].speaking_probability == 0
    stage.clock.advance(secs=2)
    stage.timer()
    assert stage.transport.updates("a")[-1].speaking_probability is None


def test_seen_face_ticks_its_avatar_and_speech_moves_its_mouth() -> None:
    stage = Stage()
    stage.open()
    stage.observe(face(START))
    for number in range(40):
        stage.clock.advance(secs=1 / 30)
        now = stage.clock.now_nanos()
        assert stage.hear(voice(now - 65 * NANOS_PER_MILLI, "aa", "aa", "aa", speaking=1.0 if number < 20 else 0.0)) == []
        assert stage.observe(face(now, jawOpen=0.05, mouthSmileLeft=0.3)) == [0]
        assert stage.timer() == []
    sources, jaws = [source for _, source in mouth_of(stage)], jaw_of(stage)
    assert (sources[0], sources[10], sources[-1]) == (Source.FACE, Source.VOICE, Source.FACE)
    assert jaws[10] > 0.3
    assert jaws[-1] == pytest.approx(0.05, abs=0.03)
    spoken = stage.transport.frames("a")[10]
    assert spoken.group(Group.EYES)[:2] == (True, Source.FACE)
    assert spoken.group(Group.MOUTH)[3] == pytest.approx(0.045, abs=0.006), "the sound is so much older than the picture"
    assert spoken.audio_sample is not None
    assert stage.transport.frames("a")[-1].audio_sample is None


def test_face_that_is_lost_leaves_its_avatar_to_the_voice_without_a_pause() -> None:
    stage = Stage()
    stage.open()
    stage.say(0.2)
    for _ in range(30):
        stage.clock.advance(secs=1 / 30)
        now = stage.clock.now_nanos()
        stage.hear(voice(now - 60 * NANOS_PER_MILLI, *["aa"] * 3))
        stage.observe(FaceObservations.nobody(now))
        stage.timer()
    steps = np.diff(times_of(stage)[2:]) / NANOS_PER_MILLI
    assert steps.max() < 17
    assert steps.min() > 16


def test_times_rise_over_every_change_of_who_drives_an_avatar() -> None:
    stage = Stage()
    stage.open()
    for part in range(12):
        if part % 3 == 0:
            stage.say(0.3, block=1 + part % 2)
        elif part % 3 == 1:
            stage.run(0.3, source_hz=30)
        else:
            for _ in range(20):
                stage.clock.advance(secs=1 / 60)
                stage.timer()
    times = times_of(stage)
    assert times == sorted(set(times))
    assert max(np.diff(times)) < 0.2 * NANOS_PER_SEC


def test_forgetting_a_voice_leaves_the_face_and_the_other_way_round() -> None:
    for forget, left, right in (("forget_voices", Source.FACE, None), ("forget_faces", Source.VOICE, 255)):
        stage = Stage()
        stage.open()
        for _ in range(20):
            stage.clock.advance(secs=1 / 30)
            now = stage.clock.now_nanos()
            stage.hear(voice(now - 65 * NANOS_PER_MILLI, "aa", "aa", "aa"))
            stage.observe(face(now, jawOpen=0.1))
        assert mouth_of(stage)[-1] == (True, Source.VOICE)
        getattr(stage.pipeline, forget)(slots(0))
        stage.clock.advance(secs=1 / 30)
        now = stage.clock.now_nanos()
        if left is Source.FACE:
            stage.observe(face(now, jawOpen=0.1))
        else:
            stage.hear(voice(now - 65 * NANOS_PER_MILLI, *["aa"] * 8))
        frame = stage.transport.frames("a")[-1]
        assert frame.group(Group.MOUTH)[:2] == (True, left)
        assert frame.is_valid(Group.EYES) is (left is Source.FACE)
        assert (frame.audio_sample is None) is (left is Source.FACE)
        assert stage.transport.updates("a")[-1].speaking_probability == right


def test_revoked_voice_is_at_rest_and_silent_with_the_next_frame() -> None:
    stage = Stage()
    stage.open()
    stage.say(0.5)
    stage.pipeline.forget_voices(slots(0))
    stage.clock.advance(secs=0.07)  # its last pose was that much before now
    assert stage.timer() == [0]
    frame = stage.transport.frames("a")[-1]
    assert mouth_of(stage)[-1] == (False, 0)
    assert not frame.blendshape_weights().any()
    assert frame.audio_sample is None
    assert stage.transport.updates("a")[-1].speaking_probability is None


def test_closed_slots_hear_nothing() -> None:
    stage = Stage()
    stage.open()
    stage.pipeline.close_slot(0)
    assert stage.hear(voice(START, "aa")) == []
    stage.open(name="b")
    assert stage.timer() == [0]
    assert not stage.transport.frames("b")[0].is_valid(Group.MOUTH)


def test_many_voices_are_one_tick() -> None:
    stage = Stage(64, b"avatar/")
    for slot in range(64):
        stage.open(slot, f"npc-{slot}")
        stage.pipeline.hear(slot, voice(START - 60 * NANOS_PER_MILLI, "aa" if slot % 2 else "ou"), START)
    due, times = stage.pipeline.voice_slots(START)
    assert due.tolist() == list(range(64))
    stage.pipeline.tick(due, times)
    visemes = [frame.dominant_viseme[0] for slot in range(64) for frame in stage.transport.frames(f"npc-{slot}") if frame.dominant_viseme]
    assert visemes == [VISEME["aa"] if slot % 2 else VISEME["ou"] for slot in range(64)]


def test_lip_sync_does_not_drift_over_an_hour() -> None:
    # 44.1 kHz by its own count, 100 ppm fast by ours; poses at 60 a second, looked at every ten seconds.
    stage = Stage(1, b"avatar/")
    stage.open()
    device_hz = 44_100 * (1 + 100e-6)
    block, block_secs = 882, 882 / device_hz
    errors, blocks = [], round(3600 / block_secs)
    for number in range(blocks):
        starts_nanos = START + round(number * block_secs * NANOS_PER_SEC)
        stage.clock.advance(nanos=starts_nanos + 65 * NANOS_PER_MILLI - stage.clock.now_nanos())
        if number % 500 > 3:  # nobody listens in between, the clocks go on
            continue
        heard = voice(starts_nanos, "aa", "aa", source_sample=number * block, rate_hz=44_100)
        stage.hear(heard)
        if number % 500 == 3:
            frame = stage.transport.frames("a")[-1]
            stage.transport.sent.clear()
            assert frame.audio_sample is not None
            errors.append(frame.audio_sample / device_hz - (frame.time_nanos - START) / NANOS_PER_SEC)
    assert len(errors) > 350
    assert np.ptp(errors) < 0.1e-3, "what a pose shows and what sounds then stay together"
    assert abs(errors[-1]) < 0.1e-3
