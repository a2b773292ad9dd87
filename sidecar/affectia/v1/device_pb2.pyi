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
CAMERA_STATE_UNSPECIFIED: CameraState
CAMERA_STATE_READY: CameraState
CAMERA_STATE_BUSY: CameraState
CAMERA_STATE_NO_PERMISSION: CameraState
CAMERA_STATE_NO_ANSWER: CameraState

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

class ListDevicesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListDevicesResponse(_message.Message):
    __slots__ = ("cameras",)
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    cameras: _containers.RepeatedCompositeFieldContainer[Camera]
    def __init__(self, cameras: _Optional[_Iterable[_Union[Camera, _Mapping]]] = ...) -> None: ...
