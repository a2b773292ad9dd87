from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.pipeline import LIVE_FOR_NANOS
from affectia.registry import Group, Source
from affectia.signals.emotion_observations import Modality
from affectia.signals.face_observations import FaceObservations
from tests.unit.fakes import SHAPE, face, slots, voice
from tests.unit.feelings import feeling
from tests.unit.pipeline_stage import START, Stage, jaw_of, mouth_of, times_of

pytestmark = pytest.mark.unit


def test_an_observation_ticks_its_avatar_at_once_and_at_its_own_instant() -> None:
    stage = Stage()
    stage.open()
    stage.clock.advance(secs=0.02)
    assert stage.observe(face(START, jawOpen=0.8)) == [0]
    (frame,) = stage.transport.frames("a")
    assert frame.time_nanos == START
    assert frame.publish_delay_micros == 20_000
    assert jaw_of(stage) == [0.8]
    assert frame.group(Group.MOUTH)[:2] == (True, 1)
    assert frame.group(Group.MOUTH)[3] == 0


def test_the_timer_leaves_a_live_avatar_alone_and_takes_over_when_it_goes_quiet() -> None:
    stage = Stage()
    stage.open()
    stage.observe(face(START))
    stage.clock.advance(nanos=LIVE_FOR_NANOS)
    assert stage.timer() == []
    stage.clock.advance(nanos=1)
    assert stage.timer() == [0]


def test_looking_and_seeing_nobody_keeps_an_avatar_live() -> None:
    stage = Stage()
    stage.open()
    stage.observe(face(START))
    stage.clock.advance(secs=0.09)
    assert stage.observe(FaceObservations.nobody(stage.clock.now_nanos())) == [0]
    stage.clock.advance(secs=0.09)
    assert stage.timer() == []


def test_an_avatar_that_nobody_was_seen_for_is_the_timers_and_says_so() -> None:
    stage = Stage()
    stage.open()
    assert stage.timer() == [0]
    (frame,) = stage.transport.frames("a")
    assert frame.time_nanos == START
    assert not any(frame.is_valid(group) for group in Group)
    assert not frame.blendshape_weights().any()
    assert frame.bone_quaternions().tolist() == [[0, 0, 0, 1]] * 9


def test_closed_slots_are_nobodys() -> None:
    stage = Stage()
    stage.open()
    stage.pipeline.close_slot(0)
    assert stage.timer() == []
    assert stage.observe(face(START)) == []
    assert stage.transport.sent == []


def test_a_slots_next_avatar_inherits_nothing() -> None:
    stage = Stage()
    stage.open(smoothing=1)
    stage.observe(face(START, jawOpen=1))
    stage.pipeline.close_slot(0)
    stage.observe(face(START, jawOpen=1))  # late, for the one that is gone
    stage.open(name="b", smoothing=1)
    assert stage.timer() == [0]
    old, new = stage.transport.frames("a")[-1], stage.transport.frames("b")[0]
    assert not new.is_valid(Group.MOUTH)
    assert not new.blendshape_weights().any()
    assert (new.sequence, new.stream_id == old.stream_id) == (0, False)


def test_times_of_a_stream_only_rise() -> None:
    stage = Stage()
    stage.open()
    stage.timer()
    assert stage.observe(face(START - 40 * NANOS_PER_MILLI)) == []  # taken before the timer showed it
    assert stage.observe(face(START + 20 * NANOS_PER_MILLI)) == [0]
    stage.pipeline.tick(slots(0), np.array([START], np.int64))
    times = times_of(stage)
    assert times == [START, START + 20 * NANOS_PER_MILLI, START + 20 * NANOS_PER_MILLI + 1]
    assert [frame.sequence for frame in stage.transport.frames("a")] == [0, 1, 2]


def test_an_observation_that_came_too_late_for_its_own_frame_shows_in_the_next() -> None:
    stage = Stage()
    stage.open()
    stage.timer()
    stage.observe(face(START - 40 * NANOS_PER_MILLI, jawOpen=0.6))
    stage.clock.advance(secs=0.2)
    stage.timer()
    assert jaw_of(stage) == [0, 0.6]


