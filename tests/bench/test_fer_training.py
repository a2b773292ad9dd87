"""Making the face emotion network, as far as it needs no PyTorch: which faces count, what is measured, the file, its 8 bits."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from affectia import registry
from affectia.perception.face.emotion import face_crop
from affectia.perception.face.emotion.fer_network import FerNetwork

if (TRAINING := str(Path(__file__).resolve().parents[2] / "models" / "training")) not in sys.path:  # where the training lies
    sys.path.insert(0, TRAINING)

from fer import evaluate, faces, figures, graph, parity, quantize, session, shape  # noqa: E402 - found only through the lines above
from fer.faces import COLUMNS, Faces  # noqa: E402

pytestmark = pytest.mark.unit

NEUTRAL, HAPPY, SAD, ANGRY = (registry.EMOTIONS.index(name) for name in ("neutral", "happy", "sad", "angry"))


def votes(**counts: int) -> list[int]:
    return [counts.get(name, 0) for name in COLUMNS]


VOTES = np.array(
    [
        votes(neutral=6, sadness=4),
        votes(neutral=5, sadness=5),
        votes(happiness=5, unknown=1, fear=1, anger=1, surprise=1, contempt=1),  # outliers out, five of five
        votes(unknown=6, anger=4),
        votes(NF=10),
        votes(neutral=4, sadness=3, anger=3),
    ]
)


def pictures(count: int, *, seed: int = 1) -> NDArray[np.uint8]:
    """Smooth blobs, no two alike."""
    coarse = np.random.default_rng(seed).integers(0, 256, (count, 6, 6))
    return np.kron(coarse, np.ones((1, 8, 8), np.int64)).astype(np.uint8)


def random_weights(seed: int = 0) -> graph.Weights:
    generator = np.random.default_rng(seed)
    found: graph.Weights = {}

    def convolution(layer: str, norm: str, entering: int, leaving: int, side: int) -> None:
        spread = math.sqrt(2 / (entering * side * side))
        found[f"{layer}.weight"] = generator.normal(0, spread, (leaving, entering, side, side)).astype(np.float32)
        found[f"{norm}.weight"] = generator.uniform(0.5, 1, leaving).astype(np.float32)
        found[f"{norm}.bias"] = generator.normal(0, 0.1, leaving).astype(np.float32)
        found[f"{norm}.running_mean"] = generator.normal(0, 0.1, leaving).astype(np.float32)
        found[f"{norm}.running_var"] = generator.uniform(0.5, 1.5, leaving).astype(np.float32)

    convolution("enter", "enter_norm", 1, shape.STEM, 3)
    entering, number = shape.STEM, 0
    for width, depth in zip(shape.WIDTHS, shape.BLOCKS, strict=True):
        for place in range(depth):
            layer = f"blocks.{number}"
            convolution(f"{layer}.first", f"{layer}.first_norm", entering, width, 3)
            convolution(f"{layer}.second", f"{layer}.second_norm", width, width, 3)
            if place == 0:
                convolution(f"{layer}.straight.1", f"{layer}.straight.2", entering, width, 1)
            entering, number = width, number + 1
    found["leave.weight"] = generator.normal(0, 1, (shape.EMOTIONS, entering)).astype(np.float32)
    found["leave.bias"] = generator.normal(0, 0.1, shape.EMOTIONS).astype(np.float32)
    return found


def naming(path: Path, emotion: int) -> Path:
    """A network that always names one emotion, a little surer the lighter the picture is."""
    weight, bias = np.zeros((1, 8), np.float32), np.zeros(8, np.float32)
    weight[0, emotion], bias[emotion] = 0.1, 3.0
    nodes = [
        helper.make_node("ReduceMean", ["faces"], ["mean"], axes=[2, 3], keepdims=0),
        helper.make_node("Gemm", ["mean", "weight", "bias"], ["logits"]),
    ]
    inputs = [helper.make_tensor_value_info("faces", TensorProto.FLOAT, ["B", 1, 48, 48])]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["B", 8])]
    constants = [numpy_helper.from_array(weight, "weight"), numpy_helper.from_array(bias, "bias")]
    model = helper.make_model(
        helper.make_graph(nodes, "naming", inputs, outputs, constants), opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    )
    path.write_bytes(graph.with_facts(model, version="t", temperature=1.0).SerializeToString())
    return path


@pytest.fixture
def valid(tmp_path: Path) -> Path:
    """A folder with valid.npz: 30 glad faces, 10 sad ones; the columns in the order of FER+."""
    columns = ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF"]
    ten = np.zeros((40, 10), np.uint8)
    ten[:30, 1], ten[30:, 3] = 10, 10
    np.savez(tmp_path / "valid.npz", images=pictures(40), votes=ten, columns=np.array(columns))
    return tmp_path


def test_majority_is_more_than_half_once_single_votes_are_out() -> None:
    expected = [NEUTRAL, faces.NOT_TOLD, HAPPY, faces.NOT_TOLD, faces.NOT_TOLD, faces.NOT_TOLD]
    np.testing.assert_array_equal(faces.majority(VOTES), expected)


def test_plurality_counts_what_the_majority_leaves_out() -> None:
    expected = [NEUTRAL, faces.NOT_TOLD, HAPPY, ANGRY, faces.NOT_TOLD, NEUTRAL]
    np.testing.assert_array_equal(faces.plurality(VOTES), expected)


def test_shares_are_the_votes_without_outliers_and_nothing_is_learned_from_no_faces() -> None:
    found, is_told = faces.shares(VOTES)
    np.testing.assert_allclose(found[0, [NEUTRAL, SAD]], [0.6, 0.4])
    assert found[2, HAPPY] == 1.0
    np.testing.assert_array_equal(is_told, [True, True, True, False, False, True])


def test_columns_are_found_by_name(valid: Path) -> None:
    found = faces.majority(faces.loaded(valid, "valid").votes)
    np.testing.assert_array_equal(found, [HAPPY] * 30 + [SAD] * 10)


def test_missing_column_is_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "train.npz", images=pictures(2), votes=np.zeros((2, 2), np.uint8), columns=np.array(["neutral", "anger"]))
    with pytest.raises(ValueError, match="expected happiness, sadness"):
        faces.loaded(tmp_path, "train")


def test_copies_are_one_face_with_the_votes_of_both() -> None:
    images = pictures(3)[[0, 1, 0, 2]]
    found = faces.merged(Faces(images, np.array([votes(neutral=10), votes(anger=10), votes(sadness=10), votes(fear=10)])))
    assert len(found) == 3
    (both,) = found.votes[(found.images == images[0]).all((1, 2))]
    np.testing.assert_array_equal(both, votes(neutral=10, sadness=10))


def test_a_photograph_is_known_again_mirrored_and_brighter() -> None:
    known = pictures(4)
    brighter = np.rint(known[:1, :, ::-1] * 0.6 + 80).astype(np.uint8)
    likeness = faces.likeness(np.concatenate((brighter, pictures(1, seed=9))), known)
    assert likeness[0] > 0.99
    assert likeness[1] < faces.ALIKE


def test_no_photograph_is_on_both_sides_of_the_split() -> None:
    images = pictures(60)
    twice = Faces(np.concatenate((images, images[:, :, ::-1])), np.tile(votes(neutral=10), (120, 1)))
    learned, hold_out = faces.split(twice, share=0.25, seed=0)
    assert len(hold_out) == 30
    assert 0 < len(learned) <= 90
    assert faces.likeness(learned.images, hold_out.images).max() < faces.ALIKE


def test_mouths_are_taken_away_as_the_sidecar_does() -> None:
    images = pictures(3)
    crops = session.faces_of(images)[:, 0]
    expected = np.empty_like(crops)
    face_crop.mouthless(crops, expected)
    np.testing.assert_allclose(session.faces_of(faces.without_mouths(images))[:, 0], expected, atol=0.5 / 255 + 1e-6)
    np.testing.assert_array_equal(images, pictures(3))


def test_figures_of_a_table_worked_out_by_hand() -> None:
    scores = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.3, 0.7]])
    labels = np.array([0, 0, 1, 1])
    assert figures.accuracy(scores, labels) == 0.75
    np.testing.assert_allclose(figures.recalls(scores, labels), [1.0, 0.5])
    assert figures.macro_f1(scores, labels) == pytest.approx((4 / 5 + 2 / 3) / 2)
    # Each of the four is in a bin of its own: confidence .9, .8, .6, .7 against right, right, wrong, right.
    assert figures.calibration_error(scores, labels) == pytest.approx((0.1 + 0.2 + 0.6 + 0.3) / 4)
    assert figures.area_under_curve(np.array([3.0, 1.0, 2.0, 1.0]), np.array([True, True, False, False])) == pytest.approx(2.5 / 4)


def test_temperature_undoes_what_was_done_to_the_logits() -> None:
    generator = np.random.default_rng(3)
    logits = generator.normal(0, 2, (4000, 8))
    scores = figures.probabilities(logits, 1.0)
    labels = np.array([generator.choice(8, p=row) for row in scores])
    assert figures.temperature_of(2.5 * logits, labels) == pytest.approx(2.5, rel=0.08)
    sharp, fitted = (figures.calibration_error(figures.probabilities(2.5 * logits, at), labels) for at in (1.0, 2.5))
    assert fitted < 0.03 < sharp


def test_light_and_contrast_do_not_change_the_answer() -> None:
    model = graph.model_of(random_weights()).SerializeToString()
    images = pictures(3)
    fainter = np.rint(images * 0.5 + 60).astype(np.uint8)
    plain, other = (figures.probabilities(session.logits_in(model, some), 1.0) for some in (images, fainter))
    np.testing.assert_allclose(other, plain, atol=0.05)


def test_mirrored_face_gets_the_same_answer_and_its_neighbours_none_of_it() -> None:
    model = graph.model_of(random_weights()).SerializeToString()
    images = pictures(3)
    plain = session.logits_in(model, images)
    np.testing.assert_allclose(session.logits_in(model, np.ascontiguousarray(images[:, :, ::-1])), plain, atol=1e-3)
    np.testing.assert_allclose(session.logits_in(model, images[1:2]), plain[1:2], atol=1e-3)
    assert np.abs(plain[0] - plain[1]).max() > 0.01


def test_eight_bits_are_small_and_say_the_same_and_the_sidecar_opens_them(tmp_path: Path) -> None:
    whole = graph.model_of(random_weights())
    images = pictures(96)
    small = quantize.quantized(whole, session.faces_of(images))
    kinds = {
        constant.data_type for constant in small.graph.initializer if constant.name.startswith("block") and "_w_quantized" in constant.name
    }
    assert kinds == {TensorProto.INT8}
    paths = []
    for name, model in (("whole", whole), ("small", small)):
        paths.append(tmp_path / f"{name}.onnx")
        paths[-1].write_bytes(graph.with_facts(model, version="7", temperature=1.5).SerializeToString())
    assert paths[1].stat().st_size < 5e6 < paths[0].stat().st_size
    networks = [FerNetwork(path) for path in paths]
    assert [(network.version, network.temperature) for network in networks] == [("7", 1.5)] * 2
    crops = session.faces_of(images)[:, 0]
    expected, found = (network.scores(crops) for network in networks)
    np.testing.assert_allclose(found, expected, atol=0.1)
    assert float(np.abs(found - expected).mean()) < 0.02
    np.testing.assert_allclose(networks[0].scores(crops[:1]), expected[:1], atol=1e-5)  # a face does not depend on its neighbours


def test_sixteen_bits_say_the_same_and_are_half_the_size() -> None:
    weights = random_weights()
    whole, half = graph.model_of(weights), graph.model_of(weights, is_half=True)
    assert half.ByteSize() < 0.55 * whole.ByteSize()
    images = pictures(2)
    expected, found = (figures.probabilities(session.logits_in(model.SerializeToString(), images), 1.0) for model in (whole, half))
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_parity_passes_what_says_the_same(tmp_path: Path, valid: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = naming(tmp_path / "one.onnx", HAPPY), naming(tmp_path / "other.onnx", HAPPY)
    assert parity.main([str(one), str(other), "--data", str(valid)]) == 0
    assert "accuracy 0.7500" in capsys.readouterr().out


def test_parity_fails_loudly_where_accuracy_is_lost(tmp_path: Path, valid: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = naming(tmp_path / "one.onnx", HAPPY), naming(tmp_path / "other.onnx", SAD)
    assert parity.main([str(one), str(other), "--data", str(valid)]) == 1
    assert "accuracy lost is 0.5000, expected at most 0.005" in capsys.readouterr().err
    assert parity.main([str(other), str(one), "--data", str(valid)]) == 0  # better is not worse


def test_table_holds_every_figure(tmp_path: Path, valid: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = naming(tmp_path / "one.onnx", HAPPY)
    found = evaluate.measured(path, faces.loaded(valid, "valid"))
    assert (found["faces with a majority"], found["accuracy"], found["accuracy without the mouth"]) == (40, 0.75, 0.75)
    assert (found["recall happy"], found["recall sad"]) == (1.0, 0.0)
    assert found["calibration error, calibrated"] == pytest.approx(0.0, abs=0.03)
    assert evaluate.main([str(path), "--data", str(valid)]) == 0
    printed = capsys.readouterr().out
    assert all(row in printed for row in found)


def test_temperature_that_is_missing_is_said(tmp_path: Path) -> None:
    path = naming(tmp_path / "one.onnx", HAPPY)
    model = onnx.load(path)
    del model.metadata_props[:]
    path.write_bytes(model.SerializeToString())
    with pytest.raises(KeyError, match="temperature"):
        parity.temperature_in(path)
