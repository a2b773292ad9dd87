from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from affectia.errors import CaptureError, ConfigError
from affectia.rig.morph_list import MOST_MORPHS, checked_morphs, read_morphs

pytestmark = pytest.mark.unit

VRM1: dict[str, Any] = {"extensions": {"VRMC_vrm": {"expressions": {"preset": {"aa": {}, "happy": {}}, "custom": {"JawOpen": {}}}}}}
MESHES: dict[str, Any] = {
    "meshes": [
        {"extras": {"targetNames": ["jawOpen", "eyeBlinkLeft"]}, "primitives": [{}]},
        {"primitives": [{"extras": {"targetNames": ["jawOpen", "tongueOut"]}}]},
        {"primitives": []},
    ]
}


def glb(scene: object, *, magic: int = 0x46546C67, version: int = 2, kind: int = 0x4E4F534A, more: int = 0) -> bytes:
    content = json.dumps(scene).encode()
    return struct.pack("<5I", magic, version, 20 + len(content), len(content) + more, kind) + content


def file(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_text_has_one_name_a_line(tmp_path: Path) -> None:
    text = "\ufeff# an avatar\njawOpen\r\n\n  eyeBlink_L   # left\njawOpen\nまばたき\n"
    assert read_morphs(file(tmp_path, "a.TXT", text.encode())) == ("jawOpen", "eyeBlink_L", "まばたき")


def test_json_is_a_list_of_texts(tmp_path: Path) -> None:
    assert read_morphs(file(tmp_path, "a.json", b'["jawOpen", "", "aa", "jawOpen"]')) == ("jawOpen", "aa")


def test_gltf_tells_its_targets_of_meshes_and_primitives(tmp_path: Path) -> None:
    assert read_morphs(file(tmp_path, "a.gltf", json.dumps(MESHES).encode())) == ("jawOpen", "eyeBlinkLeft", "tongueOut")


def test_binary_gltf_is_read_as_far_as_its_scene(tmp_path: Path) -> None:
    assert read_morphs(file(tmp_path, "a.glb", glb(MESHES) + b"\0\1\2\3" * 99)) == ("jawOpen", "eyeBlinkLeft", "tongueOut")


def test_expressions_of_vrm_come_first(tmp_path: Path) -> None:
    assert read_morphs(file(tmp_path, "a.vrm", glb(VRM1 | MESHES))) == ("aa", "happy", "JawOpen", "jawOpen", "eyeBlinkLeft", "tongueOut")


def test_clips_of_older_vrm_go_by_their_preset(tmp_path: Path) -> None:
    groups = [
        {"presetName": "joy", "name": "Joy"},
        {"presetName": "blink_l", "name": "Left eye"},
        {"presetName": "unknown", "name": "Wink"},
        {"presetName": "", "name": "Hmm"},
        {"name": 3},
    ]
    scene = {"extensions": {"VRM": {"blendShapeMaster": {"blendShapeGroups": groups}}}}
    assert read_morphs(file(tmp_path, "a.vrm", glb(scene))) == ("Joy", "blink_l", "Wink", "Hmm")


@pytest.mark.parametrize(
    "scene",
    [
        {},
        {"meshes": 3, "extensions": []},
        {"meshes": [1, {"extras": 1, "primitives": {}}, {"extras": {"targetNames": "x"}}, {"extras": {"targetNames": [1, None]}}]},
        {"extensions": {"VRMC_vrm": 1, "VRM": {"blendShapeMaster": []}}},
        {"extensions": {"VRMC_vrm": {"expressions": {"preset": []}}, "VRM": {"blendShapeMaster": {"blendShapeGroups": {}}}}},
    ],
)
def test_a_scene_that_names_nothing_is_told(tmp_path: Path, scene: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"no morphs are named, expected the names of an avatar's morph targets: .*a\.vrm"):
        read_morphs(file(tmp_path, "a.vrm", glb(scene)))


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.txt", b"\xff\xfe", "file is no UTF-8 text"),
        ("a.txt", b"# nothing\n", "no morphs are named"),
        ("a.txt", b"x" * 257, "name of a morph has 257 characters, expected at most 256"),
        ("a.txt", b"x" * (4 << 20) + b"x", "file has more than 4194304 bytes"),
        ("a.json", b"{}", "list of morphs is dict, expected a JSON list of texts"),
        ("a.json", b"[1]", "list of morphs is list, expected a JSON list of texts"),
        ("a.json", b"[", "file is no JSON"),
        ("a.json", b"[" * 100_000, "file is no JSON"),
        ("a.gltf", b"3", "scene is int, expected glTF"),
        ("a.glb", b"glTF", "file has 4 bytes, expected binary glTF"),
        ("a.glb", glb({}, magic=1), "file is no binary glTF 2.0"),
        ("a.glb", glb({}, version=1), "file is no binary glTF 2.0"),
        ("a.vrm", glb({}, kind=0x004E4942), "file is no binary glTF 2.0"),
        ("a.vrm", glb({}, more=7), "scene of the file has 2 bytes, expected 9"),
        ("a.vrm", glb({}, more=1 << 30), "scene of the file has 1073741826 bytes, expected at most 67108864"),
        ("a.fbx", b"", r"kind of file is \.fbx, expected \.txt, \.json, \.gltf, \.glb or \.vrm"),
        ("a", b"", "kind of file is unknown"),
    ],
)
def test_broken_files_are_told(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    path = file(tmp_path, name, content)
    with pytest.raises(ConfigError, match=problem) as caught:
        read_morphs(path)
    assert str(caught.value).endswith(f": {path}")


@pytest.mark.parametrize("name", ["no.txt", "no.glb"])
def test_files_that_are_not_there_are_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(CaptureError, match=r"file cannot be read \(no such file or directory\): "):
        read_morphs(tmp_path / name)


def test_names_that_cannot_be_printed_are_left_out() -> None:
    assert checked_morphs(["a", "\x1b[2J", "b\ud800", "c\n", "d e"]) == ("a", "d e")


def test_too_many_names_are_refused() -> None:
    assert len(checked_morphs(f"m{number}" for number in range(MOST_MORPHS))) == MOST_MORPHS
    with pytest.raises(ConfigError, match="morphs are more than 4096, expected those of one avatar"):
        checked_morphs(f"m{number}" for number in range(MOST_MORPHS + 1))
