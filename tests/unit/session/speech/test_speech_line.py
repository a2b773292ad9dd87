from __future__ import annotations

import numpy as np
import pytest

from affectia.errors import SessionError
from affectia.session.speech.speech_events import ChunkSent, Ended, EndReason, Failed, Flushed, Progress
from affectia.session.speech.speech_line import AHEAD_GUESSED_SECS, AHEAD_REPORTED_SECS, look_ahead_millis
from affectia.session.speech.track_grid import GridLeads
from affectia.wire import topic
from affectia.wire.track_file import check_track
from tests.unit.session.speech.made_lines import RATE_HZ, Rounds, buzz, cut_at, jaw, queue_of, request

pytestmark = pytest.mark.unit


def test_a_line_becomes_a_whole_track_of_its_own_length() -> None:
    rounds = Rounds()
    line, told = rounds.open()
    line.inbox.put(buzz(1.0))
    line.inbox.end()
    rounds.run_dry()
    chunks = told.chunks()
    check_track(chunks)
    assert [chunk.end for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert 60 <= sum(chunk.frame_count for chunk in chunks) <= 66  # the last ones shut the mouth
    assert jaw(chunks).max() > 0.3
    assert rounds.sent[topic.track("npc")] == [event.body for event in told.of(ChunkSent)]
    [ended] = told.of(Ended)
    assert told.events[-1] == ended
    assert ended.reason is EndReason.FINISHED
    assert 0 < ended.remaining_millis <= 1100
    assert line.is_over
    assert rounds.engine.stream_count == 0


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 48_000])
def test_however_the_sound_is_cut_the_track_is_the_same(rate_hz: int) -> None:
    random = np.random.default_rng(5)
    pcm = buzz(0.9, rate_hz)
    tracks = []
    for cuts in ([len(pcm)], random.integers(1, 4000, 60).tolist()):
        rounds = Rounds()
        line, told = rounds.open(request(rate_hz=rate_hz))
        place = 0
        for size in cuts:
            line.inbox.put(pcm[place : place + size])  # also within a sample
            place += size
            rounds.run()
        line.inbox.put(pcm[place:])
        line.inbox.end()
        rounds.run_dry()
        tracks.append(b"".join(chunk.blendshapes for chunk in told.chunks()))
    assert tracks[0] == tracks[1]


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 24_000, 44_100])
def test_the_first_chunk_needs_less_sound_than_the_declared_look_ahead(rate_hz: int) -> None:
    rounds = Rounds()
    line, told = rounds.open(request(rate_hz=rate_hz))
    pcm, step = buzz(0.2, rate_hz), rate_hz // 1000 * 2
    millis = 0
    while not told.of(ChunkSent):
        line.inbox.put(pcm[millis * step : (millis + 1) * step])
        millis += 1
        rounds.run()
    assert 70 <= millis <= look_ahead_millis(rate_hz, rounds.mouths.leads)


def test_no_frame_hears_more_than_the_declared_look_ahead() -> None:
    ahead = look_ahead_millis(24_000, Rounds().mouths.leads)
    assert ahead == 78
    pcm = buzz(1.0, 24_000)
    shown = []
    for end_millis in (500, 1000):
        rounds = Rounds()
        line, told = rounds.open(request(rate_hz=24_000))
        line.inbox.put(pcm[: end_millis * 48])
        line.inbox.put(bytes(len(pcm) - end_millis * 48))
        line.inbox.end()
        rounds.run_dry()
        shown.append(jaw(told.chunks()))
    same = (500 - ahead) * 60 // 1000 + 1
    np.testing.assert_array_equal(shown[0][:same], shown[1][:same])
    assert (shown[0][:60] != shown[1][:60]).any()


def test_look_ahead_is_longer_where_sound_is_resampled() -> None:
    leads = GridLeads(0.021, 0.025)
    assert [look_ahead_millis(rate, leads) for rate in (16_000, 48_000, 8_000)] == [75, 78, 80]


def test_what_is_known_goes_out_soon_when_the_caller_stalls() -> None:
    rounds = Rounds()
    line, told = rounds.open()
    line.inbox.put(buzz(0.3))
    rounds.run()
    line.inbox.put(buzz(0.05))
    wait = rounds.run()
    assert line.track.waiting
    assert wait is not None
    assert wait <= 0.05
    rounds.clock.advance(secs=wait)
    rounds.run()
    assert not line.track.waiting
    assert line.track.made >= 16
    assert sum(chunk.frame_count for chunk in told.chunks()) == line.track.made