def test_a_source_slower_than_the_rate_passes_whole() -> None:
    stage = Stage()
    stage.open(rate_hz=60)
    assert stage.run(2, source_hz=30) == pytest.approx(60, abs=1)


@pytest.mark.parametrize("rate_hz", [5, 10, 15, 30])
def test_a_faster_source_is_held_to_the_rate(rate_hz: float) -> None:
    stage = Stage()
    stage.open(rate_hz=rate_hz)
    assert stage.run(4, source_hz=30) == pytest.approx(4 * rate_hz, abs=2)


@pytest.mark.parametrize("rate_hz", [5, 10, 25, 30, 50, 60])
def test_the_timer_is_held_to_the_rate(rate_hz: float) -> None:
    stage = Stage()
    stage.open(rate_hz=rate_hz)
    stage.run(4, source_hz=0.25)
    times = [time for time in times_of(stage) if time - START > NANOS_PER_SEC]
    assert len(times) == pytest.approx(3 * rate_hz, abs=2)


def test_a_jittering_source_loses_no_frame() -> None:
    stage = Stage()
    stage.open(rate_hz=30)
    rng = np.random.default_rng(6)
    ticked = 0
    for number in range(90):
        jitter = float(rng.uniform(-0.004, 0.004))
        ticked += len(stage.observe(face(START + round((number / 30 + jitter) * NANOS_PER_SEC))))
    assert ticked == 90


def test_the_rate_may_change_while_an_avatar_lives() -> None:
    stage = Stage()
    stage.open(rate_hz=60)
    stage.run(1, source_hz=30)
    stage.pipeline.configure(0, precision_bits=16, rate_hz=10, smoothing=0)
    stage.clock.advance(secs=0.02)
    assert stage.run(1, source_hz=30) == pytest.approx(10, abs=1)
    assert len(stage.transport.frames("a")[-1].blendshapes or b"") == 104


def test_smoothing_is_each_avatars_own() -> None:
    stage = Stage()
    stage.open(0, "raw", smoothing=0)
    stage.open(1, "slow", smoothing=5)
    for number, jaw in enumerate((0.0, 1.0)):
        seen = face(START + number * 33 * NANOS_PER_MILLI, jawOpen=jaw)
        stage.observe(seen, 0)
        stage.observe(seen, 1)
    assert jaw_of(stage, "raw") == [0, 1]
    assert 0 < jaw_of(stage, "slow")[1] < 0.7


def test_forgetting_shows_rest_at_once() -> None:
    stage = Stage()
    stage.open(smoothing=1)
    stage.observe(face(START, jawOpen=1))
    stage.pipeline.forget(slots(0))
    stage.clock.advance(secs=1 / 60)
    assert stage.timer() == [0]
    frame = stage.transport.frames("a")[-1]
    assert not any(frame.is_valid(group) for group in Group)
    assert not frame.blendshape_weights().any()
    assert frame.sequence == 1  # the stream goes on


def test_a_lost_face_is_held_then_eased() -> None:
    stage = Stage()
    stage.open()
    stage.observe(face(START, jawOpen=1))
    shown = []
    for millis in (200, 500, 800):
        stage.clock.advance(nanos=START + millis * NANOS_PER_MILLI - stage.clock.now_nanos())
        stage.timer()
        shown.append((jaw_of(stage)[-1], stage.transport.frames("a")[-1].is_valid(Group.MOUTH)))
    assert shown == [(1.0, True), (0.5, True), (0.0, False)]


def crowd(count: int, captured_at_nanos: int, jaw: npt.NDArray[np.float32]) -> FaceObservations:
    faces = FaceObservations.nobody(captured_at_nanos, count)
    shapes = faces.blendshapes.copy()
    shapes[:, SHAPE["jawOpen"]] = jaw
    return FaceObservations.of_shapes(captured_at_nanos, shapes=shapes)


