"""Processor time: a frame of the sidecar against the bare MediaPipe call, and an empty room against one core.

Everything runs in this process, so its processor time is that of all threads together. The bare call and the sidecar take turns on the
same pictures at the same pace. The empty room is a made video of a wall with sensor noise, 640x480 at 30 pictures a second.
`--seconds N` (default 10) for each, `--rounds N` (default 2), `--faces N` (default 1), `--clip ID`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np

from affectia import registry
from affectia.capture.video_file import VideoFileOptions, VideoFileSource
from affectia.client import Subscriber
from affectia.clock import SystemClock
from affectia.inference.model_store import ModelStore
from affectia.perception.face.landmarks.landmark_call import DocumentedCall
from affectia.perception.face.landmarks.landmarker import FaceLandmarker
from affectia.session.session_parts import FACE_MODEL
from affectia.session.session_request import SessionRequest
from affectia.session.sidecar import Sidecar, SidecarOptions
from affectia.session.source_spec import SourceSpec
from affectia.signals.video_sample import VideoSample
from report import against, console, table

PORT_BASE = 28880
WARM_UP_SECS = 2.0
IDLE_LIMIT_PERCENT = 15.0  # of one core
EMPTY_SIZE_PX = (640, 480)
EMPTY_RATE_HZ = 30


class _Calling:
    """A sink that runs the bare network call, frame by frame as they are due."""

    def __init__(self, landmarker: FaceLandmarker) -> None:
        self._landmarker = landmarker
        self.count = 0

    def put(self, item: VideoSample) -> None:
        self._landmarker.detect(item)
        self.count += 1

    def put_when_empty(self, item: VideoSample, timeout_secs: float) -> bool:
        raise AssertionError("real time only")


def spent(count: Callable[[], int], secs: float) -> tuple[float, float]:
    """(processor seconds a second, milliseconds for each thing counted) after a warm-up."""
    time.sleep(WARM_UP_SECS)
    began, processor, number = time.perf_counter(), time.process_time(), count()
    time.sleep(secs)
    processor = time.process_time() - processor
    return processor / (time.perf_counter() - began), 1000 * processor / max(1, count() - number)


def bare(path: Path, secs: float, faces: int) -> tuple[float, float]:
    """The clip decoded, and the network called on each picture; nothing else."""
    landmarker = FaceLandmarker(ModelStore().path(FACE_MODEL), faces=faces, call=DocumentedCall)
    calls = _Calling(landmarker)
    source = VideoFileSource(path, calls, SystemClock(), VideoFileOptions(loop=True))
    source.start(name="bare")
    result = spent(lambda: calls.count, secs)
    source.stop()
    landmarker.close()
    return result


def sidecar(path: Path, secs: float, faces: int) -> tuple[float, float, float]:
    """The whole sidecar on a clip, everything subscribed; and how many pictures a second were looked at."""
    running = Sidecar(SidecarOptions(port_base=PORT_BASE))
    running.start()
    try:
        with Subscriber(f"tcp://127.0.0.1:{PORT_BASE + registry.PORT_PUBLISH}"):
            session = running.sessions.start(SessionRequest("default", SourceSpec("file", path=path), avatars=faces, loop=True))
            track = session.track
            assert track is not None
            looked: list[int] = []  # at the start and at the end of what is measured

            def count() -> int:
                looked.append(track.durations.added)
                return track.durations.added + track.rested_count

            share, millis = spent(count, secs)
            return share, millis, (looked[-1] - looked[0]) / secs
    finally:
        running.stop()


def write_empty_room(path: Path) -> None:
    """Five seconds of a room without a face: a wall, a window, sensor noise."""
    width, height = EMPTY_SIZE_PX
    noise = np.random.default_rng(1)
    wall = np.full((height, width, 3), 150.0)
    wall[60:200, 400:560] = (210, 220, 235)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=EMPTY_RATE_HZ)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
        stream.time_base = Fraction(1, EMPTY_RATE_HZ)
        for _ in range(5 * EMPTY_RATE_HZ):
            picture = np.clip(wall + noise.normal(0, 3, (height, width, 1)), 0, 255).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode(None))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--faces", type=int, default=1)
    parser.add_argument("--clip", default="carphone")
    arguments = parser.parse_args()
    path = ModelStore().path(arguments.clip)
    bare_millis, whole_millis = [], []
    for _ in range(arguments.rounds):
        bare_millis.append(bare(path, arguments.seconds, arguments.faces)[1])
        whole_millis.append(sidecar(path, arguments.seconds, arguments.faces)[1])
    one, other = float(np.median(bare_millis)), float(np.median(whole_millis))
    with TemporaryDirectory() as folder:
        room = Path(folder) / "room.avi"
        write_empty_room(room)
        share, _, looked_hz = sidecar(room, arguments.seconds, arguments.faces)
        source = VideoFileSource(room, _Nobody(), SystemClock(), VideoFileOptions(loop=True))
        source.start(name="decode")
        decode_share, _ = spent(lambda: source.captured_count, arguments.seconds)
        source.stop()
    table(
        f"processor time, clip {arguments.clip}, {arguments.faces} face(s)",
        ("figure", "measured"),
        [
            ("bare: decode + MediaPipe call, ms a frame", f"{one:.2f}"),
            ("sidecar, everything subscribed, ms a frame", f"{other:.2f}"),
            ("sidecar against bare", f"{other / one:.3f}"),
            ("nobody in view, % of one core", against(100 * share, IDLE_LIMIT_PERCENT, "%")),
            ("of that: decoding the video, which a camera does not need", f"{100 * decode_share:.1f} %"),
            ("pictures looked at meanwhile, of all a second", f"{looked_hz:.1f} of {EMPTY_RATE_HZ}"),
        ],
    )
    console.print("ms are processor time of all threads of the process, the subscriber's included")


class _Nobody:
    def put(self, item: VideoSample) -> None:
        pass

    def put_when_empty(self, item: VideoSample, timeout_secs: float) -> bool:
        return True


if __name__ == "__main__":
    main()
