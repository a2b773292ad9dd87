from __future__ import annotations

from typing import Any

import pytest

from affectia.errors import ConfigError
from affectia.session.session_request import SessionRequest
from affectia.session.source_spec import SourceSpec
from affectia.session.voice_spec import VoiceSpec

pytestmark = pytest.mark.unit


def request(source: str, voice: str = "none", avatars: int = 1) -> SessionRequest:
    return SessionRequest("a", SourceSpec.parse(source), avatars, voice=VoiceSpec.parse(voice))


@pytest.mark.parametrize(
    ("source", "voice", "avatars"),
    [
        ("camera:0", "none", 8),
        ("synthetic", "none", 500),
        ("take:a.csv", "none", 1),
        ("none", "microphone", 1),
        ("camera:0", "microphone", 1),
        ("file:a.mp4", "same", 1),
        ("synthetic", "file:a.wav", 1),
        ("npc", "none", 500),
        ("npc", "microphone", 1),
    ],
)
def test_pictures_a_voice_or_both(source: str, voice: str, avatars: int) -> None:
    request(source, voice, avatars).check()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (request("none"), "^session has neither pictures nor a voice"),
        (request("camera:0", avatars=0), "^avatar count is 0, expected 1 or more$"),
        (request("camera:0", avatars=9), "^avatar count is 9, expected 1 to 8 for a source of kind camera$"),
        (request("take:a.csv", avatars=2), "^avatar count is 2, expected 1 to 1 for a source of kind take$"),
        (request("camera:0", "microphone", 2), "^avatar count is 2, expected 1 with a voice: nobody can tell whose it is$"),
        (request("npc", "file:a.wav", 2), "^avatar count is 2, expected 1 with a voice: nobody can tell whose it is$"),
        (request("npc", "same"), "^voice is 'same' beside a source of kind npc"),
        (request("synthetic", "same"), "^voice is 'same' beside a source of kind synthetic"),
    ],
)
def test_what_does_not_go_together_is_told(wrong: SessionRequest, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        wrong.check()


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"mapping": "split", "idle": "on", "seed": 2**64 - 1, "calibration": "anna-2", "profile": "vrm1"},
        {"mapping": "action_units", "idle": "off"},
        {"idle": "auto", "mapping": "shapes"},
    ],
)
def test_how_avatars_act(how: dict[str, Any]) -> None:
    SessionRequest("a", SourceSpec("npc"), **how).check()


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"mapping": "blent"}, "^mapping is 'blent', expected one of shapes, action_units, emotion, blend, split, did you mean blend$"),
        ({"idle": "On"}, "^idle is 'On', expected one of auto, on, off, did you mean on$"),
        ({"seed": -1}, "^seed is -1, expected 0 to 18446744073709551615$"),
        ({"seed": 2**64}, "^seed is 18446744073709551616, expected 0 to"),
        ({"calibration": "../anna"}, "^calibration is '../anna', expected 1 to 32 of a-z, 0-9 and -$"),
    ],
)
def test_how_avatars_cannot_act_is_told(how: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        SessionRequest("a", SourceSpec("npc"), **how).check()
