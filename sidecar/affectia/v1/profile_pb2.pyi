from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListProfilesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListProfilesResponse(_message.Message):
    __slots__ = ("profiles",)
    PROFILES_FIELD_NUMBER: _ClassVar[int]
    profiles: _containers.RepeatedCompositeFieldContainer[Profile]
    def __init__(self, profiles: _Optional[_Iterable[_Union[Profile, _Mapping]]] = ...) -> None: ...

class Profile(_message.Message):
    __slots__ = ("name", "title", "shapes")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    SHAPES_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    shapes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., shapes: _Optional[_Iterable[str]] = ...) -> None: ...

class MatchMorphsRequest(_message.Message):
    __slots__ = ("morphs", "profile")
    MORPHS_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    morphs: _containers.RepeatedScalarFieldContainer[str]
    profile: str
    def __init__(self, morphs: _Optional[_Iterable[str]] = ..., profile: _Optional[str] = ...) -> None: ...

class MatchMorphsResponse(_message.Message):
    __slots__ = ("profile", "level", "matches", "missing", "unused", "report")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    UNUSED_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    profile: str
    level: str
    matches: _containers.RepeatedCompositeFieldContainer[MorphMatch]
    missing: _containers.RepeatedScalarFieldContainer[str]
    unused: _containers.RepeatedScalarFieldContainer[str]
    report: str
    def __init__(self, profile: _Optional[str] = ..., level: _Optional[str] = ..., matches: _Optional[_Iterable[_Union[MorphMatch, _Mapping]]] = ..., missing: _Optional[_Iterable[str]] = ..., unused: _Optional[_Iterable[str]] = ..., report: _Optional[str] = ...) -> None: ...

class MorphMatch(_message.Message):
    __slots__ = ("shape", "morph")
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    MORPH_FIELD_NUMBER: _ClassVar[int]
    shape: str
    morph: str
    def __init__(self, shape: _Optional[str] = ..., morph: _Optional[str] = ...) -> None: ...
