from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.perception.face.landmarks.detected_face import DetectedFace
from affectia.perception.face.landmarks.head_pose import HeadPose
from affectia.perception.face.quality import face_quality
from affectia.perception.face.quality.face_occlusion import Cover, CoverNetwork
from affectia.perception.face.quality.face_patch import FacePatch
from affectia.perception.face.quality.face_quality import BROWS, EYES, HEAD, MOUTH, FaceQuality, Quality
from tests.unit.painted_faces import Picture, detected, looking, painted

pytestmark = pytest.mark.unit

FREE, HIDDEN = -8.0, 8.0


class FakeNetwork(CoverNetwork):
    """Says what the test wants said."""

    def __init__(self) -> None:
        self.mouth = FREE
        self.eyes = (FREE, FREE)
        self.brows = (FREE, FREE)

    def read(self, patch: FacePatch, face: DetectedFace) -> Cover:
        return Cover(self.mouth, np.array(self.eyes, np.float32), np.array(self.brows, np.float32))


class Watch:
    """A face seen 25 times a second."""

    def __init__(self) -> None:
        self.network = FakeNetwork()
        self.quality = FaceQuality(self.network)
        self.time_nanos = 5 * NANOS_PER_SEC

    def see(
        self, picture: Picture | None = None, face: DetectedFace | None = None, pose: HeadPose | None = None, *, times: int = 1
    ) -> Quality:
        shown = detected() if face is None else face
        picture = painted(shown) if picture is None else picture
        for _ in range(times):
            self.time_nanos += 40 * NANOS_PER_MILLI
            found = self.quality.assess(picture, shown, looking() if pose is None else pose, time_nanos=self.time_nanos)
        return found


def confidence(picture: Picture | None = None, face: DetectedFace | None = None, pose: HeadPose | None = None) -> npt.NDArray[np.float32]:
    """Of a first look."""
    return Watch().see(picture, face, pose).confidence


def test_a_good_picture_is_trusted_and_says_nothing() -> None:
    found = Watch().see(times=40)
    assert found.confidence.dtype == np.float32
    assert found.confidence.min() > 0.95
    assert found.notice == ""


def test_smaller_faces_are_trusted_less() -> None:
    means = []
    for size_px in (150.0, 80.0, 50.0, 32.0):
        face = detected(size_px=size_px)
        means.append(float(confidence(face=face)[:HEAD].mean()))
    assert means == sorted(means, reverse=True)
    assert means[0] > 0.9
    assert 0.5 < means[1] < 0.95
    assert means[3] < 0.2


def test_a_small_face_is_asked_to_come_closer() -> None:
    assert Watch().see(face=detected(size_px=34.0), times=40).notice == "face is small (34 px), come closer"


@pytest.mark.parametrize("yaw_deg", [60, -60])
def test_a_turned_head_loses_the_far_side_first_and_itself_last(yaw_deg: float) -> None:
    turned = confidence(pose=looking(yaw_deg=yaw_deg))
    assert turned[EYES] == pytest.approx(0.4, abs=0.15)
    assert turned[MOUTH] < 0.5
    assert turned[HEAD] > 0.9
    assert confidence(pose=looking(yaw_deg=yaw_deg / 3)).min() > 0.95
    assert confidence(pose=looking(yaw_deg=yaw_deg * 1.5))[:HEAD].max() < 0.15


def test_only_the_near_eye_counts_when_the_far_one_is_turned_away() -> None:
    for yaw_deg, near in ((55, 0), (-55, 1)):  # turned to its left, a head shows its right eye
        watch = Watch()
        watch.network.eyes = (FREE, HIDDEN) if near == 0 else (HIDDEN, FREE)
        assert watch.see(pose=looking(yaw_deg=yaw_deg)).confidence[EYES] == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("pitch_deg", [55, -55])
def test_a_nod_costs_the_face_more_than_the_head(pitch_deg: float) -> None:
    nodded = confidence(pose=looking(pitch_deg=pitch_deg))
    assert nodded[:HEAD].max() < 0.4
    assert nodded[HEAD] > 0.8


def test_blur_costs_trust_and_is_told() -> None:
    face = detected()
    found = Watch().see(cv2.GaussianBlur(painted(face), (0, 0), 5.0), face, times=40)
    assert found.confidence[:HEAD].max() < 0.6
    assert found.confidence[HEAD] > found.confidence[EYES]
    assert found.notice.startswith("picture is blurred")


@pytest.mark.parametrize(
    ("skin", "around", "notice"),
    [(22, 30, "picture is dark: "), (25, 230, "light comes from behind the face: "), (252, 250, "picture is overexposed: ")],
)
def test_poor_light_costs_trust_and_is_told(skin: int, around: int, notice: str) -> None:
    face = detected()
    found = Watch().see(painted(face, skin=skin, around=around), face, times=40)
    assert found.notice.startswith(notice)
    assert found.confidence[EYES] < 1


