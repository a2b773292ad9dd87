"""Reads a script of a performance: what stands in it is checked before anything is performed."""

from __future__ import annotations

import functools
import json
import os
import tomllib
from pathlib import Path
from typing import Final

from affectia import registry
from affectia.bake.performance_script import Gesture, Layer, Look, Override, PerformanceScript, SpokenLine
from affectia.bake.performance_table import PerformanceTable
from affectia.errors import CaptureError, ConfigError, not_one_of
from affectia.rig.emotion.emotion_line import EmotionTimeCode, checked_line, emotion_weights
from affectia.rig.gesture_table import load_gestures
from affectia.rig.layer_weights import LAYERS
from affectia.wire import topic

LEAST_SECS: Final = 0.1
LONGEST_SECS: Final = 600.0
MOST: Final = 256  # of anything
MAX_BYTES: Final = 1_000_000
_DAY_SECS: Final = 86_400.0
_MOST_SEED: Final = 2**63 - 1
_MODES: Final = ("set", "add")


def load_script(path: Path) -> PerformanceScript:
    """The script of a file; raises CaptureError where it cannot be read, ConfigError, with the path last, where it is none."""
    if path.exists() and not path.is_file():
        raise CaptureError(f"script is a folder or a device, expected a file: {path}")
    try:
        size = os.stat(path).st_size
        content = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise CaptureError(f"script cannot be read ({reason}), expected a file of this machine: {path}") from None
    if size > MAX_BYTES:
        raise ConfigError(f"script has {size} bytes, expected at most {MAX_BYTES}: {path}")
    try:
        return read_script(content)
    except ConfigError as error:
        raise ConfigError(f"{error}: {path}") from None


def read_script(content: bytes) -> PerformanceScript:
    """The script of a text: JSON where it begins with {, else TOML; raises ConfigError."""
    try:
        text = content.decode("utf-8-sig")
        found = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(f"script is no JSON: {error.msg.lower()} in line {error.lineno}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"script is no TOML: {str(error).lower()}") from None
    except (ValueError, RecursionError):
        raise ConfigError("script is no text in UTF-8, expected TOML or JSON") from None
    return _script(PerformanceTable("script", found))


def _script(table: PerformanceTable) -> PerformanceScript:
    secs = table.number("secs", LEAST_SECS, LONGEST_SECS)
    script = PerformanceScript(
        secs=secs,
        avatar=topic.checked_id(table.text("avatar", "npc")),
        seed=table.whole("seed", 0, _MOST_SEED, 0),
        rate_hz=table.number("rate_hz", 1, registry.WIRE_MAX_FRAME_RATE_HZ, 60.0),
        idle=table.flag("idle", default=True),
        lines=tuple(_line(each, secs) for each in table.tables("lines", "line", most=MOST)),
        overrides=tuple(_override(each, secs) for each in table.tables("overrides", "override", most=MOST)),
        gestures=tuple(_gesture(each, secs) for each in table.tables("gestures", "gesture", most=MOST)),
        looks=tuple(_look(each, secs) for each in table.tables("looks", "look", most=MOST)),
        layers=tuple(_layer(each, secs) for each in table.tables("layers", "layer", most=MOST)),
    )
    table.finish()
    return script


def _line(table: PerformanceTable, secs: float) -> SpokenLine:
    line = SpokenLine(
        at_secs=table.number("at_secs", 0, secs),
        sound=table.text("sound", ""),
        timing=table.text("timing", ""),
        from_secs=table.number("from_secs", 0, _DAY_SECS, 0.0),
        to_secs=table.maybe("to_secs", 0, _DAY_SECS),
        linger_secs=table.number("linger_secs", 0, 60, 0.5),
        emotion_strength=table.maybe("emotion_strength", 0, 1),
        emotions=_emotions(table),
    )
    table.finish()
    if not line.sound and not line.timing:
        raise ConfigError(f"{table.what} has neither sound nor timing, expected one of them at least")
    if line.to_secs is not None and line.to_secs <= line.from_secs:
        raise ConfigError(f"to_secs of {table.what} is {line.to_secs:g}, expected more than from_secs, which is {line.from_secs:g}")
    return line


def _emotions(table: PerformanceTable) -> tuple[EmotionTimeCode, ...]:
    codes = []
    for each in table.tables("emotions", f"emotion of {table.what}, number", most=MOST):
        weights = emotion_weights(each.weights("emotions"), what=f"emotion of {table.what}")
        codes.append(EmotionTimeCode(each.number("at_secs", 0, LONGEST_SECS), weights))
        each.finish()
    try:
        return checked_line(codes)
    except ConfigError as error:
        raise ConfigError(f"{error}, in {table.what}") from None


def _override(table: PerformanceTable, secs: float) -> Override:
    mode = table.choice("mode", _MODES, "set")
    override = Override(
        *_span(table, secs),
        name=table.text("name", ""),
        bone=table.text("bone", ""),
        value=table.number("value", -1 if mode == "add" else 0, 1, 0.0),
        yaw_deg=table.number("yaw_deg", -180, 180, 0.0),
        pitch_deg=table.number("pitch_deg", -180, 180, 0.0),
        roll_deg=table.number("roll_deg", -180, 180, 0.0),
        weight=table.number("weight", 0, 1, 1.0),
        mode=mode,
        fade_secs=table.number("fade_secs", 0, 10, 0.1),
    )
    table.finish()
    if bool(override.name) == bool(override.bone):
        raise ConfigError(f"{table.what} has {'both name and bone' if override.name else 'neither name nor bone'}, expected one of them")
    if override.name and not table.has("value"):
        raise ConfigError(f"{table.what} has no value, expected one")
    try:
        override.entries()
    except ConfigError as error:
        raise ConfigError(f"{error}, in {table.what}") from None
    return override


def _gesture(table: PerformanceTable, secs: float) -> Gesture:
    gesture = Gesture(
        name=table.text("name"),
        at_secs=table.number("at_secs", 0, secs),
        strength=table.number("strength", 0, 2, 1.0),
        speed=table.number("speed", 0.25, 4, 1.0),
    )
    table.finish()
    known = _gestures()
    if gesture.name not in known:
        raise not_one_of(f"name of {table.what}", gesture.name, known)
    return gesture


@functools.cache
def _gestures() -> tuple[str, ...]:
    return load_gestures().names


def _look(table: PerformanceTable, secs: float) -> Look:
    look = Look(
        *_span(table, secs),
        yaw_deg=table.number("yaw_deg", -180, 180, 0.0),
        pitch_deg=table.number("pitch_deg", -90, 90, 0.0),
        weight=table.number("weight", 0, 1, 1.0),
        head_share=table.number("head_share", 0, 1, 0.4),
    )
    table.finish()
    return look


def _layer(table: PerformanceTable, secs: float) -> Layer:
    layer = Layer(
        layer=table.choice("layer", LAYERS),
        at_secs=table.number("at_secs", 0, secs),
        weight=table.number("weight", 0, 1),
        fade_secs=table.number("fade_secs", 0, 10, 0.2),
    )
    table.finish()
    return layer


def _span(table: PerformanceTable, secs: float) -> tuple[float, float]:
    begins, ends = table.number("from_secs", 0, secs), table.number("to_secs", 0, secs)
    if ends <= begins:
        raise ConfigError(f"to_secs of {table.what} is {ends:g}, expected more than from_secs, which is {begins:g}")
    return begins, ends
