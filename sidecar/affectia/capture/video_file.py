"""Samples out of a video file, at its own speed or as fast as they are taken."""

from __future__ import annotations

import stat
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream
from numpy.typing import NDArray

from affectia.capture.camera_picture import LONGEST_SIDE_PX
from affectia.capture.source import Source, VideoSink
from affectia.clock import NANOS_PER_SEC, Clock
from affectia.errors import CaptureError
from affectia.signals.video_sample import VideoSample

# Containers of video and sound; what only points to other places (playlists, session descriptions, patterns of names) is not among them.
_FORMATS = "mov,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,flv,asf,ogg,mjpeg,gif,ivf,mxf,nut,yuv4mpegpipe,wav,mp3,flac,aac"
# The next picture is decoded late in a frame's period, twice as early as decoding took the last time, but in this part of it at least:
# decoding at once would take the processor from those who look at the picture before.
_LAST_PART = 0.25
_STEPS = 8  # of the pictures before, of which the shortest is taken for the period: files of phones have no steady rate


@dataclass(frozen=True)
class VideoFileOptions:
    """How a file is played. Pictures lower than `min_height_px` are enlarged by whole factors: small faces track badly. Those with a side
    above `LONGEST_SIDE_PX` are made smaller, as a camera's are.
    """

    loop: bool = False
    real_time: bool = True
    min_height_px: int = 240


class VideoFileSource(Source):
    """Plays one file; `captured_at_nanos` is the instant at which a picture is due, or was decoded when speed is free."""

    def __init__(self, path: Path, sink: VideoSink, clock: Clock, options: VideoFileOptions | None = None) -> None:
        super().__init__(clock)
        self._path = path
        self._sink = sink
        self._options = options or VideoFileOptions()
        self.description = f"file:{path.name}"
        self.frame_rate_hz = _checked_rate_hz(path)

    def _run(self) -> None:
        try:
            self._play()
        except CaptureError as error:
            # Whoever asks for the state or reads the log learns the file's name, not the folders of whoever opened it.
            raise CaptureError(str(error).replace(str(self._path), self._path.name)) from None

    def _play(self) -> None:
        started = self._clock.now_nanos()
        played_nanos = 0
        period_nanos = round(NANOS_PER_SEC / self.frame_rate_hz)
        asked = started
        steps_nanos = deque((period_nanos,), maxlen=_STEPS)
        while not self._stopping.is_set():
            length_nanos = shown_nanos = 0
            for media_nanos, frame in _frames(self._path, period_nanos):
                width_px, height_px = shown_size(frame.width, frame.height, min_height_px=self._options.min_height_px)
                lying = np.asarray(frame.reformat(width_px, height_px, "rgb24").to_ndarray(), np.uint8)
                rgb = upright(lying, frame.rotation)
                decoded = self._clock.now_nanos()
                place_nanos = played_nanos + media_nanos
                if self._options.real_time:
                    # Decoding is done before the picture is due, so that it costs no latency.
                    if self._stopping.wait(max(0, started + place_nanos - self._clock.now_nanos()) / NANOS_PER_SEC):
                        return
                    sample = VideoSample(self._clock.now_nanos(), place_nanos, rgb)
                    self._sink.put(sample)
                    self._mark(sample.captured_at_nanos)
                    if length_nanos:
                        steps_nanos.append(media_nanos - shown_nanos)
                    shown_nanos, step_nanos = media_nanos, min(period_nanos, *steps_nanos)
                    rest_nanos = step_nanos - max(round(_LAST_PART * step_nanos), 2 * (decoded - asked))
                    if self._stopping.wait(max(0, rest_nanos) / NANOS_PER_SEC):
                        return
                    asked = self._clock.now_nanos()
                else:
                    sample = VideoSample(self._clock.now_nanos(), place_nanos, rgb)
                    while not self._sink.put_when_empty(sample, timeout_secs=0.1):
                        if self._stopping.is_set():
                            return
                    self._mark(sample.captured_at_nanos)
                length_nanos = media_nanos + period_nanos
            if length_nanos == 0:  # the file has changed since it was checked
                raise CaptureError(f"video file has no picture that can be decoded: {self._path}")
            if not self._options.loop:
                return
            played_nanos += length_nanos


