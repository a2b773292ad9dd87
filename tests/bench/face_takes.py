"""What perception sees in a clip, or in a still picture with a sensor's noise, and what the filters make of it.

A take is made once for each picture or clip and number of faces, and kept in memory. A clip is an id of the model store, or a path such
as `grid/bbaf2n.mpg` in the folder that AFFECTIA_DATA_DIR names.
"""

from __future__ import annotations

import functools
import importlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectia.capture.video_file import VideoFileOptions, VideoFileSource
from affectia.clock import NANOS_PER_SEC, SystemClock
from affectia.inference.model_store import ModelStore
from affectia.motion.smoother import Smoother, SmootherOptions
from affectia.perception.face.face_perceiver import FacePerceiver
from affectia.perception.face.landmarks.detected_face import DetectedFace
from affectia.perception.face.landmarks.landmarker import FaceLandmarker
from affectia.rig.face_rig import FaceRig
from affectia.session.session_parts import FACE_MODEL
from affectia.signals.avatar_state import AvatarState
from affectia.signals.face_channels import POSITION
from affectia.signals.face_observations import FaceObservations
from affectia.signals.groups import GroupStates
from affectia.signals.video_sample import VideoSample

STILL_RATE_HZ = 30
NOISE = 5.0  # sigma of each colour of each pixel, of 255
_STILLS = {"carphone": 0, "actor-expressions": 28}  # clip -> number of the picture that stands still


@dataclass
class Take:
    """Row = picture with a face: `times_nanos`; `seen`, as perception says it; `network` (n, 52), the bare blendshapes."""

    name: str
    faces: int
    times_nanos: list[int] = field(default_factory=list)
    seen: list[FaceObservations] = field(default_factory=list)
    network: list[NDArray[np.float32]] = field(default_factory=list)

    def curves(self, *, slowness: float = 1.0, options: SmootherOptions | None = None) -> NDArray[np.float32]:
        """(n, channels) of one avatar, through rig and filters; slowness 0 is unfiltered."""
        rig, smoother = FaceRig(), Smoother(1, options)
        slots, slow = np.zeros(1, np.intp), np.array([slowness], np.float32)
        smoother.set_profile(slots, several_faces=self.faces > 1)
        smoother.reset(slots)
        rest_cm = self.seen[0].head_position_cm.copy()
        rows = []
        for time, faces in zip(self.times_nanos, self.seen, strict=True):
            values = faces.values.copy()
            values[:, POSITION] -= rest_cm
            weights = rig.weights(AvatarState(values, faces.measured, GroupStates.unknown(1)))
            weights = smoother.moved(slots, np.array([time + NANOS_PER_SEC]), weights, slow)
            rig.pose_eyes(weights)
            rows.append(weights.channels[0].copy())
        return np.array(rows)

    @property
    def secs(self) -> NDArray[np.float64]:
        """(n,) since the first picture."""
        return (np.array(self.times_nanos) - self.times_nanos[0]) / NANOS_PER_SEC


class _Listening:
    """A landmarker that remembers what it said."""

    def __init__(self, landmarker: FaceLandmarker) -> None:
        self._landmarker = landmarker
        self.said: list[DetectedFace] = []

    def detect(self, sample: VideoSample) -> Any:
        return self._landmarker.detect(sample)

    def faces(self, result: Any, sample: VideoSample) -> list[DetectedFace]:
        self.said = self._landmarker.faces(result, sample)
        return self.said

    def close(self) -> None:
        self._landmarker.close()


class _Pictures:
    """A sink that keeps every picture."""

    def __init__(self) -> None:
        self.taken: list[VideoSample] = []

    def put(self, item: VideoSample) -> None:
        raise AssertionError("every picture, in its own time")

    def put_when_empty(self, item: VideoSample, timeout_secs: float) -> bool:
        self.taken.append(VideoSample(item.media_time_nanos, item.media_time_nanos, item.rgb))
        return True


def clip_path(clip: str) -> Path:
    """Where a clip is; raises ConfigError where it is neither in the model store nor in AFFECTIA_DATA_DIR."""
    path = Path(os.environ.get("AFFECTIA_DATA_DIR", "")) / clip
    return path if path.is_file() else ModelStore().path(clip)


@functools.lru_cache(maxsize=1)  # decoded pictures are large
def pictures(clip: str) -> list[VideoSample]:
    """Every picture of a clip, captured at its media time."""
    kept = _Pictures()
    source = VideoFileSource(clip_path(clip), kept, SystemClock(), VideoFileOptions(real_time=False))
    source._run()  # on this thread: a measurement waits for the end anyway
    return kept.taken


@functools.cache
def of_clip(clip: str, faces: int) -> Take:
    """A moving clip, seen by a landmarker for so many faces."""
    return _take(clip, faces, iter(pictures(clip)))


def still_names() -> list[str]:
    """The pictures that there are here; the astronaut comes with scikit-image, where that is installed."""
    return [*(["astronaut"] if _astronaut() is not None else []), *_STILLS]


@functools.cache
def of_still(name: str, faces: int, count: int) -> Take:
    """A picture that stands still for `count` frames, each with Gaussian noise of its own."""
    rgb = _astronaut() if name == "astronaut" else pictures(name)[_STILLS.get(name, 0)].rgb
    assert rgb is not None
    return _take(name, faces, _noisy(rgb, count))


def _noisy(rgb: NDArray[np.uint8], count: int) -> Iterator[VideoSample]:
    dice = np.random.default_rng(1)
    for number in range(count):
        time_nanos = number * NANOS_PER_SEC // STILL_RATE_HZ
        noise = NOISE * dice.standard_normal(rgb.shape, np.float32)
        yield VideoSample(time_nanos, time_nanos, np.clip(np.rint(rgb + noise), 0, 255).astype(np.uint8))


def _astronaut() -> NDArray[np.uint8] | None:
    try:
        data: Any = importlib.import_module("skimage.data")
    except ImportError:
        return None
    return np.asarray(data.astronaut(), np.uint8)


def _take(name: str, faces: int, samples: Iterator[VideoSample]) -> Take:
    landmarker = _Listening(FaceLandmarker(ModelStore().path(FACE_MODEL), faces=faces))
    perceiver = FacePerceiver(landmarker, SystemClock(), faces=faces)
    take = Take(name, faces)
    for sample in samples:
        seen = perceiver.perceive(sample)
        if not seen.found.any():
            continue
        row = slice(int(seen.found.argmax()), int(seen.found.argmax()) + 1)  # there is one person in each of these pictures
        parts = (seen.found[row], seen.values[row], seen.confidence[row], seen.measured[row], seen.fresh[row])
        one = FaceObservations(sample.captured_at_nanos, *parts)
        take.times_nanos.append(sample.captured_at_nanos)
        take.seen.append(one)
        take.network.append(landmarker.said[0].blendshapes)
    perceiver.close()
    return take
