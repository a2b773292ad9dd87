from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SessionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SESSION_STATE_UNSPECIFIED: _ClassVar[SessionState]
    SESSION_STATE_WAITING_FOR_CONSENT: _ClassVar[SessionState]
    SESSION_STATE_RUNNING: _ClassVar[SessionState]
    SESSION_STATE_RETRYING: _ClassVar[SessionState]
    SESSION_STATE_ENDED: _ClassVar[SessionState]
SESSION_STATE_UNSPECIFIED: SessionState
SESSION_STATE_WAITING_FOR_CONSENT: SessionState
SESSION_STATE_RUNNING: SessionState
SESSION_STATE_RETRYING: SessionState
SESSION_STATE_ENDED: SessionState

class Session(_message.Message):
    __slots__ = ("session_id", "source", "avatar_ids", "state", "detail", "consent", "options", "source_status", "voice", "voice_status", "emotion_status", "profile", "mapping", "calibration", "idle", "seed", "motion_status")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    AVATAR_IDS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    CONSENT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_STATUS_FIELD_NUMBER: _ClassVar[int]
    VOICE_FIELD_NUMBER: _ClassVar[int]
    VOICE_STATUS_FIELD_NUMBER: _ClassVar[int]
    EMOTION_STATUS_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    MAPPING_FIELD_NUMBER: _ClassVar[int]
    CALIBRATION_FIELD_NUMBER: _ClassVar[int]
    IDLE_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    MOTION_STATUS_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    source: str
    avatar_ids: _containers.RepeatedScalarFieldContainer[str]
    state: SessionState
    detail: str
    consent: _containers.RepeatedScalarFieldContainer[str]
    options: SessionOptions
    source_status: SourceStatus
    voice: str
    voice_status: VoiceStatus
    emotion_status: EmotionStatus
    profile: str
    mapping: str
    calibration: str
    idle: str
    seed: int
    motion_status: MotionStatus
    def __init__(self, session_id: _Optional[str] = ..., source: _Optional[str] = ..., avatar_ids: _Optional[_Iterable[str]] = ..., state: _Optional[_Union[SessionState, str]] = ..., detail: _Optional[str] = ..., consent: _Optional[_Iterable[str]] = ..., options: _Optional[_Union[SessionOptions, _Mapping]] = ..., source_status: _Optional[_Union[SourceStatus, _Mapping]] = ..., voice: _Optional[str] = ..., voice_status: _Optional[_Union[VoiceStatus, _Mapping]] = ..., emotion_status: _Optional[_Union[EmotionStatus, _Mapping]] = ..., profile: _Optional[str] = ..., mapping: _Optional[str] = ..., calibration: _Optional[str] = ..., idle: _Optional[str] = ..., seed: _Optional[int] = ..., motion_status: _Optional[_Union[MotionStatus, _Mapping]] = ...) -> None: ...

class SessionOptions(_message.Message):
    __slots__ = ("precision_bits", "rate_hz", "smoothing")
    PRECISION_BITS_FIELD_NUMBER: _ClassVar[int]
    RATE_HZ_FIELD_NUMBER: _ClassVar[int]
    SMOOTHING_FIELD_NUMBER: _ClassVar[int]
    precision_bits: int
    rate_hz: float
    smoothing: float
    def __init__(self, precision_bits: _Optional[int] = ..., rate_hz: _Optional[float] = ..., smoothing: _Optional[float] = ...) -> None: ...

class SourceStatus(_message.Message):
    __slots__ = ("captured_hz", "samples_captured", "samples_dropped", "samples_with_face", "samples_perceived", "perception_p95_millis", "samples_rested", "notices", "state", "detail")
    CAPTURED_HZ_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_CAPTURED_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_DROPPED_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_WITH_FACE_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_PERCEIVED_FIELD_NUMBER: _ClassVar[int]
    PERCEPTION_P95_MILLIS_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_RESTED_FIELD_NUMBER: _ClassVar[int]
    NOTICES_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    captured_hz: float
    samples_captured: int
    samples_dropped: int
    samples_with_face: int
    samples_perceived: int
    perception_p95_millis: float
    samples_rested: int
    notices: _containers.RepeatedScalarFieldContainer[str]
    state: SessionState
    detail: str
    def __init__(self, captured_hz: _Optional[float] = ..., samples_captured: _Optional[int] = ..., samples_dropped: _Optional[int] = ..., samples_with_face: _Optional[int] = ..., samples_perceived: _Optional[int] = ..., perception_p95_millis: _Optional[float] = ..., samples_rested: _Optional[int] = ..., notices: _Optional[_Iterable[str]] = ..., state: _Optional[_Union[SessionState, str]] = ..., detail: _Optional[str] = ...) -> None: ...

