from __future__ import annotations

import pytest

from affectia.capture.pcm import PcmFormat
from affectia.errors import ConfigError
from affectia.session.speech.speech_request import SpeechRequest

pytestmark = pytest.mark.unit


def test_what_is_not_said_is_usual() -> None:
    wanted = SpeechRequest("npc-1", PcmFormat(24_000))
    assert (wanted.frame_rate_hz, wanted.interrupts, wanted.needs_session) == (60, False, True)


@pytest.mark.parametrize("frame_rate_hz", [-60, 0, 9, 241])
def test_a_frame_rate_that_cannot_shut_a_mouth_in_time_is_refused(frame_rate_hz: int) -> None:
    with pytest.raises(ConfigError, match=rf"^frame rate is {frame_rate_hz}, expected 10 to 240 frames a second$"):
        SpeechRequest("npc", PcmFormat(24_000), frame_rate_hz=frame_rate_hz)


@pytest.mark.parametrize("avatar_id", ["", "NPC", "a/b", "x" * 33])
def test_an_id_that_cannot_be_one_is_refused(avatar_id: str) -> None:
    with pytest.raises(ConfigError, match=r"^avatar id is "):
        SpeechRequest(avatar_id, PcmFormat(24_000))
