from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class StreamFramesRequest(_message.Message):
    __slots__ = ("avatar_ids", "with_affect")
    AVATAR_IDS_FIELD_NUMBER: _ClassVar[int]
    WITH_AFFECT_FIELD_NUMBER: _ClassVar[int]
    avatar_ids: _containers.RepeatedScalarFieldContainer[str]
    with_affect: bool
    def __init__(self, avatar_ids: _Optional[_Iterable[str]] = ..., with_affect: _Optional[bool] = ...) -> None: ...

class Frame(_message.Message):
    __slots__ = ("topic", "body")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    topic: bytes
    body: bytes
    def __init__(self, topic: _Optional[bytes] = ..., body: _Optional[bytes] = ...) -> None: ...
