"""Profiles as files: those of the package, and those that people write; checked when they are loaded."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any, Final, TypeVar

from affectia import registry
from affectia.errors import CaptureError, ConfigError, not_one_of
from affectia.registry import Group
from affectia.rig.profile import CURVE_KINDS, LEVELS, LINEAR, MOST_SHAPES, Curve, Profile, ProfileShape
from affectia.rig.profile_sources import expanded, source_names

STANDARD: Final = "arkit52"
# Where an avatar fits two of them equally well, the first is meant.
PROFILE_NAMES: Final = (
    STANDARD,
    "ready-player-me",
    "metahuman",
    "metahuman-controls",
    "vrm1-perfectsync",
    "vrchat",
    "oculus-visemes",
    "vrm1",
    "vrm0",
    "mblab",
    "jaw-only",
)
MOST_BYTES: Final = 1 << 20

_KEYS: Final = ("name", "title", "level", "tongue", "mirror", "extends", "routing", "shapes", "stand_ins")
_SHAPE_KEYS: Final = ("from", "gain", "offset", "limit", "curve", "group")
_CURVE_KEYS: Final = ("kind", "damping", "steepness", "middle")
_T = TypeVar("_T", bound=str)


@functools.cache
def packaged_profile(name: str) -> Profile:
    """A profile of the package; ConfigError names those that there are."""
    if name not in PROFILE_NAMES:
        raise not_one_of("profile", name, PROFILE_NAMES)
    file = resources.files("affectia.rig") / "profiles" / f"{name}.toml"
    return parse_profile(file.read_text(encoding="utf-8"), f"{name}.toml")


def load_profile(name_or_path: str) -> Profile:
    """A profile by its name, or one of somebody's own by the path of its file (.toml); ConfigError says what is wrong with it, CaptureError
    that it cannot be read.
    """
    if not name_or_path.lower().endswith(".toml"):
        return packaged_profile(name_or_path or STANDARD)
    path = Path(name_or_path)
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise CaptureError(f"profile cannot be read ({(error.strerror or 'no file').lower()}): {path}") from None
    if len(content) > MOST_BYTES:
        raise ConfigError(f"profile has more than {MOST_BYTES} bytes, expected a text of some shapes: {path}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"profile is no UTF-8 text: {path}") from None
    return parse_profile(text, str(path))


def parse_profile(text: str, where: str) -> Profile:
    """A profile out of its text; `where` is the file that errors name."""
    try:
        data = tomllib.loads(text.replace("\r\n", "\n"))
    except (ValueError, RecursionError) as error:  # of a number with thousands of digits it is no TOMLDecodeError
        raise ConfigError(f"profile is no TOML ({error}): {where}") from None
    try:
        return _profile(data)
    except ConfigError as error:
        raise ConfigError(f"{error}: {where}") from None


def _profile(data: Mapping[str, Any]) -> Profile:
    _check_keys("key of profile", data, _KEYS)
    base = packaged_profile(_text(data, "extends")) if "extends" in data else None
    shapes = _shapes(data.get("shapes", {}), "shapes", base.shapes if base else ())
    stand_ins = _shapes(data.get("stand_ins", {}), "stand_ins", base.stand_ins if base else ())
    if not 1 <= len(shapes) <= MOST_SHAPES:
        raise ConfigError(f"profile has {len(shapes)} shapes, expected 1 to {MOST_SHAPES}")
    return Profile(
        name=_text(data, "name"),
        title=_text(data, "title") if "title" in data else base.title if base else _text(data, "name"),
        level=_choice("level of profile", data.get("level", base.level if base else ""), LEVELS),
        shapes=shapes,
        stand_ins=stand_ins,
        tongue=_flag(data, "tongue", base.tongue if base else True),
        mirrored=_flag(data, "mirror", base.mirrored if base else False),
        resting=_resting(data["routing"]) if "routing" in data else base.resting if base else (),
    )


def _shapes(table: Any, section: str, base: tuple[ProfileShape, ...]) -> tuple[ProfileShape, ...]:
    """The shapes of a table, those of the profile that is extended first, with what is said anew of them."""
    if not isinstance(table, dict):
        raise ConfigError(f"{section} of profile is {_named(table)}, expected a table")
    found = {shape.name: shape for shape in base}
    for name, row in table.items():
        if not 1 <= len(name.encode()) <= registry.WIRE_MAX_NAME_BYTES:
            raise ConfigError(f"name of shape {name[:20]!r} has {len(name.encode())} bytes, expected 1 to {registry.WIRE_MAX_NAME_BYTES}")
        found[name] = _shape(name, row, found.get(name))
    return tuple(found.values())


def _shape(name: str, row: Any, base: ProfileShape | None) -> ProfileShape:
    if isinstance(row, str):
        return ProfileShape(name, _sources(name, {row: 1.0}))
    if not isinstance(row, dict):
        raise ConfigError(f"shape {name!r} is {_named(row)}, expected the name of a source or a table")
    _check_keys(f"key of shape {name!r}", row, _SHAPE_KEYS)
    if "from" not in row and base is None:
        raise ConfigError(f"shape {name!r} has no from, expected a table of sources and their factors")
    shape = base or ProfileShape(name, ())
    return replace(
        shape,
        sources=_sources(name, row["from"]) if "from" in row else shape.sources,
        gain=_number(row.get("gain", shape.gain), f"gain of shape {name!r}", 0, 10),
        offset=_number(row.get("offset", shape.offset), f"offset of shape {name!r}", -1, 1),
        limit=_limit(name, row["limit"]) if "limit" in row else shape.limit,
        curve=_curve(name, row["curve"]) if "curve" in row else shape.curve,
        group=Group[_choice(f"group of shape {name!r}", row["group"], registry.GROUPS).upper()] if "group" in row else shape.group,
    )


def _sources(shape: str, table: Any) -> tuple[tuple[str, float], ...]:
    if isinstance(table, str):
        table = {table: 1.0}
    if not isinstance(table, dict):
        raise ConfigError(f"from of shape {shape!r} is {_named(table)}, expected a table of sources and their factors")
    for name in table:
        if expanded(name) is None:
            error = not_one_of(f"source of shape {shape!r}", name, source_names())
            # A hundred names are no help; the nearest is.
            hint = str(error).rpartition(", did you mean ")
            raise ConfigError(
                f"source of shape {shape!r} is {name!r}, expected a blendshape, a viseme, an effect, an emotion or an action unit"
                + (f", did you mean {hint[2]}" if hint[1] else "")
            )
    return tuple((name, _number(factor, f"factor of {name!r} in shape {shape!r}", -10, 10)) for name, factor in table.items())


def _limit(name: str, value: Any) -> tuple[float, float]:
    if isinstance(value, list) and len(value) == 2:
        low, high = (_number(end, f"limit of shape {name!r}", 0, 1) for end in value)
    else:
        low, high = 0.0, _number(value, f"limit of shape {name!r}", 0, 1)
    if low > high:
        raise ConfigError(f"limit of shape {name!r} is {low:g} to {high:g}, expected the smaller number first")
    return low, high


def _curve(name: str, value: Any) -> Curve:
    if isinstance(value, str):
        value = {"kind": value}
    if not isinstance(value, dict):
        raise ConfigError(f"curve of shape {name!r} is {_named(value)}, expected its kind or a table")
    _check_keys(f"key of curve of shape {name!r}", value, _CURVE_KEYS)
    kind = _choice(f"curve of shape {name!r}", value.get("kind", ""), CURVE_KINDS)
    return Curve(
        kind,
        damping=_number(value.get("damping", LINEAR.damping), f"damping of shape {name!r}", 0, 0.5),
        steepness=_number(value.get("steepness", LINEAR.steepness), f"steepness of shape {name!r}", 1, 40),
        middle=_number(value.get("middle", LINEAR.middle), f"middle of shape {name!r}", 0, 1),
    )


def _resting(table: Any) -> tuple[Group, ...]:
    if not isinstance(table, dict):
        raise ConfigError(f"routing of profile is {_named(table)}, expected a table of groups")
    groups = [Group[_choice("group of routing", name, registry.GROUPS).upper()] for name in table]
    kept = [_choice(f"routing of {name}", source, ("none", "own")) == "none" for name, source in table.items()]
    return tuple(group for group, rests in zip(groups, kept, strict=True) if rests)


def _check_keys(what: str, found: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for name in found:
        if name not in known:
            raise not_one_of(what, name, known)


def _choice(what: str, found: Any, choices: tuple[_T, ...]) -> _T:
    for choice in choices:
        if found == choice:
            return choice
    raise not_one_of(what, str(found), choices)


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise ConfigError(f"{key} of profile is {_named(value)}, expected a text")
    return value


def _flag(data: Mapping[str, Any], key: str, default: bool) -> bool:
    value = data.get(key, default)
    if not isinstance(value, bool):
        raise ConfigError(f"{key} of profile is {_named(value)}, expected true or false")
    return value


def _number(value: Any, what: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ConfigError(f"{what} is {_named(value)}, expected {low:g} to {high:g}")
    return float(value)


def _named(value: Any) -> str:
    if value is None:
        return "missing"
    try:
        return repr(value)[:60]
    except ValueError:  # a hexadecimal number with thousands of digits
        return "a very large number"
