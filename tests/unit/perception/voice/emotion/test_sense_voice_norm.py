from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from affectia.errors import ModelCorrupt, ModelMissing
from affectia.perception.voice.emotion.sense_voice_norm import NORM_FILE, SenseVoiceNorm
from tests.unit.perception.voice.emotion.made_sense_voice import FEATURES, norm_metadata, save_norm

pytestmark = pytest.mark.unit


def test_a_norm_adds_and_then_multiplies() -> None:
    norm = SenseVoiceNorm(np.array([1, -2], np.float32), np.array([0.5, 3], np.float32))
    assert norm.applied(np.array([[1, 2], [3, 4]], np.float32)).tolist() == [[1, 0], [2, 6]]


def test_both_forms_say_the_same(tmp_path: Path) -> None:
    from_file = SenseVoiceNorm.read(save_norm(tmp_path / NORM_FILE), width=FEATURES)
    from_metadata = SenseVoiceNorm.from_metadata(norm_metadata(), width=FEATURES, where="")
    assert from_metadata is not None
    np.testing.assert_array_equal(from_file.shift, from_metadata.shift)
    np.testing.assert_array_equal(from_file.scale, from_metadata.scale)
    np.testing.assert_allclose(from_file.shift[[0, 559]], [0, 5.59], rtol=1e-6)
    assert from_file.scale.dtype == np.float32


def test_a_network_that_says_nothing_has_no_norm() -> None:
    assert SenseVoiceNorm.from_metadata({"version": "2"}, width=FEATURES, where="") is None


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("inv_stddev", "", "sense voice norm has 0 numbers of inv_stddev, expected 560: there"),
        ("neg_mean", "1,2", "sense voice norm has 2 numbers of neg_mean, expected 560: there"),
        ("neg_mean", ",".join(["x"] * FEATURES), "sense voice norm has a neg_mean that is no number"),
        ("neg_mean", ",".join(["nan"] * FEATURES), "sense voice norm has a neg_mean that is not finite"),
    ],
)
def test_a_wrong_norm_in_a_network_is_refused(key: str, text: str, message: str) -> None:
    with pytest.raises(ModelCorrupt, match=message):
        SenseVoiceNorm.from_metadata(norm_metadata() | {key: text}, width=FEATURES, where=": there")


def test_a_norm_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"sense voice norm is not there, expected am\.mvn beside the network: .*am\.mvn"):
        SenseVoiceNorm.read(tmp_path / NORM_FILE, width=FEATURES)
    with pytest.raises(ModelCorrupt, match="sense voice norm cannot be read: "):
        SenseVoiceNorm.read(tmp_path, width=FEATURES)


@pytest.mark.parametrize("text", ["", "<AddShift> 560 560\n<LearnRateCoef> 0 [ 1 2 3", "<AddShift>\n[ 1 2 3 ]\n<Rescale>\n[ 1 2 3 ]"])
def test_a_file_that_is_no_norm_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / NORM_FILE
    path.write_text(text, encoding="ascii")
    with pytest.raises(ModelCorrupt, match=r"sense voice norm has \d numbers of <AddShift>, expected 560: "):
        SenseVoiceNorm.read(path, width=FEATURES)


def test_a_norm_without_its_second_half_is_refused(tmp_path: Path) -> None:
    path = save_norm(tmp_path / NORM_FILE, scale=["1"] * 559)
    with pytest.raises(ModelCorrupt, match="sense voice norm has 559 numbers of <Rescale>, expected 560: "):
        SenseVoiceNorm.read(path, width=FEATURES)
