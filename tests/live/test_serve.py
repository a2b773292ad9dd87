"""What a person meets at the command line: the right end, the right sentence, nothing left behind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from affectia.client import Subscriber
from affectia.client.subscriber import wait_for_frame
from affectia.registry import Group, Source
from tests.live.running_sidecar import RunningSidecar, free_port_base
from tests.unit.sounds import tone, write_sound

pytestmark = pytest.mark.live


def affectia(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "affectia", *arguments],
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def assert_one_sentence(result: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    assert result.returncode == code, result.stderr
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("affectia: ")
    for word in words:
        assert word in lines[0]


def test_frames_come_and_ctrl_c_ends_it_well() -> None:
    with RunningSidecar("--source", "synthetic") as sidecar, Subscriber(sidecar.endpoint) as subscriber:
        received = wait_for_frame(subscriber, 10)
        assert received is not None
        assert received.frame.is_valid(Group.MOUTH)
        assert sidecar.stop() == 0


def test_many_avatars_come_out_of_one_session() -> None:
    with RunningSidecar("--source", "synthetic", "--avatars", "5") as sidecar, Subscriber(sidecar.endpoint) as subscriber:
        seen = set()
        for received in subscriber.frames(timeout_secs=10):
            seen.add(received.avatar_id)
            if len(seen) == 5:
                break
        assert seen == {"default", "default-2", "default-3", "default-4", "default-5"}


def test_a_camera_without_consent_publishes_frames_that_are_not_valid() -> None:
    # No camera is there, and none is needed: without consent it is not opened.
    with RunningSidecar("--source", "camera:0") as sidecar, Subscriber(sidecar.endpoint) as subscriber:
        received = wait_for_frame(subscriber, 10)
        assert received is not None
        assert [received.frame.is_valid(group) for group in Group] == [False] * len(Group)
        assert not received.frame.blendshape_weights().any()


def test_a_voice_alone_moves_a_mouth(tmp_path: Path) -> None:
    line = write_sound(tmp_path / "line.wav", tone(150, rate_hz=22_050), rate_hz=22_050)
    with (
        RunningSidecar("--source", "none", "--voice", f"file:{line}", "--loop") as sidecar,
        Subscriber(sidecar.endpoint) as subscriber,
    ):
        frames = [received.frame for received, _ in zip(subscriber.frames(timeout_secs=10), range(30), strict=False)]
    assert frames[-1].group(Group.MOUTH)[:2] == (True, Source.VOICE)
    assert frames[-1].audio_sample is not None


def test_a_microphone_without_consent_is_not_listened_to() -> None:
    # No microphone is there, and none is needed: without consent it is not opened.
    with RunningSidecar("--source", "none", "--voice", "microphone") as sidecar, Subscriber(sidecar.endpoint) as subscriber:
        received = wait_for_frame(subscriber, 10)
        assert received is not None
        assert [received.frame.is_valid(group) for group in Group] == [False] * len(Group)
        assert received.frame.audio_sample is None


def test_a_voice_that_is_none_is_told_in_a_sentence(tmp_path: Path) -> None:
    base = str(free_port_base())
    assert_one_sentence(affectia("serve", "--voice", "tape", "--port-base", base), 2, "voice is 'tape'", "microphone:NAME")
    absent = affectia("serve", "--source", "none", "--voice", f"file:{tmp_path / 'absent.wav'}", "--port-base", base)
    assert_one_sentence(absent, 4, "does not exist", "absent.wav")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "video file is empty"),
        (b"this is no video, it only has its name", "cannot be read"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(2000), "cannot be read"),
    ],
)
def test_a_file_that_is_no_video_is_told_in_a_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "clip.mp4"
    file.write_bytes(content)
    result = affectia("serve", "--source", f"file:{file}", "--port-base", str(free_port_base()))
    assert_one_sentence(result, 4, words, "clip.mp4")


def test_a_second_sidecar_names_the_first_and_leaves() -> None:
    with RunningSidecar("--source", "synthetic") as sidecar:
        result = affectia("serve", "--source", "synthetic", "--port-base", str(sidecar.port_base))
        assert_one_sentence(result, 3, "already serves", sidecar.endpoint, str(sidecar.process.pid))


@pytest.mark.parametrize(("offset", "purpose"), [(0, "frames"), (2, "control")])
def test_a_port_of_somebody_else_is_named(offset: int, purpose: str) -> None:
    base = free_port_base()
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", base + offset))
        holder.listen()
        result = affectia("serve", "--source", "synthetic", "--port-base", str(base))
    assert_one_sentence(result, 6, f"port {base + offset}", purpose, "--port-base")


def test_a_setting_that_does_not_exist_names_the_nearest_one(tmp_path: Path) -> None:
    settings = tmp_path / "affectia.toml"
    settings.write_text("[server]\nport_bas = 18000\n", encoding="utf-8")
    assert_one_sentence(
        affectia("serve", "--config", str(settings)), 2, "server.port_bas ", "did you mean server.port_base", "affectia.toml"
    )


def test_settings_that_are_no_toml_say_where(tmp_path: Path) -> None:
    settings = tmp_path / "affectia.toml"
    settings.write_text("[server\nport_base = 18000\n", encoding="utf-8")
    assert_one_sentence(affectia("serve", "--config", str(settings)), 2, "no valid TOML", "line 1", "affectia.toml")


@pytest.mark.parametrize("damage", ["cut", "bit"])
def test_a_damaged_model_is_told_before_anything_starts(
    tmp_path: Path, damage: str, face_landmarker_path: Path, carphone_path: Path
) -> None:
    cache = tmp_path / "cache"
    for path in (face_landmarker_path, carphone_path):
        copy = cache / path.relative_to(path.parents[2])
        copy.parent.mkdir(parents=True)
        copy.write_bytes(path.read_bytes())
    model = cache / face_landmarker_path.relative_to(face_landmarker_path.parents[2])
    whole = model.read_bytes()
    model.write_bytes(whole[:100_000] if damage == "cut" else whole[:-1] + bytes((whole[-1] ^ 1,)))
    result = affectia(
        "serve", "--source", "clip:carphone", "--port-base", str(free_port_base()), environment={"AFFECTIA_CACHE_DIR": str(cache)}
    )
    assert_one_sentence(result, 5, "face_landmarker", "expected", "affectia models pull")


def test_a_missing_model_names_the_command_that_brings_it(tmp_path: Path, carphone_path: Path) -> None:
    result = affectia(
        "serve",
        "--source",
        f"file:{carphone_path}",
        "--port-base",
        str(free_port_base()),
        environment={"AFFECTIA_CACHE_DIR": str(tmp_path)},
    )
    assert_one_sentence(result, 5, "face_landmarker", "affectia models pull")


def test_a_clip_without_a_face_runs_and_says_that_nothing_is_valid(tmp_path: Path) -> None:
    import av
    import numpy as np

    path = tmp_path / "empty_room.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for _ in range(15):
            picture = av.VideoFrame.from_ndarray(np.full((240, 320, 3), 90, np.uint8), format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    with RunningSidecar("--source", f"file:{path}", "--loop") as sidecar, Subscriber(sidecar.endpoint) as subscriber:
        frames = subscriber.frames(timeout_secs=10)
        for _ in range(20):
            received = next(frames)
            assert not any(received.frame.is_valid(group) for group in Group)
