from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from affectia.errors import ModelCorrupt, ModelMissing
from affectia.inference.manifest import Manifest
from affectia.perception.affect_projection import projected
from affectia.perception.face.emotion.hsemotion_network import MODEL, HsemotionNetwork
from affectia.perception.face.emotion.seen_face import SeenFace
from affectia.registry import EMOTIONS
from affectia.signals.emotion_observations import ALL_EMOTIONS, AffectMethod
from tests.unit.perception.face.emotion.made_networks import save_hsemotion_network, seen_face

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> HsemotionNetwork:
    return HsemotionNetwork(save_hsemotion_network(tmp_path_factory.mktemp("networks") / "hsemotion.onnx"))


def coloured(*rgb: int) -> SeenFace:
    return SeenFace.of_crop(np.full((60, 50, 3), rgb, np.uint8))


def test_their_classes_are_brought_into_our_order(network: HsemotionNetwork) -> None:
    """The made network's first class speaks for red, the second for green, the third for blue: anger, contempt, disgust."""
    scores = network.read([coloured(255, 0, 0), coloured(0, 255, 0), coloured(0, 0, 255)]).scores
    assert [EMOTIONS[emotion] for emotion in scores.argmax(axis=1)] == ["angry", "contempt", "disgust"]
    np.testing.assert_allclose(scores.sum(axis=1), 1, atol=1e-6)


def test_colours_are_normalised_as_of_imagenet(network: HsemotionNetwork) -> None:
    """The logits are the normalised colours themselves, the five others 0."""
    (row,) = network.read([coloured(200, 100, 50)]).scores
    logits = (np.array((200, 100, 50)) / 255 - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)
    powers = np.exp([*logits, 0, 0, 0, 0, 0])
    theirs = [row[EMOTIONS.index(name)] for name in ("angry", "contempt", "disgust", "fear", "happy", "neutral", "sad", "surprise")]
    np.testing.assert_allclose(theirs, powers / powers.sum(), atol=1e-4)


def test_valence_and_arousal_are_regressed_and_dominance_is_projected(network: HsemotionNetwork) -> None:
    feelings = network.read([coloured(255, 0, 0)], with_mouthless=True)
    assert feelings.affect_method is AffectMethod.REGRESSED
    assert feelings.affect[0].tolist() == pytest.approx([0.5, -1.0, projected(feelings.scores)[0, 2]])  # -3 is out of range
    assert (feelings.support, feelings.mouthless) == (ALL_EMOTIONS, None)


def test_a_face_is_read_where_its_landmarks_are(network: HsemotionNetwork) -> None:
    rgb = np.zeros((300, 300, 3), np.uint8)
    rgb[100:200, 80:180] = (0, 0, 255)
    (scores,) = network.read([seen_face(rgb, step=2, origin=82 + 100j)]).scores
    assert EMOTIONS[int(scores.argmax())] == "disgust"


@pytest.mark.parametrize(
    ("made", "message"),
    [({"side_px": 260}, r"hsemotion network has inputs input \[\*, 3, 260, 260\]"), ({"outputs": 8}, r"has outputs output \[\*, 8\]")],
)
def test_another_of_their_networks_is_refused(tmp_path: Path, made: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelCorrupt, match=message):
        HsemotionNetwork(save_hsemotion_network(tmp_path / "hsemotion.onnx", **made))


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        HsemotionNetwork(tmp_path / "none.onnx")


def test_the_manifest_pins_it_and_names_its_outputs_in_their_order() -> None:
    entry = Manifest.load().entry(MODEL)
    assert entry.labels == (
        "anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise", "valence", "arousal",
    )  # fmt: skip
    assert entry.used_for == ()
