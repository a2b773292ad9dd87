from __future__ import annotations

import pytest

from affectia.capture.pcm import PcmFormat
from affectia.errors import ConfigError
from affectia.session.speech.speech_events import EndReason
from affectia.session.speech.speech_inbox import HELD_BYTES, CutOrder, FlushAnswer, SpeechInbox

pytestmark = pytest.mark.unit


class Inbox(SpeechInbox):
    def __init__(self, form: PcmFormat | None = None) -> None:
        self.woken = 0
        super().__init__(form or PcmFormat(8000), self._count)

    def _count(self) -> None:
        self.woken += 1


def test_sound_comes_out_in_order_and_every_call_wakes() -> None:
    inbox = Inbox()
    inbox.put(b"one")
    inbox.put(b"")  # nothing is no sound
    inbox.put(b"two")
    assert (inbox.take(), inbox.take(), inbox.take()) == (b"one", b"two", b"")
    inbox.report(5)
    inbox.end()
    inbox.cut(CutOrder(None, EndReason.FLUSHED))
    assert inbox.woken == 6


def test_pieces_are_taken_together_as_far_as_they_are_wanted() -> None:
    inbox = Inbox()
    for piece in (b"ab", b"cd", b"ef"):
        inbox.put(piece)
    assert inbox.take(3) == b"abcd"
    assert inbox.take(99) == b"ef"
    assert inbox.take(99) == b""


def test_two_seconds_are_held_and_the_message_that_fills_them() -> None:
    inbox = Inbox(PcmFormat(8000))
    inbox.put(bytes(31_999))
    assert inbox.has_room
    inbox.put(bytes(64 * 1024))
    assert not inbox.has_room
    inbox.take()
    assert not inbox.has_room
    inbox.take()
    assert inbox.has_room
    assert inbox.is_empty


def test_many_channels_at_a_high_rate_are_held_for_less() -> None:
    inbox = Inbox(PcmFormat(192_000, 8, "float32"))
    inbox.put(bytes(HELD_BYTES))
    assert not inbox.has_room


def test_sound_behind_the_end_is_refused() -> None:
    inbox = Inbox()
    inbox.put(b"last")
    inbox.end()
    with pytest.raises(ConfigError, match="^line has ended and gets more pcm"):
        inbox.put(b"more")
    assert inbox.take() == b"last"


def test_the_newest_report_is_taken_once() -> None:
    inbox = Inbox()
    assert inbox.take_report() is None
    inbox.report(10)
    inbox.report(20)
    assert (inbox.take_report(), inbox.take_report()) == (20, None)


def test_every_order_to_cut_is_taken_once() -> None:
    inbox = Inbox()
    first, second = CutOrder(1, EndReason.FLUSHED), CutOrder(None, EndReason.INTERRUPTED)
    inbox.cut(first)
    inbox.cut(second)
    assert inbox.take_cuts() == [first, second]
    assert inbox.take_cuts() == []


def test_nothing_is_kept_of_a_line_that_is_over() -> None:
    inbox = Inbox()
    inbox.put(bytes(64 * 1024))
    inbox.close()
    inbox.put(bytes(64 * 1024))
    assert inbox.take() == b""
    assert inbox.has_room  # its caller may go on sending, into nothing


def test_who_asked_for_a_cut_and_left_does_not_take_the_answer_away() -> None:
    order = CutOrder(1, EndReason.FLUSHED)
    assert not order.answer.cancel()
    order.answer.set_result(FlushAnswer(7, 1, 2))
