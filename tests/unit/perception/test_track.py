from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from affectia.capture.mailbox import Mailbox
from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC, FakeClock
from affectia.perception.track import FAILURE_NOTICE, FAILURES_TO_NOTICE, Track
from affectia.signals.emotion_observations import AffectMethod, EmotionObservations, Modality
from affectia.signals.face_observations import FaceObservations
from affectia.signals.video_sample import VideoSample
from tests.unit.fakes import FakePerceiver, face, sample

pytestmark = pytest.mark.unit


class Gate:
    """Says yes or no, and may change its mind after so many questions."""

    def __init__(self, *answers: bool) -> None:
        self.answers = list(answers)

    def __call__(self) -> bool:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def track(gate: Gate, perceiver: FakePerceiver | None = None) -> tuple[Track, Mailbox[VideoSample], FakePerceiver, list[FaceObservations]]:
    box: Mailbox[VideoSample] = Mailbox()
    perceiver = perceiver or FakePerceiver()
    out: list[FaceObservations] = []
    return Track(box, perceiver, admits=gate, sink=out.append, breathe=lambda: None), box, perceiver, out


def test_a_step_perceives_the_newest_sample() -> None:
    stream, box, perceiver, out = track(Gate(True))
    assert not stream.is_due
    box.put(sample(1))
    box.put(sample(2, captured_at_nanos=5))
    assert stream.is_due
    stream.step()
    assert perceiver.seen == [2]
    assert [faces.captured_at_nanos for faces in out] == [5]
    assert (perceiver.finished, perceiver.released) == (1, 0)
    assert (stream.found_count, stream.durations.added) == (1, 1)
    assert not stream.is_due


def test_a_step_without_a_sample_does_nothing() -> None:
    stream, _, perceiver, out = track(Gate(True))
    stream.step()
    assert (perceiver.seen, out) == ([], [])


def test_without_admission_a_sample_is_thrown_away_unseen() -> None:
    stream, box, perceiver, out = track(Gate(False))
    box.put(sample(1))
    stream.step()
    assert (perceiver.seen, out, stream.refused_count) == ([], [], 1)
    assert not stream.is_due


def test_what_was_being_looked_at_when_admission_ended_stays_inside() -> None:
    stream, box, perceiver, out = track(Gate(True, False))
    box.put(sample(1))
    stream.step()
    assert (perceiver.seen, out, perceiver.finished, perceiver.released) == ([1], [], 0, 1)


def test_nothing_is_studied_once_admission_has_ended() -> None:
    stream, box, perceiver, out = track(Gate(True, True, False))
    box.put(sample(1))
    stream.step()
    assert (len(out), perceiver.finished, perceiver.released) == (1, 0, 1)


class Nobody(FakePerceiver):
    """Sees no face, and takes 3 ms for it."""

    def perceive(self, sample: VideoSample) -> FaceObservations:
        return replace(FaceObservations.nobody(sample.captured_at_nanos), perceived_in_nanos=3 * NANOS_PER_MILLI)


def test_nobody_is_passed_on_and_not_counted_as_found() -> None:
    stream, box, _, out = track(Gate(True), Nobody())
    box.put(sample(1))
    stream.step()
    assert [faces.found.any() for faces in out] == [False]
    assert stream.found_count == 0
    assert stream.durations.percentile_millis(50) == 3


def test_closing_closes_the_perceiver() -> None:
    stream, _, perceiver, _ = track(Gate(True))
    stream.close()
    assert perceiver.closed
    assert face(0).found.all()


def test_what_can_wait_waits_until_the_observations_are_out() -> None:
    order: list[str] = []

    class Late(FakePerceiver):
        def finish(self) -> None:
            order.append("finish")

    box: Mailbox[VideoSample] = Mailbox()
    stream = Track(box, Late(), admits=Gate(True), sink=lambda faces: order.append("observations"), breathe=lambda: order.append("breath"))
    box.put(sample(1))
    stream.step()
    assert order == ["observations", "breath", "finish"]


def test_nobody_breathes_while_the_next_sample_waits() -> None:
    order: list[str] = []
    box: Mailbox[VideoSample] = Mailbox()
    stream = Track(box, FakePerceiver(), admits=Gate(True), sink=lambda faces: box.put(sample(2)), breathe=lambda: order.append("breath"))
    box.put(sample(1))
    stream.step()
    assert order == []


