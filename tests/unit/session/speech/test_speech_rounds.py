from __future__ import annotations

import logging

import pytest

from affectia.errors import SessionError
from affectia.session.speech.speech_events import ChunkSent, Ended, EndReason, Failed
from affectia.session.speech.speech_rounds import HELD_SAMPLES, LEAST_BLOCK
from affectia.wire import topic
from affectia.wire.track_file import check_track
from tests.unit.session.speech.made_lines import Rounds, buzz, jaw, queue_of, request

pytestmark = pytest.mark.unit


def test_lines_are_heard_together_and_each_is_as_alone() -> None:
    rounds, alone = Rounds(), Rounds()
    lines = [rounds.open(request(f"npc-{number}")) for number in range(5)]
    for line, _ in lines:
        line.inbox.put(buzz(1.0))
        line.inbox.end()
    rounds.run_dry()
    line, expected = alone.open(request("npc-0"))
    line.inbox.put(buzz(1.0))
    line.inbox.end()
    alone.run_dry()
    for number, (_, told) in enumerate(lines):
        assert b"".join(chunk.blendshapes for chunk in told.chunks()) == b"".join(chunk.blendshapes for chunk in expected.chunks())
        assert len(rounds.sent[topic.track(f"npc-{number}")]) == len(told.of(ChunkSent))
    assert max(rounds.engine._network.batches)[0] == 5  # type: ignore[union-attr]


@pytest.mark.parametrize(("count", "most"), [(1, 10_240), (8, HELD_SAMPLES // 8), (40, LEAST_BLOCK)])
def test_the_engine_is_never_held_for_more_than_two_seconds_of_sound(count: int, most: int) -> None:
    rounds = Rounds(slots=count)
    lines = [rounds.open(request(f"npc-{number}"))[0] for number in range(count)]
    for line in lines:
        line.inbox.put(buzz(1.5))
    assert rounds.run() == 0.0
    assert all(line.stream.sound.end == most for line in lines)
    batches = rounds.engine._network.batches  # type: ignore[union-attr]
    assert sum(voices for voices, _ in batches) == count
    assert max(voices * frames * 160 for voices, frames in batches) <= HELD_SAMPLES


def test_nothing_to_do_is_no_next_round() -> None:
    rounds = Rounds()
    assert rounds.run() is None
    rounds.open()
    assert rounds.run() is None


def test_chunks_that_did_not_go_out_are_sent_again_in_order() -> None:
    rounds = Rounds(rate_limit=1)
    line, told = rounds.open()
    line.inbox.put(buzz(1.0))
    line.inbox.end()
    rounds.run_dry()
    assert line.outgoing
    assert rounds.run() == pytest.approx(0.003)
    rounds.run(20, secs=0.003)
    assert not line.outgoing
    check_track(told.chunks())
    assert told.of(Ended)


def test_a_motion_thread_that_does_not_answer_holds_chunks_up_and_loses_none(caplog: pytest.LogCaptureFixture) -> None:
    rounds = Rounds()
    rounds.error = TimeoutError("motion thread did not answer within 5 s")
    line, told = rounds.open()
    line.inbox.put(buzz(0.5))
    line.inbox.end()
    with caplog.at_level(logging.WARNING):
        rounds.run_dry()
    assert not told.of(ChunkSent)
    assert "TimeoutError" in caplog.text
    rounds.error = None
    rounds.run(5, secs=0.003)
    check_track(told.chunks())


def test_a_network_that_breaks_ends_the_lines_that_were_heard_and_no_others(caplog: pytest.LogCaptureFixture) -> None:
    rounds = Rounds()
    broken, told = rounds.open(request("a"))
    other, told_other = rounds.open(request("b"))
    broken.inbox.put(buzz(0.5))
    rounds.engine._detector.is_broken = True  # type: ignore[attr-defined]
    with caplog.at_level(logging.ERROR):
        rounds.run()
    rounds.engine._detector.is_broken = False  # type: ignore[attr-defined]
    [failed] = told.of(Failed)
    assert str(failed.error) == "line of speech ended with RuntimeError, which is a fault of the sidecar"
    assert "what it heard" not in caplog.text
    other.inbox.put(buzz(0.5))
    other.inbox.end()
    rounds.run_dry()
    assert told_other.of(Ended)[0].reason is EndReason.FINISHED
    assert rounds.engine.stream_count == 0


def test_an_avatar_whose_session_was_stopped_shuts_its_mouth() -> None:
    rounds = Rounds()
    rounds.avatars.add("npc")
    line, told = rounds.open(request(needs_session=True))
    line.inbox.put(buzz(1.0))
    rounds.run_dry()
    wait = rounds.run()
    assert wait is not None
    rounds.avatars.clear()
    rounds.run(3, secs=0.2)
    [failed] = told.of(Failed)
    assert isinstance(failed.error, SessionError)
    assert str(failed.error) == "avatar 'npc' is gone, its session was stopped"
    assert told.chunks()[-1].end


def test_the_end_shuts_every_mouth_also_one_that_is_only_played() -> None:
    rounds = Rounds(rate_limit=None)
    sending, told = rounds.open(request("a"))
    played, told_played = rounds.open(request("b"))
    sending.inbox.put(buzz(1.0))
    played.inbox.put(buzz(1.0))
    played.inbox.end()
    rounds.run_dry()
    rounds.clock.advance(secs=0.3)
    rounds.rounds.end(rounds.lines, EndReason.STOPPED)
    assert [ended.reason for ended in told.of(Ended)] == [EndReason.STOPPED]
    assert [ended.reason for ended in told_played.of(Ended)] == [EndReason.FINISHED]
    for avatar_id, listener in (("a", told), ("b", told_played)):
        assert len(rounds.sent[topic.track(avatar_id)]) == len(listener.of(ChunkSent))
        chunks = listener.chunks()
        assert chunks[-1].end
        assert queue_of(chunks).sample(0.3 * 16_000 + 2400).blendshapes.max() == 0
        assert jaw(chunks).max() > 0.3
    assert rounds.engine.stream_count == 0


def test_the_end_waits_for_nobody() -> None:
    rounds = Rounds()
    line, told = rounds.open()
    line.inbox.put(buzz(1.0))
    rounds.run_dry()
    rounds.error = SessionError("sidecar is stopping, expected a running one")
    rounds.rounds.end(rounds.lines, EndReason.STOPPED)
    assert told.of(Ended)[0].reason is EndReason.STOPPED
