"""Why a microphone gives no sound, and what to do about it."""

from __future__ import annotations

import enum
import sys
from collections.abc import Mapping
from typing import Final


class MicrophoneFault(enum.Enum):
    """Why a microphone gives no sound; NO_ANSWER where the system does not tell."""

    GONE = "gone"
    BUSY = "busy"
    NO_PERMISSION = "no permission"
    STALLED = "stalled"
    NO_LIBRARY = "no PortAudio"
    NO_ANSWER = "no answer"

    def next_step(self, platform: str = sys.platform) -> str:
        """What a person can do, as the end of a sentence."""
        steps = {MicrophoneFault.NO_PERMISSION: _ALLOW, MicrophoneFault.NO_LIBRARY: _INSTALL}.get(self)
        return _NEXT_STEPS[self] if steps is None else steps.get(platform, steps["linux"])


_NEXT_STEPS: Final = {
    MicrophoneFault.GONE: "plug it in",
    MicrophoneFault.BUSY: "end the other program that holds it",
    MicrophoneFault.STALLED: "its driver does not answer, unplug it and plug it in again",
    MicrophoneFault.NO_ANSWER: "plug it in, end other programs that may hold it, or allow this one to use it",
}
_ALLOW: Final = {
    "linux": "add yourself to group audio (`sudo usermod -aG audio $USER`) and log in again",
    "darwin": "allow it in System Settings, Privacy & Security, Microphone",
    "win32": "allow it in Settings, Privacy & security, Microphone",
}
_INSTALL: Final = {
    "linux": "install libportaudio2 (Debian, Ubuntu: `sudo apt-get install -y libportaudio2`)",
    "darwin": "`pip install --force-reinstall sounddevice` brings it",
    "win32": "`pip install --force-reinstall sounddevice` brings it",
}

# PortAudio's own codes (portaudio.h, enum PaErrorCode).
_INVALID_DEVICE: Final = -9996
_DEVICE_UNAVAILABLE: Final = -9985
_OF_PORTAUDIO: Final[Mapping[int, MicrophoneFault]] = {
    _INVALID_DEVICE: MicrophoneFault.GONE,
    _DEVICE_UNAVAILABLE: MicrophoneFault.BUSY,
}
# What hosts say behind paUnanticipatedHostError: errno of ALSA, HRESULTs of WASAPI (audioclient.h), signed as PortAudio hands them out.
_OF_HOSTS: Final[Mapping[int, MicrophoneFault]] = {
    -1: MicrophoneFault.NO_PERMISSION,  # EPERM
    -2: MicrophoneFault.GONE,  # ENOENT
    -13: MicrophoneFault.NO_PERMISSION,  # EACCES
    -16: MicrophoneFault.BUSY,  # EBUSY
    -19: MicrophoneFault.GONE,  # ENODEV
    0x8889000A - (1 << 32): MicrophoneFault.BUSY,  # AUDCLNT_E_DEVICE_IN_USE
    0x88890004 - (1 << 32): MicrophoneFault.GONE,  # AUDCLNT_E_DEVICE_INVALIDATED
    0x80070005 - (1 << 32): MicrophoneFault.NO_PERMISSION,  # E_ACCESSDENIED
}


def fault_of(portaudio_code: int | None, host_code: int | None) -> MicrophoneFault:
    """The fault that the numbers of a PortAudio error mean."""
    if host_code is not None and (found := _OF_HOSTS.get(host_code)) is not None:
        return found
    return _OF_PORTAUDIO.get(portaudio_code or 0, MicrophoneFault.NO_ANSWER)
