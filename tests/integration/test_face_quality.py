"""Face quality on real faces, free and covered, through the real landmark network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from affectia.clock import NANOS_PER_SEC
from affectia.perception.face.landmarks import head_pose
from affectia.perception.face.landmarks.detected_face import DetectedFace
from affectia.perception.face.landmarks.landmarker import FaceLandmarker
from affectia.perception.face.quality import face_occlusion
from affectia.perception.face.quality.face_quality import BROWS, EYES, HEAD, MOUTH, FaceQuality
from affectia.signals.video_sample import VideoSample
from tests.integration.made_pictures import decoded

pytestmark = pytest.mark.integration

Picture = npt.NDArray[np.uint8]
Change = Callable[[Picture, DetectedFace], Picture]
Trust = npt.NDArray[np.float32]

RATE_HZ = 25
TRUSTED, DISTRUSTED = 0.6, 0.2
FALSE_ALARM = 0.5  # a free group below this was taken for a covered one
HAND, NO_HAND = 1176, 1070  # pictures of the actor: fingers beside the face, and nobody's hand


@dataclass
class Seen:
    """`trust` (pictures, 4) where a face was found, the `notices`, and the `faces` themselves."""

    trust: Trust
    notices: list[str]
    faces: list[DetectedFace]


def look(model: Path, pictures: Iterable[Picture]) -> Seen:
    """Watch pictures, RATE_HZ of them a second, with a fresh network and fresh quality."""
    eye, quality = FaceLandmarker(model), FaceQuality()
    trust, notices, faces = [], [], []
    for number, picture in enumerate(pictures):
        sample = VideoSample(number * NANOS_PER_SEC // RATE_HZ, 0, np.ascontiguousarray(picture))
        for face in eye.faces(eye.detect(sample), sample):
            found = quality.assess(picture, face, head_pose.from_matrix(face.matrix), time_nanos=sample.captured_at_nanos)
            trust.append(found.confidence)
            notices.append(found.notice)
            faces.append(face)
    eye.close()
    return Seen(np.array(trust, np.float32).reshape(-1, 4), notices, faces)


@pytest.fixture(scope="module")
def talker(carphone_path: Path) -> list[Picture]:
    """The man in the car: talks, turns his head, shouts twice with his mouth wide open."""
    return decoded(carphone_path, range(120), enlarge=2)


@pytest.fixture(scope="module")
def actor_path(model_path: Callable[[str], Path]) -> Path:
    return model_path("actor-expressions")


@pytest.fixture(scope="module")
def free(face_landmarker_path: Path, talker: list[Picture]) -> Seen:
    return look(face_landmarker_path, talker)


@pytest.fixture(scope="module")
def hand(actor_path: Path) -> tuple[Picture, npt.NDArray[np.float32]]:
    """The actor's own fingers, cut out by the colour of skin and by what was not there before."""
    before, picture = decoded(actor_path, (NO_HAND, HAND))
    box = (slice(205, 300), slice(90, 176))
    tones = cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb).astype(np.int16)
    is_hand = (tones[..., 1] - tones[..., 2] > 18) & (np.abs(picture.astype(np.int16) - before).sum(axis=2) > 25)
    mask = cv2.morphologyEx(is_hand[box].astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    mask = (labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())).astype(np.float32)
    return picture[box], cv2.GaussianBlur(mask, (0, 0), 0.8)


def span_px(face: DetectedFace) -> float:
    return float(np.linalg.norm(face.landmarks_px[263] - face.landmarks_px[33]))


def middle(face: DetectedFace, ring: npt.NDArray[np.int_] | Sequence[int]) -> npt.NDArray[np.float32]:
    place: npt.NDArray[np.float32] = face.landmarks_px[ring, :2].mean(axis=0)
    return place


def laid_over(picture: Picture, color: npt.NDArray[np.floating], mask: npt.NDArray[np.floating], corner: tuple[int, int]) -> Picture:
    """A cut-out on a picture, its upper left corner at (x, y), as far as it is inside."""
    warp = np.array(((1.0, 0, corner[0]), (0, 1.0, corner[1])))
    size = (picture.shape[1], picture.shape[0])
    alpha = cv2.warpAffine(mask.astype(np.float32), warp, size)[..., None]
    mixed = picture * (1 - alpha) + cv2.warpAffine(color.astype(np.float32), warp, size) * alpha
    result: Picture = mixed.astype(np.uint8)
    return result


