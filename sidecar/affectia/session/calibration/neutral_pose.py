"""A face at rest: medians of a few seconds, without blinks; refused where these do not show one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import SessionError
from affectia.registry import Group
from affectia.session.calibration.face_frames import FaceFrames
from affectia.signals import face_channels
from affectia.signals.face_channels import ACTION_UNITS, BLINK, BLINK_BIT, FACE_GROUP_COUNT, FACE_GROUPS, GAZE_BIT, SHAPES, TURN

LEAST_SHARE: Final = 0.3  # of the pictures, with a face
LEAST_FRAMES: Final = 5
LEAST_CONFIDENCE: Final = 0.25  # as fusion takes it
MOST_TURN_DEG: Final = 20.0
MOST_SWAY_DEG: Final = 8.0  # of the head, a tenth of the time further from its rest
MOST_SPREAD: Final = 0.4  # of a shape, from the tenth to the ninetieth part of its values
EYES_SHUT: Final = 0.6
_BLINK_RISE: Final = 0.15  # a lid so much further down than it usually is blinks
_BLINK_REACH: Final = 2  # frames before and after it in which the lids still move

_SHAPE: Final = {name: place for place, name in enumerate(registry.BLENDSHAPES)}
_LIDS: Final = [_SHAPE["eyeBlinkLeft"], _SHAPE["eyeBlinkRight"]]
# Eyes are apart: they blink and look about also at rest.
_FACE: Final = np.flatnonzero(np.array(registry.BLENDSHAPE_GROUPS) != Group.EYES)
_GROUP_OF_CHANNEL: Final = face_channels.channel_groups() - FACE_GROUPS.start
_HEAD: Final = Group.HEAD - FACE_GROUPS.start
_EYES: Final = Group.EYES - FACE_GROUPS.start
_MOUTH: Final = Group.MOUTH - FACE_GROUPS.start

# What a face should not do while its rest is learned: the shapes of which the mean is over a level, and how it is told.
_EXPRESSIONS: Final = (
    (("jawOpen",), 0.15, "mouth was open"),
    (("mouthSmileLeft", "mouthSmileRight"), 0.25, "mouth smiled"),
    (("mouthFrownLeft", "mouthFrownRight"), 0.3, "corners of the mouth were drawn down"),
    (("mouthPucker",), 0.5, "lips were pursed"),
    (("mouthPressLeft", "mouthPressRight"), 0.4, "lips were pressed"),
    (("browInnerUp",), 0.35, "inner brows were raised"),
    (("browOuterUpLeft",), 0.35, "left brow was raised"),
    (("browOuterUpRight",), 0.35, "right brow was raised"),
    (("browDownLeft", "browDownRight"), 0.35, "brows were drawn down"),
)
_TURN_TOLD_DEG: Final = 10.0
_LIDS_TOLD: Final = 0.4
STEADINESS_TOLD: Final = 0.7  # a face that is held less still than that is told so
MOUTH_SPREAD_TOLD: Final = 0.06  # of a shape of the mouth: a camera's noise alone gives 0.02, a spoken sentence 0.08 and more


@dataclass(frozen=True, slots=True)
class NeutralPose:
    """What a face reads at rest: `values` (channels,) as in `face_channels`, 0 where a part of it was not seen; from `frame_count`
    pictures; `steadiness` 0..1: how still it was held; `notices`: what should be done better.
    """

    values: NDArray[np.float32]
    frame_count: int
    steadiness: float
    notices: tuple[str, ...]

    @staticmethod
    def of(frames: FaceFrames) -> NeutralPose:
        """The rest that some pictures show; raises SessionError, with what to do, where it cannot be told from them."""
        if frames.looked_count == 0:
            raise SessionError("no picture was looked at while the resting face was to be seen, expected a source that runs")
        if frames.count < max(LEAST_FRAMES, LEAST_SHARE * frames.looked_count):
            seen = f"face was seen in {frames.count} of {frames.looked_count} pictures"
            raise SessionError(f"{seen}, expected at least {LEAST_SHARE:.0%}; look at the camera, with light on the face")
        if frames.changed_person:
            raise SessionError("another face came into the picture, expected one person alone; calibrate again")
        sure = frames.confidence >= LEAST_CONFIDENCE
        still = _without_blinks(frames.values[:, _LIDS], sure[:, _EYES])
        values, sure = frames.values[still], sure[still]
        notices: list[str] = []
        pose = face_channels.at_rest(1)[0]
        for group in range(FACE_GROUP_COUNT):
            rows = sure[:, group]
            if np.count_nonzero(rows) < LEAST_FRAMES:
                notices.append(f"{registry.GROUPS[group + FACE_GROUPS.start]} could not be seen well: taken as they are")
                continue
            channels = np.flatnonzero(np.equal(_GROUP_OF_CHANNEL, group))
            pose[channels] = np.median(_aligned(values[rows][:, channels], group), axis=0)
        pose[BLINK.stop : TURN.start] = 0  # counts of blinks are none of a rest
        pose[TURN] /= np.linalg.norm(pose[TURN])
        _drop_unmeasured(pose, frames.measured)
        steadiness, mouth_spread = _steadiness(values, sure, pose)
        notices += _told(pose, steadiness, mouth_spread)
        return NeutralPose(pose, int(still.sum()), steadiness, tuple(notices))


def turn_deg(rotations: NDArray[np.float32], rest: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n,) angles between (n, 4) rotations and one (4,), in degrees."""
    cosines = np.abs(rotations.astype(np.float64) @ rest.astype(np.float64)).clip(0, 1)
    angles: NDArray[np.float64] = np.degrees(2 * np.arccos(cosines))
    return angles


