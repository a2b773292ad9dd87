"""How real faces seem to feel, through the real landmark network and whatever reads emotions on this machine: seen well and seen badly.

Set AFFECTIA_DATA_DIR to a folder with `ferplus/valid.npz` (FER+) for single crops of many people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from affectia import registry
from affectia.clock import NANOS_PER_SEC, FakeClock
from affectia.inference.model_store import ModelStore
from affectia.inference.own_weights import own_weights
from affectia.perception.affect_projection import projected
from affectia.perception.face.emotion.blendshape_emotion import BlendshapeEmotion
from affectia.perception.face.emotion.crop_reader import CropReader
from affectia.perception.face.emotion.face_emotion import FaceEmotion, FaceEmotionOptions
from affectia.perception.face.emotion.fer_network import WEIGHTS, FerNetwork
from affectia.perception.face.emotion.hsemotion_network import HsemotionNetwork
from affectia.perception.face.emotion.seen_face import SeenFace
from affectia.perception.face.face_perceiver import FacePerceiver
from affectia.perception.face.landmarks.detected_face import DetectedFace
from affectia.perception.face.landmarks.landmarker import FaceLandmarker
from affectia.signals.emotion_observations import AffectMethod, EmotionObservations
from affectia.signals.video_sample import VideoSample
from tests.integration.made_pictures import Picture, TurnedFace, decoded, flat, noise
from tests.unit.perception.face.emotion.made_networks import save_hsemotion_network

pytestmark = pytest.mark.integration

RATE_HZ = 25
SHOWN, ALL_RIGHT = 20, 12  # pictures that are shown, and after how many of them a new face has been believed
HAPPY, SURPRISE, NEUTRAL = (registry.EMOTIONS.index(name) for name in ("happy", "surprise", "neutral"))
SHOUT = range(58, 62)  # of carphone: brows up, eyes wide, mouth far open

Felt = list[EmotionObservations]


def feel(model: Path, pictures: Iterable[Picture], emotion: FaceEmotion, *, with_voice: bool = False) -> Felt:
    """What is told of pictures, RATE_HZ of them a second, each of them read; the clock stands still, so nothing takes time."""
    perceiver = FacePerceiver(FaceLandmarker(model), FakeClock(), emotion=emotion, with_voice=with_voice)
    told = []
    for number, picture in enumerate(pictures):
        sample = VideoSample(NANOS_PER_SEC + number * NANOS_PER_SEC // RATE_HZ, 0, np.ascontiguousarray(picture))
        perceiver.perceive(sample)
        felt = perceiver.finish()
        assert felt is not None
        assert_sane(felt)
        told.append(felt)
    perceiver.close()
    return told


def assert_sane(felt: EmotionObservations) -> None:
    for values in (felt.scores, felt.affect, felt.confidence, felt.quality):
        assert np.isfinite(values).all()
    assert felt.scores[felt.found].sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert (felt.scores >= 0).all()
    assert np.abs(felt.affect).max() <= 1
    for shares in (felt.confidence, felt.quality):
        assert 0 <= shares.min() <= shares.max() <= 1


def trust(told: Felt) -> float:
    """How far the last pictures are trusted, in the middle; 0 where nothing is told."""
    return float(np.median([float(felt.quality[0]) if felt.found[0] else 0.0 for felt in told[ALL_RIGHT:]]))


@pytest.fixture(scope="module", params=["best", "blendshapes"])
def emotion(request: pytest.FixtureRequest) -> FaceEmotion:
    """What this machine has, and what every machine has."""
    options = FaceEmotionOptions(rate_hz=60)
    return FaceEmotion(BlendshapeEmotion(), options) if request.param == "blendshapes" else FaceEmotion.load(ModelStore(), options)


@pytest.fixture(scope="module")
def talker(carphone_path: Path) -> list[Picture]:
    return decoded(carphone_path, range(100), enlarge=2)


@pytest.fixture(scope="module")
def listener(talker: list[Picture]) -> Picture:
    """A picture of the man when he says nothing."""
    return talker[16]


@pytest.fixture(scope="module")
def face(face_landmarker_path: Path, listener: Picture) -> DetectedFace:
    eye = FaceLandmarker(face_landmarker_path)
    sample = VideoSample(0, 0, listener)
    (found,) = eye.faces(eye.detect(sample), sample)
    eye.close()
    return found


Trust = Callable[[Picture], float]


@pytest.fixture(scope="module")
def trust_in(face_landmarker_path: Path, emotion: FaceEmotion) -> Trust:
    return lambda picture: trust(feel(face_landmarker_path, [picture] * SHOWN, emotion))


def test_our_own_network_comes_with_the_repository() -> None:
    network = FerNetwork(own_weights(WEIGHTS))
    assert network.version
    assert FaceEmotion.load(ModelStore(), FaceEmotionOptions(method="fer")).name == "fer"


def test_a_face_in_a_video_is_told_with_every_picture(face_landmarker_path: Path, talker: list[Picture], emotion: FaceEmotion) -> None:
    told = feel(face_landmarker_path, talker, emotion)
    assert all(felt.found.all() for felt in told[1:])
    assert [felt.fresh.tolist() for felt in told].count([True]) == 1
    assert trust(told) > 0.5


def test_a_shout_with_wide_eyes_is_more_surprised_and_more_aroused_than_listening(
    face_landmarker_path: Path, talker: list[Picture], emotion: FaceEmotion
) -> None:
    told = feel(face_landmarker_path, talker[: SHOUT.stop], emotion)
    surprise = np.array([felt.scores[0, SURPRISE] for felt in told])
    arousal = np.array([felt.affect[0, 1] for felt in told])
    assert surprise[SHOUT].mean() > surprise[8:25].mean() + 0.2
    assert arousal[SHOUT].mean() > arousal[8:25].mean() + 0.1


def test_valence_and_arousal_move_inside_one_label(face_landmarker_path: Path, talker: list[Picture], emotion: FaceEmotion) -> None:
    told = feel(face_landmarker_path, talker, emotion)[ALL_RIGHT:]
    labels = np.array([felt.scores[0].argmax() for felt in told])
    most = np.bincount(labels).argmax()
    affect = np.array([felt.affect[0] for felt, label in zip(told, labels, strict=True) if label == most])
    assert len(affect) > 20
    assert (np.diff(affect[:, :2], axis=0) != 0).mean() > 0.9
    assert (affect[:, :2].std(axis=0) > 0.01).all()


def test_grey_pictures_are_read_as_colour_is(face_landmarker_path: Path, talker: list[Picture], emotion: FaceEmotion) -> None:
    grey = [np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2) for picture in talker[:40]]
    in_colour, in_grey = (feel(face_landmarker_path, pictures, emotion)[ALL_RIGHT:] for pictures in (talker[:40], grey))
    assert trust(in_grey) > 0.5
    difference = [np.abs(one.affect[0] - other.affect[0]).max() for one, other in zip(in_colour, in_grey, strict=True)]
    assert np.median(difference) < 0.15


def test_a_face_in_the_dark_is_trusted_little(trust_in: Trust, listener: Picture) -> None:
    dark = (listener * 0.03).astype(np.uint8)
    assert trust_in(dark) < 0.4 * trust_in(listener)


def test_a_tiny_face_is_trusted_little(trust_in: Trust, listener: Picture) -> None:
    tiny = np.zeros_like(listener)
    small = cv2.resize(listener, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    tiny[100 : 100 + small.shape[0], 100 : 100 + small.shape[1]] = small
    assert trust_in(tiny) < 0.4 * trust_in(listener)


def test_a_profile_is_trusted_little(trust_in: Trust, listener: Picture, face: DetectedFace) -> None:
    turned = TurnedFace(listener, face)
    assert trust_in(turned.picture(yaw_deg=70)) < 0.5 * trust_in(turned.picture(yaw_deg=0))


def test_a_face_behind_a_mask_is_trusted_half_at_most_and_read_by_its_eyes(
    face_landmarker_path: Path, listener: Picture, face: DetectedFace, emotion: FaceEmotion
) -> None:
    edge = [234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454, 352, 195, 123]
    worn = cv2.fillPoly(listener.copy(), [face.landmarks_px[edge, :2].astype(np.int32)], (190, 210, 225))
    told = feel(face_landmarker_path, [worn] * SHOWN, emotion, with_voice=True)
    assert trust(told) <= 0.5
    for felt in told[ALL_RIGHT:]:
        assert felt.found.all()
        assert felt.mouthless is not None
        assert felt.scores[0] == pytest.approx(felt.mouthless[0], abs=0.2)


@pytest.mark.parametrize("level", [0, 255])
def test_nothing_is_told_of_empty_pictures(face_landmarker_path: Path, emotion: FaceEmotion, level: int) -> None:
    random = np.random.default_rng(1)
    pictures = [flat(level)] * 5 + [noise(random, grain_px=9) for _ in range(5)]
    assert not any(felt.found.any() for felt in feel(face_landmarker_path, pictures, emotion))


def test_a_face_at_the_edge_of_the_picture_breaks_nothing(trust_in: Trust, listener: Picture, face: DetectedFace) -> None:
    cut = int(face.landmarks_px[:, 0].mean())
    assert trust_in(listener[:, cut:]) < 0.6 * trust_in(listener)


def test_a_large_network_of_the_others_form_runs_on_real_faces(face_landmarker_path: Path, talker: list[Picture], tmp_path: Path) -> None:
    """With made weights: its inputs and outputs are what is tested."""
    network = HsemotionNetwork(save_hsemotion_network(tmp_path / "hsemotion.onnx", valence=0.25, arousal=-0.5))
    told = feel(face_landmarker_path, talker[:5], FaceEmotion(network, FaceEmotionOptions(rate_hz=60)), with_voice=True)
    for felt in told[1:]:
        assert felt.affect_method is AffectMethod.REGRESSED
        assert felt.mouthless is None
        assert felt.affect[0].tolist() == pytest.approx([0.25, -0.5, projected(felt.scores)[0, 2]], abs=1e-6)


def test_single_crops_are_read_through_the_same_steps(face_landmarker_path: Path, data_path: Callable[[str], Path]) -> None:
    """FER+ crops with and without landmarks; those of smiling people are read as happy either way."""
    with np.load(data_path("ferplus/valid.npz")) as data:
        votes: npt.NDArray[np.uint8] = data["votes"]
        columns = [str(name) for name in data["columns"]]
        crops = data["images"][(votes[:, columns.index("happiness")] >= 9).nonzero()[0][:40]]
    emotion = FaceEmotion.load(ModelStore(), FaceEmotionOptions(method="fer"))
    with CropReader(face_landmarker_path) as reader:
        looks = [reader.look_anyhow(crop) for crop in crops]
    assert np.mean([found for _, found in looks]) > 0.9
    for faces in ([face for face, _ in looks], [SeenFace.of_crop(np.repeat(crop[..., None], 3, axis=2)) for crop in crops]):
        felt = emotion.read(faces)
        assert felt is not None
        assert (felt.scores.argmax(axis=1) == HAPPY).mean() > 0.9