def with_hand(hand: tuple[Picture, npt.NDArray[np.float32]]) -> Change:
    """Fingers over the mouth, in the tone of the face."""
    fingers, cut = hand

    def change(picture: Picture, face: DetectedFace) -> Picture:
        size = span_px(face) / 56
        color = cv2.resize(fingers, None, fx=size, fy=size, interpolation=cv2.INTER_CUBIC).astype(np.float32)
        mask = cv2.resize(cut, (color.shape[1], color.shape[0]))
        x, y = (int(v) for v in middle(face, (50, 280)))  # cheeks
        color *= picture[y - 3 : y + 4, x - 3 : x + 4].mean() / color[mask > 0.5].mean()
        rows = mask[int(0.38 * len(mask))]
        inside = float((rows * np.arange(len(rows))).sum() / rows.sum())
        x, y = middle(face, face_occlusion.LIPS)
        return laid_over(picture, np.clip(color, 0, 255), mask, (int(x - inside), int(y - 0.38 * len(mask))))

    return change


def with_mask(picture: Picture, face: DetectedFace) -> Picture:
    worn = picture.copy()
    edge = [234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454, 352, 195, 123]
    cv2.fillPoly(worn, [face.landmarks_px[edge, :2].astype(np.int32)], (190, 210, 225))
    for share in (0.3, 0.55, 0.8):
        left, right = (face.landmarks_px[corner, :2] for corner in (132, 361))
        down = share * (face.landmarks_px[152, :2] - face.landmarks_px[2, :2])
        cv2.line(worn, (left + down).astype(int).tolist(), (right + down).astype(int).tolist(), (165, 185, 200), 1)
    return worn


def with_microphone(picture: Picture, face: DetectedFace) -> Picture:
    span, place = span_px(face), middle(face, face_occlusion.LIPS)
    held = picture.copy()
    cv2.line(held, place.astype(int).tolist(), (place + (0.4 * span, 1.4 * span)).astype(int).tolist(), (25, 25, 28), int(0.2 * span))
    cv2.circle(held, place.astype(int).tolist(), int(0.33 * span), (58, 58, 62), -1)
    return held


def with_glasses(*, dark: bool) -> Change:
    def change(picture: Picture, face: DetectedFace) -> Picture:
        span, worn = span_px(face), picture.copy()
        across = face.landmarks_px[263, :2] - face.landmarks_px[33, :2]
        roll_deg = float(np.degrees(np.arctan2(across[1], across[0])))
        for corners in ((33, 133), (263, 362)):
            place = middle(face, corners).astype(int).tolist()
            thick = -1 if dark else max(int(0.03 * span), 1)
            cv2.ellipse(worn, place, (int(0.27 * span), int(0.2 * span)), roll_deg, 0, 360, (22, 20, 24), thick)
        first, second = (face.landmarks_px[place, :2].astype(int).tolist() for place in (133, 362))
        cv2.line(worn, first, second, (22, 20, 24), max(int(0.04 * span), 1))
        return worn

    return change


def changed(pictures: Sequence[Picture], faces: Sequence[DetectedFace], change: Change) -> list[Picture]:
    return [change(picture, face) for picture, face in zip(pictures, faces, strict=True)]


def share_below(trust: npt.NDArray[np.floating], bound: float) -> float:
    return float((trust < bound).mean())


def test_a_free_face_that_shouts_and_turns_is_not_covered(free: Seen, talker: list[Picture]) -> None:
    assert len(free.faces) == len(talker)
    for group in (EYES, BROWS, MOUTH):
        assert share_below(free.trust[:, group], FALSE_ALARM) <= 0.01
    assert set(free.notices) == {""}


@pytest.mark.parametrize(
    "wanted",
    [range(100, 220, 3), range(490, 640, 5), range(700, 900, 8), range(1180, 1296, 4)],
    ids=["open mouth", "turning", "near and far", "hand at the chin, lips free"],
)
def test_the_actors_free_mouth_is_not_covered(face_landmarker_path: Path, actor_path: Path, wanted: range) -> None:
    seen = look(face_landmarker_path, decoded(actor_path, wanted))
    assert len(seen.faces) == len(wanted)
    assert share_below(seen.trust[:, MOUTH], FALSE_ALARM) <= 0.01
    assert share_below(seen.trust[:, EYES], FALSE_ALARM) <= 0.01
    assert not {notice for notice in seen.notices if "covered" in notice}


COUNT = 34


