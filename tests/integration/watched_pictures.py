"""Runs pictures through perception and the pipeline, without threads and sockets, and keeps what was observed and what was sent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pytest

from affectia import registry
from affectia.clock import NANOS_PER_SEC, FakeClock, SystemClock
from affectia.perception.face.face_perceiver import FacePerceiver
from affectia.perception.face.landmarks.landmarker import FaceLandmarker
from affectia.pipeline import Pipeline, PipelineOptions
from affectia.registry import Group
from affectia.signals.face_channels import ACTION_UNITS, BLINK, FACE_GROUPS, SHAPES
from affectia.signals.face_observations import FaceObservations
from affectia.signals.video_sample import VideoSample
from affectia.wire import rotation
from affectia.wire.avatar_frame import AvatarFrame
from tests.integration.made_pictures import Picture
from tests.unit.fakes import FakeTransport

RATE_HZ: Final = 25
BEGIN_NANOS: Final = NANOS_PER_SEC
EYES, BROWS, MOUTH, HEAD = range(4)
OF_GROUP: Final = [np.flatnonzero(np.array(registry.BLENDSHAPE_GROUPS) == group) for group in range(FACE_GROUPS.start, Group.HEAD)]


@dataclass
class Seen:
    """What came of some pictures: observations, and the frames of each avatar, one for each picture."""

    observations: list[FaceObservations] = field(default_factory=list)
    frames: list[list[AvatarFrame]] = field(default_factory=list)
    millis: list[float] = field(default_factory=list)

    @property
    def found(self) -> npt.NDArray[np.bool_]:
        """(pictures, faces)."""
        return np.stack([faces.found for faces in self.observations])

    @property
    def values(self) -> npt.NDArray[np.float32]:
        """(pictures, faces, channels) as observed."""
        return np.stack([faces.values for faces in self.observations])

    @property
    def confidence(self) -> npt.NDArray[np.float32]:
        """(pictures, faces, 4) of eyes, brows, mouth, head."""
        return np.stack([faces.confidence for faces in self.observations])

    @property
    def euler_deg(self) -> npt.NDArray[np.float64]:
        """(pictures, faces, 3) yaw, pitch, roll as observed."""
        return rotation.to_euler_deg(np.stack([faces.head_rotation for faces in self.observations]))

    @property
    def weights(self) -> npt.NDArray[np.float32]:
        """(pictures, faces, 52) as published."""
        return np.array([[frame.blendshape_weights() for frame in frames] for frames in self.frames]).swapaxes(0, 1)

    @property
    def bones(self) -> npt.NDArray[np.float32]:
        """(pictures, faces, 9, 4) as published."""
        return np.array([[frame.bone_quaternions() for frame in frames] for frames in self.frames]).swapaxes(0, 1)

    @property
    def valid(self) -> npt.NDArray[np.bool_]:
        """(pictures, faces, 4) eyes, brows, mouth, head, as published."""
        groups = range(FACE_GROUPS.start, FACE_GROUPS.stop)
        return np.array([[[frame.is_valid(group) for group in groups] for frame in frames] for frames in self.frames]).swapaxes(0, 1)


class Stage:
    """The way from pictures to frames, without threads: perceiver, pipeline, and what was sent."""

    def __init__(self, model: Path, *, faces: int = 1) -> None:
        self._perceiver = FacePerceiver(FaceLandmarker(model, faces=faces), SystemClock(), faces=faces)
        self._transport = FakeTransport()
        self._pipeline = Pipeline(self._transport, FakeClock(), PipelineOptions(slots=faces))
        self._slots = np.arange(faces)
        self._seen = Seen()
        for slot in range(faces):
            self._pipeline.open_slot(slot, f"face{slot}", precision_bits=16, rate_hz=120, smoothing=1.0, several_faces=faces > 1)

    def show(self, picture: Picture, *, time_nanos: int) -> None:
        began = time.perf_counter()
        seen = self._perceiver.perceive(VideoSample(BEGIN_NANOS + time_nanos, 0, picture))
        due, times = self._pipeline.observe(self._slots, seen)
        self._pipeline.tick(due, times)
        self._perceiver.finish()
        self._seen.millis.append((time.perf_counter() - began) * 1e3)
        self._seen.observations.append(seen)

    def end(self) -> Seen:
        self._perceiver.close()
        self._seen.frames = [self._transport.frames(f"face{slot}") for slot in self._slots]
        assert_sane(self._seen)
        return self._seen


def assert_sane(seen: Seen) -> None:
    """Finite and in range, observed and published; this holds whatever the picture is."""
    for faces in seen.observations:
        assert np.isfinite(faces.values).all()
        assert np.isfinite(faces.confidence).all()
        assert faces.confidence.min() >= 0
        assert faces.confidence.max() <= 1
        for part in (SHAPES, ACTION_UNITS, BLINK):
            assert faces.values[:, part].min() >= 0
            assert faces.values[:, part].max() <= 1
        assert np.linalg.norm(faces.head_rotation, axis=1) == pytest.approx(1, abs=1e-4)
    for frames in seen.frames:
        assert len(frames) == len(seen.observations)
        for frame in frames:
            weights, bones = frame.blendshape_weights(), frame.bone_quaternions()
            assert weights.shape == (52,)
            assert 0 <= weights.min() <= weights.max() <= 1
            assert np.linalg.norm(bones, axis=1) == pytest.approx(1, abs=1e-3)
            assert np.abs(frame.head_translation_cm()).max() < 320  # an int16 in hundredths of a cm that is not at its end


Watch = Callable[..., Seen]


def watcher(model: Path) -> Watch:
    """Looks at pictures, 25 a second or at the given times, with everything fresh each time."""

    def watched(pictures: Iterable[Picture], *, faces: int = 1, times_nanos: Sequence[int] | None = None) -> Seen:
        stage = Stage(model, faces=faces)
        for number, picture in enumerate(pictures):
            stage.show(picture, time_nanos=number * NANOS_PER_SEC // RATE_HZ if times_nanos is None else times_nanos[number])
        return stage.end()

    return watched


def rms_steps(weights: npt.NDArray[np.floating]) -> float:
    """The root of the mean squared step from picture to picture, of the shape where it is largest."""
    return float(np.sqrt(np.square(np.diff(weights, axis=0)).mean(axis=0)).max())