def test_an_empty_room_is_not_looked_at_every_time() -> None:
    stream, box, _, out = track(Gate(True), Nobody())
    for number in range(90):
        box.put(sample(number, captured_at_nanos=number * NANOS_PER_SEC // 30))
        stream.step()
    assert len(out) == 30 + 10
    assert stream.rested_count == 50


def test_a_track_hands_on_what_its_perceiver_notices() -> None:
    stream, _, perceiver, _ = track(Gate(True))
    perceiver.notice = "picture is dark"
    assert stream.notice == "picture is dark"


def test_what_was_learned_is_forgotten_at_once() -> None:
    stream, _, perceiver, _ = track(Gate(True))
    stream.forget()
    assert perceiver.forgotten == 1


def test_a_sample_that_is_being_looked_at_is_forgotten_when_it_is_done() -> None:
    class Asked(FakePerceiver):
        def perceive(self, sample: VideoSample) -> FaceObservations:
            thread = threading.Thread(target=stream.forget)
            thread.start()
            thread.join(10)
            assert not thread.is_alive()
            assert self.forgotten == 0, "not while the network is at work on it"
            return super().perceive(sample)

    stream, box, perceiver, _ = track(Gate(True), Asked())
    box.put(sample(1))
    stream.step()
    assert perceiver.forgotten == 1
    box.put(sample(2))
    perceiver.perceive = FakePerceiver().perceive  # type: ignore[method-assign]
    stream.step()
    assert perceiver.forgotten == 1


class Broken(FakePerceiver):
    """Breaks on what it is given while `is_broken`."""

    is_broken = True

    def perceive(self, sample: VideoSample) -> FaceObservations:
        if self.is_broken:
            raise RuntimeError("a network broke on what it saw")
        return super().perceive(sample)


def fail(stream: Track, box: Mailbox[VideoSample], times: int = 1) -> None:
    for _ in range(times):
        box.put(sample(1))
        with pytest.raises(RuntimeError):
            stream.step()


def test_a_sample_that_broke_the_network_is_let_go() -> None:
    stream, box, perceiver, out = track(Gate(True), Broken())
    fail(stream, box)
    assert (out, perceiver.finished, perceiver.released) == ([], 0, 1)


def test_a_sample_whose_observations_nobody_took_is_let_go() -> None:
    def refuse(faces: FaceObservations) -> None:
        raise RuntimeError("nobody takes them")

    box: Mailbox[VideoSample] = Mailbox()
    perceiver = FakePerceiver()
    stream = Track(box, perceiver, admits=Gate(True), sink=refuse, breathe=lambda: None)
    fail(stream, box, FAILURES_TO_NOTICE)
    assert (perceiver.finished, perceiver.released) == (0, FAILURES_TO_NOTICE)
    assert stream.notice == "", "the network is well"


def test_a_network_that_breaks_on_every_picture_is_noticed_until_it_sees_one() -> None:
    perceiver = Broken()
    stream, box, _, _ = track(Gate(True), perceiver)
    fail(stream, box, FAILURES_TO_NOTICE - 1)
    assert stream.notice == ""
    fail(stream, box)
    assert stream.notice == FAILURE_NOTICE
    perceiver.is_broken = False
    box.put(sample(1))
    stream.step()
    assert stream.notice == ""


def test_failures_are_told_at_once_and_then_every_ten_seconds() -> None:
    clock = FakeClock()
    box: Mailbox[VideoSample] = Mailbox()
    stream = Track(box, Broken(), admits=Gate(True), sink=lambda faces: None, clock=clock)
    fail(stream, box)
    assert stream.take_failures() == 1
    fail(stream, box, 5)
    clock.advance(secs=9.9)
    assert stream.take_failures() == 0
    clock.advance(secs=0.1)
    fail(stream, box)
    assert stream.take_failures() == 6


def test_what_was_learned_is_forgotten_when_no_sample_comes_any_more() -> None:
    clock = FakeClock()
    box: Mailbox[VideoSample] = Mailbox()
    perceiver = FakePerceiver()
    stream = Track(box, perceiver, admits=Gate(True), sink=lambda faces: None, breathe=lambda: None, clock=clock)
    assert stream.stale_in_secs is None
    for _ in range(3):
        box.put(sample(1))
        stream.step()
        clock.advance(secs=1.5)
        assert not stream.is_due
    clock.advance(secs=0.25)
    assert stream.is_due
    stream.step()
    assert (perceiver.forgotten, stream.is_due, stream.stale_in_secs) == (1, False, None)
    clock.advance(secs=10)
    assert not stream.is_due, "it is forgotten once"


def test_somebody_who_was_asked_to_be_forgotten_is_not_spoken_of() -> None:
    class Asked(FakePerceiver):
        def perceive(self, sample: VideoSample) -> FaceObservations:
            thread = threading.Thread(target=stream.forget)
            thread.start()
            thread.join(10)
            told.append(stream.notice)
            return super().perceive(sample)

    told: list[str] = []
    stream, box, perceiver, _ = track(Gate(True), Asked())
    perceiver.notice = "picture is dark"
    box.put(sample(1))
    stream.step()
    assert told == [""]


def test_a_closed_track_notices_nothing_and_is_forgotten_with_its_perceiver() -> None:
    stream, _, perceiver, _ = track(Gate(True))
    perceiver.notice = "picture is dark"
    stream.close()
    stream.forget()
    assert (stream.notice, perceiver.forgotten) == ("", 0)


def test_nobody_breathes_in_a_crowd() -> None:
    breaths: list[int] = []
    box: Mailbox[VideoSample] = Mailbox()
    crowd = Gate(True, False)
    stream = Track(box, FakePerceiver(), admits=Gate(True), sink=lambda faces: None, breathe=lambda: breaths.append(1), is_crowded=crowd)
    for expected in (0, 1):
        box.put(sample(1))
        stream.step()
        assert len(breaths) == expected


class Feeling(FakePerceiver):
    """Tells how people feel with every second picture."""

    def finish(self) -> EmotionObservations | None:  # type: ignore[override]
        super().finish()
        return felt(self.seen[-1]) if self.finished % 2 == 0 else None


def felt(captured_at_nanos: int) -> EmotionObservations:
    nobody = np.zeros(1, np.float32)
    return EmotionObservations(
        Modality.FACE, captured_at_nanos, nobody > 0, np.zeros((1, 8), np.float32), 0,
        np.zeros((1, 3), np.float32), AffectMethod.PROJECTED, nobody, nobody, nobody > 0,
    )  # fmt: skip


def feeling_track(gate: Gate, order: list[str]) -> tuple[Track, Mailbox[VideoSample], list[EmotionObservations]]:
    box: Mailbox[VideoSample] = Mailbox()
    out: list[EmotionObservations] = []

    def sink(faces: FaceObservations) -> None:
        order.append("face")

    def emotion_sink(feelings: EmotionObservations) -> None:
        order.append("emotion")
        out.append(feelings)

    return Track(box, Feeling(), admits=gate, sink=sink, emotion_sink=emotion_sink, breathe=lambda: order.append("breath")), box, out


def test_how_people_feel_comes_after_what_their_faces_do() -> None:
    order: list[str] = []
    stream, box, out = feeling_track(Gate(True), order)
    for number in (1, 2, 3, 4):
        box.put(sample(number))
        stream.step()
    assert order == ["face", "breath", "face", "breath", "emotion"] * 2
    assert [feelings.captured_at_nanos for feelings in out] == [2, 4]


def test_how_people_feel_stays_inside_once_admission_has_ended() -> None:
    """Asked before the sample, before its observations, before its study, and before what the study told."""
    order: list[str] = []
    stream, box, out = feeling_track(Gate(True, True, True, True, True, True, False), order)
    for number in (1, 2):
        box.put(sample(number))
        stream.step()
    assert order == ["face", "breath", "face", "breath"]
    assert out == []


def test_a_track_that_nobody_asked_how_people_feel_keeps_it() -> None:
    box: Mailbox[VideoSample] = Mailbox()
    perceiver = Feeling()
    stream = Track(box, perceiver, admits=Gate(True), sink=lambda faces: None, breathe=lambda: None)
    for number in (1, 2):
        box.put(sample(number))
        stream.step()
    assert (perceiver.finished, perceiver.released) == (2, 0)


def test_a_crowd_does_not_take_the_turn_of_how_people_feel() -> None:
    box: Mailbox[VideoSample] = Mailbox()
    out: list[EmotionObservations] = []
    stream = Track(
        box, Feeling(), admits=Gate(True), sink=lambda faces: None, emotion_sink=out.append, breathe=lambda: None, is_crowded=lambda: True
    )
    for number in range(6):
        box.put(sample(number))
        stream.step()
    assert len(out) == 3


@pytest.mark.parametrize("during", ["perceive", "finish"])
def test_what_was_seen_before_all_was_to_be_forgotten_is_not_told_after_a_new_admission(during: str) -> None:
    box: Mailbox[VideoSample] = Mailbox()
    out: list[object] = []

    class Interrupted(FakePerceiver):
        """Consent is taken back, and given again, while the network runs."""

        def perceive(self, sample: VideoSample) -> FaceObservations:
            if during == "perceive":
                stream.forget()
            return super().perceive(sample)

        def finish(self) -> EmotionObservations | None:  # type: ignore[override]
            super().finish()
            stream.forget()
            return felt(self.seen[-1])

    perceiver = Interrupted()
    stream = Track(box, perceiver, admits=Gate(True), sink=out.append, emotion_sink=out.append, breathe=lambda: None)
    box.put(sample(1))
    stream.step()
    assert [type(told) for told in out] == ([] if during == "perceive" else [FaceObservations])
    assert (perceiver.finished, perceiver.forgotten) == (during == "finish", 1)
