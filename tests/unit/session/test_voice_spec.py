from __future__ import annotations

from pathlib import Path

import pytest

from affectia.errors import ConfigError
from affectia.session.source_spec import SourceSpec
from affectia.session.voice_spec import VoiceSpec

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("microphone", VoiceSpec("microphone")),
        ("microphone:2", VoiceSpec("microphone", microphone="2")),
        ("microphone:USB: headset", VoiceSpec("microphone", microphone="USB: headset")),
        ("file:line.wav", VoiceSpec("file", path=Path("line.wav"))),
        ("file:~/line.wav", VoiceSpec("file", path=Path.home() / "line.wav")),
        ("clip:two-cities", VoiceSpec("clip", clip_id="two-cities")),
        ("same", VoiceSpec("same")),
        ("none", None),
        ("", None),
    ],
)
def test_the_seven_forms(text: str, spec: VoiceSpec | None) -> None:
    assert VoiceSpec.parse(text) == spec


@pytest.mark.parametrize("text", ["microphone:", "mic", "file:", "file", "clip:", "clip", "same:", "none:", "line.wav", "camera:0"])
def test_anything_else_is_told_the_seven_forms(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        VoiceSpec.parse(text)
    forms = "microphone, microphone:N, microphone:NAME, file:PATH, clip:ID, same or none"
    assert str(caught.value) == f"voice is {text!r}, expected {forms}"


def test_file_that_cannot_be_a_path_is_told() -> None:
    with pytest.raises(ConfigError, match="^voice file has a zero byte in its name"):
        VoiceSpec.parse("file:a\0b")


@pytest.mark.parametrize(("source", "fits"), [("file:a.mp4", True), ("clip:carphone", True), ("camera:0", False), ("none", False)])
def test_same_needs_pictures_that_have_sound(source: str, fits: bool) -> None:
    spec = SourceSpec.parse(source)
    VoiceSpec("microphone").check_beside(spec)
    VoiceSpec("clip", clip_id="two-cities").check_beside(spec)
    if fits:
        VoiceSpec("same").check_beside(spec)
        return
    with pytest.raises(ConfigError, match=f"^voice is 'same' beside a source of kind {spec.kind}, expected a file or a clip"):
        VoiceSpec("same").check_beside(spec)
