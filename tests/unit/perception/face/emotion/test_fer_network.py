from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from affectia.errors import ModelCorrupt, ModelMissing
from affectia.perception.affect_projection import projected
from affectia.perception.face.emotion.fer_network import FerNetwork, write_crop
from affectia.perception.face.emotion.seen_face import SeenFace
from affectia.signals.emotion_observations import ALL_EMOTIONS, AffectMethod
from tests.unit.perception.face.emotion.made_networks import save_fer_network, seen_face

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> FerNetwork:
    return FerNetwork(save_fer_network(tmp_path_factory.mktemp("networks") / "fer.onnx"))


def lit(*emotions: int) -> np.ndarray:
    """A picture of 48 x 48 with the rows lit that speak for these emotions."""
    rgb = np.zeros((48, 48, 3), np.uint8)
    for emotion in emotions:
        rgb[emotion * 6 : (emotion + 1) * 6] = 255
    return rgb


def test_each_face_has_its_row_and_each_row_a_sum_of_one(network: FerNetwork) -> None:
    feelings = network.read([SeenFace.of_crop(lit(emotion)) for emotion in (3, 0, 7)])
    assert feelings.scores.argmax(axis=1).tolist() == [3, 0, 7]
    np.testing.assert_allclose(feelings.scores.sum(axis=1), 1, atol=1e-6)
    assert feelings.scores.dtype == np.float32
    assert (feelings.support, feelings.mouthless) == (ALL_EMOTIONS, None)
    assert feelings.affect_method is AffectMethod.PROJECTED
    np.testing.assert_allclose(feelings.affect, projected(feelings.scores), atol=1e-6)


def test_probabilities_are_those_of_the_temperature_that_the_network_brings(network: FerNetwork) -> None:
    (row,) = network.read([SeenFace.of_crop(lit(2))]).scores
    powers = np.exp(np.array([0, 0, 8, 0, 0, 0, 0, 0]) / 2)
    assert (network.temperature, network.version) == (2.0, "made")
    np.testing.assert_allclose(row, powers / powers.sum(), atol=1e-5)


def test_what_the_mouth_shows_is_not_in_the_scores_without_it(network: FerNetwork) -> None:
    """Emotion 6 is lit by rows below the line, emotion 1 by rows above."""
    alone, both = (network.read([SeenFace.of_crop(lit(*what))], with_mouthless=True) for what in ((1,), (1, 6)))
    assert alone.mouthless is not None
    assert both.mouthless is not None
    np.testing.assert_allclose(both.mouthless, alone.mouthless, atol=1e-6)
    assert np.abs(both.scores - alone.scores).max() > 0.2
    assert both.mouthless[0].argmax() == 1


def test_faces_in_one_call_are_those_of_several(network: FerNetwork) -> None:
    faces = [SeenFace.of_crop(lit(emotion, 5)) for emotion in (1, 4, 7)]
    together = network.read(faces, with_mouthless=True)
    assert together.mouthless is not None
    for row, face in enumerate(faces):
        one = network.read([face], with_mouthless=True)
        assert one.mouthless is not None
        np.testing.assert_allclose(together.scores[row], one.scores[0], atol=1e-6)
        np.testing.assert_allclose(together.mouthless[row], one.mouthless[0], atol=1e-6)


def test_a_face_is_read_where_its_landmarks_are(network: FerNetwork) -> None:
    rgb = np.zeros((400, 400, 3), np.uint8)
    rgb[100:292, 60:252] = np.repeat(np.repeat(lit(4), 4, axis=0), 4, axis=1)
    here, elsewhere = network.read([seen_face(rgb, step=4, origin=60 + 100j), seen_face(rgb, step=4, origin=190 + 190j)]).scores
    assert here.argmax() == 4
    assert elsewhere.argmax() != 4


@pytest.mark.parametrize("size", [(20, 20), (48, 48), (96, 70), (1, 1)])
def test_a_crop_without_landmarks_is_taken_whole(size: tuple[int, int]) -> None:
    rgb = np.full((*size, 3), 51, np.uint8)
    out = np.zeros((48, 48), np.float32)
    write_crop(SeenFace.of_crop(rgb), out)
    np.testing.assert_allclose(out, 0.2, atol=1e-6)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ({"temperature": None}, r"face emotion network has a temperature of nothing, expected 0\.05 to 20\.0: .*fer\.onnx"),
        ({"temperature": "warm"}, "has a temperature of 'warm'"),
        ({"temperature": "0"}, "has a temperature of '0'"),
        ({"temperature": "nan"}, "has a temperature of 'nan'"),
        ({"temperature": "inf"}, "has a temperature of 'inf'"),
        ({"side_px": 64}, r"has inputs faces \[\*, 1, 64, 64\], expected faces \[\*, 1, 48, 48\]"),
        ({"classes": 6}, r"has outputs logits \[\*, 6\], expected logits \[\*, 8\]"),
        ({"batch": 1}, r"has inputs faces \[1, 1, 48, 48\]"),
        ({"bias": float("nan")}, "gives values that are no numbers"),
    ],
)
def test_another_network_is_refused(tmp_path: Path, made: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelCorrupt, match=message):
        FerNetwork(save_fer_network(tmp_path / "fer.onnx", **made))


def test_a_file_that_is_no_network_is_refused_and_one_that_is_not_there_is_missing(tmp_path: Path) -> None:
    (tmp_path / "fer.onnx").write_bytes(b"half a network")
    with pytest.raises(ModelCorrupt, match="face emotion network is refused"):
        FerNetwork(tmp_path / "fer.onnx")
    with pytest.raises(ModelMissing, match="face emotion network is not there"):
        FerNetwork(tmp_path / "none.onnx")
