"""How far to trust what is read off a face: per group, and what would help. Read `FaceQuality.assess` first."""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC
from affectia.perception.face.landmarks.detected_face import DetectedFace
from affectia.perception.face.landmarks.head_pose import HeadPose
from affectia.perception.face.quality import face_notice, face_occlusion, face_patch, face_sharpness, picture_light
from affectia.perception.face.quality.face_notice import FaceNotice
from affectia.perception.face.quality.face_occlusion import Cover, CoverNetwork
from affectia.perception.face.quality.face_patch import FacePatch
from affectia.perception.face.quality.picture_light import Light

EYES, BROWS, MOUTH, HEAD = range(4)
Visible = tuple[float, float, float]  # 0..1 of eyes, brows, mouth


class Curve:
    """Confidence over a measure: linear between the points, flat outside of them. On single numbers twenty times as fast as np.interp."""

    def __init__(self, measures: tuple[float, ...], confidences: tuple[float, ...]) -> None:
        self._measures = measures
        self._confidences = confidences

    def __call__(self, measure: float) -> float:
        """The confidence that a measure leaves."""
        number = bisect.bisect_right(self._measures, measure)
        if number == 0:
            return self._confidences[0]
        if number == len(self._measures):
            return self._confidences[-1]
        low, high = self._measures[number - 1 : number + 1]
        first, last = self._confidences[number - 1 : number + 1]
        return first + (last - first) * (measure - low) / (high - low)


LIGHT_SECS: Final = 0.2  # light changes slowly: read at most so often
RISE_SECS: Final = 0.4  # from nothing to full trust; down it goes at once
LONGEST_GAP_SECS: Final = 0.25  # a longer pause between two samples counts as this
COVERED: Final = 0.35  # a group seen less than this is called covered

# Each pair of rows: a measure, and the confidence that it leaves; between them linear, outside of them flat. The measures were set by
# degrading clips and looking where blendshapes part from those of the clean picture by more than 0.1: models/README.md has the table.
_SIZE: Final = Curve((30.0, 40.0, 50.0, 60.0, 80.0, 120.0), (0.1, 0.3, 0.5, 0.65, 0.85, 1.0))  # px
_SHARP: Final = Curve((0.135, 0.16, 0.185), (0.2, 0.5, 1.0))  # as face_sharpness measures it
_LEVEL: Final = Curve((6.0, 10.0, 20.0, 30.0), (0.3, 0.6, 0.8, 1.0))  # median grey of the face
_SPREAD: Final = Curve((6.0, 20.0), (0.2, 1.0))  # grey levels between its dark and bright parts
_CLIPPED: Final = Curve((0.25, 0.7), (1.0, 0.2))  # share that is white
_NOISE: Final = Curve((0.06, 0.15, 0.3, 0.6), (1.0, 0.7, 0.45, 0.2))  # standard deviation in spreads
_INSIDE: Final = Curve((0.5, 0.95), (0.0, 1.0))  # share of a group's landmarks inside the picture
# Angles in degrees between the head's axis and the line to the camera. The far eye goes before the near one.
_FAR_YAW: Final = Curve((30.0, 55.0), (1.0, 0.0))
_NEAR_YAW: Final = Curve((55.0, 85.0), (1.0, 0.0))
_MOUTH_YAW: Final = Curve((35.0, 70.0), (1.0, 0.1))
_HEAD_YAW: Final = Curve((65.0, 95.0), (1.0, 0.2))
_FACE_PITCH: Final = Curve((30.0, 60.0), (1.0, 0.1))
_HEAD_PITCH: Final = Curve((55.0, 85.0), (1.0, 0.2))
# Log odds of the cover networks; free faces of the clips stay below -2.6 and -3.8, the card says what real covers give.
_MOUTH_COVER: Final = Curve((-2.0, 0.5), (1.0, 0.0))
_EYES_COVER: Final = Curve((-1.5, 1.0), (1.0, 0.0))
_BROWS_COVER: Final = Curve((-1.5, 1.0), (1.0, 0.0))

_GROUP_POINTS: Final = (
    np.concatenate((face_occlusion.RIGHT_EYE, face_occlusion.LEFT_EYE)),
    np.concatenate((face_occlusion.RIGHT_BROW, face_occlusion.LEFT_BROW)),
    face_occlusion.LIPS,
)


@dataclass(frozen=True, slots=True)
class Quality:
    """`confidence` (4,) 0..1 of eyes, brows, mouth, head; `notice`: what would help, one short sentence, or empty."""

    confidence: NDArray[np.float32]
    notice: str


