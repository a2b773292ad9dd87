from __future__ import annotations

import pytest

from affectia.capture.microphone_alsa import CaptureNode
from affectia.capture.microphone_fault import MicrophoneFault
from affectia.capture.microphone_list import FoundMicrophone, MicrophoneListing, list_microphones
from affectia.capture.portaudio import PortAudio
from tests.unit.capture.fake_portaudio import FakeSounds

pytestmark = pytest.mark.unit


def listed(sounds: FakeSounds, *nodes: CaptureNode, own: tuple[str, ...] = ()) -> MicrophoneListing:
    return list_microphones(own, portaudio=PortAudio(sounds.load()), nodes=lambda: nodes)


def test_microphones_are_named_and_none_is_opened() -> None:
    sounds = FakeSounds(("Mic: USB Audio (hw:1,0)", 0, 48000.0, 1), ("pulse", 0, 44100.0, 32), default=1)
    assert listed(sounds).microphones == (
        FoundMicrophone(0, "Mic: USB Audio (hw:1,0)", "ALSA", 48000, 1),
        FoundMicrophone(1, "pulse", "ALSA", 44100, 32, is_default=True),
    )
    assert sounds.streams == []
    assert [microphone.state for microphone in listed(sounds).microphones] == ["ready", "ready"]


def test_what_is_held_or_forbidden_is_told_with_the_next_step() -> None:
    sounds = FakeSounds(("Mic: USB Audio (hw:1,0)", 0, 48000.0, 1), ("pulse", 0, 44100.0, 32))
    found = listed(
        sounds,
        CaptureNode(0, 0, "ALC257", is_held=True, is_allowed=True),
        CaptureNode(1, 0, "USB Audio", is_held=True, is_allowed=True),
        CaptureNode(2, 0, "Line In", is_held=False, is_allowed=False),
        CaptureNode(3, 0, "Loopback", is_held=False, is_allowed=True),
    ).microphones
    assert [(each.index, each.name, each.state) for each in found] == [
        (0, "Mic: USB Audio (hw:1,0)", "busy"),
        (1, "pulse", "ready"),
        (None, "ALC257", "busy"),
        (None, "Line In", "no permission"),
    ]
    assert [each.busy for each in found] == [True, False, True, False]
    assert found[2].next_step == "end the other program that holds it"
    assert found[1].next_step == ""


def test_those_of_this_process_are_busy() -> None:
    found = listed(FakeSounds(("A", 0, 48000.0, 1), ("B", 0, 48000.0, 1)), own=("A, ALSA",)).microphones
    assert [each.state for each in found] == ["busy", "ready"]


def test_without_the_library_nothing_can_be_said() -> None:
    def load(_name: str) -> object:
        raise OSError("PortAudio library not found")

    assert list_microphones(portaudio=PortAudio(load)) == MicrophoneListing(fault=MicrophoneFault.NO_LIBRARY)


def test_a_machine_without_sound_has_none() -> None:
    assert listed(FakeSounds(hosts=())) == MicrophoneListing()