def covers(name: str, hand: tuple[Picture, npt.NDArray[np.float32]]) -> Change:
    return {"hand": with_hand(hand), "mask": with_mask, "microphone": with_microphone}[name]


@pytest.mark.parametrize("name", ["hand", "mask", "microphone"])
def test_a_covered_mouth_is_not_trusted_and_the_eyes_still_are(
    face_landmarker_path: Path, talker: list[Picture], free: Seen, hand: tuple[Picture, npt.NDArray[np.float32]], name: str
) -> None:
    covered = changed(talker[:COUNT], free.faces[:COUNT], covers(name, hand))
    seen = look(face_landmarker_path, covered)
    assert len(seen.faces) >= 0.8 * COUNT
    assert share_below(seen.trust[3:, MOUTH], DISTRUSTED) >= 0.9
    assert share_below(seen.trust[3:, EYES], TRUSTED) <= 0.1
    assert seen.notices[-1] == "mouth is covered"


def test_trust_falls_in_three_samples_and_comes_back_in_half_a_second(
    face_landmarker_path: Path, talker: list[Picture], free: Seen
) -> None:
    covered = changed(talker[10:25], free.faces[10:25], with_mask)
    mouth = look(face_landmarker_path, [*talker[:10], *covered, *talker[25:45]]).trust[:, MOUTH]
    assert mouth[9] > TRUSTED
    assert mouth[13] < DISTRUSTED
    assert mouth[25 + RATE_HZ // 2 + 2] > TRUSTED


def test_sunglasses_take_eyes_and_brows_and_leave_the_mouth(face_landmarker_path: Path, talker: list[Picture], free: Seen) -> None:
    seen = look(face_landmarker_path, changed(talker[:COUNT], free.faces[:COUNT], with_glasses(dark=True)))
    assert len(seen.faces) >= 0.8 * COUNT
    assert share_below(seen.trust[3:, EYES], DISTRUSTED) >= 0.9
    assert share_below(seen.trust[3:, BROWS], DISTRUSTED) >= 0.9
    assert share_below(seen.trust[3:, MOUTH], TRUSTED) <= 0.1
    assert seen.notices[-1] == "eyes are covered"


def test_clear_glasses_cover_nothing(face_landmarker_path: Path, talker: list[Picture], free: Seen) -> None:
    seen = look(face_landmarker_path, changed(talker[:COUNT], free.faces[:COUNT], with_glasses(dark=False)))
    assert share_below(seen.trust[:, EYES], FALSE_ALARM) <= 0.05
    assert set(seen.notices) == {""}


def smaller(picture: Picture, face: DetectedFace) -> Picture:
    share = 48 / face.size_px
    small = cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    framed: Picture = cv2.copyMakeBorder(
        small, 0, 240 - small.shape[0], 0, 320 - small.shape[1], cv2.BORDER_CONSTANT, value=(128, 128, 128)
    )
    return framed


def blurred(picture: Picture, face: DetectedFace) -> Picture:
    soft: Picture = cv2.GaussianBlur(picture, (0, 0), 0.05 * span_px(face))
    return soft


def dark(picture: Picture, face: DetectedFace) -> Picture:
    dim: Picture = (picture * 0.12).astype(np.uint8)
    return dim


def backlit(picture: Picture, face: DetectedFace) -> Picture:
    flat = face.landmarks_px[:, :2]
    head = np.zeros(picture.shape[:2], np.float32)
    cv2.fillPoly(head, [cv2.convexHull(flat.astype(np.int32))], 1.0)
    head = cv2.GaussianBlur(head, (0, 0), 3)[..., None]
    shown: Picture = (picture * 0.3 * head + 225 * (1 - head)).astype(np.uint8)
    return shown


@pytest.mark.parametrize(
    ("change", "start"),
    [(smaller, "face is small ("), (blurred, "picture is blurred"), (dark, "picture is dark"), (backlit, "light comes from behind")],
)
def test_a_poor_picture_costs_trust_and_says_what_would_help(
    face_landmarker_path: Path, talker: list[Picture], free: Seen, change: Change, start: str
) -> None:
    seen = look(face_landmarker_path, changed(talker[:COUNT], free.faces[:COUNT], change))
    assert len(seen.faces) >= 0.7 * COUNT
    assert seen.notices[-1].startswith(start)
    worse = float(np.median(seen.trust[5:, :HEAD])) - float(np.median(free.trust[5:COUNT, :HEAD]))
    assert worse < -0.1
