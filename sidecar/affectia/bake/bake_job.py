"""One clip from its files to the bytes of its track: what the command, its worker processes and the control service have done."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from affectia.bake.bake_options import TIMING_RATE_HZ, BakeOptions
from affectia.bake.bake_timing import bake_timing, timing_content
from affectia.bake.bake_voice import BakeVoice
from affectia.bake.clip_bake import ROWS_PER_SEC, clip_visemes, frames_of, track_chunks
from affectia.bake.mouth_look import MouthLook, mouth_look
from affectia.bake.track_format import TrackFormat, is_result, track_content, whole_track
from affectia.bake.track_id import track_id
from affectia.capture.audio_clip import LONGEST_SECS, AudioClip, read_audio_clip
from affectia.clock import NANOS_PER_SEC, Clock, SystemClock
from affectia.errors import ConfigError
from affectia.rig.emotion.emotion_line import emotion_line_content, read_emotion_line
from affectia.wire.track_chunk import TrackChunk


@dataclass(frozen=True, slots=True)
class BakeJob:
    """What is to be baked; `clip` or `timing` may be None, not both. A `result` that is made of the same already is left as it is.

    `emotions`: a file of the emotions along the line, which brows, lids, cheeks and a part of the mouth then show.
    """

    clip: Path | None
    timing: Path | None = None
    form: TrackFormat = TrackFormat.TRACK
    options: BakeOptions = BakeOptions()
    result: Path | None = None
    emotions: Path | None = None


@dataclass(frozen=True, slots=True)
class BakeFacts:
    """What a person or a program may want to know of a baked track.

    `made_from`: what moved the mouth, example: "visemes of the sound". `channels` is 0 where there is no sound. `took_secs` is the work
    alone, without the start of the program. `notices` say what is wrong with the sound or the timing, or is missing here, in words.
    """

    duration_secs: float
    sample_rate_hz: int
    channels: int
    frame_count: int
    frame_rate_hz: int
    degraded: bool
    made_from: str
    notices: tuple[str, ...]
    look: MouthLook
    took_secs: float


@dataclass(frozen=True, slots=True)
class Baked:
    """What came of a job: its chunks, the bytes of its file, and the sound, None where there was none."""

    chunks: list[TrackChunk]
    content: bytes
    facts: BakeFacts
    clip: AudioClip | None


def run_job(job: BakeJob, voice: BakeVoice, clock: Clock | None = None) -> Baked | None:
    """Bake one clip; None where its result is there already. One thread at a time for one voice.

    Raises CaptureError for a sound or a timing that cannot be read, ConfigError for a timing that means nothing, or that is longer than a
    sound may be and has none.
    """
    clock = clock or SystemClock()
    if job.clip is None and job.timing is None:
        raise ConfigError("bake has neither a sound nor a timing, expected one of them at least")
    timing_bytes = None if job.timing is None else timing_content(job.timing)
    emotions_bytes = None if job.emotions is None else emotion_line_content(job.emotions)
    if _is_there(job, timing_bytes, emotions_bytes, voice):
        return None
    felt_line = () if emotions_bytes is None else read_emotion_line(emotions_bytes, path=job.emotions)
    if job.clip is not None:
        voice.engine  # noqa: B018 - loading it is no work on this clip
    began_nanos = clock.now_nanos()
    clip = None if job.clip is None else read_audio_clip(job.clip)
    timing = None
    if timing_bytes is not None and job.timing is not None:
        clip_secs = None if clip is None else clip.duration_secs
        timing = bake_timing(timing_bytes, job.timing, clip_secs=clip_secs, language=job.options.language)
        if clip is None and timing.visemes.duration_secs > LONGEST_SECS:  # a few bytes may say hours, and each takes gigabytes
            long_mins = timing.visemes.duration_secs / 60
            raise ConfigError(f"timing is {long_mins:.1f} min long, expected at most {LONGEST_SECS / 60:.0f} min: {job.timing}")
    found = clip_visemes(clip, engine=None if clip is None else voice.engine, timing=timing)
    duration_secs = len(found.visemes) / ROWS_PER_SEC if clip is None else clip.duration_secs
    rate_hz = TIMING_RATE_HZ if clip is None else clip.source_rate_hz
    felt = None
    if felt_line:
        from affectia.bake.felt_track import felt_shapes  # what a line without emotions does not need, it does not wait for

        frames = frames_of(duration_secs, job.options.frame_rate_hz)
        felt = felt_shapes(felt_line, frames=frames, frame_rate_hz=job.options.frame_rate_hz)
    chunks = track_chunks(
        found,
        duration_secs=duration_secs,
        sample_rate_hz=rate_hz,
        options=job.options,
        stream_id=_track_id(job, timing_bytes, emotions_bytes, voice),
        felt=felt,
    )
    content = track_content(chunks, job.form, felt=felt)
    whole = whole_track(chunks)
    notices = [] if clip is None else list(clip.notices)
    notices += [] if timing is None else timing.visemes.notices
    notices += [voice.engine.notice] if clip is not None and voice.engine.notice else []
    facts = BakeFacts(
        duration_secs=round(duration_secs, 6),
        sample_rate_hz=rate_hz,
        channels=0 if clip is None else clip.channels,
        frame_count=whole.frame_count,
        frame_rate_hz=whole.frame_rate_hz,
        degraded=whole.degraded,
        made_from=found.made_from + (", emotions along the line" if felt_line else ""),
        notices=tuple(notices),
        look=mouth_look(whole),
        took_secs=round((clock.now_nanos() - began_nanos) / NANOS_PER_SEC, 4),
    )
    return Baked(chunks, content, facts, clip)


def _is_there(job: BakeJob, timing: bytes | None, emotions: bytes | None, voice: BakeVoice) -> bool:
    # What is no file is refused when it is decoded; reading a pipe would not end.
    if job.result is None or not job.result.is_file() or (job.clip is not None and not job.clip.is_file()):
        return False
    return is_result(job.result, job.form, stream_id=_track_id(job, timing, emotions, voice))


def _track_id(job: BakeJob, timing: bytes | None, emotions: bytes | None, voice: BakeVoice) -> int:
    return track_id(job.options, sound=job.clip, timing=timing, makers=voice.makers, emotions=emotions)
