"""Messages of the control service out of the sidecar's own values, and back."""

from __future__ import annotations

import os
from dataclasses import replace

from affectia.capture.source import Source
from affectia.clock import NANOS_PER_MILLI
from affectia.control.status_codes import printable
from affectia.inference.model_store import ModelCheck
from affectia.session.session import Session, SessionOptions, SessionState
from affectia.session.session_emotion import OFF, SessionEmotion
from affectia.session.session_request import SessionRequest
from affectia.session.session_voice import SessionVoice
from affectia.session.sidecar import Sidecar
from affectia.session.source_spec import SourceSpec
from affectia.session.voice_spec import VoiceSpec
from affectia.telemetry.motion_meter import MotionReport
from affectia.v1 import model_pb2, session_pb2, status_pb2
from affectia.version import installed_version

_STATES = {
    SessionState.WAITING_FOR_CONSENT: session_pb2.SESSION_STATE_WAITING_FOR_CONSENT,
    SessionState.RUNNING: session_pb2.SESSION_STATE_RUNNING,
    SessionState.RETRYING: session_pb2.SESSION_STATE_RETRYING,
    SessionState.ENDED: session_pb2.SESSION_STATE_ENDED,
}
_MODEL_STATES = {
    "ready": model_pb2.MODEL_STATE_READY,
    "missing": model_pb2.MODEL_STATE_MISSING,
    "corrupt": model_pb2.MODEL_STATE_CORRUPT,
}
_REGRESSING = frozenset({"hsemotion"})  # the methods with a network that was trained on valence and arousal
_OPTION_NAMES = ("precision_bits", "rate_hz", "smoothing")


def session_request(message: session_pb2.StartSessionRequest) -> SessionRequest:
    """What a caller wants to be opened; raises ConfigError where it cannot be understood."""
    return SessionRequest(
        session_id=message.session_id,
        source=SourceSpec.parse(message.source),
        avatars=message.avatar_count or 1,
        consent=frozenset(message.consent),
        options=changed_options(SessionOptions(), message.options),
        loop=message.loop,
        voice=VoiceSpec.parse(message.voice),
        profile=message.profile,
        mapping=message.mapping,
        seed=message.seed,
        idle=message.idle,
        calibration=message.calibration,
    )


def changed_options(options: SessionOptions, message: session_pb2.SessionOptions) -> SessionOptions:
    """The options with what the message sets; raises ConfigError where a value is out of range."""
    changes = {name: getattr(message, name) for name in _OPTION_NAMES if message.HasField(name)}
    return replace(options, **changes)


def session_message(session: Session) -> session_pb2.Session:
    """A session as it stands now; a file is named without its folder."""
    options, acting = session.options, session.acting
    return session_pb2.Session(
        session_id=session.session_id,
        source=printable(session.source.description),
        avatar_ids=session.avatar_ids,
        state=_STATES[session.state],
        detail=printable(_detail(session)),
        consent=sorted(session.consent.granted),
        options=session_pb2.SessionOptions(precision_bits=options.precision_bits, rate_hz=options.rate_hz, smoothing=options.smoothing),
        source_status=_source_status(session),
        voice="" if session.voice is None else printable(session.voice.source.description),
        voice_status=None if session.voice is None else _voice_status(session, session.voice),
        emotion_status=None if session.emotion is None else _emotion_status(session.emotion),
        profile=printable(acting.profile.name),
        mapping=acting.mapping.value,
        calibration="" if acting.calibration is None else acting.calibration.name,
        idle=acting.idle,
        seed=acting.seed,
        motion_status=_motion_status(session.movement()),
    )


def status_message(sidecar: Sidecar, *, grpc_port: int, publish_port: int) -> status_pb2.Status:
    """The whole process as it stands now; never waits."""
    now_nanos = sidecar.clock.now_nanos()
    motion = sidecar.motion
    return status_pb2.Status(
        version=installed_version(),
        process_id=os.getpid(),
        ports=status_pb2.Ports(publish=publish_port, grpc=grpc_port),
        epoch_offset_nanos=sidecar.epoch_offset_nanos,
        now_nanos=now_nanos,
        sessions=[session_message(session) for session in sidecar.sessions.all()],
        publish=status_pb2.PublishStatus(
            frames_sent=sidecar.pipeline.publisher.frames_published,
            frames_hz=motion.frames.hz(now_nanos),
            subscriptions=sidecar.transport.subscription_count,
            tick_p95_millis=motion.tick_durations.percentile_millis(95),
            tick_lateness_p95_millis=motion.timer_lateness.percentile_millis(95),
        ),
    )


