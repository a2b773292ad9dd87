"""What came in, as curves: every frame of one avatar, decoded once, for the take, the plot and the summary."""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.client import ReceivedFrame
from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.registry import Group, Source
from affectia.store.take_csv import Take
from affectia.wire import avatar_frame, rotation
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.layout import Layout

_SHAPES: Final = len(registry.BLENDSHAPES)
_VISEMES: Final = len(registry.VISEMES)
NO_SAMPLE: Final = -1
_NANOS_PER_MICRO: Final = 1000
_GROUP_OF_SHAPE: Final = np.array(registry.BLENDSHAPE_GROUPS)
_U32: Final = 1 << 32


def shows_face(frame: AvatarFrame) -> bool:
    """Whether the picture behind this very frame has a face; a pose that is held or eased away does not count."""
    valid, _source, _confidence, age_secs, _weight = frame.group(Group.HEAD)
    return valid and age_secs == 0


def shows_voice(frame: AvatarFrame) -> bool:
    """Whether the mouth of this very frame is a voice's, of its very instant."""
    valid, source, _confidence, age_secs, _weight = frame.group(Group.MOUTH)
    return valid and source == Source.VOICE and age_secs == 0


def sound_delay_nanos(frame: AvatarFrame) -> int | None:
    """How old the newest sound behind a voice's mouth was when the frame was sent; None where the mouth is no voice's."""
    valid, source, _confidence, age_secs, _weight = frame.group(Group.MOUTH)
    if not valid or source != Source.VOICE:
        return None
    return frame.publish_delay_micros * _NANOS_PER_MICRO + round(age_secs * NANOS_PER_SEC)


def shape_weights(frame: AvatarFrame) -> NDArray[np.float32]:
    """(52,) weights 0..1 in registry order; 0 where the group is not valid or the frame has no such shape."""
    weights = np.zeros(_SHAPES + 1, np.float32)
    sent = frame.blendshape_weights()
    if sent.size:
        weights[_places(frame.layout)] = sent
    valid = np.array([frame.is_valid(group) for group in range(len(registry.GROUPS))])
    weights[:-1] *= valid[_GROUP_OF_SHAPE]
    return weights[:-1]


