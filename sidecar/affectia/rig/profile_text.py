"""A profile written down as the TOML that it can be loaded from again."""

from __future__ import annotations

import json

from affectia import registry
from affectia.rig.profile import LINEAR, Profile, ProfileShape


def profile_text(profile: Profile, *, comment: str = "") -> str:
    """The file of a profile; each line of `comment` stands above it."""
    lines = [f"# {line}".rstrip() for line in comment.splitlines()]
    lines += [
        f"name = {_quoted(profile.name)}",
        f"title = {_quoted(profile.title)}",
        f"level = {_quoted(profile.level)}",
        f"tongue = {_flag(profile.tongue)}",
    ]
    if profile.mirrored:
        lines.append("mirror = true")
    if profile.resting:
        lines += ["", "[routing]", *[f'{registry.GROUPS[group]} = "none"' for group in profile.resting]]
    for section, shapes in (("shapes", profile.shapes), ("stand_ins", profile.stand_ins)):
        if shapes:
            lines += ["", f"[{section}]", *map(_line, shapes)]
    return "\n".join(lines) + "\n"


def _line(shape: ProfileShape) -> str:
    parts = []
    if shape.gain != 1:
        parts.append(f"gain = {shape.gain!r}")
    if shape.offset != 0:
        parts.append(f"offset = {shape.offset!r}")
    if shape.limit != (0, 1):
        parts.append(f"limit = [{shape.limit[0]!r}, {shape.limit[1]!r}]")
    if shape.curve != LINEAR:
        curve = shape.curve
        parts.append(
            f"curve = {{ kind = {_quoted(curve.kind)}, damping = {curve.damping!r}, "
            f"steepness = {curve.steepness!r}, middle = {curve.middle!r} }}"
        )
    if shape.group is not None:
        parts.append(f"group = {_quoted(registry.GROUPS[shape.group])}")
    if not parts and len(shape.sources) == 1 and shape.sources[0][1] == 1:
        return f"{_key(shape.name)} = {_quoted(shape.sources[0][0])}"
    sources = ", ".join(f"{_key(name)} = {factor!r}" for name, factor in shape.sources)
    return f"{_key(shape.name)} = {{ {', '.join([f'from = {{ {sources} }}', *parts])} }}"


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if bare else _quoted(name)


def _quoted(text: str) -> str:
    # TOML's basic strings have JSON's escapes; 7f must be escaped besides.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _flag(value: bool) -> str:
    return "true" if value else "false"