def _without_blinks(lids: NDArray[np.float32], sure: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,) the pictures in which neither of (n, 2) lids blinks; raises SessionError where an eye was shut, or blinked all the time."""
    if np.count_nonzero(sure) < LEAST_FRAMES:
        return np.ones(sure.size, np.bool_)
    opened = np.median(lids[sure], axis=0)
    if opened.max() > EYES_SHUT:
        raise SessionError("an eye was shut while the resting face was to be seen, expected both open; calibrate again")
    blinking = ((lids > opened + _BLINK_RISE).any(axis=1) & sure).astype(np.float32)
    still = np.convolve(blinking, np.ones(2 * _BLINK_REACH + 1), "same") < 0.5
    if np.count_nonzero(still) < LEAST_FRAMES:
        raise SessionError("eyes blinked all the time, expected them open for some seconds; calibrate again")
    return still


def _aligned(values: NDArray[np.float32], group: int) -> NDArray[np.float32]:
    """The values of a group's channels, those of the head with all rotations on one side: a quaternion and its negative are the same."""
    if group != _HEAD:
        return values
    values = values.copy()
    rotations = values[:, : TURN.stop - TURN.start]
    rotations[rotations @ rotations[0] < 0] *= -1
    return values


def _drop_unmeasured(pose: NDArray[np.float32], measured: int) -> None:
    units = pose[ACTION_UNITS]
    units[[not measured >> place & 1 for place in range(units.size)]] = 0
    if not measured & GAZE_BIT:
        pose[face_channels.GAZE] = 0
    if not measured & BLINK_BIT:
        pose[BLINK] = 0


def _steadiness(values: NDArray[np.float32], sure: NDArray[np.bool_], pose: NDArray[np.float32]) -> tuple[float, float]:
    """How still face and head were, 0..1, and how far the mouth's shapes spread.

    Raises SessionError where the head was turned aside or anything moved too much.
    """
    if turn_deg(pose[None, TURN], face_channels.at_rest(1)[0, TURN])[0] > MOST_TURN_DEG:
        raise SessionError("head was turned aside, expected it to face the camera; turn to it, or move the camera, and calibrate again")
    heads = sure[:, _HEAD]
    sway = (
        np.percentile(turn_deg(values[heads][:, TURN], pose[TURN]), 90) / MOST_SWAY_DEG if np.count_nonzero(heads) >= LEAST_FRAMES else 0.0
    )
    if sway > 1:
        raise SessionError("head moved too much, expected it still; calibrate again")
    spreads = [0.0] * FACE_GROUP_COUNT
    for group in range(FACE_GROUP_COUNT):
        shapes = _FACE[_GROUP_OF_CHANNEL[_FACE] == group]
        rows = values[sure[:, group]][:, shapes]
        if len(rows) >= LEAST_FRAMES and shapes.size:
            low, high = np.percentile(rows, (10, 90), axis=0)
            spreads[group] = float((high - low).max())
    spread = max(spreads) / MOST_SPREAD
    if spread > 1:
        raise SessionError("face moved too much, expected it at rest and silent; calibrate again")
    return float(1 - max(sway, spread)), spreads[_MOUTH]


def _told(pose: NDArray[np.float32], steadiness: float, mouth_spread: float) -> list[str]:
    shapes = pose[SHAPES]
    told = [words for names, level, words in _EXPRESSIONS if np.mean([shapes[_SHAPE[name]] for name in names]) > level]
    if shapes[_LIDS].max() > _LIDS_TOLD:
        told.append("eyes were half shut")
    if turn_deg(pose[None, TURN], face_channels.at_rest(1)[0, TURN])[0] > _TURN_TOLD_DEG:
        told.append("head was turned aside")
    if mouth_spread > MOUTH_SPREAD_TOLD:
        told.append("mouth moved: be silent and calibrate again")
    elif steadiness < STEADINESS_TOLD:
        told.append("face was not held still: calibrate again")
    return told
