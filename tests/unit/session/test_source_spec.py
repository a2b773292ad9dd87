from __future__ import annotations

from pathlib import Path

import pytest

from affectia.errors import ConfigError
from affectia.session.source_spec import SourceSpec

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("synthetic", SourceSpec("synthetic")),
        ("npc", SourceSpec("npc")),
        ("none", SourceSpec("none")),
        ("camera", SourceSpec("camera", camera_index=0)),
        ("camera:0", SourceSpec("camera", camera_index=0)),
        ("camera:12", SourceSpec("camera", camera_index=12)),
        ("file:talk.mp4", SourceSpec("file", path=Path("talk.mp4"))),
        ("file:C:\\clips\\a b.mp4", SourceSpec("file", path=Path("C:\\clips\\a b.mp4"))),
        ("file:~/a.mp4", SourceSpec("file", path=Path.home() / "a.mp4")),
        ("clip:carphone", SourceSpec("clip", clip_id="carphone")),
        ("take:out/take.csv", SourceSpec("take", path=Path("out/take.csv"))),
    ],
)
def test_the_seven_forms(text: str, spec: SourceSpec) -> None:
    assert SourceSpec.parse(text) == spec


@pytest.mark.parametrize(
    "text",
    [
        "",
        "camera:",
        "camera:x",
        "camera:-1",
        "camera:1.5",
        "file:",
        "file",
        "clip:",
        "take:",
        "take",
        "synthetic:",
        "npc:1",
        "none:",
        "talk.mp4",
        "CAMERA:0",
    ],
)
def test_anything_else_is_told_the_seven_forms(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        SourceSpec.parse(text)
    assert str(caught.value) == f"source is {text!r}, expected camera:N, file:PATH, clip:ID, take:PATH, synthetic, npc or none"


@pytest.mark.parametrize(
    ("text", "is_ready_made"),
    [
        ("camera:0", False),
        ("file:a.mp4", False),
        ("clip:a", False),
        ("take:a.csv", True),
        ("synthetic", True),
        ("npc", True),
        ("none", True),
    ],
)
def test_faces_that_need_no_network(text: str, is_ready_made: bool) -> None:
    assert SourceSpec.parse(text).is_ready_made is is_ready_made
