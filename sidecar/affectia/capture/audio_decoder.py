"""The sound in a file, decoded block by block at the file's own rate; also the sound track of a video, in step with its pictures."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.stream import VideoStream
from numpy.typing import NDArray

from affectia.capture.pcm import HIGHEST_RATE_HZ, LOWEST_RATE_HZ, MOST_CHANNELS, as_float
from affectia.clock import NANOS_PER_SEC
from affectia.errors import CaptureError

# Containers of sound and video; what only points to other places (playlists, session descriptions, patterns of names) is not among them.
_FORMATS: Final = (
    "wav,w64,aiff,caf,au,flac,ogg,mp3,aac,ac3,eac3,amr,wv,ape,tta,dsf,mov,mp4,m4a,3gp,matroska,webm,avi,mpegts,mpeg,flv,asf,mxf,nut"
)
_MOST_PLANES: Final = 7  # PyAV reads behind the end of a frame that has each of eight channels in a place of its own
_LEAST_GAP_SECS: Final = 0.02  # containers round times to milliseconds; a lost packet is longer
_LONGEST_GAP_SECS: Final = 10.0  # what is longer is a clock that was set, not sound that is missing


class AudioDecoder:
    """Reads one file once; one thread. Raises CaptureError, with the path last, where there is no sound that can be read.

    What an encoder has put before the sound (its delay, "priming") is cut where the file says how long it is, as FFmpeg does: MP3 with
    a LAME header, M4A, Ogg, WebM. Raw AAC (ADTS) does not say it and comes 1024 samples late. In a video the sound begins with the
    first picture: silence is put before it, or its beginning is left out. A part in the middle that cannot be decoded becomes silence
    where the file's times tell its length.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        _check_file(path)
        with self._opened() as (container, stream):
            self.rate_hz: int = stream.codec_context.sample_rate
            self.channels: int = stream.codec_context.channels
            self.declared_secs = _declared_secs(container, stream)
            self.has_pictures = _pictures(container) is not None
        if not LOWEST_RATE_HZ <= self.rate_hz <= HIGHEST_RATE_HZ:
            raise CaptureError(f"sound has a rate of {self.rate_hz} Hz, expected {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ}: {path}")
        if not 1 <= self.channels <= MOST_CHANNELS:
            raise CaptureError(f"sound has {self.channels} channels, expected 1 to {MOST_CHANNELS}: {path}")
        self.wrong_count = 0  # samples that were no number
        self.damaged_count = 0  # packets that could not be decoded
        self.filled_count = 0  # samples of silence put in for what is missing

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """(n, channels) float32 -1..1 in order, from the beginning; may be called again. A damaged tail ends it early."""
        self.wrong_count = self.damaged_count = self.filled_count = 0
        with self._opened() as (container, stream):
            due_secs = _first_picture_secs(container)  # when the next sample should sound; None: whenever it does
            is_first = True
            for frame in self._frames(container, stream):
                samples = self._samples(frame)
                if frame.time is not None and due_secs is not None:
                    gap_secs = frame.time - due_secs
                    least_secs = 0.0 if is_first else _LEAST_GAP_SECS
                    if least_secs < gap_secs <= _LONGEST_GAP_SECS:
                        silent = round(gap_secs * self.rate_hz)
                        self.filled_count += 0 if is_first else silent
                        yield np.zeros((silent, samples.shape[1]), np.float32)
                    elif is_first and -_LONGEST_GAP_SECS <= gap_secs < 0:
                        early = round(-gap_secs * self.rate_hz)
                        if early >= len(samples):
                            continue
                        samples = samples[early:]
                is_first = False
                due_secs = None if frame.time is None else frame.time + frame.samples / self.rate_hz
                yield samples

    def pictures_nanos(self) -> int:
        """How long the pictures of a video take, as VideoFileSource plays them; 0 where there are none. Reads through the whole file."""
        with self._opened() as (container, _stream):
            stream = _pictures(container)
            if stream is None:
                return 0
            rate_hz = float(stream.average_rate or stream.guessed_rate or 0)
            period_nanos = round(NANOS_PER_SEC / (rate_hz if 1 <= rate_hz <= 240 else 30.0))
            try:
                ticks = [packet.pts for packet in container.demux(stream) if packet.pts is not None]
            except FFmpegError:
                return 0
            if not ticks or stream.time_base is None:
                return 0
            return round((max(ticks) - min(ticks)) * stream.time_base * NANOS_PER_SEC) + period_nanos

    @contextmanager
    def _opened(self) -> Iterator[tuple[InputContainer, AudioStream]]:
        try:
            # A playlist or session description may name addresses; nothing but files of this machine is opened for it.
            # The prefix and the absolute path keep a name with a colon from being read as an address.
            container = av.open(f"file:{self._path.absolute()}", options={"protocol_whitelist": "file", "format_whitelist": _FORMATS})
        except (FFmpegError, OSError, ValueError) as error:
            raise self._unreadable(error) from None
        with container:
            if not container.streams.audio:
                raise CaptureError(f"file has no sound, expected an audio stream: {self._path}")
            stream = container.streams.audio[0]
            if getattr(stream, "codec_context", None) is None:
                raise CaptureError(f"sound is coded in a way that nobody here can decode, expected one that FFmpeg knows: {self._path}")
            yield container, stream

    def _frames(self, container: InputContainer, stream: AudioStream) -> Iterator[av.AudioFrame]:
        """Frames in order; packets that cannot be decoded are left out and counted."""
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
            except FFmpegError:
                self.damaged_count += 1
                return
            if packet is None:
                return
            try:
                frames = packet.decode()
            except FFmpegError:
                self.damaged_count += 1
                continue
            for frame in frames:
                if not isinstance(frame, av.AudioFrame) or frame.samples == 0:
                    continue
                if frame.sample_rate != self.rate_hz:
                    raise CaptureError(f"sound changes its rate from {self.rate_hz} to {frame.sample_rate} Hz, expected one: {self._path}")
                yield frame

    def _samples(self, frame: av.AudioFrame) -> NDArray[np.float32]:
        if frame.format.is_planar and len(frame.layout.channels) > _MOST_PLANES:
            frame = av.AudioResampler(format="flt").resample(frame)[0]
        values = frame.to_ndarray()
        values = values.T if frame.format.is_planar else values.reshape(-1, len(frame.layout.channels))
        samples, wrong = as_float(values)
        self.wrong_count += wrong
        return samples

    def _unreadable(self, error: BaseException) -> CaptureError:
        reason = str(getattr(error, "strerror", None) or type(error).__name__).lower()
        return CaptureError(f"sound file cannot be read ({reason}), expected a format that FFmpeg knows: {self._path}")


