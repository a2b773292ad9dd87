from __future__ import annotations

import numpy as np
import pytest

from affectia.capture.microphone_device import age_secs, chosen, diagnose_microphone, open_microphone
from affectia.capture.microphone_fault import MicrophoneFault
from affectia.capture.microphone_options import MicrophoneOptions
from affectia.capture.portaudio import InputDevice, PortAudio
from tests.unit.capture.fake_portaudio import INVALID_RATE, FakeSounds, PortAudioError

pytestmark = pytest.mark.unit

DEVICES = [
    InputDevice(0, "Webcam Mic", "MME", 44100, 1),
    InputDevice(2, "Headset", "MME", 44100, 1),
    InputDevice(5, "Webcam Mic (USB)", "WASAPI", 48000, 2, is_default=True),
    InputDevice(7, "Headset", "WASAPI", 48000, 1),
]


@pytest.mark.parametrize(
    ("which", "index"),
    [
        ("", 5),
        ("  ", 5),
        ("2", 2),
        ("9", None),
        ("headset", 7),  # the way that the default goes
        ("Headset, MME", 2),
        ("webcam mic", 0),  # the whole name
        ("WEBCAM", 5),
        ("usb", 5),
        ("trumpet", None),
    ],
)
def test_which_one_is_meant(which: str, index: int | None) -> None:
    found = chosen(which, DEVICES)
    assert (found and found.index) == index


def test_without_a_default_the_first_is_it() -> None:
    assert chosen("", DEVICES[:2]) is DEVICES[0]
    assert chosen("", []) is None


def portaudio_with(*devices: tuple[str, int, float, int]) -> tuple[PortAudio, FakeSounds]:
    sounds = FakeSounds(*devices, default=0)
    return PortAudio(sounds.load()), sounds


def test_a_device_is_opened_at_its_own_rate_and_hands_on_what_it_hears() -> None:
    portaudio, sounds = portaudio_with(("Mic", 0, 44100.0, 32))
    stream = open_microphone("mic", MicrophoneOptions(), portaudio)
    assert not isinstance(stream, MicrophoneFault)
    assert (stream.key, stream.rate_hz, stream.channels) == ("Mic, ALSA", 44100, 2)
    assert sounds.streams[0].asked["blocksize"] == 441
    heard: list[tuple[int, int, bool]] = []
    ended: list[bool] = []
    sounds.streams[0].hear(np.zeros((441, 2)))  # nobody takes it yet
    assert stream.start(lambda samples, age, gap: heard.append((len(samples), age, gap)), lambda: ended.append(True)) is None
    sounds.streams[0].hear(np.zeros((441, 2)))
    sounds.streams[0].hear(np.zeros((4410, 2)), overflow=True)
    assert heard == [(441, 30_000_000, False), (4410, 100_000_000, True)]
    sounds.streams[0].asked["finished_callback"]()
    assert ended == [True]
    stream.close()
    sounds.streams[0].asked["finished_callback"]()
    sounds.streams[0].hear(np.zeros((441, 2)))
    assert (len(ended), len(heard)) == (1, 2)


def test_what_it_does_not_do_is_asked_otherwise() -> None:
    portaudio, sounds = portaudio_with(("Mic", 0, 96000.0, 4))
    for rate_hz in (96000, 48000):
        for channels in (2, 1, 4):
            sounds.errors[rate_hz, channels] = PortAudioError("x", INVALID_RATE)
    sounds.errors[44100, 2] = PortAudioError("x", -9998)
    stream = open_microphone("0", MicrophoneOptions(), portaudio)
    assert not isinstance(stream, MicrophoneFault)
    assert (stream.rate_hz, stream.channels) == (44100, 1)
    assert sounds.tries[:4] == [(96000, 2), (96000, 1), (96000, 4), (48000, 2)]


def test_what_was_asked_for_comes_first() -> None:
    portaudio, _ = portaudio_with(("Mic", 0, 48000.0, 8))
    stream = open_microphone("", MicrophoneOptions(rate_hz=16000, channels=4), portaudio)
    assert not isinstance(stream, MicrophoneFault)
    assert (stream.rate_hz, stream.channels) == (16000, 4)


@pytest.mark.parametrize(
    ("code", "fault"), [(-9985, MicrophoneFault.BUSY), (-9996, MicrophoneFault.GONE), (INVALID_RATE, MicrophoneFault.NO_ANSWER)]
)
def test_a_fault_that_no_other_rate_would_heal_ends_the_tries(code: int, fault: MicrophoneFault) -> None:
    portaudio, sounds = portaudio_with(("Mic", 0, 48000.0, 1))
    sounds.errors[0, 0] = PortAudioError("x", code)
    assert open_microphone("", MicrophoneOptions(), portaudio) is fault
    assert len(sounds.tries) == (3 if fault is MicrophoneFault.NO_ANSWER else 1)


def test_one_that_is_not_there_is_gone() -> None:
    portaudio, sounds = portaudio_with(("Mic", 0, 48000.0, 1))
    assert open_microphone("trumpet", MicrophoneOptions(), portaudio) is MicrophoneFault.GONE
    assert diagnose_microphone("trumpet", portaudio) is MicrophoneFault.GONE
    assert diagnose_microphone("mic", portaudio) is MicrophoneFault.NO_ANSWER
    assert sounds.tries == []


def test_without_the_library_that_is_said() -> None:
    def load(_name: str) -> object:
        raise OSError("PortAudio library not found")

    assert open_microphone("", MicrophoneOptions(), PortAudio(load)) is MicrophoneFault.NO_LIBRARY
    assert diagnose_microphone("", PortAudio(load)) is MicrophoneFault.NO_LIBRARY


@pytest.mark.parametrize(
    ("latency_secs", "age"), [(0.03, 0.03), (0.0, 0.01), (-1.0, 0.01), (float("nan"), 0.01), (float("inf"), 0.01), (99.0, 1.0)]
)
def test_the_age_of_a_block_is_what_can_be(latency_secs: float, age: float) -> None:
    assert age_secs(latency_secs=latency_secs, block_secs=0.01) == age
