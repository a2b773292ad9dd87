"""Clips made on the spot; nobody is in them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream

LEVEL_STEP = 8  # how much brighter each picture is than the one before


def write_clip(
    path: Path, *, count: int = 10, rate_hz: int = 25, width: int = 64, height: int = 48, codec: str = "mpeg4", colour: bool = False
) -> Path:
    """A clip whose picture n is grey of level n * LEVEL_STEP, or red throughout."""
    # The index in front, so that a file cut short still opens.
    with av.open(str(path), "w", options={"movflags": "faststart"} if path.suffix == ".mp4" else {}) as container:
        stream = container.add_stream(codec, rate=rate_hz)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for number in range(count):
            picture = np.zeros((height, width, 3), np.uint8)
            if colour:
                picture[..., 0] = 255
            else:
                picture[...] = number * LEVEL_STEP
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, rate_hz)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_sound(path: Path) -> Path:
    """A tenth of a second of silence, no pictures."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
