from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CameraState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CAMERA_STATE_UNSPECIFIED: _ClassVar[CameraState]
    CAMERA_STATE_READY: _ClassVar[CameraState]
    CAMERA_STATE_BUSY: _ClassVar[CameraState]
    CAMERA_STATE_NO_PERMISSION: _ClassVar[CameraState]
    CAMERA_STATE_NO_ANSWER: _ClassVar[CameraState]

class MicrophoneState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MICROPHONE_STATE_UNSPECIFIED: _ClassVar[MicrophoneState]
    MICROPHONE_STATE_READY: _ClassVar[MicrophoneState]
    MICROPHONE_STATE_BUSY: _ClassVar[MicrophoneState]
    MICROPHONE_STATE_NO_PERMISSION: _ClassVar[MicrophoneState]
    MICROPHONE_STATE_NO_ANSWER: _ClassVar[MicrophoneState]
CAMERA_STATE_UNSPECIFIED: CameraState
CAMERA_STATE_READY: CameraState
CAMERA_STATE_BUSY: CameraState
CAMERA_STATE_NO_PERMISSION: CameraState
CAMERA_STATE_NO_ANSWER: CameraState
MICROPHONE_STATE_UNSPECIFIED: MicrophoneState
MICROPHONE_STATE_READY: MicrophoneState
MICROPHONE_STATE_BUSY: MicrophoneState
MICROPHONE_STATE_NO_PERMISSION: MicrophoneState
MICROPHONE_STATE_NO_ANSWER: MicrophoneState

class CameraMode(_message.Message):
    __slots__ = ("pixel_format", "width", "height", "rate_hz")
    PIXEL_FORMAT_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    RATE_HZ_FIELD_NUMBER: _ClassVar[int]
    pixel_format: str
    width: int
    height: int
    rate_hz: float
    def __init__(self, pixel_format: _Optional[str] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., rate_hz: _Optional[float] = ...) -> None: ...

class Camera(_message.Message):
    __slots__ = ("index", "name", "width", "height", "busy", "rate_hz", "state", "next_step", "modes")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    BUSY_FIELD_NUMBER: _ClassVar[int]
    RATE_HZ_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    NEXT_STEP_FIELD_NUMBER: _ClassVar[int]
    MODES_FIELD_NUMBER: _ClassVar[int]
    index: int
    name: str
    width: int
    height: int
    busy: bool
    rate_hz: float
    state: CameraState
    next_step: str
    modes: _containers.RepeatedCompositeFieldContainer[CameraMode]
    def __init__(self, index: _Optional[int] = ..., name: _Optional[str] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., busy: _Optional[bool] = ..., rate_hz: _Optional[float] = ..., state: _Optional[_Union[CameraState, str]] = ..., next_step: _Optional[str] = ..., modes: _Optional[_Iterable[_Union[CameraMode, _Mapping]]] = ...) -> None: ...

class Microphone(_message.Message):
    __slots__ = ("index", "name", "host_api", "rate_hz", "channels", "is_default", "state", "next_step")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    HOST_API_FIELD_NUMBER: _ClassVar[int]
    RATE_HZ_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    IS_DEFAULT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    NEXT_STEP_FIELD_NUMBER: _ClassVar[int]
    index: int
    name: str
    host_api: str
    rate_hz: int
    channels: int
    is_default: bool
    state: MicrophoneState
    next_step: str
    def __init__(self, index: _Optional[int] = ..., name: _Optional[str] = ..., host_api: _Optional[str] = ..., rate_hz: _Optional[int] = ..., channels: _Optional[int] = ..., is_default: _Optional[bool] = ..., state: _Optional[_Union[MicrophoneState, str]] = ..., next_step: _Optional[str] = ...) -> None: ...

class ListDevicesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListDevicesResponse(_message.Message):
    __slots__ = ("cameras", "microphones", "microphones_detail")
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    MICROPHONES_FIELD_NUMBER: _ClassVar[int]
    MICROPHONES_DETAIL_FIELD_NUMBER: _ClassVar[int]
    cameras: _containers.RepeatedCompositeFieldContainer[Camera]
    microphones: _containers.RepeatedCompositeFieldContainer[Microphone]
    microphones_detail: str
    def __init__(self, cameras: _Optional[_Iterable[_Union[Camera, _Mapping]]] = ..., microphones: _Optional[_Iterable[_Union[Microphone, _Mapping]]] = ..., microphones_detail: _Optional[str] = ...) -> None: ...
