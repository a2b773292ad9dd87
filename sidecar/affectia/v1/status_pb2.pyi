from affectia.v1 import session_pb2 as _session_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetStatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Status(_message.Message):
    __slots__ = ("version", "process_id", "ports", "epoch_offset_nanos", "now_nanos", "sessions", "publish")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PROCESS_ID_FIELD_NUMBER: _ClassVar[int]
    PORTS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_OFFSET_NANOS_FIELD_NUMBER: _ClassVar[int]
    NOW_NANOS_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    PUBLISH_FIELD_NUMBER: _ClassVar[int]
    version: str
    process_id: int
    ports: Ports
    epoch_offset_nanos: int
    now_nanos: int
    sessions: _containers.RepeatedCompositeFieldContainer[_session_pb2.Session]
    publish: PublishStatus
    def __init__(self, version: _Optional[str] = ..., process_id: _Optional[int] = ..., ports: _Optional[_Union[Ports, _Mapping]] = ..., epoch_offset_nanos: _Optional[int] = ..., now_nanos: _Optional[int] = ..., sessions: _Optional[_Iterable[_Union[_session_pb2.Session, _Mapping]]] = ..., publish: _Optional[_Union[PublishStatus, _Mapping]] = ...) -> None: ...

class Ports(_message.Message):
    __slots__ = ("publish", "grpc")
    PUBLISH_FIELD_NUMBER: _ClassVar[int]
    GRPC_FIELD_NUMBER: _ClassVar[int]
    publish: int
    grpc: int
    def __init__(self, publish: _Optional[int] = ..., grpc: _Optional[int] = ...) -> None: ...

class PublishStatus(_message.Message):
    __slots__ = ("frames_sent", "frames_hz", "subscriptions", "tick_p95_millis", "tick_lateness_p95_millis")
    FRAMES_SENT_FIELD_NUMBER: _ClassVar[int]
    FRAMES_HZ_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTIONS_FIELD_NUMBER: _ClassVar[int]
    TICK_P95_MILLIS_FIELD_NUMBER: _ClassVar[int]
    TICK_LATENESS_P95_MILLIS_FIELD_NUMBER: _ClassVar[int]
    frames_sent: int
    frames_hz: float
    subscriptions: int
    tick_p95_millis: float
    tick_lateness_p95_millis: float
    def __init__(self, frames_sent: _Optional[int] = ..., frames_hz: _Optional[float] = ..., subscriptions: _Optional[int] = ..., tick_p95_millis: _Optional[float] = ..., tick_lateness_p95_millis: _Optional[float] = ...) -> None: ...
