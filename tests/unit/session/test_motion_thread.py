from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
import zmq

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC, SystemClock
from affectia.errors import SessionError
from affectia.pipeline import Pipeline, PipelineOptions
from affectia.publish.zmq_transport import ZmqTransport
from affectia.registry import Group, Source
from affectia.session.motion_thread import MotionThread
from affectia.signals.emotion_observations import EmotionObservations, Modality
from affectia.signals.voice_observations import VoiceObservations
from affectia.wire import avatar_frame, emotion_update, topic
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.emotion_update import EmotionUpdate
from tests.unit.fakes import SHAPE, face, free_port, slots, voice, wait_until
from tests.unit.feelings import feeling, rows_of

pytestmark = pytest.mark.unit


class FragilePipeline(Pipeline):
    """Breaks as often as it is told to."""

    breaks = 0
    is_deaf = False
    is_numb = False

    def hear(self, slot: int, voice: VoiceObservations, now_nanos: int) -> None:
        if self.is_deaf:
            raise ValueError("what somebody said")
        super().hear(slot, voice, now_nanos)

    def feel(self, slots: npt.NDArray[np.intp], seen: EmotionObservations) -> None:
        if self.is_numb:
            raise ValueError("how somebody felt")
        super().feel(slots, seen)

    def tick(self, slots: npt.NDArray[np.intp], times_nanos: npt.NDArray[np.int64]) -> None:
        if self.breaks:
            self.breaks -= 1
            raise FloatingPointError("0.123 is the weight of somebody's smile")
        super().tick(slots, times_nanos)


