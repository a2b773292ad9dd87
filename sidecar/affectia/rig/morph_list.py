"""The names of an avatar's morph targets, read from a list or from the avatar's own file."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from affectia.errors import CaptureError, ConfigError

MOST_MORPHS: Final = 4096
MOST_NAME_CHARS: Final = 256
_MOST_LIST_BYTES: Final = 4 << 20
_MOST_SCENE_BYTES: Final = 64 << 20  # of the JSON of a scene; what stands behind it is not read
_GLB: Final = 0x46546C67
_JSON_CHUNK: Final = 0x4E4F534A
_KINDS: Final = ".txt, .json, .gltf, .glb or .vrm"


def read_morphs(path: Path) -> tuple[str, ...]:
    """Names in their order, each once; ConfigError says what is wrong with the file.

    A .txt has one a line, # begins a comment; a .json is a list of texts. Of a .gltf, .glb or .vrm the expressions come first, then the
    morph targets of its meshes.
    """
    kind = path.suffix.lower()
    if kind == ".txt":
        lines = _decoded(_content(path, _MOST_LIST_BYTES), path).splitlines()
        return checked_morphs((line.partition("#")[0].strip() for line in lines), where=f": {path}")
    if kind == ".json":
        listed = _json(_content(path, _MOST_LIST_BYTES), path)
        if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
            raise ConfigError(f"list of morphs is {type(listed).__name__}, expected a JSON list of texts: {path}")
        return checked_morphs(listed, where=f": {path}")
    if kind == ".gltf":
        return _of_scene(_json(_content(path, _MOST_SCENE_BYTES), path), path)
    if kind in (".glb", ".vrm"):
        return _of_scene(_json(_glb_json(path), path), path)
    raise ConfigError(f"kind of file is {kind or 'unknown'}, expected {_KINDS}: {path}")


def checked_morphs(names: Iterable[str], *, where: str = "") -> tuple[str, ...]:
    """The names, each once; ConfigError where they are too many, too long, or none at all. What cannot be printed names nothing."""
    found: dict[str, None] = {}
    for name in names:
        if len(name) > MOST_NAME_CHARS:
            raise ConfigError(f"name of a morph has {len(name)} characters, expected at most {MOST_NAME_CHARS}{where}")
        if name and name.isprintable():
            found[name] = None
        if len(found) > MOST_MORPHS:
            raise ConfigError(f"morphs are more than {MOST_MORPHS}, expected those of one avatar{where}")
    if not found:
        raise ConfigError(f"no morphs are named, expected the names of an avatar's morph targets{where}")
    return tuple(found)


def _of_scene(scene: Any, path: Path) -> tuple[str, ...]:
    if not isinstance(scene, dict):
        raise ConfigError(f"scene is {type(scene).__name__}, expected glTF: {path}")
    return checked_morphs([*_expressions(scene), *_targets(scene)], where=f": {path}")


def _targets(scene: dict[str, Any]) -> Iterator[str]:
    """Where writers of glTF put them: `extras.targetNames` of a mesh, or of a primitive."""
    for mesh in _dicts(scene.get("meshes")):
        for holder in (mesh, *_dicts(mesh.get("primitives"))):
            extras = holder.get("extras")
            names = extras.get("targetNames") if isinstance(extras, dict) else None
            yield from (name for name in names if isinstance(name, str)) if isinstance(names, list) else ()


def _expressions(scene: dict[str, Any]) -> Iterator[str]:
    """Of VRM 1.0 presets and custom ones; of VRM 0.x the clips, by preset where they have one."""
    extensions = scene.get("extensions")
    if not isinstance(extensions, dict):
        return
    vrm1 = extensions.get("VRMC_vrm")
    expressions = vrm1.get("expressions") if isinstance(vrm1, dict) else None
    if isinstance(expressions, dict):
        for section in ("preset", "custom"):
            names = expressions.get(section)
            yield from names if isinstance(names, dict) else ()
    vrm0 = extensions.get("VRM")
    master = vrm0.get("blendShapeMaster") if isinstance(vrm0, dict) else None
    for clip in _dicts(master.get("blendShapeGroups")) if isinstance(master, dict) else ():
        preset, name = clip.get("presetName"), clip.get("name")
        named = isinstance(preset, str) and preset not in ("", "unknown")
        chosen = preset if named and not (isinstance(name, str) and name.lower() == str(preset)) else name
        if isinstance(chosen, str):
            yield chosen


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _glb_json(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(20)
            if len(head) < 20:
                raise ConfigError(f"file has {len(head)} bytes, expected binary glTF: {path}")
            magic, version, _, size, kind = struct.unpack("<5I", head)
            if magic != _GLB or version != 2 or kind != _JSON_CHUNK:
                raise ConfigError(f"file is no binary glTF 2.0: {path}")
            if size > _MOST_SCENE_BYTES:
                raise ConfigError(f"scene of the file has {size} bytes, expected at most {_MOST_SCENE_BYTES}: {path}")
            content = file.read(size)
    except OSError as error:
        raise _unreadable(error, path) from None
    if len(content) < size:
        raise ConfigError(f"scene of the file has {len(content)} bytes, expected {size}: {path}")
    return content


def _content(path: Path, most_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
    except OSError as error:
        raise _unreadable(error, path) from None
    if len(content) > most_bytes:
        raise ConfigError(f"file has more than {most_bytes} bytes, expected names of morphs: {path}")
    return content


def _unreadable(error: OSError, path: Path) -> CaptureError:
    return CaptureError(f"file cannot be read ({(error.strerror or 'no file').lower()}): {path}")


def _decoded(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"file is no UTF-8 text: {path}") from None


def _json(content: bytes, path: Path) -> Any:
    try:
        return json.loads(_decoded(content, path))
    except (ValueError, RecursionError) as error:
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(f"file is no JSON: {path}") from None
