from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from affectia.errors import ConfigError, ModelMissing
from affectia.inference.manifest import Manifest
from affectia.inference.model_store import ModelStore
from affectia.perception.face.emotion.face_emotion import FAILURES_TO_FALL_BACK, METHODS, FaceEmotion, FaceEmotionOptions
from affectia.perception.face.emotion.seen_face import FaceFeelings, SeenFace
from affectia.signals.emotion_observations import ALL_EMOTIONS, AffectMethod
from tests.unit.perception.face.emotion.made_networks import save_fer_network, save_hsemotion_network

pytestmark = pytest.mark.unit

FACE = SeenFace.of_crop(np.full((48, 48, 3), 100, np.uint8))
ENTRY = """
[[model]]
id = "{id}"
kind = "model"
file = "made.onnx"
bytes = {size}
sha256 = "{sha256}"
licence = "none"
purpose = "tests"
used_for = []
sources = [{{ type = "url", url = "https://localhost/made.onnx" }}]
"""


class Place:
    """A model store and a folder of weights, each with what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        made = save_hsemotion_network(folder / "theirs.onnx").read_bytes()
        self._theirs = made
        sha256 = hashlib.sha256(made).hexdigest()
        self.store = ModelStore(folder / "cache", manifest=Manifest.parse(ENTRY.format(id="hsemotion", size=len(made), sha256=sha256)))
        self.path = self.store.verify("hsemotion").path

    def bring_theirs(self, *, is_corrupt: bool = False) -> None:
        self.path.parent.mkdir(parents=True)
        self.path.write_bytes(self._theirs[:-1] + b"?" if is_corrupt else self._theirs)

    def bring_ours(self, *, is_corrupt: bool = False) -> None:
        save_fer_network(self.folder / "fer.onnx", temperature=None if is_corrupt else "1")

    def own(self, name: str) -> Path:
        if not (path := self.folder / name).is_file():
            raise ModelMissing(f"weights are not there: {name}")
        return path

    def load(self, method: str = "auto") -> FaceEmotion:
        return FaceEmotion.load(self.store, FaceEmotionOptions(method=method), own=self.own)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_our_own_network_runs_where_nobody_brought_another_and_nothing_is_amiss(place: Place) -> None:
    place.bring_ours()
    emotion = place.load()
    assert (emotion.name, emotion.support, emotion.notice, emotion.is_on) == ("fer", ALL_EMOTIONS, "", True)
    assert emotion.provider == "CPUExecutionProvider"
    assert emotion.read([FACE]) is not None


def test_the_network_that_a_user_brought_is_preferred(place: Place) -> None:
    place.bring_ours()
    place.bring_theirs()
    emotion = place.load()
    assert (emotion.name, emotion.notice) == ("hsemotion", "")
    feelings = emotion.read([FACE])
    assert feelings is not None
    assert feelings.affect_method is AffectMethod.REGRESSED
    assert place.load("fer").name == "fer"


def test_what_was_asked_for_and_is_not_there_is_told(place: Place) -> None:
    place.bring_ours()
    emotion = place.load("hsemotion")
    assert emotion.name == "fer"
    expected = "model hsemotion is not in the cache, run `affectia models pull hsemotion`; fer runs instead"
    assert emotion.notice == expected


def test_a_corrupt_file_is_told_and_never_raised(place: Place) -> None:
    place.bring_ours(is_corrupt=True)
    place.bring_theirs(is_corrupt=True)
    emotion = place.load()
    assert emotion.name == "blendshapes"
    assert "model hsemotion has sha256" in emotion.notice
    assert "face emotion network has a temperature of nothing" in emotion.notice
    assert emotion.notice.endswith("; blendshapes runs instead")
    assert emotion.read([FACE]) is not None


def test_without_any_model_the_shapes_of_the_face_are_left(place: Place) -> None:
    emotion = place.load()
    assert emotion.provider == ""
    assert (emotion.name, emotion.notice) == ("blendshapes", "weights are not there: fer.onnx; blendshapes runs instead")
    assert place.load("blendshapes").notice == ""


def test_a_store_that_knows_no_other_network_will_do(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.bring_ours()
    store = ModelStore(tmp_path / "cache", manifest=Manifest.parse(ENTRY.format(id="other", size=1, sha256="0" * 64)))
    assert FaceEmotion.load(store, own=place.own).name == "fer"


def test_off_is_off(place: Place) -> None:
    place.bring_ours()
    emotion = place.load("off")
    assert (emotion.name, emotion.support, emotion.provider, emotion.is_on, emotion.read([FACE])) == ("off", 0, "", False, None)


def test_nobody_feels_nothing(place: Place) -> None:
    place.bring_ours()
    assert place.load().read([]) is None


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ({"method": "fre"}, "face_emotion.method is 'fre', expected one of auto, fer, hsemotion, blendshapes, off, did you mean fer"),
        ({"rate_hz": 0.5}, "face_emotion.rate_hz is 0.5, expected 1 to 60"),
        ({"rate_hz": 61}, "face_emotion.rate_hz is 61, expected 1 to 60"),
        ({"rate_hz": float("nan")}, "face_emotion.rate_hz is nan"),
        ({"provider": "gpu"}, "face_emotion.provider is 'gpu', expected one of auto, cuda"),
    ],
)
def test_options_are_checked(made: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        FaceEmotionOptions(**made)  # type: ignore[arg-type]


def test_every_method_is_an_option() -> None:
    assert [FaceEmotionOptions(method=method).method for method in METHODS] == list(METHODS)


class Weak:
    """A network that fails as often as it is told to, by raising or by answers that are no numbers."""

    name = "fer"
    provider = "CPUExecutionProvider"
    support = ALL_EMOTIONS

    def __init__(self) -> None:
        self.is_broken, self.value = True, 0.125

    def read(self, faces: Sequence[SeenFace], *, with_mouthless: bool = False) -> FaceFeelings:
        if self.is_broken and self.value == 0.125:
            raise RuntimeError("what a runtime says of a picture")
        scores = np.full((len(faces), 8), self.value, np.float32)
        return FaceFeelings(scores, ALL_EMOTIONS, np.zeros((len(faces), 3), np.float32), AffectMethod.PROJECTED)


def test_a_picture_that_breaks_the_network_is_counted_and_told_once_without_its_data(caplog: pytest.LogCaptureFixture) -> None:
    emotion = FaceEmotion(Weak())
    with caplog.at_level(logging.INFO):
        assert [emotion.read([FACE]) for _ in range(3)] == [None] * 3
    assert emotion.failed_count == 3
    assert [record.getMessage() for record in caplog.records] == ["face emotion by fer ended with RuntimeError"]


def test_answers_that_are_no_numbers_are_failures(caplog: pytest.LogCaptureFixture) -> None:
    network = Weak()
    network.value = float("nan")
    emotion = FaceEmotion(network)
    assert emotion.read([FACE]) is None
    assert emotion.failed_count == 1


def test_a_network_that_fails_on_every_picture_leaves_its_place_to_the_shapes(caplog: pytest.LogCaptureFixture) -> None:
    network = Weak()
    emotion = FaceEmotion(network)
    for _ in range(FAILURES_TO_FALL_BACK - 1):
        emotion.read([FACE])
    network.is_broken = False
    assert emotion.read([FACE]) is not None, "a picture that it can read begins the count anew"
    network.is_broken = True
    for _ in range(FAILURES_TO_FALL_BACK - 1):
        emotion.read([FACE])
    assert (emotion.name, emotion.notice) == ("fer", "")
    emotion.read([FACE])
    assert emotion.name == "blendshapes"
    assert emotion.notice == "fer fails on every picture (RuntimeError), blendshapes runs instead"
    assert emotion.read([FACE]) is not None


def test_many_tracks_share_one_network(place: Place) -> None:
    place.bring_ours()
    emotion = place.load()
    expected = emotion.read([FACE])
    assert expected is not None
    same: list[bool] = []

    def look() -> None:
        for _ in range(20):
            feelings = emotion.read([FACE, FACE])
            same.append(feelings is not None and bool(np.allclose(feelings.scores, expected.scores, atol=1e-6)))

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert same == [True] * 60
