from __future__ import annotations

from typing import Any

import pytest

from affectia.capture.microphone_fault import MicrophoneFault
from affectia.capture.portaudio import InputDevice, PortAudio
from tests.unit.capture.fake_portaudio import FakeSounds, FakeStream, PortAudioError

pytestmark = pytest.mark.unit

MIC = ("Mic\n 1", 0, 48000.0, 2)


def opened(portaudio: PortAudio) -> Any:
    found = portaudio.inputs()
    assert not isinstance(found, MicrophoneFault)
    return portaudio.open(found[0], rate_hz=48000, channels=1, block_frames=480, callback=lambda *_args: None, finished=lambda: None)


def test_devices_that_record_are_listed() -> None:
    sounds = FakeSounds(("Speaker", 0, 44100.0, 0), MIC, ("Odd", 1, float("nan"), 4), default=1, hosts=("ALSA", "JACK"))
    assert PortAudio(sounds.load()).inputs() == [
        InputDevice(1, "Mic 1", "ALSA", 48000, 2, is_default=True, latency_secs=0.005),
        InputDevice(2, "Odd", "JACK", 0, 4, latency_secs=0.005),
    ]
    assert InputDevice(1, "Mic 1", "ALSA", 48000, 2).key == "Mic 1, ALSA"


def test_what_was_chosen_by_hand_is_the_default() -> None:
    sounds = FakeSounds(MIC, ("Mic 2", 0, 48000.0, 1), default=0)
    sounds.default.device = (1, -1)
    found = PortAudio(sounds.load()).inputs()
    assert not isinstance(found, MicrophoneFault)
    assert [device.is_default for device in found] == [False, True]


def test_devices_are_looked_for_anew_only_where_no_stream_would_die_of_it() -> None:
    sounds = FakeSounds(MIC)
    portaudio = PortAudio(sounds.load())
    portaudio.inputs()
    assert sounds.steps == []  # it has just started
    portaudio.inputs()
    assert sounds.steps == ["terminate", "initialize"]
    stream = opened(portaudio)
    sounds.steps.clear()
    portaudio.inputs()
    assert sounds.steps == []
    portaudio.close(stream)
    portaudio.inputs()
    assert sounds.steps == ["terminate", "initialize"]


@pytest.mark.parametrize("error", [OSError("PortAudio library not found"), ImportError("No module named 'sounddevice'")])
def test_without_the_library_that_is_the_fault_until_it_is_there(error: Exception) -> None:
    answers: list[Any] = [error, FakeSounds(MIC)]

    def load(name: str) -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    portaudio = PortAudio(load)
    assert portaudio.inputs() is MicrophoneFault.NO_LIBRARY
    assert portaudio.inputs() != MicrophoneFault.NO_LIBRARY


def test_a_list_that_cannot_be_had_is_a_fault() -> None:
    sounds = FakeSounds(MIC)
    sounds.list_error = PortAudioError("x", -10000)
    assert PortAudio(sounds.load()).inputs() is MicrophoneFault.NO_ANSWER


def test_a_stream_is_opened_as_asked_and_closed_whatever_the_driver_says() -> None:
    sounds = FakeSounds(MIC)
    portaudio = PortAudio(sounds.load())
    stream = opened(portaudio)
    assert isinstance(stream, FakeStream)
    asked = {name: stream.asked[name] for name in ("device", "samplerate", "channels", "blocksize", "dtype", "latency")}
    assert asked == {"device": 0, "samplerate": 48000, "channels": 1, "blocksize": 480, "dtype": "float32", "latency": 0.02}
    assert portaudio.start(stream) is None
    portaudio.close(stream)
    assert stream.steps == ["start", "abort", "close"]


def test_errors_are_faults_by_their_numbers() -> None:
    sounds = FakeSounds(MIC)
    portaudio = PortAudio(sounds.load())
    stream = opened(portaudio)
    sounds.start_error = PortAudioError("x", -9999, (0, -16, "secret"))
    assert portaudio.start(stream) is MicrophoneFault.BUSY
    sounds.errors[0, 0] = PortAudioError("x", -9996)
    assert opened(portaudio) is MicrophoneFault.GONE
    sounds.errors[0, 0] = PortAudioError("x")
    assert opened(portaudio) is MicrophoneFault.NO_ANSWER


def test_a_device_whose_place_another_one_has_taken_is_gone() -> None:
    sounds = FakeSounds(MIC, ("Mic 2", 0, 48000.0, 1))
    portaudio = PortAudio(sounds.load())
    found = portaudio.inputs()
    assert not isinstance(found, MicrophoneFault)
    sounds.devices.pop(0)  # pulled out, and somebody else asks for the list before it is opened
    portaudio.inputs()
    for device, fault in ((found[0], True), (found[1], True)):
        stream = portaudio.open(device, rate_hz=48000, channels=1, block_frames=480, callback=lambda *_args: None, finished=lambda: None)
        assert (stream is MicrophoneFault.GONE) is fault
    assert sounds.streams == []