def test_light_is_read_five_times_a_second_at_most() -> None:
    watch, face = Watch(), detected()
    watch.see(painted(face))
    black = np.zeros((240, 320, 3), np.uint8)
    assert watch.quality._light is not None
    level = watch.quality._light.level
    watch.see(black, face, times=4)
    assert watch.quality._light.level == level
    watch.see(black, face)
    assert watch.quality._light.level == 0


def test_a_covered_mouth_is_dropped_within_three_samples_and_back_within_half_a_second() -> None:
    watch = Watch()
    watch.see(times=10)
    watch.network.mouth = HIDDEN
    dropped = [watch.see().confidence[MOUTH] for _ in range(3)]
    assert dropped[2] < 0.2
    found = watch.see(times=40)
    assert found.confidence[EYES] > 0.9
    assert found.confidence[BROWS] > 0.9
    assert found.notice == "mouth is covered"
    watch.network.mouth = FREE
    back = [float(watch.see().confidence[MOUTH]) for _ in range(12)]
    assert back == sorted(back)
    assert back[-1] > 0.95


def test_one_odd_sample_is_not_believed() -> None:
    watch = Watch()
    watch.see(times=10)
    watch.network.mouth = HIDDEN
    assert watch.see().confidence[MOUTH] > 0.95
    watch.network.mouth = FREE
    assert watch.see().confidence[MOUTH] > 0.95


def test_what_comes_and_goes_stays_down() -> None:
    watch = Watch()
    seen = []
    for number in range(60):
        watch.network.mouth = HIDDEN if number % 6 < 3 else FREE
        seen.append(float(watch.see().confidence[MOUTH]))
    assert max(seen[12:]) < 0.6


def test_dark_glasses_take_eyes_and_brows_and_leave_the_mouth() -> None:
    watch = Watch()
    watch.network.eyes = (HIDDEN, HIDDEN)
    found = watch.see(times=40)
    assert found.confidence[:MOUTH].max() < 0.2
    assert found.confidence[MOUTH] > 0.9
    assert found.notice == "eyes are covered"


def test_a_fringe_takes_the_brows_alone() -> None:
    watch = Watch()
    watch.network.brows = (HIDDEN, HIDDEN)
    found = watch.see(times=40)
    assert found.confidence[BROWS] < 0.2
    assert found.confidence[EYES] > 0.9
    assert found.notice == ""


def test_a_head_turned_away_is_not_a_covered_mouth() -> None:
    watch = Watch()
    watch.network.mouth = HIDDEN
    watch.network.eyes = (HIDDEN, HIDDEN)
    assert watch.see(pose=looking(yaw_deg=75), times=40).notice == ""


def test_what_lies_outside_the_picture_is_not_trusted() -> None:
    face = detected((160, 225))  # the chin and the lips below the edge
    found = Watch().see(face=face, times=40)
    assert found.confidence[MOUTH] < 0.5
    assert found.confidence[EYES] > 0.8
    half = Watch().see(face=detected((4, 120)), times=40)
    assert half.confidence.max() < 0.5
    assert half.notice.startswith("face is partly outside the picture")
    gone = Watch().see(face=detected((-400, 120)))
    assert gone.confidence.tolist() == [0, 0, 0, 0]


def test_nonsense_gives_numbers_and_no_trust() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    for picture in (np.zeros((240, 320, 3), np.uint8), np.full((240, 320, 3), 255, np.uint8), noise):
        found = confidence(picture, detected())
        assert np.isfinite(found).all()
        assert found[:HEAD].max() < 0.5
    face = replace(detected(), landmarks_px=np.full((478, 3), np.nan, np.float32))
    assert confidence(np.zeros((240, 320, 3), np.uint8), face).tolist() == [0, 0, 0, 0]


def test_times_that_stand_still_or_go_back_change_nothing_for_good() -> None:
    watch = Watch()
    watch.see()
    watch.time_nanos -= NANOS_PER_SEC
    assert np.isfinite(watch.see(times=3).confidence).all()


def test_reset_starts_anew() -> None:
    watch = Watch()
    watch.network.mouth = HIDDEN
    watch.see(times=40)
    watch.quality.reset()
    watch.network.mouth = FREE
    found = watch.see()
    assert found.confidence[MOUTH] > 0.95
    assert found.notice == ""


def test_groups_are_in_the_order_of_the_wire() -> None:
    assert (face_quality.EYES, face_quality.BROWS, face_quality.MOUTH, face_quality.HEAD) == (0, 1, 2, 3)