class Stage:
    """A motion thread on a real transport; what it sends is tapped."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.port = free_port()
        self.transport = ZmqTransport(port=self.port)
        self.pipeline = FragilePipeline(self.transport, self.clock, PipelineOptions(slots=4))
        self.motion = MotionThread(self.pipeline, self.transport, self.clock)
        self.sent: list[tuple[bytes, bytes]] = []
        self.transport.tap(lambda topic, body: self.sent.append((topic, body)))
        self.motion.start()

    def open(self, slot: int = 0, name: str = "a", *, rate_hz: float = 60) -> None:
        self.motion.call(lambda: self.pipeline.open_slot(slot, name, precision_bits=8, rate_hz=rate_hz, smoothing=0))

    def frames(self, name: str = "a") -> list[AvatarFrame]:
        return [avatar_frame.decode(body) for sent, body in list(self.sent) if sent == topic.avatar(name)]

    def updates(self, name: str = "a") -> list[EmotionUpdate]:
        return [emotion_update.decode(body) for sent, body in list(self.sent) if sent == topic.affect(name)]

    def jaws(self) -> list[float]:
        return [round(float(frame.blendshape_weights()[SHAPE["jawOpen"]]), 1) for frame in self.frames() if frame.is_valid(Group.MOUTH)]

    def hold(self) -> threading.Event:
        """Keep the motion thread busy until the event is set."""
        entered, go_on = threading.Event(), threading.Event()

        def wait() -> None:
            entered.set()
            assert go_on.wait(10)

        threading.Thread(target=self.motion.call, args=(wait,), daemon=True).start()
        assert entered.wait(10)
        return go_on


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.motion.stop()


def test_an_observation_is_published_at_once_with_its_own_time(stage: Stage) -> None:
    stage.open()
    captured = stage.clock.now_nanos() + NANOS_PER_SEC  # of the future, so that no frame of the timer comes after it
    stage.motion.post("a", slots(0), face(captured, jawOpen=0.4))
    assert wait_until(lambda: captured in [frame.time_nanos for frame in stage.frames()])
    assert stage.jaws()[0] == 0.4
    assert wait_until(lambda: stage.motion.tick_durations.added > 0)


def test_an_avatar_that_nobody_observes_is_ticked_by_the_timer(stage: Stage) -> None:
    stage.open()
    assert wait_until(lambda: len(stage.frames()) >= 12)
    times = [frame.time_nanos for frame in stage.frames()][:12]
    assert times == sorted(set(times))
    assert times[11] - times[0] >= 10 * NANOS_PER_SEC / 60
    assert stage.motion.timer_lateness.added >= 12
    assert not stage.frames()[0].is_valid(Group.HEAD)


def test_of_each_session_the_newest_observation_wins(stage: Stage) -> None:
    stage.open()
    stage.open(1, "b")
    go_on = stage.hold()
    now = stage.clock.now_nanos() + NANOS_PER_SEC
    for number, jaw in enumerate((0.1, 0.2, 0.3)):
        stage.motion.post("a", slots(0), face(now + number, jawOpen=jaw))
    stage.motion.post("b", slots(1), face(now, jawOpen=0.9))
    go_on.set()
    assert wait_until(lambda: bool(stage.jaws()) and any(frame.is_valid(Group.MOUTH) for frame in stage.frames("b")))
    assert set(stage.jaws()) == {0.3}
    assert stage.motion.superseded_count == 2


def test_what_was_withdrawn_is_not_shown(stage: Stage) -> None:
    stage.open()
    go_on = stage.hold()
    stage.motion.post("a", slots(0), face(stage.clock.now_nanos(), jawOpen=0.5))
    stage.motion.withdraw("a")
    stage.motion.withdraw("nobody")
    go_on.set()
    count = len(stage.frames())
    assert wait_until(lambda: len(stage.frames()) >= count + 3)
    assert stage.jaws() == []


def test_a_call_runs_on_the_motion_thread_and_is_done_when_it_returns(stage: Stage) -> None:
    names: list[str] = []
    stage.motion.call(lambda: names.append(threading.current_thread().name))
    assert names == ["motion"]


def test_what_a_call_raises_is_raised_to_the_caller_and_the_thread_goes_on(stage: Stage) -> None:
    with pytest.raises(IndexError):
        stage.motion.call(lambda: stage.pipeline.close_slot(99))
    stage.open()
    assert wait_until(lambda: bool(stage.frames()))


def test_a_tick_that_breaks_is_logged_without_values_and_the_thread_goes_on(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        stage.pipeline.breaks = 2
        stage.open()
        assert wait_until(lambda: bool(stage.frames()))
    assert caplog.messages == ["tick of 1 avatars ended with FloatingPointError"] * 2


def test_a_newcomer_gets_the_layout_at_once_and_everybody_once_a_second(stage: Stage) -> None:
    stage.open()
    assert wait_until(lambda: topic.layout("a") in [sent for sent, _ in stage.sent])
    layout_waits(stage)  # ends when everybody got it, so the next time for everybody is a second away
    waits = []
    for _ in range(5):  # a busy machine may hold up some of them, never all
        at_once_nanos, next_nanos = layout_waits(stage)
        waits.append((at_once_nanos / NANOS_PER_SEC, next_nanos / NANOS_PER_SEC))
        if waits[-1][0] < 0.5 and waits[-1][1] < 1.5:
            return
    raise AssertionError(waits)


def layout_waits(stage: Stage) -> tuple[int, int]:
    """How long a newcomer waits for its first layout, and then for the next one, in nanoseconds."""
    with zmq.Context() as context, context.socket(zmq.SUB) as socket:
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.RCVTIMEO, 10_000)
        socket.setsockopt(zmq.SUBSCRIBE, topic.layout("a"))
        times = [stage.clock.now_nanos()]
        socket.connect(f"tcp://127.0.0.1:{stage.port}")
        for _ in range(2):
            assert socket.recv().startswith(topic.layout("a"))
            times.append(stage.clock.now_nanos())
    return times[1] - times[0], times[2] - times[1]


def test_stopping_frees_the_port_and_answers_who_still_waits() -> None:
    stage = Stage()
    go_on = stage.hold()
    ran: list[int] = []
    caller = threading.Thread(target=stage.motion.call, args=(lambda: ran.append(1),))
    caller.start()
    assert wait_until(lambda: bool(stage.motion._commands))
    stage.motion.stop(timeout_secs=0.01)
    go_on.set()
    caller.join(3)
    assert not caller.is_alive()
    assert ran == [1]
    stage.motion.stop()
    ZmqTransport(port=stage.port).close()
    with pytest.raises(SessionError, match="sidecar is stopping"):
        stage.motion.call(lambda: ran.append(2))
    assert ran == [1]


def test_what_a_command_withdraws_is_not_ticked_even_when_it_waited_beside_the_command(stage: Stage) -> None:
    stage.open()
    sent_before: list[int] = []

    def revoke() -> None:
        stage.motion.post("a", slots(0), face(stage.clock.now_nanos(), jawOpen=0.8))  # what came in just before
        stage.motion.withdraw("a")
        stage.pipeline.forget(np.array([0]))
        sent_before.append(len(stage.frames()))

    for _ in range(20):
        go_on = stage.hold()  # the thread is busy: the observation and the command come in together
        stage.motion.post("a", slots(0), face(stage.clock.now_nanos(), jawOpen=0.8))
        caller = threading.Thread(target=stage.motion.call, args=(revoke,))
        caller.start()
        assert wait_until(lambda: bool(stage.motion._commands))
        go_on.set()
        caller.join(3)
        sent = len(stage.frames())
        assert wait_until(lambda before=sent: len(stage.frames()) > before + 1)  # type: ignore[misc]
        assert not any(frame.is_valid(group) for frame in stage.frames()[sent_before[-1] : sent + 1] for group in Group)


def speak(stage: Stage, count: int, *, name: str = "a", slot: int = 0) -> None:
    """Leave so many blocks of 10 ms that have just been heard."""
    for number in range(count):
        sounded = stage.clock.now_nanos() - 45 * NANOS_PER_MILLI - (count - 1 - number) * 10 * NANOS_PER_MILLI
        stage.motion.post_voice(name, slot, voice(sounded, "aa", source_sample=480 * number))


def test_every_block_of_a_voice_is_heard_and_shown_at_even_instants(stage: Stage) -> None:
    stage.open(rate_hz=100)
    go_on = stage.hold()
    speak(stage, 10)
    go_on.set()
    assert wait_until(lambda: any(frame.is_valid(Group.MOUTH) for frame in stage.frames()))
    spoken = next(frame for frame in stage.frames() if frame.is_valid(Group.MOUTH))
    assert spoken.group(Group.MOUTH)[1] == Source.VOICE
    assert stage.motion.superseded_count == 0


def test_voices_of_many_are_one_tick(stage: Stage) -> None:
    for slot, name in enumerate("abcd"):
        stage.open(slot, name)
    go_on = stage.hold()
    for slot, name in enumerate("abcd"):
        speak(stage, 4, name=name, slot=slot)
    go_on.set()
    for name in "abcd":
        assert wait_until(lambda name=name: any(frame.is_valid(Group.MOUTH) for frame in stage.frames(name)))  # type: ignore[misc]


def test_what_waits_of_one_voice_is_limited_and_counted(stage: Stage) -> None:
    stage.open()
    go_on = stage.hold()
    speak(stage, 40)
    go_on.set()
    assert wait_until(lambda: any(frame.is_valid(Group.MOUTH) for frame in stage.frames()))
    assert stage.motion.superseded_count == 8


def test_voice_that_was_withdrawn_is_not_shown(stage: Stage) -> None:
    stage.open()
    go_on = stage.hold()
    speak(stage, 5)
    stage.motion.withdraw("a")
    assert stage.motion._heard, "faces are another matter"
    stage.motion.withdraw_voice("a")
    stage.motion.withdraw_voice("nobody")
    go_on.set()
    count = len(stage.frames())
    assert wait_until(lambda: len(stage.frames()) >= count + 3)
    assert not any(frame.is_valid(Group.MOUTH) for frame in stage.frames())


def test_voice_that_breaks_is_logged_without_values_and_the_thread_goes_on(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.open()
    stage.pipeline.is_deaf = True
    with caplog.at_level(logging.ERROR):
        speak(stage, 1)
        assert wait_until(lambda: bool(caplog.messages))
    assert caplog.messages == ["hearing of one voice ended with ValueError"]
    assert wait_until(lambda: len(stage.frames()) > 3)


def test_tick_of_a_voice_that_breaks_ends_the_round(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.open()
    go_on = stage.hold()
    stage.pipeline.breaks = 1
    speak(stage, 10)
    with caplog.at_level(logging.ERROR):
        go_on.set()
        assert wait_until(lambda: bool(caplog.messages))
    assert caplog.messages == ["tick of 1 avatars ended with FloatingPointError"]
    speak(stage, 10)
    assert wait_until(lambda: any(frame.is_valid(Group.MOUTH) for frame in stage.frames()))


def feel(stage: Stage, modality: Modality, **scores: float) -> None:
    """Leave how the person of slot 0 seems to feel, at an instant to come: however late it is told, it is not too old."""
    stage.motion.post_emotion("a", slots(0), feeling(modality, stage.clock.now_nanos() + 60 * NANOS_PER_SEC, named=scores))


def felt(stage: Stage) -> EmotionUpdate:
    """The first update that tells how somebody feels."""
    assert wait_until(lambda: any(update.emotions is not None for update in stage.updates()))
    return next(update for update in stage.updates() if update.emotions is not None)


def test_what_is_felt_is_told_by_the_next_tick(stage: Stage) -> None:
    stage.open()
    feel(stage, Modality.FACE, happy=0.9)
    assert felt(stage).emotion_scores()["happy"] == pytest.approx(0.9, abs=0.01)


def test_of_each_session_and_modality_the_newest_feeling_wins(stage: Stage) -> None:
    stage.open()
    stage.open(1, "b")
    go_on = stage.hold()
    for name in ("angry", "sad", "happy"):
        feel(stage, Modality.FACE, **{name: 0.9})
    feel(stage, Modality.VOICE, happy=0.9)
    stage.motion.post_emotion("b", slots(1), feeling(Modality.FACE, stage.clock.now_nanos() + 60 * NANOS_PER_SEC, sad=0.9))
    go_on.set()
    update = felt(stage)
    assert update.emotion_scores()["happy"] > 0.85
    assert min(update.shares()) > 0.2
    assert wait_until(lambda: any(update.emotions is not None for update in stage.updates("b")))
    assert stage.motion.superseded_count == 2


def test_another_person_is_not_missed_when_a_newer_feeling_takes_the_place(stage: Stage) -> None:
    stage.open()
    begun: list[list[bool]] = []
    observe = stage.pipeline.feel

    def noting(slots: npt.NDArray[np.intp], seen: EmotionObservations) -> None:
        begun.append(seen.fresh.tolist())
        observe(slots, seen)

    stage.pipeline.feel = noting  # type: ignore[method-assign]
    go_on = stage.hold()
    now = stage.clock.now_nanos()
    for number, fresh in enumerate(((False, True), (True, False), (False, False))):
        rows = [feeling(Modality.FACE, now + number, fresh=one, happy=0.9) for one in fresh]
        stage.motion.post_emotion("a", slots(0, 1), rows_of(*rows))
    go_on.set()
    assert wait_until(lambda: bool(begun))
    assert begun == [[True, True]]


def test_withdrawing_takes_the_feelings_of_its_own_modality(stage: Stage) -> None:
    stage.open()
    for modality, withdraw in ((Modality.FACE, stage.motion.withdraw), (Modality.VOICE, stage.motion.withdraw_voice)):
        go_on = stage.hold()
        feel(stage, Modality.FACE, happy=0.9)
        feel(stage, Modality.VOICE, happy=0.9)
        withdraw("a")
        assert list(stage.motion._felt) == [("a", other) for other in Modality if other is not modality]
        stage.motion.withdraw("a")
        stage.motion.withdraw_voice("a")
        go_on.set()
    count = len(stage.updates())
    assert wait_until(lambda: len(stage.updates()) >= count + 3)
    assert all(update.emotions is None for update in stage.updates())


def test_feeling_that_breaks_is_logged_without_values_and_the_thread_goes_on(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.open()
    stage.pipeline.is_numb = True
    with caplog.at_level(logging.ERROR):
        feel(stage, Modality.VOICE, happy=0.9)
        assert wait_until(lambda: bool(caplog.messages))
    assert caplog.messages == ["emotion by one voice ended with ValueError"]
    assert wait_until(lambda: len(stage.frames()) > 3)