def test_five_hundred_avatars_in_one_tick() -> None:
    stage = Stage(500, b"avatar/")
    for slot in range(500):
        stage.open(slot, f"npc-{slot}")
    order = np.random.default_rng(7).permutation(500)
    jaw = (order / 500).astype(np.float32)
    assert stage.observe(crowd(500, START, jaw), *order.tolist()) == order.tolist()
    assert len(stage.transport.sent) == 500
    for slot in (0, 1, 250, 499):
        assert jaw_of(stage, f"npc-{slot}") == [pytest.approx(slot / 500, abs=0.006)]
    assert len({frame.stream_id for slot in range(500) for frame in stage.transport.frames(f"npc-{slot}")}) == 500


def test_no_slots_is_no_tick() -> None:
    stage = Stage()
    stage.pipeline.tick(slots(), np.array([], np.int64))
    assert stage.transport.sent == []


def test_voice_alone_drives_its_avatar_at_even_instants() -> None:
    stage = Stage()
    stage.open()
    times = stage.say(0.5, block=3)
    assert {round(step / NANOS_PER_MILLI, 2) for step in np.diff(times)} == {16.67}
    assert mouth_of(stage)[-1] == (True, Source.VOICE)
    assert stage.transport.frames("a")[-1].audio_sample is not None
    assert stage.pipeline.mouth_lag_nanos == 21 * NANOS_PER_MILLI


def test_face_that_is_seen_drives_its_avatar_whatever_is_heard() -> None:
    stage = Stage()
    stage.open()
    stage.observe(face(START))
    assert stage.hear(voice(START - 45 * NANOS_PER_MILLI, "aa")) == []
    stage.clock.advance(secs=1 / 60)
    assert stage.observe(face(stage.clock.now_nanos())) == [0]


def test_what_is_felt_is_told_with_the_next_pose_and_makes_none_due() -> None:
    stage = Stage()
    stage.open()
    stage.pipeline.feel(slots(0), feeling(Modality.FACE, START, happy=0.9))
    assert stage.transport.sent == []
    stage.observe(face(START))
    (update,) = stage.transport.updates("a")
    assert update.emotion_scores()["happy"] == pytest.approx(0.9, abs=0.01)
    assert update.shares().tolist() == [1, 0]
    assert stage.transport.frames("a")[0].group(Group.EMOTION)[:2] == (True, Source.FACE)


def test_mouth_that_the_voice_moves_is_no_expression() -> None:
    told = []
    for speaking in (1.0, 0.1):
        stage = Stage()
        stage.open()
        for _ in range(10):
            stage.say(0.06, speaking=speaking)
            now_nanos = stage.clock.now_nanos()
            stage.pipeline.feel(slots(0), feeling(Modality.FACE, now_nanos, surprise=0.9, mouthless={"neutral": 0.8}))
        stage.clock.advance(secs=1 / 60)
        stage.observe(face(stage.clock.now_nanos()))
        told.append(stage.transport.updates("a")[-1].emotion_scores()["surprise"])
    assert told[0] < 0.1 < 0.8 < told[1]


@pytest.mark.parametrize("is_face", [True, False])
def test_forgetting_faces_or_voices_forgets_what_they_felt(is_face: bool) -> None:
    stage = Stage()
    stage.open()
    stage.pipeline.feel(slots(0), feeling(Modality.FACE, START, happy=0.9))
    stage.pipeline.feel(slots(0), feeling(Modality.VOICE, START, sad=0.9))
    (stage.pipeline.forget_faces if is_face else stage.pipeline.forget_voices)(slots(0))
    stage.timer()
    update = stage.transport.updates("a")[-1]
    assert update.shares().tolist() == ([0, 1] if is_face else [1, 0])
    assert update.emotion_scores()["happy" if is_face else "sad"] < 0.05


