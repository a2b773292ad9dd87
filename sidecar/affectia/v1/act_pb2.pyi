from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OverrideMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OVERRIDE_MODE_UNSPECIFIED: _ClassVar[OverrideMode]
    OVERRIDE_MODE_SET: _ClassVar[OverrideMode]
    OVERRIDE_MODE_ADD: _ClassVar[OverrideMode]
OVERRIDE_MODE_UNSPECIFIED: OverrideMode
OVERRIDE_MODE_SET: OverrideMode
OVERRIDE_MODE_ADD: OverrideMode

class EmotionWeight(_message.Message):
    __slots__ = ("emotion", "weight")
    EMOTION_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    emotion: str
    weight: float
    def __init__(self, emotion: _Optional[str] = ..., weight: _Optional[float] = ...) -> None: ...

class SetEmotionRequest(_message.Message):
    __slots__ = ("avatar_id", "emotions", "preferred_emotion_strength", "emotion_strength", "max_emotions", "emotion_contrast", "live_blend_coef", "time_codes", "hold_secs")
    AVATAR_ID_FIELD_NUMBER: _ClassVar[int]
    EMOTIONS_FIELD_NUMBER: _ClassVar[int]
    PREFERRED_EMOTION_STRENGTH_FIELD_NUMBER: _ClassVar[int]
    EMOTION_STRENGTH_FIELD_NUMBER: _ClassVar[int]
    MAX_EMOTIONS_FIELD_NUMBER: _ClassVar[int]
    EMOTION_CONTRAST_FIELD_NUMBER: _ClassVar[int]
    LIVE_BLEND_COEF_FIELD_NUMBER: _ClassVar[int]
    TIME_CODES_FIELD_NUMBER: _ClassVar[int]
    HOLD_SECS_FIELD_NUMBER: _ClassVar[int]
    avatar_id: str
    emotions: _containers.RepeatedCompositeFieldContainer[EmotionWeight]
    preferred_emotion_strength: float
    emotion_strength: float
    max_emotions: int
    emotion_contrast: float
    live_blend_coef: float
    time_codes: _containers.RepeatedCompositeFieldContainer[EmotionTimeCode]
    hold_secs: float
    def __init__(self, avatar_id: _Optional[str] = ..., emotions: _Optional[_Iterable[_Union[EmotionWeight, _Mapping]]] = ..., preferred_emotion_strength: _Optional[float] = ..., emotion_strength: _Optional[float] = ..., max_emotions: _Optional[int] = ..., emotion_contrast: _Optional[float] = ..., live_blend_coef: _Optional[float] = ..., time_codes: _Optional[_Iterable[_Union[EmotionTimeCode, _Mapping]]] = ..., hold_secs: _Optional[float] = ...) -> None: ...

class EmotionTimeCode(_message.Message):
    __slots__ = ("at_secs", "emotions")
    AT_SECS_FIELD_NUMBER: _ClassVar[int]
    EMOTIONS_FIELD_NUMBER: _ClassVar[int]
    at_secs: float
    emotions: _containers.RepeatedCompositeFieldContainer[EmotionWeight]
    def __init__(self, at_secs: _Optional[float] = ..., emotions: _Optional[_Iterable[_Union[EmotionWeight, _Mapping]]] = ...) -> None: ...

class ClearEmotionRequest(_message.Message):
    __slots__ = ("avatar_id",)
    AVATAR_ID_FIELD_NUMBER: _ClassVar[int]
    avatar_id: str
    def __init__(self, avatar_id: _Optional[str] = ...) -> None: ...

