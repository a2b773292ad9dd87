from __future__ import annotations

import threading

import numpy as np
import pytest

from affectia.capture.microphone_device import MicrophoneStream
from affectia.capture.microphone_fault import MicrophoneFault
from affectia.capture.microphone_reader import MicrophoneReader
from affectia.clock import FakeClock
from tests.unit.capture.fake_microphones import FakeMicrophone
from tests.unit.fakes import wait_until

pytestmark = pytest.mark.unit


class Changes:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


def reader_of(
    stream: FakeMicrophone | MicrophoneFault, *, diagnosis: MicrophoneFault = MicrophoneFault.GONE
) -> tuple[MicrophoneReader, Changes]:
    changes = Changes()
    reader = MicrophoneReader(FakeClock(start_nanos=1000), opener=lambda: stream, diagnose=lambda: diagnosis, on_change=changes)
    reader.start(name="capture-reader")
    return reader, changes


def test_what_is_heard_is_copied_with_its_time() -> None:
    stream = FakeMicrophone(channels=2)
    reader, changes = reader_of(stream)
    assert wait_until(lambda: reader.is_open)
    stream.hear(np.ones((10, 2), np.float32), age_nanos=300)
    block = reader.take()
    assert block is not None
    assert (block.samples.shape, block.first_sample, block.heard_at_nanos, block.is_gap) == ((10, 2), 0, 700, False)
    assert (reader.take(), reader.block_count) == (None, 1)
    before = changes.count
    reader.cancel()
    assert reader.join(10)
    assert stream.closed.is_set()
    assert changes.count > before
    assert reader.fault is None


def test_after_the_cancel_nobody_hears_and_nothing_is_kept() -> None:
    stream = FakeMicrophone()
    reader, _ = reader_of(stream)
    stream.hear()
    reader.cancel()
    stream.hear()
    assert (reader.take(), reader.block_count) == (None, 1)
    assert reader.join(10)
    assert reader._ring is None


def test_one_that_ends_by_itself_is_closed_and_asked_why() -> None:
    stream = FakeMicrophone()
    reader, _ = reader_of(stream)
    stream.end()
    assert reader.join(10)
    assert (reader.fault, stream.closed.is_set()) == (MicrophoneFault.GONE, True)


@pytest.mark.parametrize(
    ("diagnosis", "fault"), [(MicrophoneFault.GONE, MicrophoneFault.GONE), (MicrophoneFault.NO_ANSWER, MicrophoneFault.STALLED)]
)
def test_one_that_was_given_up_is_stalled_unless_it_is_gone(diagnosis: MicrophoneFault, fault: MicrophoneFault) -> None:
    stream = FakeMicrophone()
    reader, _ = reader_of(stream, diagnosis=diagnosis)
    assert stream.runs.wait(10)
    reader.give_up(MicrophoneFault.STALLED)
    assert reader.join(10)
    assert reader.fault is fault


def test_one_that_does_not_open_or_start_says_why() -> None:
    reader, _ = reader_of(MicrophoneFault.BUSY)
    assert reader.join(10)
    assert (reader.fault, reader.is_open) == (MicrophoneFault.BUSY, False)
    refusing = FakeMicrophone(refuses=MicrophoneFault.NO_PERMISSION)
    reader, _ = reader_of(refusing)
    assert reader.join(10)
    assert (reader.fault, reader.is_open, refusing.closed.is_set()) == (MicrophoneFault.NO_PERMISSION, False, True)


def test_one_that_opens_too_late_is_given_back_unheard() -> None:
    go_on = threading.Event()
    stream = FakeMicrophone()

    def opener() -> MicrophoneStream | MicrophoneFault:
        assert go_on.wait(10)
        return stream

    reader = MicrophoneReader(FakeClock(), opener=opener, diagnose=lambda: MicrophoneFault.GONE, on_change=lambda: None)
    reader.start(name="capture-reader")
    reader.cancel()
    assert not reader.join(0)
    go_on.set()
    assert reader.join(10)
    assert stream.closed.is_set()
    assert not stream.runs.is_set()


def test_what_nobody_takes_is_lost_and_counted() -> None:
    stream = FakeMicrophone(rate_hz=8000)
    reader, _ = reader_of(stream)
    for _ in range(12):
        stream.hear(800)
    reader.cancel()
    assert reader.join(10)
    assert reader.lost_count == 1600


def test_what_is_unforeseen_is_kept_for_the_owner() -> None:
    def opener() -> MicrophoneStream | MicrophoneFault:
        raise RuntimeError("secret")

    reader = MicrophoneReader(FakeClock(), opener=opener, diagnose=lambda: MicrophoneFault.GONE, on_change=lambda: None)
    reader.start(name="capture-reader")
    assert reader.join(10)
    assert isinstance(reader.error, RuntimeError)


def test_nothing_that_was_heard_is_kept_while_a_driver_hangs_that_nobody_wants() -> None:
    stream = FakeMicrophone()
    reader, _ = reader_of(stream)
    stream.hear()
    stream.lets_go.clear()
    reader.cancel()
    assert wait_until(lambda: reader._ring is None)
    assert not reader.ended
    stream.hear()  # its callback may still come
    assert reader.block_count == 1
    stream.lets_go.set()
    assert reader.join(10)