@pytest.mark.parametrize(("reports", "most_secs"), [(False, AHEAD_GUESSED_SECS), (True, AHEAD_REPORTED_SECS)])
def test_no_more_than_ten_seconds_are_out_unplayed(reports: bool, most_secs: float) -> None:
    rounds = Rounds()
    line, told = rounds.open()
    if reports:
        line.inbox.report(0)
    for _ in range(12):
        line.inbox.put(buzz(1.0))
        rounds.run_dry()
    assert most_secs - 0.3 <= line.track.made / 60 <= most_secs
    taken = line.track.made
    assert not line.inbox.has_room
    for secs in (1, 4):
        if reports:
            line.inbox.report(secs * RATE_HZ)
        else:
            rounds.clock.advance(secs=3.0 if secs == 4 else 1.0)
        rounds.run_dry()
        if secs == 1:
            assert line.track.made == pytest.approx(taken + 60, abs=2)
    assert line.inbox.has_room
    assert told.of(Progress)[-1].queued_millis <= 10_000


def test_a_caller_that_reads_no_replies_has_no_more_sound_taken() -> None:
    rounds = Rounds()
    line, told = rounds.open()
    told.has_room = False
    line.inbox.put(buzz(1.0))
    rounds.run_dry()
    assert line.track.made == 0
    told.has_room = True
    rounds.run_dry()
    assert line.track.made > 50


def test_a_flush_shuts_the_mouth_from_its_sample_on() -> None:
    rounds = Rounds()
    line, told = rounds.open()
    line.inbox.put(buzz(2.0))
    rounds.run_dry()
    before = queue_of(told.chunks()).sample(16_000).blendshapes.copy()
    order = cut_at(16_000, line)
    rounds.run()
    answer = order.answer.result(0)
    assert (answer.at_sample, answer.closed_by_sample, answer.is_pending) == (16_000, 17_600, False)
    assert told.of(Flushed) == [Flushed(16_000, 17_600)]
    assert told.of(Ended)[0].reason is EndReason.FLUSHED
    queue = queue_of(told.chunks())
    np.testing.assert_allclose(queue.sample(16_000).blendshapes, before, atol=0.5 / 255 + 1e-6)
    assert queue.sample(17_600).blendshapes.max() == 0
    assert queue.sample(17_600).has_ended
    line.inbox.put(buzz(1.0))
    rounds.run_dry()
    assert told.events[-1] == told.of(Ended)[0]  # what came behind it was thrown away


def test_a_flush_of_what_was_not_sent_yet_waits_for_the_sound() -> None:
    rounds = Rounds()
    line, told = rounds.open()
    line.inbox.put(buzz(1.0))
    rounds.run_dry()
    order = cut_at(24_000, line)
    rounds.run_dry()
    assert order.answer.result(0).is_pending
    assert not line.is_over
    line.inbox.put(buzz(0.5))  # up to there and not a sample further
    rounds.run_dry()
    assert told.of(Flushed) == [Flushed(24_000, 25_600)]
    assert queue_of(told.chunks()).sample(25_600).has_ended


def test_of_two_flushes_ahead_the_earlier_one_counts() -> None:
    rounds = Rounds()
    line, told = rounds.open()
    for at_sample in (30_000, 20_000):
        cut_at(at_sample, line)
    line.inbox.put(buzz(2.0))
    rounds.run_dry()
    assert [flushed.at_sample for flushed in told.of(Flushed)] == [20_000]


def test_a_line_that_ends_before_its_flush_just_ends() -> None:
    rounds = Rounds()
    line, told = rounds.open()
    cut_at(160_000, line)
    line.inbox.put(buzz(0.5))
    line.inbox.end()
    rounds.run_dry()
    [ended] = told.of(Ended)
    assert ended.reason is EndReason.FINISHED
    assert ended.samples <= 8000 + 1600
    assert line.is_over


def test_a_flush_of_what_was_played_is_one_now() -> None:
    rounds = Rounds()
    line, told = rounds.open()
    line.inbox.put(buzz(2.0))
    line.inbox.report(12_000)
    rounds.run_dry()
    cut_at(4000, line)
    rounds.run()
    assert told.of(Flushed)[0].at_sample == 12_000


def test_a_flush_without_a_sample_cuts_where_playback_is() -> None:
    rounds = Rounds()
    line, told = rounds.open()
    line.inbox.put(buzz(2.0))
    rounds.run_dry()
    rounds.clock.advance(secs=0.5)
    cut_at(None, line)
    rounds.run()
    assert told.of(Flushed)[0].at_sample == pytest.approx(8000, abs=800)


def test_a_line_that_is_only_played_can_be_cut_once_more() -> None:
    rounds = Rounds()
    line, told = rounds.open()
    line.inbox.put(buzz(2.0))
    line.inbox.end()
    rounds.run_dry()
    order = cut_at(16_000, line)
    rounds.run()
    assert order.answer.result(0).closed_by_sample == 17_600
    assert [ended.reason for ended in told.of(Ended)] == [EndReason.FINISHED]  # it was told already
    assert queue_of(told.chunks()).sample(17_600).has_ended
    late = cut_at(20_000, line)
    rounds.run()
    assert late.answer.result(0).at_sample == 16_000


