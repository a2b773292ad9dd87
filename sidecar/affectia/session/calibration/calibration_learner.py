"""What is learned of a face: its rest, then how far its shapes go."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.session.calibration.face_frames import FaceFrames
from affectia.session.calibration.neutral_pose import LEAST_CONFIDENCE, LEAST_FRAMES, LEAST_SHARE, MOST_TURN_DEG, NeutralPose, turn_deg
from affectia.signals.face_calibration import FaceCalibration
from affectia.signals.face_channels import ACTION_UNITS, FACE_GROUPS, GAZE, POSITION, SHAPES, TURN
from affectia.signals.face_observations import FaceObservations

LARGEST_PERCENTILE: Final = 98.0  # a single wrong picture is not how far a face goes
LEAST_MOVE: Final = 0.3  # of a shape, above its rest: one that moved less was not shown
LEAST_SHAPES: Final = 6  # a smile, a mouth that opens and brows that go up move as many

_SHAPE: Final = {name: place for place, name in enumerate(registry.BLENDSHAPES)}
_LIDS: Final = [_SHAPE["eyeBlinkLeft"], _SHAPE["eyeBlinkRight"]]
# Lids have levels of their own, and how far eyes turn is an angle that was measured.
_APART: Final = [place for name, place in _SHAPE.items() if name.startswith(("eyeBlink", "eyeLook"))]
_REACHING: Final = np.setdiff1d(np.arange(len(_SHAPE)), _APART)  # shapes of which the range is learned
_GROUP_OF_SHAPE: Final = np.array(registry.BLENDSHAPE_GROUPS) - FACE_GROUPS.start


class CalibrationLearner:
    """Takes in a face at rest and then, where `range_secs` is more than 0, one that makes faces. One thread at a time."""

    def __init__(self, *, neutral_secs: float, range_secs: float) -> None:
        self.neutral_frames = FaceFrames(neutral_secs)
        self.range_frames = FaceFrames(range_secs, of_known_person=True)
        self._learns_range = range_secs > 0
        self._neutral: NeutralPose | None = None

    def note_neutral(self, faces: FaceObservations) -> None:
        """Take in a sample of the face at rest."""
        self.neutral_frames.add(faces)

    def note_range(self, faces: FaceObservations) -> None:
        """Take in a sample of the face that shows how far it goes."""
        self.range_frames.add(faces)

    def neutral(self) -> NeutralPose:
        """The rest, once it was all seen; raises SessionError with a reason where it is none."""
        if self._neutral is None:
            self._neutral = NeutralPose.of(self.neutral_frames)
        return self._neutral

    def learned(self, *, name: str, alpha: float, made_unix_secs: int) -> FaceCalibration:
        """What was learned, as a calibration; raises SessionError as `neutral` does."""
        rest = self.neutral()
        shapes = rest.values[SHAPES].clip(0, 1)
        largest, notices = np.ones(shapes.size, np.float32), list(rest.notices)
        range_count = 0
        if self._learns_range:
            range_count, notice = self._learn_range(rest, largest)
            notices += [notice] if notice else []
        lids = np.stack((shapes[_LIDS], largest[_LIDS]), axis=1)
        largest[_APART] = 1
        return FaceCalibration(
            name=name,
            made_unix_secs=made_unix_secs,
            neutral=shapes,
            largest=largest,
            lids=lids,
            gaze=rest.values[GAZE].clip(-4, 4),
            action_units=rest.values[ACTION_UNITS].clip(0, 1),
            head_rotation=rest.values[TURN].clip(-1, 1),
            head_position_cm=rest.values[POSITION].clip(-1000, 1000),
            alpha=alpha,
            neutral_frames=rest.frame_count,
            range_frames=range_count,
            steadiness=rest.steadiness,
            notices=tuple(notices),
        )

    def _learn_range(self, rest: NeutralPose, largest: NDArray[np.float32]) -> tuple[int, str]:
        """Write how far each shape went, where it went far; from how many pictures, and what should be done better."""
        frames = self.range_frames
        if frames.changed_person:
            return 0, "another face came into the picture: how far this one goes was not learned"
        if frames.count < max(LEAST_FRAMES, LEAST_SHARE * frames.looked_count):
            return 0, "face was hardly seen while it was to make faces: how far it goes was not learned"
        # A head that turns aside adds to its shapes what is none of theirs.
        facing = turn_deg(frames.values[:, TURN], rest.values[TURN]) <= MOST_TURN_DEG
        sure = (frames.confidence >= LEAST_CONFIDENCE) & facing[:, None]
        went = np.zeros(largest.size, np.bool_)
        for group in np.unique(_GROUP_OF_SHAPE):
            rows, shapes = sure[:, group], np.flatnonzero(np.equal(_GROUP_OF_SHAPE, group))
            if np.count_nonzero(rows) < LEAST_FRAMES:
                continue
            furthest = np.percentile(frames.values[rows][:, shapes], LARGEST_PERCENTILE, axis=0).clip(0, 1)
            went[shapes] = furthest - rest.values[shapes] >= LEAST_MOVE
            largest[shapes] = np.where(went[shapes], furthest, 1)
        return int(facing.sum()), _told_reach(int(went[_REACHING].sum()), any_went=bool(went.any()))


def _told_reach(count: int, *, any_went: bool) -> str:
    """What should be done better where so many shapes went far."""
    if not any_went:
        return "no shape went far: how far this face goes was not learned"
    if count < LEAST_SHAPES:
        return f"only {count} of {_REACHING.size} shapes went far: make each face as wide as you can and calibrate again"
    return ""