class EmotionAggregate(_message.Message):
    __slots__ = ("avatar_id", "inferred", "preferred", "shown")
    AVATAR_ID_FIELD_NUMBER: _ClassVar[int]
    INFERRED_FIELD_NUMBER: _ClassVar[int]
    PREFERRED_FIELD_NUMBER: _ClassVar[int]
    SHOWN_FIELD_NUMBER: _ClassVar[int]
    avatar_id: str
    inferred: _containers.RepeatedCompositeFieldContainer[EmotionWeight]
    preferred: _containers.RepeatedCompositeFieldContainer[EmotionWeight]
    shown: _containers.RepeatedCompositeFieldContainer[EmotionWeight]
    def __init__(self, avatar_id: _Optional[str] = ..., inferred: _Optional[_Iterable[_Union[EmotionWeight, _Mapping]]] = ..., preferred: _Optional[_Iterable[_Union[EmotionWeight, _Mapping]]] = ..., shown: _Optional[_Iterable[_Union[EmotionWeight, _Mapping]]] = ...) -> None: ...

class OverrideValue(_message.Message):
    __slots__ = ("name", "value", "weight")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: float
    weight: float
    def __init__(self, name: _Optional[str] = ..., value: _Optional[float] = ..., weight: _Optional[float] = ...) -> None: ...

class OverrideTurn(_message.Message):
    __slots__ = ("bone", "yaw_deg", "pitch_deg", "roll_deg", "weight")
    BONE_FIELD_NUMBER: _ClassVar[int]
    YAW_DEG_FIELD_NUMBER: _ClassVar[int]
    PITCH_DEG_FIELD_NUMBER: _ClassVar[int]
    ROLL_DEG_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    bone: str
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    weight: float
    def __init__(self, bone: _Optional[str] = ..., yaw_deg: _Optional[float] = ..., pitch_deg: _Optional[float] = ..., roll_deg: _Optional[float] = ..., weight: _Optional[float] = ...) -> None: ...

class OverrideRequest(_message.Message):
    __slots__ = ("avatar_id", "mode", "values", "turns", "hold", "fade_secs", "release")
    AVATAR_ID_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    TURNS_FIELD_NUMBER: _ClassVar[int]
    HOLD_FIELD_NUMBER: _ClassVar[int]
    FADE_SECS_FIELD_NUMBER: _ClassVar[int]
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    avatar_id: str
    mode: OverrideMode
    values: _containers.RepeatedCompositeFieldContainer[OverrideValue]
    turns: _containers.RepeatedCompositeFieldContainer[OverrideTurn]
    hold: bool
    fade_secs: float
    release: bool
    def __init__(self, avatar_id: _Optional[str] = ..., mode: _Optional[_Union[OverrideMode, str]] = ..., values: _Optional[_Iterable[_Union[OverrideValue, _Mapping]]] = ..., turns: _Optional[_Iterable[_Union[OverrideTurn, _Mapping]]] = ..., hold: _Optional[bool] = ..., fade_secs: _Optional[float] = ..., release: _Optional[bool] = ...) -> None: ...

class OverrideResponse(_message.Message):
    __slots__ = ("names",)
    NAMES_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, names: _Optional[_Iterable[str]] = ...) -> None: ...

class TriggerRequest(_message.Message):
    __slots__ = ("avatar_id", "gesture", "strength", "speed")
    AVATAR_ID_FIELD_NUMBER: _ClassVar[int]
    GESTURE_FIELD_NUMBER: _ClassVar[int]
    STRENGTH_FIELD_NUMBER: _ClassVar[int]
    SPEED_FIELD_NUMBER: _ClassVar[int]
    avatar_id: str
    gesture: str
    strength: float
    speed: float
    def __init__(self, avatar_id: _Optional[str] = ..., gesture: _Optional[str] = ..., strength: _Optional[float] = ..., speed: _Optional[float] = ...) -> None: ...

class TriggerResponse(_message.Message):
    __slots__ = ("lasts_secs",)
    LASTS_SECS_FIELD_NUMBER: _ClassVar[int]
    lasts_secs: float
    def __init__(self, lasts_secs: _Optional[float] = ...) -> None: ...