def turns_deg(frame: AvatarFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(3,) yaw, pitch, roll of the head (neck and head together) and (2, 3) of the eyes in degrees; 0 where not valid."""
    head, eyes = np.zeros(3), np.zeros((2, 3))
    if frame.bones is None:
        return head, eyes
    bones = dict(zip(frame.layout.parts[1], frame.bone_quaternions(), strict=True))
    if frame.is_valid(Group.HEAD) and "head" in bones:
        turn = rotation.multiplied(bones["neck"], bones["head"]) if "neck" in bones else bones["head"]
        head = rotation.to_euler_deg(turn)
    if frame.is_valid(Group.EYES) and "left_eye" in bones and "right_eye" in bones:
        eyes = rotation.to_euler_deg(np.stack((bones["left_eye"], bones["right_eye"])))
    return head, eyes


def viseme_weights(frame: AvatarFrame) -> NDArray[np.float32]:
    """(15,) weights 0..1 in registry order; 0 where the mouth is not valid or the frame's layout has other visemes."""
    sent = frame.viseme_weights()
    if sent.size != _VISEMES or frame.layout.parts[2] != registry.VISEMES or not frame.is_valid(Group.MOUTH):
        return np.zeros(_VISEMES, np.float32)
    return sent


@functools.lru_cache(maxsize=16)
def _places(layout: Layout) -> NDArray[np.intp]:
    """Where in the registry each shape of a layout stands; one beyond the end for those that do not."""
    place = {name: number for number, name in enumerate(registry.BLENDSHAPES)}
    return np.array([place.get(name, _SHAPES) for name in layout.parts[0]], np.intp)


@dataclass(frozen=True, slots=True)
class Curves:
    """n frames in order of arrival.

    `found` (n,) bool: the frame shows a face. `lost` (n,) int: frames that did not arrive before this one. `latency_millis` (n,): from
    the picture's capture to its frame's arrival, NaN where no face was found. `body_bytes` (n,): size of the message without its topic.

    Of a voice: `visemes` (n, 15) 0..1 of the final mouth; `by_voice` (n,) bool: the mouth is the voice's; `audio_samples` (n,) int:
    the sample that it belongs to, NO_SAMPLE where there is none; `sound_delay_millis` (n,): `sound_delay_nanos`, NaN for None.
    """

    take: Take
    found: NDArray[np.bool_]
    lost: NDArray[np.int64]
    latency_millis: NDArray[np.float64]
    body_bytes: NDArray[np.int64]
    visemes: NDArray[np.float32]
    by_voice: NDArray[np.bool_]
    audio_samples: NDArray[np.int64]
    sound_delay_millis: NDArray[np.float64]

    @property
    def count(self) -> int:
        """How many frames there are."""
        return int(self.found.size)

    @property
    def duration_secs(self) -> float:
        """From the first pose to the last one."""
        times = self.take.times_nanos
        return float(times[-1] - times[0]) / NANOS_PER_SEC if times.size else 0.0

    @property
    def rate_hz(self) -> float:
        """Frames a second from the first face on (before it the sidecar fills the time with frames of its own), else over all."""
        start = int(np.argmax(self.found)) if self.found.any() else 0
        times = self.take.times_nanos[start:]
        return (times.size - 1) * NANOS_PER_SEC / float(times[-1] - times[0]) if times.size > 1 else 0.0

    @property
    def found_share(self) -> float:
        """Share of the frames that show a face, 0..1."""
        return float(self.found.mean()) if self.found.size else 0.0

    def latency_percentile(self, percent: float) -> float | None:
        """A percentile of the latency in milliseconds, None without a face."""
        known = self.latency_millis[np.isfinite(self.latency_millis)]
        return float(np.percentile(known, percent)) if known.size else None

    @staticmethod
    def joined(rows: list[_Row]) -> Curves:
        """Arrays out of rows."""
        count = len(rows)
        return Curves(
            Take(
                np.array([row.time_nanos for row in rows], np.int64),
                np.array([row.weights for row in rows], np.float32).reshape(count, _SHAPES),
                np.array([row.head_deg for row in rows], np.float32).reshape(count, 3),
                np.array([row.eyes_deg for row in rows], np.float32).reshape(count, 2, 3),
            ),
            np.array([row.found for row in rows], np.bool_),
            np.array([row.lost for row in rows], np.int64),
            np.array([row.latency_nanos / NANOS_PER_MILLI if row.found else np.nan for row in rows], np.float64),
            np.array([row.body_bytes for row in rows], np.int64),
            np.array([row.visemes for row in rows], np.float32).reshape(count, _VISEMES),
            np.array([row.sound_delay_nanos is not None for row in rows], np.bool_),
            np.array([row.audio_sample for row in rows], np.int64),
            np.array([np.nan if (delay := row.sound_delay_nanos) is None else delay / NANOS_PER_MILLI for row in rows], np.float64),
        )


@dataclass(frozen=True, slots=True)
class _Row:
    time_nanos: int
    weights: NDArray[np.float32]
    head_deg: NDArray[np.float64]
    eyes_deg: NDArray[np.float64]
    found: bool
    lost: int
    latency_nanos: int
    body_bytes: int
    visemes: NDArray[np.float32]
    sound_delay_nanos: int | None
    audio_sample: int


class Recording:
    """Keeps every frame of the first avatar that it is given, about 0.5 KB each. One thread adds, any thread reads.

    A sidecar that is restarted (a new stream id) goes on in the same recording, as long as its times rise.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: list[_Row] = []
        self._avatar_id: str | None = None
        self._stream_id = self._awaited = 0

    def add(self, received: ReceivedFrame) -> None:
        """Keep a frame; those of other avatars, and times that do not rise, are left out."""
        frame = received.frame
        first = self._avatar_id is None
        if first:
            self._avatar_id = received.avatar_id
        elif received.avatar_id != self._avatar_id or frame.time_nanos <= self._rows[-1].time_nanos:
            return
        same_stream = not first and frame.stream_id == self._stream_id
        lost = (frame.sequence - self._awaited) % _U32 if same_stream else 0
        self._stream_id, self._awaited = frame.stream_id, (frame.sequence + 1) % _U32
        head_deg, eyes_deg = turns_deg(frame)
        body_bytes = len(avatar_frame.encode(frame))  # as it came: there is one encoding of a frame only
        row = _Row(
            frame.time_nanos,
            shape_weights(frame),
            head_deg,
            eyes_deg,
            shows_face(frame),
            lost,
            received.latency_nanos,
            body_bytes,
            viseme_weights(frame),
            sound_delay_nanos(frame),
            NO_SAMPLE if frame.audio_sample is None else frame.audio_sample,
        )
        with self._lock:
            self._rows.append(row)

    @property
    def count(self) -> int:
        """How many frames are kept."""
        return len(self._rows)

    def curves(self) -> Curves:
        """Everything so far."""
        with self._lock:
            rows = list(self._rows)
        return Curves.joined(rows)
