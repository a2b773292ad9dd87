from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia.clock import SystemClock
from affectia.errors import ModelError, NoFreeSlot, SessionError, SessionExists
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.session.speech.speech import THREAD_NAME, Speech
from affectia.session.speech.speech_events import ChunkSent, Ended, EndReason, Failed, Flushed
from affectia.wire.track_file import check_track
from tests.unit.fakes import wait_until
from tests.unit.session.speech.made_lines import Told, buzz, made_engine, queue_of, request

pytestmark = pytest.mark.unit


class Stage:
    """All of speech with its thread."""

    def __init__(self, *, max_lines: int = 3) -> None:
        self.engine = made_engine()
        self.loaded = 0
        self.parcels: list[tuple[bytes, bytes]] = []
        self.avatars = {"seen"}
        self.speech = Speech(self._load, self._deliver, SystemClock(), has_avatar=lambda name: name in self.avatars, max_lines=max_lines)

    def _load(self) -> VoiceEngine:
        self.loaded += 1
        return self.engine

    def _deliver(self, parcels: Sequence[tuple[bytes, Sequence[bytes]]]) -> list[int]:
        self.parcels += [(topic, body) for topic, bodies in parcels for body in bodies]
        return [len(bodies) for _, bodies in parcels]


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.speech.stop()


def test_a_line_is_spoken_from_end_to_end(stage: Stage) -> None:
    assert not speech_threads()
    told = Told()
    opened = stage.speech.open(request(), told)
    assert (opened.look_ahead_millis, opened.degraded, opened.starts_in_millis) == (75, False, 0)
    opened.inbox.put(buzz(1.0))
    opened.inbox.end()
    assert wait_until(lambda: bool(told.of(Ended)))
    check_track(told.chunks())
    assert {chunk.stream_id for chunk in told.chunks()} == {opened.stream_id}
    assert [body for _, body in stage.parcels] == [event.body for event in told.of(ChunkSent)]
    assert stage.speech.line_count == 1  # it is still being played


def test_an_avatar_that_no_session_has_is_refused_unless_none_is_needed(stage: Stage) -> None:
    with pytest.raises(SessionError, match=r"^avatar 'npc' is of no open session, expected one; "):
        stage.speech.open(request(needs_session=True), Told())
    assert stage.loaded == 0  # nobody pays for a mistake
    stage.speech.open(request("seen", needs_session=True), Told())
    stage.speech.open(request(), Told())


def test_an_avatar_says_one_line_at_a_time(stage: Stage) -> None:
    first = stage.speech.open(request(), Told())
    with pytest.raises(SessionExists, match=r"^avatar 'npc' speaks a line that has not ended, "):
        stage.speech.open(request(), Told())
    first.inbox.end()
    assert wait_until(lambda: stage.speech.line_count == 0)
    stage.speech.open(request(), Told())


def test_the_next_line_may_be_sent_while_the_last_one_is_played(stage: Stage) -> None:
    told = Told()
    first = stage.speech.open(request(), told)
    first.inbox.put(buzz(1.0))
    first.inbox.end()
    assert wait_until(lambda: bool(told.of(Ended)))
    second = stage.speech.open(request(), Told())
    assert 500 < second.starts_in_millis <= 1100


def test_an_interrupt_cuts_what_is_said_and_begins(stage: Stage) -> None:
    told, told_next = Told(), Told()
    first = stage.speech.open(request(), told)
    first.inbox.put(buzz(1.5))
    assert wait_until(lambda: bool(told.of(ChunkSent)))
    second = stage.speech.open(request(interrupts=True), told_next)
    assert second.starts_in_millis <= 100
    second.inbox.put(buzz(0.5))
    assert wait_until(lambda: bool(told.of(Ended)))
    assert told.of(Ended)[0].reason is EndReason.INTERRUPTED
    assert told.chunks()[-1].end
    assert wait_until(lambda: bool(told_next.of(ChunkSent)))


def test_a_flush_from_elsewhere_cuts_the_line_and_the_one_that_waits(stage: Stage) -> None:
    told, told_next = Told(), Told()
    first = stage.speech.open(request(), told)
    first.inbox.put(buzz(2.0))
    first.inbox.end()
    assert wait_until(lambda: bool(told.of(Ended)))
    second = stage.speech.open(request(), told_next)
    second.inbox.put(buzz(1.0))
    answer = stage.speech.flush("npc", 16_000).result(5)
    assert (answer.stream_id, answer.at_sample, answer.closed_by_sample) == (first.stream_id, 16_000, 17_600)
    assert queue_of(told.chunks()).sample(17_600).has_ended
    assert wait_until(lambda: bool(told_next.of(Ended)))
    assert told_next.of(Flushed) == [Flushed(0, 0)]
    assert not told_next.of(ChunkSent)


def test_nobody_who_says_nothing_is_flushed(stage: Stage) -> None:
    with pytest.raises(SessionError, match=r"^avatar 'npc' says nothing, expected one that speaks$"):
        stage.speech.flush("npc", None)


def test_too_many_lines_are_refused_and_the_others_go_on(stage: Stage) -> None:
    told = [Told() for _ in range(3)]
    opened = [stage.speech.open(request(f"npc-{number}"), one) for number, one in enumerate(told)]
    with pytest.raises(NoFreeSlot, match="^3 lines are being spoken, expected at most 3; end one$"):
        stage.speech.open(request("more"), Told())
    for line in opened:
        line.inbox.put(buzz(0.3))
        line.inbox.end()
    assert wait_until(lambda: all(one.of(Ended) for one in told))
    assert stage.speech.line_count == 3
    stage.speech.open(request("more"), Told())  # lines that are only played take no place
    assert stage.engine.stream_count == 1


def test_networks_that_are_not_there_refuse_the_line() -> None:
    def load() -> VoiceEngine:
        raise ModelError("nothing there")

    speech = Speech(load, lambda parcels: [len(bodies) for _, bodies in parcels], SystemClock(), has_avatar=lambda name: True)
    with pytest.raises(ModelError):
        speech.open(request(), Told())
    speech.stop()
    assert not speech_threads()


def test_a_stop_shuts_every_mouth_and_lets_nobody_in() -> None:
    stage, told = Stage(), Told()
    line = stage.speech.open(request(), told)
    line.inbox.put(buzz(1.0))
    assert wait_until(lambda: bool(told.of(ChunkSent)))
    stage.speech.stop()
    assert told.of(Ended)[0].reason is EndReason.STOPPED
    assert told.chunks()[-1].end
    assert not speech_threads()
    assert stage.speech.line_count == 0
    with pytest.raises(SessionError, match="^sidecar is stopping"):
        stage.speech.open(request(), Told())


def test_a_round_that_breaks_ends_its_lines_and_not_the_thread(stage: Stage) -> None:
    told = Told()
    line = stage.speech.open(request(), told)
    made = stage.speech._mouths.rows

    def broken(work: object) -> list[NDArray[np.uint8]]:
        raise RuntimeError("it held what was said")

    stage.speech._mouths.rows = broken  # type: ignore[method-assign]
    line.inbox.put(buzz(0.5))
    assert wait_until(lambda: bool(told.of(Failed)))
    assert str(told.of(Failed)[0].error) == "speech ended with RuntimeError, which is a fault of the sidecar"
    stage.speech._mouths.rows = made  # type: ignore[method-assign]
    again = Told()
    other = stage.speech.open(request("other"), again)
    other.inbox.put(buzz(0.3))
    other.inbox.end()
    assert wait_until(lambda: bool(again.of(Ended)))


def speech_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == THREAD_NAME]
