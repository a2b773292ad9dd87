"""The real network on real pictures: what its signs mean, and that the mirror is not mixed up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import av
import cv2
import mediapipe
import numpy as np
import numpy.typing as npt
import pytest

from affectia import registry
from affectia.clock import NANOS_PER_SEC, SystemClock
from affectia.perception.face.face_perceiver import FacePerceiver
from affectia.perception.face.landmarks.landmark_call import DirectCall, DocumentedCall
from affectia.perception.face.landmarks.landmarker import FaceLandmarker
from affectia.signals.face_observations import FaceObservations
from affectia.signals.video_sample import VideoSample
from affectia.wire import rotation

pytestmark = pytest.mark.integration

Picture = npt.NDArray[np.uint8]
Change = Callable[[Picture], Picture]

SHAPE = {name: place for place, name in enumerate(registry.BLENDSHAPES)}
COUNT = 40  # pictures of the clip that are enough where only a median is compared
# Places of MediaPipe's face mesh; left and right as they are in the image.
NOSE_TIP, FOREHEAD, CHIN, LEFT_CHEEK, RIGHT_CHEEK = 1, 10, 152, 234, 454


@pytest.fixture(scope="module")
def pictures(carphone_path: Path) -> list[Picture]:
    """The clip, twice as large, with room around so that nothing is cut off when it is turned."""
    found: list[Picture] = []
    with av.open(str(carphone_path)) as container:
        for frame in container.decode(video=0):
            large = cv2.resize(frame.to_ndarray(format="rgb24"), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
            found.append(cv2.copyMakeBorder(large, 120, 120, 120, 120, cv2.BORDER_REPLICATE))
    return found


class Watch:
    """Looks at the clip, or the start of a changed one, with a fresh landmarker each time: the network keeps state."""

    def __init__(self, model: Path, pictures: Sequence[Picture]) -> None:
        self.model = model
        self.pictures = pictures
        self.plain = self._seen(pictures)
        self.mirrored = self._seen([picture[:, ::-1] for picture in pictures])

    def changed(self, change: Change) -> list[FaceObservations]:
        return self._seen([change(picture) for picture in self.pictures[:COUNT]])

    def _seen(self, pictures: Sequence[Picture]) -> list[FaceObservations]:
        eye = FacePerceiver(FaceLandmarker(self.model), SystemClock())
        seen = [eye.perceive(VideoSample(number * NANOS_PER_SEC // 30, 0, picture)) for number, picture in enumerate(pictures)]
        eye.close()
        return seen


@pytest.fixture(scope="module")
def watch(face_landmarker_path: Path, pictures: list[Picture]) -> Watch:
    return Watch(face_landmarker_path, pictures)


def angles_deg(seen: Sequence[FaceObservations]) -> npt.NDArray[np.float64]:
    """(pictures, 3) yaw, pitch, roll."""
    return rotation.to_euler_deg(np.stack([faces.head_rotation[0] for faces in seen]))


def yaw_pitch_roll(seen: Sequence[FaceObservations]) -> npt.NDArray[np.float64]:
    """(3,) medians in degrees over the start of the clip."""
    median: npt.NDArray[np.float64] = np.median(angles_deg(seen[:COUNT]), axis=0)
    return median


def position_cm(seen: Sequence[FaceObservations]) -> npt.NDArray[np.float64]:
    median: npt.NDArray[np.float64] = np.median([faces.head_position_cm[0] for faces in seen[:COUNT]], axis=0)
    return median


def shapes(seen: Sequence[FaceObservations]) -> npt.NDArray[np.float32]:
    """(pictures, 52)."""
    return np.stack([faces.blendshapes[0] for faces in seen])


def correlation(one: npt.NDArray[np.floating], other: npt.NDArray[np.floating]) -> float:
    return float(np.corrcoef(one, other)[0, 1])


def warp(picture: Picture, *, clockwise_deg: float = 0, zoom: float = 1, right: float = 0, down: float = 0) -> Picture:
    """Turn, enlarge and move a picture about its centre."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -clockwise_deg, zoom)
    matrix[:, 2] += (right * width, down * height)
    turned: Picture = cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return turned


