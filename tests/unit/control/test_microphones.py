from __future__ import annotations

import pytest

from affectia.capture.microphone_fault import MicrophoneFault
from affectia.capture.microphone_list import FoundMicrophone, MicrophoneListing
from affectia.control.microphones import listing_detail, microphone_message
from affectia.v1 import device_pb2

pytestmark = pytest.mark.unit


def test_a_microphone_that_is_ready() -> None:
    found = FoundMicrophone(2, "Good Mic", "ALSA", 48_000, 1, is_default=True)
    assert microphone_message(found) == device_pb2.Microphone(
        index=2,
        name="Good Mic",
        host_api="ALSA",
        rate_hz=48_000,
        channels=1,
        is_default=True,
        state=device_pb2.MICROPHONE_STATE_READY,
    )


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (MicrophoneFault.BUSY, device_pb2.MICROPHONE_STATE_BUSY),
        (MicrophoneFault.NO_PERMISSION, device_pb2.MICROPHONE_STATE_NO_PERMISSION),
        (MicrophoneFault.NO_ANSWER, device_pb2.MICROPHONE_STATE_NO_ANSWER),
        (MicrophoneFault.STALLED, device_pb2.MICROPHONE_STATE_NO_ANSWER),
    ],
)
def test_a_microphone_that_is_not(fault: MicrophoneFault, state: int) -> None:
    message = microphone_message(FoundMicrophone(0, "Good Mic", fault=fault))
    assert (message.state, message.next_step, message.index) == (state, fault.next_step(), 0)


def test_one_that_nobody_can_open_has_no_index_and_a_name_that_is_no_unicode_can_be_told() -> None:
    message = microphone_message(FoundMicrophone(None, "caf\udce9"))
    assert (message.HasField("index"), message.name) == (False, "caf?")


def test_why_nothing_can_be_listed() -> None:
    assert listing_detail(MicrophoneListing()) == ""
    detail = listing_detail(MicrophoneListing(fault=MicrophoneFault.NO_LIBRARY))
    assert detail.startswith("microphones cannot be listed (no PortAudio): ")
