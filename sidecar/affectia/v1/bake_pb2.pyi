from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BakeFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BAKE_FORMAT_UNSPECIFIED: _ClassVar[BakeFormat]
    BAKE_FORMAT_TRACK: _ClassVar[BakeFormat]
    BAKE_FORMAT_JSON: _ClassVar[BakeFormat]
    BAKE_FORMAT_CSV: _ClassVar[BakeFormat]
BAKE_FORMAT_UNSPECIFIED: BakeFormat
BAKE_FORMAT_TRACK: BakeFormat
BAKE_FORMAT_JSON: BakeFormat
BAKE_FORMAT_CSV: BakeFormat

class BakeRequest(_message.Message):
    __slots__ = ("path", "timing_path", "frame_rate_hz", "format", "language")
    PATH_FIELD_NUMBER: _ClassVar[int]
    TIMING_PATH_FIELD_NUMBER: _ClassVar[int]
    FRAME_RATE_HZ_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    path: str
    timing_path: str
    frame_rate_hz: int
    format: BakeFormat
    language: str
    def __init__(self, path: _Optional[str] = ..., timing_path: _Optional[str] = ..., frame_rate_hz: _Optional[int] = ..., format: _Optional[_Union[BakeFormat, str]] = ..., language: _Optional[str] = ...) -> None: ...

class BakeResponse(_message.Message):
    __slots__ = ("content", "frame_count", "frame_rate_hz", "sample_rate_hz", "duration_secs", "degraded", "notices", "made_from")
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    FRAME_COUNT_FIELD_NUMBER: _ClassVar[int]
    FRAME_RATE_HZ_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATE_HZ_FIELD_NUMBER: _ClassVar[int]
    DURATION_SECS_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    NOTICES_FIELD_NUMBER: _ClassVar[int]
    MADE_FROM_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    frame_count: int
    frame_rate_hz: int
    sample_rate_hz: int
    duration_secs: float
    degraded: bool
    notices: _containers.RepeatedScalarFieldContainer[str]
    made_from: str
    def __init__(self, content: _Optional[bytes] = ..., frame_count: _Optional[int] = ..., frame_rate_hz: _Optional[int] = ..., sample_rate_hz: _Optional[int] = ..., duration_secs: _Optional[float] = ..., degraded: _Optional[bool] = ..., notices: _Optional[_Iterable[str]] = ..., made_from: _Optional[str] = ...) -> None: ...