def _check_file(path: Path) -> None:
    try:
        found = path.stat()
    except FileNotFoundError:
        raise CaptureError(f"sound file does not exist: {path}") from None
    except (OSError, ValueError) as error:
        raise CaptureError(f"sound file cannot be read ({type(error).__name__}), expected a file of this machine: {path}") from None
    if stat.S_ISDIR(found.st_mode):
        raise CaptureError(f"sound file is a folder, expected a file: {path}")
    if not stat.S_ISREG(found.st_mode):
        raise CaptureError(f"sound file is a device or a pipe, expected a file: {path}")
    if found.st_size == 0:
        raise CaptureError(f"sound file is empty: {path}")


def _declared_secs(container: InputContainer, stream: AudioStream) -> float:
    """How long the file says that its sound is, 0 where it does not say."""
    if stream.duration is not None and stream.time_base is not None:
        return max(0.0, float(stream.duration * stream.time_base))
    return 0.0 if container.duration is None else max(0.0, container.duration / av.time_base)


def _pictures(container: InputContainer) -> VideoStream | None:
    """The first stream of pictures that move; the cover of an album is none."""
    return next((stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic), None)


def _first_picture_secs(container: InputContainer) -> float | None:
    stream = _pictures(container)
    if stream is None or stream.start_time is None or stream.time_base is None:
        return None
    return float(stream.start_time * stream.time_base)
