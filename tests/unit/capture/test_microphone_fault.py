from __future__ import annotations

import pytest

from affectia.capture.microphone_fault import MicrophoneFault, fault_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32", "freebsd14"])
@pytest.mark.parametrize("fault", MicrophoneFault)
def test_every_fault_has_a_next_step_everywhere(fault: MicrophoneFault, platform: str) -> None:
    step = fault.next_step(platform)
    assert step
    assert not step.endswith(".")


def test_steps_are_those_of_the_system() -> None:
    assert MicrophoneFault.NO_PERMISSION.next_step("darwin") == "allow it in System Settings, Privacy & Security, Microphone"
    assert "usermod -aG audio" in MicrophoneFault.NO_PERMISSION.next_step("linux")
    assert "libportaudio2" in MicrophoneFault.NO_LIBRARY.next_step("linux")


@pytest.mark.parametrize(
    ("code", "host_code", "fault"),
    [
        (-9996, None, MicrophoneFault.GONE),
        (-9985, None, MicrophoneFault.BUSY),
        (-9997, None, MicrophoneFault.NO_ANSWER),
        (-9999, -16, MicrophoneFault.BUSY),
        (-9999, -13, MicrophoneFault.NO_PERMISSION),
        (-9999, -19, MicrophoneFault.GONE),
        (-9999, -2004287478, MicrophoneFault.BUSY),  # 0x8889000A
        (-9999, -2147024891, MicrophoneFault.NO_PERMISSION),  # 0x80070005
        (-9999, 12345, MicrophoneFault.NO_ANSWER),
        (None, None, MicrophoneFault.NO_ANSWER),
    ],
)
def test_numbers_mean_faults(code: int | None, host_code: int | None, fault: MicrophoneFault) -> None:
    assert fault_of(code, host_code) is fault
