"""Sounds made on the spot; nobody is heard in them. And what takes sound in tests."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from affectia.signals.audio_sample import AudioSample


def tone(hz: float, *, rate_hz: int, secs: float = 1.0, level: float = 0.5) -> NDArray[np.float32]:
    """A sine that begins at 0."""
    return (level * np.sin(2 * np.pi * hz * np.arange(round(secs * rate_hz)) / rate_hz)).astype(np.float32)


def click(at_secs: float, *, rate_hz: int, secs: float = 1.0) -> NDArray[np.float32]:
    """A short burst of 1 kHz, a millisecond on each side of its middle, that codecs of speech let through."""
    times = np.arange(round(secs * rate_hz)) / rate_hz - at_secs
    return (0.8 * np.exp(-((times / 0.001) ** 2)) * np.cos(2 * np.pi * 1000 * times)).astype(np.float32)


def middle_secs(pcm: NDArray[np.float32], *, rate_hz: int = 16_000) -> float:
    """Where the middle of a sound's energy is."""
    power = pcm.astype(np.float64) ** 2
    return float((np.arange(len(pcm)) * power).sum() / power.sum() / rate_hz)


def write_sound(
    path: Path,
    samples: NDArray[np.float32],
    *,
    rate_hz: int,
    codec: str = "pcm_s16le",
    bit_rate: int = 0,
    options: dict[str, str] | None = None,
) -> Path:
    """A file of (n,) or (n, channels) samples."""
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    layout = {1: "mono", 2: "stereo", 3: "2.1", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}[channels]
    with av.open(str(path), "w", options=options or {}) as container:
        # FFmpeg's own Vorbis encoder counts as an experiment.
        stream = container.add_stream(codec, rate=rate_hz, layout=layout, options={"strict": "experimental"} if codec == "vorbis" else {})
        assert isinstance(stream, av.AudioStream)
        if bit_rate:
            stream.bit_rate = bit_rate
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples).reshape(1, -1), "flt", layout)
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, 0, Fraction(1, rate_hz)
        # Encoders want frames of a size and a format of their own.
        fitted = av.AudioResampler(stream.format, stream.layout, rate_hz, stream.codec_context.frame_size or 1024)
        for part in (*fitted.resample(frame), *fitted.resample(None)):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path


def write_video_with_sound(
    path: Path, samples: NDArray[np.float32], *, rate_hz: int, pictures: int, picture_rate_hz: int = 25, sound_begins_secs: float = 0.0
) -> Path:
    """A video whose sound begins some time after its first picture."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=picture_rate_hz)
        assert isinstance(video, av.VideoStream)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream("pcm_s16le", rate=rate_hz, layout="mono")
        assert isinstance(sound, av.AudioStream)
        for number in range(pictures):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 100, np.uint8), "rgb24")
            picture.pts, picture.time_base = number, Fraction(1, picture_rate_hz)
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
        frame = av.AudioFrame.from_ndarray((samples[None] * 32767).astype(np.int16), "s16", "mono")
        frame.sample_rate, frame.time_base = rate_hz, Fraction(1, rate_hz)
        frame.pts = round(sound_begins_secs * rate_hz)
        container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    return path


def joined(samples: Sequence[AudioSample]) -> NDArray[np.float32]:
    """All the sound of some samples."""
    return np.concatenate([sample.pcm for sample in samples]) if samples else np.zeros(0, np.float32)


class FakeAudioSink:
    """Keeps every sample; is full, and sets `enough`, once it has `most` of them."""

    def __init__(self, most: int | None = None) -> None:
        self.samples: list[AudioSample] = []
        self.most = most
        self.enough = threading.Event()
        self._changed = threading.Condition()

    def put(self, sample: AudioSample) -> None:
        with self._changed:
            self.samples.append(sample)
            if self.most is not None and len(self.samples) >= self.most:
                self.enough.set()
            self._changed.notify_all()

    def put_when_room(self, sample: AudioSample, timeout_secs: float) -> bool:
        if self.most is not None and len(self.samples) >= self.most:
            return False
        self.put(sample)
        return True

    def wait_for(self, count: int, timeout_secs: float = 10) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: len(self.samples) >= count, timeout_secs)