def shown_size(width_px: int, height_px: int, *, min_height_px: int) -> tuple[int, int]:
    """(width, height) that a picture of this size is given."""
    longest_px = max(width_px, height_px)
    if longest_px > LONGEST_SIDE_PX:
        scale = LONGEST_SIDE_PX / longest_px
        return max(1, round(width_px * scale)), max(1, round(height_px * scale))
    factor = max(1, min(-(-min_height_px // height_px), LONGEST_SIDE_PX // longest_px))
    return width_px * factor, height_px * factor


def upright(rgb: NDArray[np.uint8], rotation_deg: float) -> NDArray[np.uint8]:
    """A picture turned counterclockwise as its file says it is to be shown, in quarter turns: phones film lying down."""
    return np.ascontiguousarray(np.rot90(rgb, round(rotation_deg / 90)))


def _checked_rate_hz(path: Path) -> float:
    """Pictures a second of the file; raises CaptureError where it is no video that can be played."""
    try:
        found = path.stat()
    except FileNotFoundError:
        raise CaptureError(f"video file does not exist: {path}") from None
    except OSError as error:
        raise _unreadable(path, error) from None
    if stat.S_ISDIR(found.st_mode):
        raise CaptureError(f"video file is a folder, expected a file: {path}")
    if not stat.S_ISREG(found.st_mode):
        raise CaptureError(f"video file is a device or a pipe, expected a file (a camera is camera:N): {path}")
    if found.st_size == 0:
        raise CaptureError(f"video file is empty: {path}")
    with _opened(path) as (container, stream):
        rate = float(stream.average_rate or stream.guessed_rate or 0)
        try:
            picture = next(container.decode(stream), None)
        except FFmpegError as error:
            raise _unreadable(path, error) from None
        if picture is None:
            raise CaptureError(f"video file has no picture that can be decoded: {path}")
    return rate if 1 <= rate <= 240 else 30.0


@contextmanager
def _opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """A file and its first video stream; raises CaptureError where there is none."""
    try:
        # A playlist or session description may name addresses; nothing but files of this machine is opened for it.
        # The prefix and the absolute path keep a name with a colon from being read as an address.
        container = av.open(f"file:{path.absolute()}", options={"protocol_whitelist": "file", "format_whitelist": _FORMATS})
    except (FFmpegError, PermissionError) as error:
        raise _unreadable(path, error) from None
    with container:
        if container.format.name == "tty":  # FFmpeg draws plain text as a terminal would
            raise CaptureError(f"file is text, expected a video: {path}")
        if not container.streams.video:
            raise CaptureError(f"file has no video stream, expected one: {path}")
        yield container, container.streams.video[0]


def _frames(path: Path, frame_nanos: int) -> Iterator[tuple[int, av.VideoFrame]]:
    """(nanoseconds since the first picture, picture); a damaged tail ends the file early instead of raising."""
    with _opened(path) as (container, stream):
        stream.thread_type = "SLICE"  # frame threads would hold pictures back
        first: float | None = None
        last_nanos = -frame_nanos
        try:
            for frame in container.decode(stream):
                if frame.time is None:
                    nanos = last_nanos + frame_nanos
                else:
                    first = frame.time if first is None else first
                    nanos = max(round((frame.time - first) * NANOS_PER_SEC), last_nanos + 1)
                last_nanos = nanos
                yield nanos, frame
        except FFmpegError:
            return


def _unreadable(path: Path, error: BaseException) -> CaptureError:
    reason = str(getattr(error, "strerror", None) or error).lower()
    return CaptureError(f"video file cannot be read ({reason}), expected a format that FFmpeg knows: {path}")