class FaceQuality:
    """The quality of one face's picture over time; one thread at a time. Loading takes some milliseconds, `reset` nothing."""

    def __init__(self, network: CoverNetwork | None = None) -> None:
        self._network = CoverNetwork() if network is None else network
        self._notice = FaceNotice()
        self.reset()

    def reset(self) -> None:
        """Somebody else is there from now on."""
        self._confidence: NDArray[np.float64] | None = None
        self._visible_before: Visible | None = None
        self._light: Light | None = None
        self._light_nanos = 0
        self._time_nanos: int | None = None
        self._notice.reset()

    def assess(self, rgb: NDArray[np.uint8], face: DetectedFace, pose: HeadPose, *, time_nanos: int) -> Quality:
        """The quality of this sample, (h, w, 3) of the picture that the face was found in; times rise from call to call."""
        elapsed_secs = self._elapsed_secs(time_nanos)
        patch = face_patch.cut(rgb, face)
        troubles = [False] * len(face_notice.NOTICES)
        if patch is None:  # (nearly) nothing of the face is in the picture
            troubles[face_notice.OUTSIDE] = True
            return Quality(self._risen(np.zeros(4), elapsed_secs), self._notice.step(troubles, size_px=0.0, elapsed_secs=elapsed_secs))
        inside, turned = _inside(face, patch), _turned(pose)
        light = self._read_light(rgb, patch, time_nanos=time_nanos)
        sharp = face_sharpness.measure(patch, noise=light.noise)
        visible = self._settled(_visible(self._network.read(patch, face), turned))
        common = _SIZE(patch.size_px) * _SHARP(sharp) * _lit(light)
        trust = np.array((*visible, turned.head)) * inside
        trust[:HEAD] *= common * turned.face
        trust[HEAD] *= math.sqrt(common)  # a head's turn stands blur and noise longer than a lip does
        _note(troubles, patch, inside, light, sharp, visible, turned)
        notice = self._notice.step(troubles, size_px=patch.size_px, elapsed_secs=elapsed_secs)
        return Quality(self._risen(trust, elapsed_secs), notice)

    def _elapsed_secs(self, time_nanos: int) -> float:
        before, self._time_nanos = self._time_nanos, time_nanos
        return 0.0 if before is None else min(max((time_nanos - before) / NANOS_PER_SEC, 0.0), LONGEST_GAP_SECS)

    def _read_light(self, rgb: NDArray[np.uint8], patch: FacePatch, *, time_nanos: int) -> Light:
        if self._light is None or not 0 <= time_nanos - self._light_nanos < LIGHT_SECS * NANOS_PER_SEC:
            self._light, self._light_nanos = picture_light.measure(rgb, patch), time_nanos
        return self._light

    def _settled(self, visible: Visible) -> Visible:
        """One odd sample is not believed, the second is."""
        before, self._visible_before = self._visible_before, visible
        if before is None:
            return visible
        return max(before[EYES], visible[EYES]), max(before[BROWS], visible[BROWS]), max(before[MOUTH], visible[MOUTH])

    def _risen(self, trust: NDArray[np.float64], elapsed_secs: float) -> NDArray[np.float32]:
        """Down at once, up slowly: what comes and goes stays down."""
        if self._confidence is not None:
            trust = np.minimum(trust, self._confidence + elapsed_secs / RISE_SECS)
        self._confidence = trust
        return trust.astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Turned:
    """What the head's turn leaves: `eyes` right and left, brows alike; `mouth`; `face` for the three by pitch; `head`."""

    eyes: tuple[float, float]
    mouth: float
    face: float
    head: float


def _turned(pose: HeadPose) -> _Turned:
    x, y, z = pose.to_camera @ pose.axes  # towards the camera, in the head's own axes
    yaw, pitch = math.degrees(math.atan2(x, z)), abs(math.degrees(math.asin(min(max(y, -1.0), 1.0))))
    near, far = _NEAR_YAW(abs(yaw)), _FAR_YAW(abs(yaw))
    eyes = (far, near) if yaw > 0 else (near, far)  # a camera on the subject's left sees the right eye last
    head = _HEAD_YAW(abs(yaw)) * _HEAD_PITCH(pitch)
    return _Turned(eyes, _MOUTH_YAW(abs(yaw)), _FACE_PITCH(pitch), head)


def _visible(cover: Cover, turned: _Turned) -> Visible:
    """How much of eyes, brows, mouth is to be seen. Glasses too dark for the eye mislead the brow above them as well."""
    eyes = brows = 0.0
    for side, turn in enumerate(turned.eyes):
        eye = _EYES_COVER(float(cover.eyes[side]))
        eyes += turn * eye / 2
        brows += turn * min(eye, _BROWS_COVER(float(cover.brows[side]))) / 2
    return eyes, brows, turned.mouth * _MOUTH_COVER(cover.mouth)


def _lit(light: Light) -> float:
    return _LEVEL(light.level) * _SPREAD(light.spread) * _CLIPPED(light.clipped) * _NOISE(light.noise / max(light.spread, 1.0))


def _inside(face: DetectedFace, patch: FacePatch) -> tuple[float, float, float, float]:
    """What the picture's edge leaves of each group, and of the face for the head."""
    left, top, right, bottom = patch.box
    if left >= 0 and top >= 0 and right < face.width_px and bottom < face.height_px:
        return 1.0, 1.0, 1.0, 1.0
    x, y = face.landmarks_px[:, 0], face.landmarks_px[:, 1]
    within = (x >= 0) & (y >= 0) & (x < face.width_px) & (y < face.height_px)
    eyes, brows, mouth = (_INSIDE(float(within[points].mean())) for points in _GROUP_POINTS)
    return eyes, brows, mouth, _INSIDE(float(within.mean()))


def _note(
    troubles: list[bool],
    patch: FacePatch,
    inside: tuple[float, ...],
    light: Light,
    sharp: float,
    visible: Visible,
    turned: _Turned,
) -> None:
    troubles[face_notice.OUTSIDE] = inside[HEAD] < 0.85
    backlit = light.level < 80 and light.around > 2 * light.level and light.around - light.level > 60
    troubles[face_notice.BACKLIT] = backlit
    troubles[face_notice.DARK] = light.level < 40 and not backlit
    troubles[face_notice.OVEREXPOSED] = light.clipped > 0.3
    troubles[face_notice.NOISY] = light.noise > 0.25 * light.spread
    troubles[face_notice.TOO_SMALL] = patch.size_px < 55
    troubles[face_notice.BLURRED] = _SHARP(sharp) < 0.5
    # Of what is turned away the network says nothing.
    troubles[face_notice.EYES_COVERED] = visible[EYES] < COVERED and sum(turned.eyes) > 1.2
    troubles[face_notice.MOUTH_COVERED] = visible[MOUTH] < COVERED and turned.mouth > 0.6
