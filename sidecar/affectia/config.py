"""Settings: a TOML file, then the environment, then flags; the later wins.

    # affectia.toml
    [server]
    port_base = 17870
    [session]
    source = "camera:0"
    [motion.mouth]
    min_cutoff_hz = 0.8

In the environment the same key is AFFECTIA_SERVER__PORT_BASE. An unknown key is an error that names the nearest known one.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs
import pydantic

from affectia import registry
from affectia.capture.camera import CameraOptions
from affectia.capture.microphone_options import MicrophoneOptions
from affectia.errors import ConfigError
from affectia.fusion.affect_fusion_options import AffectFusionOptions
from affectia.fusion.face_fusion import FaceFusionOptions
from affectia.fusion.voice_fusion import VoiceFusionOptions
from affectia.motion.layer_motion import LayerMotionOptions
from affectia.motion.mouth_closure import MouthClosureOptions
from affectia.motion.smoother import SmootherOptions
from affectia.motion.speech_blend import SpeechBlendOptions
from affectia.perception.attention import AttentionOptions
from affectia.perception.face.emotion.face_emotion import FaceEmotionOptions
from affectia.perception.voice.emotion.sense_voice_options import SenseVoiceOptions
from affectia.perception.voice.emotion.speech_emotion_options import SpeechEmotionOptions
from affectia.perception.voice.voice_activity import VoiceActivityOptions
from affectia.pipeline import PipelineOptions
from affectia.rig.acting import ActingOptions
from affectia.rig.emotion.emotion_overlay import EmotionOverlayOptions
from affectia.rig.face_rig import FaceRigOptions
from affectia.rig.idle.idle_life import IdleOptions
from affectia.rig.mapping.mapping_options import MappingOptions

_ENVIRONMENT_PREFIX = "AFFECTIA_"
_NOT_SETTINGS = {"AFFECTIA_CACHE_DIR", "AFFECTIA_CONFIG", "AFFECTIA_DATA_DIR"}  # the last one is of tests and measurements


@dataclass(frozen=True)
class ServerSettings:
    """Where the sidecar listens; four ports from `port_base` on. Only loopback is possible."""

    port_base: int = registry.PORT_BASE
    host: str = "127.0.0.1"
    perception_workers: int | None = None

    def __post_init__(self) -> None:
        if not 1024 <= self.port_base <= 65532:
            raise ConfigError(f"server.port_base is {self.port_base}, expected 1024 to 65532")


@dataclass(frozen=True)
class SessionSettings:
    """The session that is opened at the start; without a `source` and without a `voice` none is."""

    source: str = "camera:0"
    voice: str = "none"
    id: str = "default"
    avatars: int = 1
    consent: tuple[str, ...] = ()
    loop: bool = False
    profile: str = "arkit52"
    mapping: str = ""
    idle: typing.Literal["auto", "on", "off"] = "auto"
    seed: int = 0
    calibration: str = ""


@dataclass(frozen=True)
class FrameSettings:
    """What the frames of that session are like."""

    precision_bits: int = 8
    rate_hz: float = 60.0
    smoothing: float = 1.0


@dataclass(frozen=True)
class LogSettings:
    """How much is told on standard error: debug, info, warning or error."""

    level: typing.Literal["debug", "info", "warning", "error"] = "info"


@dataclass(frozen=True)
class Settings:
    """Everything that can be set."""

    server: ServerSettings = field(default_factory=ServerSettings)
    session: SessionSettings = field(default_factory=SessionSettings)
    frames: FrameSettings = field(default_factory=FrameSettings)
    log: LogSettings = field(default_factory=LogSettings)
    camera: CameraOptions = field(default_factory=CameraOptions)
    microphone: MicrophoneOptions = field(default_factory=MicrophoneOptions)
    attention: AttentionOptions = field(default_factory=AttentionOptions)
    voice: VoiceActivityOptions = field(default_factory=VoiceActivityOptions)
    face_emotion: FaceEmotionOptions = field(default_factory=FaceEmotionOptions)
    speech_emotion: SpeechEmotionOptions = field(default_factory=SpeechEmotionOptions)
    sense_voice: SenseVoiceOptions = field(default_factory=SenseVoiceOptions)
    fusion: FaceFusionOptions = field(default_factory=FaceFusionOptions)
    voice_fusion: VoiceFusionOptions = field(default_factory=VoiceFusionOptions)
    affect: AffectFusionOptions = field(default_factory=AffectFusionOptions)
    rig: FaceRigOptions = field(default_factory=FaceRigOptions)
    motion: SmootherOptions = field(default_factory=SmootherOptions)
    idle: IdleOptions = field(default_factory=IdleOptions)
    emotion_overlay: EmotionOverlayOptions = field(default_factory=EmotionOverlayOptions)
    layers: LayerMotionOptions = field(default_factory=LayerMotionOptions)
    mapping: MappingOptions = field(default_factory=MappingOptions)
    speech: SpeechBlendOptions = field(default_factory=SpeechBlendOptions)
    closure: MouthClosureOptions = field(default_factory=MouthClosureOptions)

    def pipeline(self) -> PipelineOptions:
        """The options of the stages, put together."""
        return PipelineOptions(
            fusion=self.fusion,
            voice=self.voice_fusion,
            affect=self.affect,
            rig=self.rig,
            motion=self.motion,
            acting=ActingOptions(self.idle, self.emotion_overlay),
            layers=self.layers,
            speech=self.speech,
            closure=self.closure,
        )


def default_config_path() -> Path:
    """Where the settings of this user are looked for when no file is named."""
    return platformdirs.user_config_path("affectia", appauthor=False) / "affectia.toml"


def load(path: Path | None = None, *, environment: Mapping[str, str] | None = None, flags: Mapping[str, Any] | None = None) -> Settings:
    """Read the settings; `flags` are dotted keys (`server.port_base`), None values count as not given. Raises ConfigError."""
    environment = os.environ if environment is None else environment
    named = path or (Path(environment["AFFECTIA_CONFIG"]) if environment.get("AFFECTIA_CONFIG") else None)
    # From the defaults on, so that one key of a table leaves the others as they are.
    merged: dict[str, Any] = dataclasses.asdict(Settings())
    from_file = _read_file(named or default_config_path(), must_exist=named is not None)
    _check_keys(Settings, from_file, where=str(named or default_config_path()))
    _merge(merged, from_file)
    for name, text in environment.items():
        if name.startswith(_ENVIRONMENT_PREFIX) and name not in _NOT_SETTINGS:
            keys = name.removeprefix(_ENVIRONMENT_PREFIX).lower().split("__")
            given = _nested(keys, _value(text))
            _check_keys(Settings, given, where=f"environment variable {name}")
            _merge(merged, given)
    for dotted, value in (flags or {}).items():
        if value is not None:
            _merge(merged, _nested(dotted.split("."), value))
    try:
        return pydantic.TypeAdapter(Settings).validate_python(merged)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        cause = first.get("ctx", {}).get("error")
        if isinstance(cause, ConfigError):
            raise cause from None
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{key} is {first['input']!r}, expected {_expectation(first['msg'])}") from None


def _read_file(path: Path, *, must_exist: bool) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if must_exist:
            raise ConfigError(f"settings file does not exist: {path}") from None
        return {}
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is no UTF-8" if isinstance(error, UnicodeDecodeError) else str(error.strerror).lower()
        raise ConfigError(f"settings file cannot be read ({reason}), expected UTF-8 text: {path}") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"settings file is no valid TOML, {str(error)[:1].lower() + str(error)[1:]}: {path}") from None


def _check_keys(kind: type, given: Mapping[str, Any], *, where: str, prefix: str = "") -> None:
    """Raise ConfigError for the first key that the dataclass does not have."""
    hints = typing.get_type_hints(kind)
    for key, value in given.items():
        if key not in hints:
            near = difflib.get_close_matches(key, hints, n=1, cutoff=0.5)
            meant = f"did you mean {prefix}{near[0]}" if near else f"expected one of: {', '.join(prefix + name for name in hints)}"
            raise ConfigError(f"setting {prefix}{key} is unknown, {meant}: {where}")
        if dataclasses.is_dataclass(hints[key]) and isinstance(hints[key], type):
            if not isinstance(value, Mapping):
                raise ConfigError(f"setting {prefix}{key} is {value!r}, expected a table of settings: {where}")
            _check_keys(hints[key], value, where=where, prefix=f"{prefix}{key}.")


def _merge(into: dict[str, Any], given: Mapping[str, Any]) -> None:
    for key, value in given.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _nested(keys: list[str], value: Any) -> dict[str, Any]:
    for key in reversed(keys):
        value = {key: value}
    return typing.cast(dict[str, Any], value)


def _value(text: str) -> Any:
    """The value of an environment variable: TOML where it is that, else the text as it stands."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _expectation(message: str) -> str:
    """Pydantic's `Input should be a valid integer, ...` as the end of a sentence of ours."""
    text = message.removeprefix("Input should be ").removeprefix("Value error, ")
    return text[:1].lower() + text[1:]
