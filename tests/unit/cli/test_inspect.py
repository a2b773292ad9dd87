from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from affectia.cli.inspect import inspect
from affectia.errors import ConfigError, WireError
from affectia.wire import avatar_frame, emotion_update, json_twin, layout, topic, track_chunk
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.emotion_update import EmotionUpdate
from affectia.wire.layout import STANDARD, Layout, LayoutMessage
from affectia.wire.track_chunk import TrackChunk
from affectia.wire.track_file import write_track
from tests.unit.cli.frames_by_hand import received

pytestmark = pytest.mark.unit

FRAME = received(300, shapes={"jawOpen": 0.5}).frame
BODY = avatar_frame.encode(FRAME)
CHUNKS = [TrackChunk(7, number, 1102 * number, 22050, 60, bytes(99), bytes(45), end=number == 2) for number in range(3)]


def invoked(*arguments: str, stdin: bytes = b"") -> Result:
    app = typer.Typer()
    app.command()(inspect)
    return CliRunner().invoke(app, list(arguments), input=stdin)


def test_a_good_message_ends_with_0_and_its_verdict() -> None:
    result = invoked("-", stdin=topic.avatar("bob") + BODY)
    assert result.exit_code == 0
    assert "avatar/bob" in result.output
    assert result.output.rstrip().endswith("ok: the message is whole")


def test_a_bad_message_ends_with_1_and_its_place() -> None:
    result = invoked((BODY + b"\0").hex())
    assert result.exit_code == 1
    assert f"trailing_bytes at byte {len(BODY)} of the body" in " ".join(result.output.split())


def test_json_is_the_twin(tmp_path: Path) -> None:
    (tmp_path / "frame").write_bytes(topic.avatar("bob") + BODY)
    twin = json.loads(invoked(str(tmp_path / "frame"), "--json").output)
    assert twin == json_twin.avatar_frame_json(FRAME, avatar_id="bob", epoch_offset_nanos=0) | {"timestamp_ms": None}
    update = EmotionUpdate(7, 1, 5_000_000, 6, head_pose=bytes(6))
    twin = json.loads(invoked(emotion_update.encode(update).hex(), "--json").output)
    assert (twin["type"], twin["timestamp_ms"], twin["payload"]["head_pose"]["yaw"]) == ("emotion_update", None, 0)
    twin = json.loads(invoked("-", "--json", stdin=layout.encode(LayoutMessage(7, STANDARD))).output)
    assert (twin["type"], twin["payload"]["layout_id"], len(twin["payload"]["parts"][0])) == ("layout", 1, 52)


def test_json_of_a_layout_says_what_is_known_of_the_voice() -> None:
    payload = json.loads(invoked("-", "--json", stdin=layout.encode(LayoutMessage(7, STANDARD, 48000, 40))).output)["payload"]
    assert (payload["audio_rate_hz"], payload["look_ahead_millis"]) == (48000, 40)
    assert "audio_rate_hz" not in json.loads(invoked("-", "--json", stdin=layout.encode(LayoutMessage(7, STANDARD))).output)["payload"]


def test_a_chunk_of_a_track_is_known() -> None:
    message = topic.track("bob") + track_chunk.encode(CHUNKS[1])
    result = invoked("-", stdin=message)
    assert result.exit_code == 0
    assert "track/bob" in result.output
    assert json.loads(invoked("-", "--json", stdin=message).output) == json_twin.track_chunk_json(CHUNKS[1], avatar_id="bob")


def test_a_file_of_a_whole_track_is_shown(tmp_path: Path) -> None:
    (tmp_path / "line.track").write_bytes(write_track(CHUNKS))
    result = invoked(str(tmp_path / "line.track"))
    assert result.exit_code == 0
    assert "a whole track: 3 chunks, 9 frames, to 0.150 s" in " ".join(result.output.split())
    twins = json.loads(invoked(str(tmp_path / "line.track"), "--json").output)
    assert twins == [json_twin.track_chunk_json(chunk, avatar_id="") for chunk in CHUNKS]


def test_a_file_of_a_track_that_is_cut_says_where(tmp_path: Path) -> None:
    (tmp_path / "line.track").write_bytes(write_track(CHUNKS)[:-5])
    error = invoked(str(tmp_path / "line.track")).exception
    assert isinstance(error, WireError)
    assert str(error).startswith("track chunk 2 at byte ")


def test_a_chunk_with_rubbish_behind_it_is_a_bad_chunk() -> None:
    result = invoked((track_chunk.encode(CHUNKS[0]) + b"\0").hex())
    assert result.exit_code == 1
    assert "trailing_bytes at byte" in result.output


def test_the_help_says_why_the_timestamp_is_null() -> None:
    assert "timestamp_ms is null" in " ".join(invoked("--help").output.replace("│", " ").split())


def test_a_message_and_a_layout_may_be_written_as_text(tmp_path: Path) -> None:
    own = Layout.of(1024, (("grin",), (), (), ()))
    (tmp_path / "layout").write_text(layout.encode(LayoutMessage(7, own)).hex(" "))
    (tmp_path / "frame").write_text(avatar_frame.encode(AvatarFrame(7, 0, 1, 2, layout=own, blendshapes=b"\xff")).hex() + "\n")
    assert invoked(str(tmp_path / "frame"), "--layout", str(tmp_path / "layout")).exit_code == 0


def test_json_of_a_bad_message_is_what_is_wrong_with_it() -> None:
    result = invoked("a0", "--json")
    assert result.exit_code == 1
    assert json.loads(result.output) == {
        "type": "avatar_frame",
        "session_id": "",
        "status": "missing_key",
        "meaning": "a key that every message carries is not there",
        "offset": 1,
        "found": "key 0 (version) is missing, found at the end of the map",
    }


def test_a_custom_layout_comes_in_a_file_of_its_own(tmp_path: Path) -> None:
    own = Layout.of(1024, (("grin",), (), (), ()))
    (tmp_path / "layout").write_bytes(topic.layout("bob") + layout.encode(LayoutMessage(7, own)))
    body = avatar_frame.encode(AvatarFrame(7, 0, 1, 2, layout=own, blendshapes=b"\xff"))
    assert invoked(body.hex()).exit_code == 1
    result = invoked(body.hex(), "--layout", str(tmp_path / "layout"))
    assert result.exit_code == 0
    assert "grin  1.000" in result.output
    (tmp_path / "layout").write_bytes(body)
    assert isinstance(invoked(body.hex(), "--layout", str(tmp_path / "layout")).exception, WireError)
    assert isinstance(invoked(body.hex(), "--layout", str(tmp_path / "none")).exception, ConfigError)


def test_the_kind_may_be_named() -> None:
    assert invoked(BODY.hex(), "--kind", "emotion_update").exit_code == 1
    assert isinstance(invoked(BODY.hex(), "--kind", "letter").exception, ConfigError)