def test_a_line_is_forgotten_when_it_was_played() -> None:
    rounds = Rounds()
    line, told = rounds.open()
    line.inbox.put(buzz(1.0))
    line.inbox.end()
    rounds.run_dry()
    remaining = told.of(Ended)[0].remaining_millis
    wait = rounds.run()
    assert wait == pytest.approx(remaining / 1000, abs=0.02)
    rounds.run(secs=remaining / 1000 - 0.01)
    assert rounds.lines
    rounds.run(secs=0.02)
    assert not rounds.lines
    assert line.is_played(rounds.clock.now_nanos())


def test_the_next_line_begins_when_the_one_before_was_played() -> None:
    rounds = Rounds()
    first, told = rounds.open()
    first.inbox.put(buzz(1.0))
    first.inbox.end()
    rounds.run_dry()
    second, told_next = rounds.open(before=first)
    second.inbox.put(buzz(1.0))
    rounds.run_dry()
    assert 0.9e9 < second.starts_in_nanos(rounds.clock.now_nanos()) <= 1.1e9
    assert second.track.made > 0
    assert not told_next.of(ChunkSent)
    rounds.clock.advance(secs=told.of(Ended)[0].remaining_millis / 1000 + 0.005)
    rounds.run()
    assert told_next.of(ChunkSent)


def test_a_line_that_still_waits_is_cut_to_nothing() -> None:
    rounds = Rounds()
    first, _ = rounds.open()
    first.inbox.put(buzz(1.0))
    first.inbox.end()
    rounds.run_dry()
    out = len(rounds.sent[topic.track("npc")])
    second, told = rounds.open(before=first)
    second.inbox.put(buzz(1.0))
    rounds.run_dry()
    order = cut_at(None, second)
    rounds.run()
    assert order.answer.result(0).at_sample == 0
    assert told.of(Ended)[0].reason is EndReason.FLUSHED
    assert len(rounds.sent[topic.track("npc")]) == out


def test_a_line_that_breaks_shuts_the_mouth_and_says_why() -> None:
    rounds = Rounds()
    line, told = rounds.open()
    line.inbox.put(buzz(1.0))
    rounds.run_dry()
    line.shut(SessionError("avatar 'npc' is gone"), rounds.clock.now_nanos())
    rounds.run()
    assert [str(failed.error) for failed in told.of(Failed)] == ["avatar 'npc' is gone"]
    assert not told.of(Ended)
    assert told.chunks()[-1].end


@pytest.mark.parametrize(
    ("pcm", "notice"),
    [
        (b"", None),
        (bytes(64_000), "silent"),
        (buzz(0.5)[:-1], "ends with 1 bytes of a sample of 2"),
    ],
)
def test_sound_with_a_fault_is_a_shut_mouth_or_a_notice(pcm: bytes, notice: str | None) -> None:
    rounds = Rounds()
    line, told = rounds.open()
    line.inbox.put(pcm)
    line.inbox.end()
    rounds.run_dry()
    [ended] = told.of(Ended)
    assert ended.notices == (() if notice is None else (notice,))
    assert told.chunks()[-1].end
    if notice in (None, "silent"):
        assert jaw(told.chunks()).max(initial=0) == 0


def test_progress_is_told_four_times_a_second_while_something_changes() -> None:
    rounds = Rounds()
    line, told = rounds.open()
    line.inbox.put(buzz(0.5))
    line.inbox.put(buzz(0.5))
    rounds.run(40, secs=0.05)
    assert 3 <= len(told.of(Progress)) <= 9
    assert told.of(Progress)[-1].heard_samples == 16_000
    told.events.clear()
    rounds.run(40, secs=0.05)
    assert len(told.of(Progress)) <= 1


def test_who_left_before_a_flush_was_heard_ends_the_line_as_any_other() -> None:
    rounds = Rounds()
    line, told = rounds.open()
    line.inbox.put(buzz(1.0))
    rounds.run_dry()
    cut_at(50_000, line).answer.cancel()  # what asyncio does with the future of a call that is gone
    cut_at(8_000, line).answer.cancel()
    rounds.run()
    assert not told.of(Failed)
    assert told.of(Ended)[0].reason is EndReason.FLUSHED


def test_a_report_beyond_what_there_is_holds_up_no_flush() -> None:
    rounds = Rounds()
    line, told = rounds.open()
    line.inbox.put(buzz(1.0))
    line.inbox.report(2**64 - 1)
    rounds.run_dry()
    cut_at(8_000, line)
    rounds.run(2)
    [flushed] = told.of(Flushed)
    assert 8_000 <= flushed.at_sample <= 16_000
    assert told.chunks()[-1].end