class VoiceStatus(_message.Message):
    __slots__ = ("state", "detail", "captured_hz", "blocks_captured", "blocks_dropped", "frames_heard", "perception_p95_millis", "source_rate_hz", "look_ahead_millis", "degraded", "notices")
    STATE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    CAPTURED_HZ_FIELD_NUMBER: _ClassVar[int]
    BLOCKS_CAPTURED_FIELD_NUMBER: _ClassVar[int]
    BLOCKS_DROPPED_FIELD_NUMBER: _ClassVar[int]
    FRAMES_HEARD_FIELD_NUMBER: _ClassVar[int]
    PERCEPTION_P95_MILLIS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_RATE_HZ_FIELD_NUMBER: _ClassVar[int]
    LOOK_AHEAD_MILLIS_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    NOTICES_FIELD_NUMBER: _ClassVar[int]
    state: SessionState
    detail: str
    captured_hz: float
    blocks_captured: int
    blocks_dropped: int
    frames_heard: int
    perception_p95_millis: float
    source_rate_hz: int
    look_ahead_millis: int
    degraded: bool
    notices: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, state: _Optional[_Union[SessionState, str]] = ..., detail: _Optional[str] = ..., captured_hz: _Optional[float] = ..., blocks_captured: _Optional[int] = ..., blocks_dropped: _Optional[int] = ..., frames_heard: _Optional[int] = ..., perception_p95_millis: _Optional[float] = ..., source_rate_hz: _Optional[int] = ..., look_ahead_millis: _Optional[int] = ..., degraded: _Optional[bool] = ..., notices: _Optional[_Iterable[str]] = ...) -> None: ...

class EmotionStatus(_message.Message):
    __slots__ = ("face_method", "voice_method", "affect_method", "face_provider", "voice_provider", "face_results_hz", "voice_results_hz", "face_p95_millis", "voice_p95_millis", "notices", "language")
    FACE_METHOD_FIELD_NUMBER: _ClassVar[int]
    VOICE_METHOD_FIELD_NUMBER: _ClassVar[int]
    AFFECT_METHOD_FIELD_NUMBER: _ClassVar[int]
    FACE_PROVIDER_FIELD_NUMBER: _ClassVar[int]
    VOICE_PROVIDER_FIELD_NUMBER: _ClassVar[int]
    FACE_RESULTS_HZ_FIELD_NUMBER: _ClassVar[int]
    VOICE_RESULTS_HZ_FIELD_NUMBER: _ClassVar[int]
    FACE_P95_MILLIS_FIELD_NUMBER: _ClassVar[int]
    VOICE_P95_MILLIS_FIELD_NUMBER: _ClassVar[int]
    NOTICES_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    face_method: str
    voice_method: str
    affect_method: str
    face_provider: str
    voice_provider: str
    face_results_hz: float
    voice_results_hz: float
    face_p95_millis: float
    voice_p95_millis: float
    notices: _containers.RepeatedScalarFieldContainer[str]
    language: str
    def __init__(self, face_method: _Optional[str] = ..., voice_method: _Optional[str] = ..., affect_method: _Optional[str] = ..., face_provider: _Optional[str] = ..., voice_provider: _Optional[str] = ..., face_results_hz: _Optional[float] = ..., voice_results_hz: _Optional[float] = ..., face_p95_millis: _Optional[float] = ..., voice_p95_millis: _Optional[float] = ..., notices: _Optional[_Iterable[str]] = ..., language: _Optional[str] = ...) -> None: ...

class MotionStatus(_message.Message):
    __slots__ = ("frames", "jitter_percent", "rest_rms", "range", "expressive_share")
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    JITTER_PERCENT_FIELD_NUMBER: _ClassVar[int]
    REST_RMS_FIELD_NUMBER: _ClassVar[int]
    RANGE_FIELD_NUMBER: _ClassVar[int]
    EXPRESSIVE_SHARE_FIELD_NUMBER: _ClassVar[int]
    frames: int
    jitter_percent: float
    rest_rms: float
    range: float
    expressive_share: float
    def __init__(self, frames: _Optional[int] = ..., jitter_percent: _Optional[float] = ..., rest_rms: _Optional[float] = ..., range: _Optional[float] = ..., expressive_share: _Optional[float] = ...) -> None: ...

class StartSessionRequest(_message.Message):
    __slots__ = ("session_id", "source", "avatar_count", "consent", "options", "loop", "voice", "profile", "mapping", "seed", "idle", "calibration")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    AVATAR_COUNT_FIELD_NUMBER: _ClassVar[int]
    CONSENT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    LOOP_FIELD_NUMBER: _ClassVar[int]
    VOICE_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    MAPPING_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    IDLE_FIELD_NUMBER: _ClassVar[int]
    CALIBRATION_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    source: str
    avatar_count: int
    consent: _containers.RepeatedScalarFieldContainer[str]
    options: SessionOptions
    loop: bool
    voice: str
    profile: str
    mapping: str
    seed: int
    idle: str
    calibration: str
    def __init__(self, session_id: _Optional[str] = ..., source: _Optional[str] = ..., avatar_count: _Optional[int] = ..., consent: _Optional[_Iterable[str]] = ..., options: _Optional[_Union[SessionOptions, _Mapping]] = ..., loop: _Optional[bool] = ..., voice: _Optional[str] = ..., profile: _Optional[str] = ..., mapping: _Optional[str] = ..., seed: _Optional[int] = ..., idle: _Optional[str] = ..., calibration: _Optional[str] = ...) -> None: ...

class StopSessionRequest(_message.Message):
    __slots__ = ("session_id",)
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    def __init__(self, session_id: _Optional[str] = ...) -> None: ...

class SetConsentRequest(_message.Message):
    __slots__ = ("session_id", "modality", "granted")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    MODALITY_FIELD_NUMBER: _ClassVar[int]
    GRANTED_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    modality: str
    granted: bool
    def __init__(self, session_id: _Optional[str] = ..., modality: _Optional[str] = ..., granted: _Optional[bool] = ...) -> None: ...

class ConfigureRequest(_message.Message):
    __slots__ = ("session_id", "options")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    options: SessionOptions
    def __init__(self, session_id: _Optional[str] = ..., options: _Optional[_Union[SessionOptions, _Mapping]] = ...) -> None: ...