def model_message(check: ModelCheck) -> model_pb2.Model:
    """A model of the manifest and what stands in the cache for it."""
    entry = check.entry
    return model_pb2.Model(
        model_id=entry.id,
        state=_MODEL_STATES[check.state],
        bytes=entry.size_bytes,
        sha256=entry.sha256,
        licence=entry.licence,
        kind=entry.kind,
    )


def _detail(session: Session) -> str:
    """Why, where pictures or voice do not run."""
    if session.stopped:
        return "session was stopped"
    return "; ".join(detail for source in session.sources if (detail := _detail_of(session, source)))


def _detail_of(session: Session, source: Source) -> str:
    state = session.state_of(source)
    if state is SessionState.RUNNING:
        return ""
    if state is SessionState.WAITING_FOR_CONSENT:
        return f"consent for {source.modality!r} is not granted"
    if state is SessionState.ENDED:
        return source.detail or ("source is at its end" if source is session.source else "voice is at its end")
    return source.detail


def _source_status(session: Session) -> session_pb2.SourceStatus:
    source, track = session.source, session.track
    has_pictures = source in session.sources
    status = session_pb2.SourceStatus(
        captured_hz=source.rate_hz(),
        samples_captured=source.captured_count,
        samples_dropped=session.mailbox.dropped_count,
        state=_STATES[session.state_of(source) if has_pictures else SessionState.ENDED],
        detail=printable(_detail_of(session, source)) if has_pictures else "",
    )
    if track is not None:
        status.samples_with_face = track.found_count
        status.samples_perceived = track.durations.added
        status.perception_p95_millis = track.durations.percentile_millis(95)
        status.samples_rested = track.rested_count
    status.notices[:] = [printable(notice) for notice in (source.notice, track.notice if track else "") if notice]
    return status


def _voice_status(session: Session, voice: SessionVoice) -> session_pb2.VoiceStatus:
    source = voice.source
    return session_pb2.VoiceStatus(
        state=_STATES[session.state_of(source)],
        detail=printable(_detail_of(session, source)),
        captured_hz=source.rate_hz(),
        blocks_captured=source.captured_count,
        blocks_dropped=voice.inbox.dropped_count,
        frames_heard=voice.frames_heard,
        perception_p95_millis=voice.track.durations.percentile_millis(95),
        source_rate_hz=voice.source_rate_hz,
        look_ahead_millis=round(voice.look_ahead_nanos / NANOS_PER_MILLI),
        degraded=bool(voice.missing),
        notices=[printable(notice) for notice in voice.notices],
    )


def _emotion_status(emotion: SessionEmotion) -> session_pb2.EmotionStatus:
    return session_pb2.EmotionStatus(
        face_method=emotion.face_method,
        voice_method=emotion.voice_method,
        affect_method=_affect_method(emotion),
        face_provider=emotion.face_provider,
        voice_provider=emotion.voice_provider,
        face_results_hz=emotion.face_hz,
        voice_results_hz=emotion.voice_hz,
        face_p95_millis=emotion.face_p95_millis,
        voice_p95_millis=emotion.voice_p95_millis,
        notices=[printable(notice) for notice in emotion.notices],
        language=emotion.language,
    )


def _motion_status(report: MotionReport) -> session_pb2.MotionStatus:
    return session_pb2.MotionStatus(
        frames=report.frames,
        jitter_percent=report.jitter_percent,
        rest_rms=report.rest_rms,
        range=report.range,
        expressive_share=report.expressive_share,
    )


def _affect_method(emotion: SessionEmotion) -> str:
    """How valence, arousal and dominance come about by what runs; empty where nothing does."""
    running = {method for method in (emotion.face_method, emotion.voice_method) if method not in (OFF, "loading")}
    kinds = {"regressed" if method in _REGRESSING else "projected" for method in running}
    return "mixed" if len(kinds) > 1 else "".join(kinds)
