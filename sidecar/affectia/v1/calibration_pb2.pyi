from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CalibrationPhase(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CALIBRATION_PHASE_UNSPECIFIED: _ClassVar[CalibrationPhase]
    CALIBRATION_PHASE_COUNTDOWN: _ClassVar[CalibrationPhase]
    CALIBRATION_PHASE_NEUTRAL: _ClassVar[CalibrationPhase]
    CALIBRATION_PHASE_RANGE: _ClassVar[CalibrationPhase]
    CALIBRATION_PHASE_DONE: _ClassVar[CalibrationPhase]
CALIBRATION_PHASE_UNSPECIFIED: CalibrationPhase
CALIBRATION_PHASE_COUNTDOWN: CalibrationPhase
CALIBRATION_PHASE_NEUTRAL: CalibrationPhase
CALIBRATION_PHASE_RANGE: CalibrationPhase
CALIBRATION_PHASE_DONE: CalibrationPhase

class CalibrateRequest(_message.Message):
    __slots__ = ("session_id", "name", "countdown_secs", "neutral_secs", "range_secs", "alpha")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    COUNTDOWN_SECS_FIELD_NUMBER: _ClassVar[int]
    NEUTRAL_SECS_FIELD_NUMBER: _ClassVar[int]
    RANGE_SECS_FIELD_NUMBER: _ClassVar[int]
    ALPHA_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    name: str
    countdown_secs: float
    neutral_secs: float
    range_secs: float
    alpha: float
    def __init__(self, session_id: _Optional[str] = ..., name: _Optional[str] = ..., countdown_secs: _Optional[float] = ..., neutral_secs: _Optional[float] = ..., range_secs: _Optional[float] = ..., alpha: _Optional[float] = ...) -> None: ...

class CalibrateProgress(_message.Message):
    __slots__ = ("phase", "remaining_secs", "progress", "hint", "calibration")
    PHASE_FIELD_NUMBER: _ClassVar[int]
    REMAINING_SECS_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    HINT_FIELD_NUMBER: _ClassVar[int]
    CALIBRATION_FIELD_NUMBER: _ClassVar[int]
    phase: CalibrationPhase
    remaining_secs: float
    progress: float
    hint: str
    calibration: Calibration
    def __init__(self, phase: _Optional[_Union[CalibrationPhase, str]] = ..., remaining_secs: _Optional[float] = ..., progress: _Optional[float] = ..., hint: _Optional[str] = ..., calibration: _Optional[_Union[Calibration, _Mapping]] = ...) -> None: ...

class Calibration(_message.Message):
    __slots__ = ("name", "made_unix_secs", "neutral_frames", "range_frames", "steadiness", "notices")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MADE_UNIX_SECS_FIELD_NUMBER: _ClassVar[int]
    NEUTRAL_FRAMES_FIELD_NUMBER: _ClassVar[int]
    RANGE_FRAMES_FIELD_NUMBER: _ClassVar[int]
    STEADINESS_FIELD_NUMBER: _ClassVar[int]
    NOTICES_FIELD_NUMBER: _ClassVar[int]
    name: str
    made_unix_secs: int
    neutral_frames: int
    range_frames: int
    steadiness: float
    notices: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., made_unix_secs: _Optional[int] = ..., neutral_frames: _Optional[int] = ..., range_frames: _Optional[int] = ..., steadiness: _Optional[float] = ..., notices: _Optional[_Iterable[str]] = ...) -> None: ...

class UseCalibrationRequest(_message.Message):
    __slots__ = ("session_id", "name")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    name: str
    def __init__(self, session_id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class ListCalibrationsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListCalibrationsResponse(_message.Message):
    __slots__ = ("calibrations",)
    CALIBRATIONS_FIELD_NUMBER: _ClassVar[int]
    calibrations: _containers.RepeatedCompositeFieldContainer[Calibration]
    def __init__(self, calibrations: _Optional[_Iterable[_Union[Calibration, _Mapping]]] = ...) -> None: ...

class DeleteCalibrationRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class DeleteCalibrationResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
