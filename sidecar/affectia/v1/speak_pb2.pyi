from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SpeechEndReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SPEECH_END_REASON_UNSPECIFIED: _ClassVar[SpeechEndReason]
    SPEECH_END_REASON_FINISHED: _ClassVar[SpeechEndReason]
    SPEECH_END_REASON_FLUSHED: _ClassVar[SpeechEndReason]
    SPEECH_END_REASON_INTERRUPTED: _ClassVar[SpeechEndReason]
SPEECH_END_REASON_UNSPECIFIED: SpeechEndReason
SPEECH_END_REASON_FINISHED: SpeechEndReason
SPEECH_END_REASON_FLUSHED: SpeechEndReason
SPEECH_END_REASON_INTERRUPTED: SpeechEndReason

class SpeakRequest(_message.Message):
    __slots__ = ("open", "pcm", "played_sample", "flush", "end")
    OPEN_FIELD_NUMBER: _ClassVar[int]
    PCM_FIELD_NUMBER: _ClassVar[int]
    PLAYED_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    FLUSH_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    open: OpenSpeech
    pcm: bytes
    played_sample: int
    flush: FlushSpeech
    end: EndSpeech
    def __init__(self, open: _Optional[_Union[OpenSpeech, _Mapping]] = ..., pcm: _Optional[bytes] = ..., played_sample: _Optional[int] = ..., flush: _Optional[_Union[FlushSpeech, _Mapping]] = ..., end: _Optional[_Union[EndSpeech, _Mapping]] = ...) -> None: ...

class OpenSpeech(_message.Message):
    __slots__ = ("avatar_id", "sample_type", "rate_hz", "channels", "frame_rate_hz", "interrupt", "without_session", "without_chunks")
    AVATAR_ID_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_TYPE_FIELD_NUMBER: _ClassVar[int]
    RATE_HZ_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    FRAME_RATE_HZ_FIELD_NUMBER: _ClassVar[int]
    INTERRUPT_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_SESSION_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_CHUNKS_FIELD_NUMBER: _ClassVar[int]
    avatar_id: str
    sample_type: str
    rate_hz: int
    channels: int
    frame_rate_hz: int
    interrupt: bool
    without_session: bool
    without_chunks: bool
    def __init__(self, avatar_id: _Optional[str] = ..., sample_type: _Optional[str] = ..., rate_hz: _Optional[int] = ..., channels: _Optional[int] = ..., frame_rate_hz: _Optional[int] = ..., interrupt: _Optional[bool] = ..., without_session: _Optional[bool] = ..., without_chunks: _Optional[bool] = ...) -> None: ...

class FlushSpeech(_message.Message):
    __slots__ = ("at_sample",)
    AT_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    at_sample: int
    def __init__(self, at_sample: _Optional[int] = ...) -> None: ...

class EndSpeech(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SpeakReply(_message.Message):
    __slots__ = ("opened", "track_chunk", "flushed", "progress", "ended")
    OPENED_FIELD_NUMBER: _ClassVar[int]
    TRACK_CHUNK_FIELD_NUMBER: _ClassVar[int]
    FLUSHED_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    opened: SpeechOpened
    track_chunk: bytes
    flushed: SpeechFlushed
    progress: SpeechProgress
    ended: SpeechEnded
    def __init__(self, opened: _Optional[_Union[SpeechOpened, _Mapping]] = ..., track_chunk: _Optional[bytes] = ..., flushed: _Optional[_Union[SpeechFlushed, _Mapping]] = ..., progress: _Optional[_Union[SpeechProgress, _Mapping]] = ..., ended: _Optional[_Union[SpeechEnded, _Mapping]] = ...) -> None: ...

class SpeechOpened(_message.Message):
    __slots__ = ("stream_id", "look_ahead_millis", "degraded", "starts_in_millis")
    STREAM_ID_FIELD_NUMBER: _ClassVar[int]
    LOOK_AHEAD_MILLIS_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    STARTS_IN_MILLIS_FIELD_NUMBER: _ClassVar[int]
    stream_id: int
    look_ahead_millis: int
    degraded: bool
    starts_in_millis: int
    def __init__(self, stream_id: _Optional[int] = ..., look_ahead_millis: _Optional[int] = ..., degraded: _Optional[bool] = ..., starts_in_millis: _Optional[int] = ...) -> None: ...

class SpeechFlushed(_message.Message):
    __slots__ = ("at_sample", "closed_by_sample")
    AT_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    CLOSED_BY_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    at_sample: int
    closed_by_sample: int
    def __init__(self, at_sample: _Optional[int] = ..., closed_by_sample: _Optional[int] = ...) -> None: ...

class SpeechProgress(_message.Message):
    __slots__ = ("heard_samples", "queued_millis")
    HEARD_SAMPLES_FIELD_NUMBER: _ClassVar[int]
    QUEUED_MILLIS_FIELD_NUMBER: _ClassVar[int]
    heard_samples: int
    queued_millis: int
    def __init__(self, heard_samples: _Optional[int] = ..., queued_millis: _Optional[int] = ...) -> None: ...

class SpeechEnded(_message.Message):
    __slots__ = ("reason", "samples", "remaining_millis", "notices")
    REASON_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    REMAINING_MILLIS_FIELD_NUMBER: _ClassVar[int]
    NOTICES_FIELD_NUMBER: _ClassVar[int]
    reason: SpeechEndReason
    samples: int
    remaining_millis: int
    notices: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, reason: _Optional[_Union[SpeechEndReason, str]] = ..., samples: _Optional[int] = ..., remaining_millis: _Optional[int] = ..., notices: _Optional[_Iterable[str]] = ...) -> None: ...

class FlushRequest(_message.Message):
    __slots__ = ("avatar_id", "at_sample")
    AVATAR_ID_FIELD_NUMBER: _ClassVar[int]
    AT_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    avatar_id: str
    at_sample: int
    def __init__(self, avatar_id: _Optional[str] = ..., at_sample: _Optional[int] = ...) -> None: ...

class FlushResponse(_message.Message):
    __slots__ = ("stream_id", "at_sample", "closed_by_sample", "pending")
    STREAM_ID_FIELD_NUMBER: _ClassVar[int]
    AT_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    CLOSED_BY_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    stream_id: int
    at_sample: int
    closed_by_sample: int
    pending: bool
    def __init__(self, stream_id: _Optional[int] = ..., at_sample: _Optional[int] = ..., closed_by_sample: _Optional[int] = ..., pending: _Optional[bool] = ...) -> None: ...
