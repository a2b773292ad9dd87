"""What unit tests put in the place of sockets, networks and people."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from affectia import registry
from affectia.clock import NANOS_PER_MILLI
from affectia.signals.face_observations import FaceObservations
from affectia.signals.video_sample import VideoSample
from affectia.signals.voice_observations import VoiceObservations
from affectia.wire import avatar_frame, emotion_update, topic
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.emotion_update import EmotionUpdate

SHAPE = {name: place for place, name in enumerate(registry.BLENDSHAPES)}
VISEME = {name: place for place, name in enumerate(registry.VISEMES)}
IDENTITY = (0.0, 0.0, 0.0, 1.0)


class FakeTransport:
    """Keeps what it is given; listens to every topic that starts with one of `prefixes`."""

    def __init__(self, *prefixes: bytes) -> None:
        self.prefixes = prefixes or (b"",)
        self.sent: list[tuple[bytes, bytes]] = []

    def send(self, topic: bytes, body: bytes) -> None:
        self.sent.append((topic, body))

    def forget(self, topic: bytes) -> None:
        pass

    def wants(self, topic: bytes) -> bool:
        return topic.startswith(self.prefixes)

    def frames(self, avatar_id: str) -> list[AvatarFrame]:
        """The avatar_frames of one avatar, decoded."""
        return [avatar_frame.decode(body) for sent, body in self.sent if sent == topic.avatar(avatar_id)]

    def updates(self, avatar_id: str) -> list[EmotionUpdate]:
        """The emotion_updates of one avatar, decoded."""
        return [emotion_update.decode(body) for sent, body in self.sent if sent == topic.affect(avatar_id)]


class FakePerceiver:
    """Sees the same faces in everything, the jaw of each further open, and remembers the media times of what it saw."""

    def __init__(self, faces: int = 1) -> None:
        self.faces = faces
        self.seen: list[int] = []
        self.closed = False
        self.notice = ""
        self.finished = 0
        self.released = 0
        self.forgotten = 0

    def perceive(self, sample: VideoSample) -> FaceObservations:
        assert not self.closed, "used after close"
        self.seen.append(sample.media_time_nanos)
        shapes = np.repeat(shape_row({"jawOpen": 0.5}), self.faces, axis=0)
        shapes[:, SHAPE["jawOpen"]] += 0.1 * np.arange(self.faces)
        return FaceObservations.of_shapes(sample.captured_at_nanos, shapes=shapes)

    def finish(self) -> None:
        self.finished += 1

    def release(self) -> None:
        self.released += 1

    def forget(self) -> None:
        self.forgotten += 1

    def close(self) -> None:
        self.closed = True


def face(
    captured_at_nanos: int,
    *,
    turn: Sequence[float] = IDENTITY,
    position_cm: Sequence[float] = (0.0, 0.0, 0.0),
    confidence: float = 1.0,
    **shapes: float,
) -> FaceObservations:
    """One face that was found, with these blendshapes by name."""
    seen = FaceObservations.of_shapes(captured_at_nanos, shapes=shape_row(shapes), head_rotation=turn, head_position_cm=position_cm)
    seen.confidence[:] = confidence
    return seen


def shape_row(weights: Mapping[str, float]) -> npt.NDArray[np.float32]:
    """(1, 52) blendshapes by name."""
    row = np.zeros((1, len(SHAPE)), np.float32)
    for name, weight in weights.items():
        row[0, SHAPE[name]] = weight
    return row


def voice(
    starts_at_nanos: int,
    *names: str,
    loudness: float = 0.7,
    speaking: float = 1.0,
    source_sample: int = 0,
    rate_hz: int = 48_000,
    look_ahead_millis: int = 40,
    degraded: bool = False,
) -> VoiceObservations:
    """Frames of 10 ms, each one viseme alone, by name; the first belongs to `source_sample`."""
    visemes = np.zeros((len(names), len(VISEME)), np.float32)
    visemes[np.arange(len(names)), [VISEME[name] for name in names]] = 1
    return VoiceObservations(
        starts_at_nanos,
        visemes,
        np.full(len(names), loudness, np.float32),
        np.full(len(names), speaking, np.float32),
        source_sample + rate_hz // 100 * np.arange(len(names)),
        rate_hz,
        look_ahead_millis * NANOS_PER_MILLI,
        degraded,
    )


def sample(media_time_nanos: int, *, captured_at_nanos: int = 0) -> VideoSample:
    """A grey picture."""
    return VideoSample(captured_at_nanos, media_time_nanos, np.full((4, 4, 3), 128, np.uint8))


def slots(*numbers: int) -> npt.NDArray[np.intp]:
    """Slot numbers as stages take them."""
    return np.array(numbers, np.intp)


def nanos(*times: int) -> npt.NDArray[np.int64]:
    """Times as stages take them."""
    return np.array(times, np.int64)


class FakeSink:
    """Keeps every sample; `wait_for` waits until there are enough. `full_for` is how often it is full before it takes one."""

    def __init__(self, *, full_for: int = 0) -> None:
        self.samples: list[VideoSample] = []
        self.refused = 0
        self._full_for = self._full_still = full_for
        self._changed = threading.Condition()

    def put(self, item: VideoSample) -> None:
        with self._changed:
            self.samples.append(item)
            self._changed.notify_all()

    def put_when_empty(self, item: VideoSample, timeout_secs: float) -> bool:
        if self._full_still:
            self._full_still -= 1
            self.refused += 1
            return False
        self._full_still = self._full_for
        self.put(item)
        return True

    def wait_for(self, count: int, timeout_secs: float = 10) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: len(self.samples) >= count, timeout_secs)


def wait_until(condition: Callable[[], bool], timeout_secs: float = 10) -> bool:
    """Wait for something that has no event of its own; looks every 2 ms."""
    pause = threading.Event()
    ends = time.monotonic() + timeout_secs
    while not condition():
        if time.monotonic() > ends:
            return False
        pause.wait(0.002)
    return True


def free_port() -> int:
    """A loopback port that nobody holds now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