def test_how_the_slots_last_avatar_felt_is_nobodys_business() -> None:
    stage = Stage()
    stage.open()
    stage.pipeline.feel(slots(0), feeling(Modality.FACE, START, happy=0.9))
    stage.pipeline.close_slot(0)
    stage.pipeline.feel(slots(0), feeling(Modality.FACE, START, happy=0.9))  # late, for the one that is gone
    stage.open(name="b")
    stage.timer()
    assert stage.transport.updates("b")[0].emotions is None


@pytest.mark.parametrize("modality", [Modality.FACE, Modality.VOICE])
def test_a_feeling_that_was_inferred_ends_with_what_it_was_inferred_from(modality: Modality) -> None:
    stage = Stage()
    stage.open()
    for _ in range(60):
        stage.clock.advance(secs=1 / 60)
        stage.pipeline.feel(slots(0), feeling(modality, stage.clock.now_nanos(), happy=0.9))
        stage.timer()
    shown = stage.transport.frames("a")[-1]
    assert shown.group(Group.BODY)[:2] == (True, Source.EMOTION)
    assert shown.blendshape_weights()[SHAPE["mouthSmileLeft"]] > 0.1
    (stage.pipeline.forget_faces if modality is Modality.FACE else stage.pipeline.forget_voices)(slots(0))
    for _ in range(3):
        stage.clock.advance(secs=1 / 60)
        stage.timer()
        after = stage.transport.frames("a")[-1]
        assert not any(after.is_valid(group) for group in Group)
        assert not after.blendshape_weights().any()


def test_an_avatar_that_lives_says_nothing_of_anybody() -> None:
    stage = Stage()
    stage.open()
    stage.pipeline.acting.open(0, "a", seed=1, lives=True)
    for _ in range(120):
        stage.clock.advance(secs=1 / 60)
        stage.timer()
    frame, update = stage.transport.frames("a")[-1], stage.transport.updates("a")[-1]
    assert frame.group(Group.HEAD)[:2] == (True, Source.IDLE)
    assert not np.allclose(frame.bone_quaternions()[:, :3], 0, atol=1e-3), "it moves"
    assert (update.head_pose, update.gaze, update.blink, update.action_units, update.emotions) == (None,) * 5


def test_a_part_that_the_engine_fills_is_at_rest_and_not_valid() -> None:
    stage = Stage()
    stage.open()
    stage.pipeline.routing.set(0, Group.HEAD, None)
    stage.clock.advance(secs=1 / 60)
    stage.observe(face(stage.clock.now_nanos(), turn=(0, 0.2, 0, 0.98), jawOpen=0.5))
    frame = stage.transport.frames("a")[-1]
    assert not frame.is_valid(Group.HEAD)
    assert frame.is_valid(Group.MOUTH)
    assert frame.bone_quaternions()[:, 3].tolist() == [1] * 9


def test_an_act_counts_from_the_last_pose_while_the_avatar_moves_on() -> None:
    stage = Stage()
    stage.open()
    now = stage.clock.now_nanos()
    assert stage.pipeline.instant_of(0, now) == now, "no pose yet"
    stage.say(0.5)
    now = stage.clock.now_nanos()
    assert 0 < now - stage.pipeline.instant_of(0, now) < LIVE_FOR_NANOS
    assert stage.pipeline.instant_of(0, now + NANOS_PER_SEC) == now + NANOS_PER_SEC


def test_nobody_goes_on_showing_what_was_taken_from_somebody_who_is_forgotten() -> None:
    stage = Stage()
    stage.open()
    stage.open(1, "b")
    stage.pipeline.routing.set(1, Group.MOUTH, 0)
    stage.clock.advance(secs=1 / 60)
    stage.observe(face(stage.clock.now_nanos(), jawOpen=0.6))
    stage.timer()
    assert jaw_of(stage, "b")[-1] == 0.6
    stage.pipeline.forget_voices(slots(0))
    stage.clock.advance(secs=1 / 60)
    stage.timer()
    assert jaw_of(stage, "b")[-1] == 0