class LookAtRequest(_message.Message):
    __slots__ = ("avatar_id", "point_cm", "direction", "weight", "head_share", "hold", "release")
    AVATAR_ID_FIELD_NUMBER: _ClassVar[int]
    POINT_CM_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    HEAD_SHARE_FIELD_NUMBER: _ClassVar[int]
    HOLD_FIELD_NUMBER: _ClassVar[int]
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    avatar_id: str
    point_cm: Point
    direction: Direction
    weight: float
    head_share: float
    hold: bool
    release: bool
    def __init__(self, avatar_id: _Optional[str] = ..., point_cm: _Optional[_Union[Point, _Mapping]] = ..., direction: _Optional[_Union[Direction, _Mapping]] = ..., weight: _Optional[float] = ..., head_share: _Optional[float] = ..., hold: _Optional[bool] = ..., release: _Optional[bool] = ...) -> None: ...

class Point(_message.Message):
    __slots__ = ("x", "y", "z")
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    Z_FIELD_NUMBER: _ClassVar[int]
    x: float
    y: float
    z: float
    def __init__(self, x: _Optional[float] = ..., y: _Optional[float] = ..., z: _Optional[float] = ...) -> None: ...

class Direction(_message.Message):
    __slots__ = ("yaw_deg", "pitch_deg")
    YAW_DEG_FIELD_NUMBER: _ClassVar[int]
    PITCH_DEG_FIELD_NUMBER: _ClassVar[int]
    yaw_deg: float
    pitch_deg: float
    def __init__(self, yaw_deg: _Optional[float] = ..., pitch_deg: _Optional[float] = ...) -> None: ...

class LookAtResponse(_message.Message):
    __slots__ = ("yaw_deg", "pitch_deg")
    YAW_DEG_FIELD_NUMBER: _ClassVar[int]
    PITCH_DEG_FIELD_NUMBER: _ClassVar[int]
    yaw_deg: float
    pitch_deg: float
    def __init__(self, yaw_deg: _Optional[float] = ..., pitch_deg: _Optional[float] = ...) -> None: ...

class SetLayersRequest(_message.Message):
    __slots__ = ("avatar_id", "layers")
    AVATAR_ID_FIELD_NUMBER: _ClassVar[int]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    avatar_id: str
    layers: _containers.RepeatedCompositeFieldContainer[LayerWeight]
    def __init__(self, avatar_id: _Optional[str] = ..., layers: _Optional[_Iterable[_Union[LayerWeight, _Mapping]]] = ...) -> None: ...

class LayerWeight(_message.Message):
    __slots__ = ("layer", "weight", "fade_secs")
    LAYER_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    FADE_SECS_FIELD_NUMBER: _ClassVar[int]
    layer: str
    weight: float
    fade_secs: float
    def __init__(self, layer: _Optional[str] = ..., weight: _Optional[float] = ..., fade_secs: _Optional[float] = ...) -> None: ...

class SetLayersResponse(_message.Message):
    __slots__ = ("layers",)
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    layers: _containers.RepeatedCompositeFieldContainer[LayerWeight]
    def __init__(self, layers: _Optional[_Iterable[_Union[LayerWeight, _Mapping]]] = ...) -> None: ...

class RouteRequest(_message.Message):
    __slots__ = ("avatar_id", "group", "from_avatar_id")
    AVATAR_ID_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    FROM_AVATAR_ID_FIELD_NUMBER: _ClassVar[int]
    avatar_id: str
    group: str
    from_avatar_id: str
    def __init__(self, avatar_id: _Optional[str] = ..., group: _Optional[str] = ..., from_avatar_id: _Optional[str] = ...) -> None: ...

class RouteResponse(_message.Message):
    __slots__ = ("routes",)
    ROUTES_FIELD_NUMBER: _ClassVar[int]
    routes: _containers.RepeatedCompositeFieldContainer[Route]
    def __init__(self, routes: _Optional[_Iterable[_Union[Route, _Mapping]]] = ...) -> None: ...

class Route(_message.Message):
    __slots__ = ("group", "from_avatar_id")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    FROM_AVATAR_ID_FIELD_NUMBER: _ClassVar[int]
    group: str
    from_avatar_id: str
    def __init__(self, group: _Optional[str] = ..., from_avatar_id: _Optional[str] = ...) -> None: ...
