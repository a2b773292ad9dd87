"""What is made of one person's face, sample by sample. Read `observe` first: the parts in their order.

How well a face is seen changes slowly and costs as much to find out as all the rest. It is found out in `study`, when the observations are
on their way already, and counts from the next sample on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.perception.face.expression import face_geometry
from affectia.perception.face.expression.action_units import ActionUnits
from affectia.perception.face.expression.face_reference import FaceReference
from affectia.perception.face.expression.shape_repair import ShapeRepair
from affectia.perception.face.eyes import blink, eye_geometry, gaze
from affectia.perception.face.eyes.blink import BlinkDetector
from affectia.perception.face.eyes.gaze import GazeEstimator
from affectia.perception.face.landmarks import head_mesh, head_pose
from affectia.perception.face.landmarks.detected_face import DetectedFace
from affectia.perception.face.landmarks.head_pose import HeadPose
from affectia.perception.face.landmarks.head_steadier import HeadSteadier
from affectia.perception.face.quality.face_occlusion import CoverNetwork
from affectia.perception.face.quality.face_quality import FaceQuality, Quality
from affectia.registry import Group
from affectia.signals.face_channels import (
    ACTION_UNITS,
    ALL_ACTION_UNITS,
    BLINK,
    BLINK_BIT,
    BLINK_EVENTS,
    BLINK_EVENTS_BIT,
    FACE_GROUPS,
    GAZE,
    GAZE_BIT,
    POSITION,
    SHAPES,
    TURN,
)

_EYES: Final = Group.EYES - FACE_GROUPS.start
_COUNTS: Final = 1 << 16  # blinks are counted modulo this, as they travel
_LONGEST_MILLIS: Final = _COUNTS - 1
# What is left of the confidence in a face that was never seen before: the network takes a pattern for a face now and then, but hardly ever
# in two pictures one after another.
_FIRST_SIGHT: Final = 0.2


@dataclass(frozen=True, slots=True)
class FaceReading:
    """`confidence` (4,) of eyes, brows, mouth, head; `measured`: bits of `face_channels`."""

    confidence: NDArray[np.float32]
    measured: int


class FaceAnalysis:
    """The state of one row: blinks, the face at rest, what its picture is like; one thread at a time. `cover` may be shared by rows."""

    def __init__(self, *, vertical_fov_deg: float = head_pose.NETWORK_FOV_DEG, cover: CoverNetwork | None = None) -> None:
        self._vertical_fov_deg = vertical_fov_deg
        self._blinks = BlinkDetector()
        self._gaze = GazeEstimator()
        self._head = HeadSteadier()
        self._reference = FaceReference()
        self._repair = ShapeRepair()
        self._action_units = ActionUnits()
        self._assessor = FaceQuality(cover)
        self._quality: Quality | None = None
        self._unstudied: tuple[NDArray[np.uint8], DetectedFace, HeadPose, int] | None = None
        self._is_new = True
        self._counted_before = np.zeros(3, np.int64)  # of earlier people in this row: an avatar's counts never fall
        self._counts = np.zeros(3, np.int64)
        self._last_millis = 0

    def reset(self) -> None:
        """Somebody else is there from now on."""
        for part in (self._blinks, self._gaze, self._head, self._reference, self._assessor):
            part.reset()
        self._quality = self._unstudied = None
        self._is_new = True
        self._counted_before, self._counts = self._counted_before + self._counts, np.zeros(3, np.int64)

    def observe(self, face: DetectedFace, rgb: NDArray[np.uint8], *, time_nanos: int, values: NDArray[np.float32]) -> FaceReading:
        """Write what is seen into `values` (channels,), laid out as `face_channels` says."""
        pose = head_pose.from_matrix(face.matrix, vertical_fov_deg=self._vertical_fov_deg)
        points = head_mesh.points_cm(face)
        eyes = eye_geometry.measure(points)
        lids = self._blinks.step(points, face.blendshapes, pose, time_nanos, eyes=eyes)
        sight = self._gaze.step(points, pose, lids, time_nanos, blendshapes=face.blendshapes, eyes=eyes)
        deviations = self._reference.deviations(face_geometry.measure(points), face.blendshapes, pose, time_nanos)
        shapes = face.blendshapes.astype(np.float64)
        blink.write_shapes(shapes, lids)
        gaze.write_shapes(shapes, sight.eyes_deg)
        shapes = self._repair.repaired(shapes, deviations, pose)
        self._unstudied = (rgb, face, pose, time_nanos)
        quality = self._quality or self.study()  # of the sample before, but for the first one

        self._counts[:] = lids.counts
        values[SHAPES] = shapes
        values[ACTION_UNITS] = self._action_units.intensities(shapes, deviations, closed_secs=lids.closed_secs)
        values[GAZE] = sight.tangents
        values[BLINK] = lids.closures
        values[BLINK_EVENTS.start : BLINK_EVENTS.stop - 1] = (self._counted_before + self._counts) % _COUNTS
        self._last_millis = lids.last_millis or self._last_millis
        values[BLINK_EVENTS.stop - 1] = min(self._last_millis, _LONGEST_MILLIS)
        values[TURN] = self._head.step(pose, time_nanos)
        values[POSITION] = pose.position_cm
        confidence = quality.confidence.copy()
        confidence[_EYES] *= lids.confidence.max()
        if self._is_new:
            confidence *= _FIRST_SIGHT
            self._is_new = False
        return FaceReading(confidence, ALL_ACTION_UNITS | GAZE_BIT | BLINK_BIT | BLINK_EVENTS_BIT)

    def release(self) -> None:
        """Let the picture of the last `observe` go, unstudied."""
        self._unstudied = None

    def study(self) -> Quality:
        """Find out how well the face of the last `observe` was seen; once for each, then the picture is let go."""
        if self._unstudied is not None:
            rgb, face, pose, time_nanos = self._unstudied
            self._quality = self._assessor.assess(rgb, face, pose, time_nanos=time_nanos)
            self._unstudied = None
        assert self._quality is not None, "observe comes first"
        return self._quality