def test_a_face_is_found_on_every_picture_and_measured_in_range(watch: Watch) -> None:
    for number, faces in enumerate(watch.plain):
        assert faces.found.tolist() == [True]
        assert faces.captured_at_nanos == number * NANOS_PER_SEC // 30
        assert 0 <= faces.blendshapes.min() <= faces.blendshapes.max() <= 1
        assert np.linalg.norm(faces.head_rotation) == pytest.approx(1, abs=1e-5)
        assert 0 < faces.network_nanos <= faces.perceived_in_nanos
    assert position_cm(watch.plain)[2] < -15  # in front of the camera, which looks along -Z
    assert np.abs(yaw_pitch_roll(watch.plain)).max() < 45


def test_blendshapes_land_at_their_names(face_landmarker_path: Path, pictures: list[Picture]) -> None:
    """MediaPipe has 52 categories with a `_neutral` first and no tongue: by index everything would be one off."""
    network = FaceLandmarker(face_landmarker_path)
    samples = [VideoSample(number * NANOS_PER_SEC // 30, 0, picture) for number, picture in enumerate(pictures[:COUNT])]
    mean = np.mean([network.faces(network.detect(sample), sample)[0].blendshapes for sample in samples], axis=0)
    network.close()
    assert mean[SHAPE["tongueOut"]] == 0
    assert mean[[place for name, place in SHAPE.items() if name != "tongueOut"]].min() > 0


@pytest.mark.parametrize("clockwise_deg", [20, -20])
def test_a_head_top_that_moves_to_the_right_of_the_image_leans_to_the_subjects_left(watch: Watch, clockwise_deg: float) -> None:
    before = yaw_pitch_roll(watch.plain)
    after = yaw_pitch_roll(watch.changed(lambda picture: warp(picture, clockwise_deg=clockwise_deg)))
    # Roll is positive towards the right shoulder, which is on the left of an unmirrored image.
    assert after[2] - before[2] == pytest.approx(-clockwise_deg, abs=5)
    assert np.abs(after[:2] - before[:2]).max() < 12


def nose_places(watch: Watch) -> npt.NDArray[np.float64]:
    """(pictures, 2): where the nose tip stands between the cheeks (0 = left in the image) and between forehead (0) and chin."""
    vision = mediapipe.tasks.vision
    options = vision.FaceLandmarkerOptions(
        base_options=mediapipe.tasks.BaseOptions(model_asset_buffer=watch.model.read_bytes()), running_mode=vision.RunningMode.VIDEO
    )
    network = vision.FaceLandmarker.create_from_options(options)
    found = []
    for number, picture in enumerate(watch.pictures):
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=picture)
        mesh = network.detect_for_video(image, number * 33).face_landmarks[0]
        height, width = picture.shape[:2]
        points = np.array([(point.x * width, point.y * height) for point in mesh])
        places = []
        for start, end in ((LEFT_CHEEK, RIGHT_CHEEK), (FOREHEAD, CHIN)):
            line = points[end] - points[start]
            places.append(float((points[NOSE_TIP] - points[start]) @ line / (line @ line)))
        found.append(places)
    network.close()
    return np.array(found)


def test_the_nose_goes_where_the_head_turns(watch: Watch) -> None:
    yaw, pitch, _ = angles_deg(watch.plain).T
    across, down = nose_places(watch).T
    assert correlation(yaw, across) > 0.9  # the right of the image is the subject's left, where yaw is positive
    assert correlation(pitch, down) > 0.7  # chin down is positive


def test_a_mirrored_face_turns_the_other_way(watch: Watch) -> None:
    plain, mirrored = angles_deg(watch.plain), angles_deg(watch.mirrored)
    assert plain.std(axis=0).min() > 3, "the head moves about every axis in this clip; else the test shows nothing"
    assert correlation(plain[:, 0], mirrored[:, 0]) < -0.95
    assert correlation(plain[:, 1], mirrored[:, 1]) > 0.95
    assert correlation(plain[:, 2], mirrored[:, 2]) < -0.95
    assert np.median(np.abs(mirrored - plain * (-1, 1, -1)), axis=0) == pytest.approx(np.zeros(3), abs=2)
    assert position_cm(watch.mirrored) == pytest.approx(position_cm(watch.plain) * (-1, 1, 1), abs=2.5)


@pytest.mark.parametrize("name", ["eyeLookIn", "eyeLookOut", "eyeBlink", "mouthPress", "mouthDimple"])
def test_a_mirrored_face_swaps_left_and_right(watch: Watch, name: str) -> None:
    left, right = SHAPE[f"{name}Left"], SHAPE[f"{name}Right"]
    plain, mirrored = shapes(watch.plain), shapes(watch.mirrored)
    assert correlation(plain[:, left] - plain[:, right], mirrored[:, left] - mirrored[:, right]) < -0.4


def test_a_larger_face_is_further_forward(watch: Watch) -> None:
    before, after = position_cm(watch.plain), position_cm(watch.changed(lambda picture: warp(picture, zoom=1.3)))
    assert after[2] > before[2] + 3
    assert after[2] / before[2] == pytest.approx(1 / 1.3, abs=0.08)


def test_a_face_further_right_in_the_image_is_further_to_the_subjects_left(watch: Watch) -> None:
    before, after = position_cm(watch.plain), position_cm(watch.changed(lambda picture: warp(picture, right=0.12)))
    assert after[0] > before[0] + 2


def test_a_face_further_down_in_the_image_is_lower(watch: Watch) -> None:
    before, after = position_cm(watch.plain), position_cm(watch.changed(lambda picture: warp(picture, down=0.12)))
    assert after[1] < before[1] - 2


def test_nobody_in_the_picture_is_nobody_and_the_next_face_is_found(face_landmarker_path: Path, pictures: list[Picture]) -> None:
    eye = FacePerceiver(FaceLandmarker(face_landmarker_path), SystemClock())
    grey = np.full_like(pictures[0], 127)
    seen = [eye.perceive(VideoSample(number, 0, picture)).found[0] for number, picture in enumerate([grey, grey, *pictures[:5]])]
    eye.close()
    assert not any(seen[:2])
    assert seen[-1]


def test_samples_of_the_same_millisecond_and_pictures_that_are_views_are_taken(face_landmarker_path: Path, pictures: list[Picture]) -> None:
    eye = FacePerceiver(FaceLandmarker(face_landmarker_path), SystemClock())
    for time_nanos in (5_000_000, 5_000_001, 5_000_000, 1):  # a clock that is read twice within a millisecond, and one that steps back
        assert eye.perceive(VideoSample(time_nanos, 0, pictures[0][::-1][::-1])).found[0]
    eye.close()


def test_the_quick_call_and_the_documented_one_say_the_same(face_landmarker_path: Path, pictures: list[Picture]) -> None:
    quick, documented = FaceLandmarker(face_landmarker_path), FaceLandmarker(face_landmarker_path, call=DocumentedCall)
    assert isinstance(quick._call, DirectCall), "this version of MediaPipe is not built as it was; see landmark_call.py"
    for number, picture in enumerate(pictures[:10]):
        sample = VideoSample(number * NANOS_PER_SEC // 30, 0, picture)
        (one,), (other,) = (network.faces(network.detect(sample), sample) for network in (quick, documented))
        assert np.array_equal(one.landmarks_px, other.landmarks_px)
        assert np.array_equal(one.blendshapes, other.blendshapes)
        assert np.array_equal(one.matrix, other.matrix)
    quick.close()
    documented.close()
