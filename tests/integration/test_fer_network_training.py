"""The face emotion network learns, goes on where it was cut off, and comes out as the file the sidecar opens."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia import registry
from affectia.perception.face.emotion.fer_network import FerNetwork

if (TRAINING := str(Path(__file__).resolve().parents[2] / "models" / "training")) not in sys.path:  # where the training lies
    sys.path.insert(0, TRAINING)

pytestmark = [pytest.mark.integration, pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

COLUMNS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF")
HAPPY, SAD = registry.EMOTIONS.index("happy"), registry.EMOTIONS.index("sad")


def drawn(count: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Noise with a light bar below (all call it happy) or above (all call it sad)."""
    generator = np.random.default_rng(seed)
    images = np.kron(generator.integers(0, 160, (count, 12, 12)), np.ones((1, 4, 4), np.int64))
    votes = np.zeros((count, 10), np.uint8)
    is_happy = np.arange(count) % 2 == 0
    images[is_happy, 20:29] += 90
    images[~is_happy, 2:11] += 90
    votes[is_happy, 1], votes[~is_happy, 3] = 10, 10
    return images.astype(np.uint8), votes


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ferplus")
    for seed, (split, count) in enumerate((("train", 600), ("valid", 60))):
        images, votes = drawn(count, seed)
        np.savez(folder / f"{split}.npz", images=images, votes=votes, columns=np.array(COLUMNS))
    return folder


def test_training_that_was_cut_off_goes_on_as_if_it_had_not_been(data: Path, tmp_path: Path) -> None:
    import torch

    from fer.train import Training, prepared

    learned, hold_out = prepared(data)

    def training() -> Training:
        return Training(learned, hold_out, epochs=2, seed=3, threads=2)

    straight = training()
    straight.advance()
    straight.put_away(tmp_path / "state")
    straight.advance()
    cut_off = training()
    cut_off.take_up(tmp_path / "state")
    cut_off.advance()
    assert cut_off.epoch == straight.epoch == 2
    for name, expected in straight.weights.items():
        torch.testing.assert_close(cut_off.weights[name], expected, msg=name)


def test_network_learns_and_its_file_is_what_the_sidecar_opens(data: Path, tmp_path: Path) -> None:
    from fer.export import export
    from fer.train import train

    weights, into = tmp_path / "fer.pt", tmp_path / "fer.onnx"
    train(data, weights, epochs=8, seed=1)
    export(weights, data, into, aside=tmp_path)
    assert {path.name for path in tmp_path.glob("*.onnx")} == {"fer.onnx", "fer_float32.onnx", "fer_float16.onnx"}
    network = FerNetwork(into)
    images, votes = drawn(100, seed=7)
    named = network.scores(images.astype(np.float32) / np.float32(255)).argmax(1)
    expected = np.where(votes[:, 1] > 0, HAPPY, SAD)
    assert (named == expected).mean() > 0.9


def test_second_training_begins_with_what_the_first_knew(data: Path, tmp_path: Path) -> None:
    from fer.train import network_of, prepared, right_share, train

    first, second = tmp_path / "first.pt", tmp_path / "second.pt"
    train(data, first, epochs=8, seed=1)
    train(data, second, epochs=1, seed=2, start=first)
    hold_out = prepared(data)[1]
    assert right_share(network_of(second), hold_out) >= right_share(network_of(first), hold_out) - 0.1


def test_one_command_does_it_all(data: Path, tmp_path: Path) -> None:
    from fer import build

    assert build.main(["--data", str(data), "--work", str(tmp_path), "--smoke", "--here"]) == 0
    assert FerNetwork(tmp_path / "fer.onnx").version == "1"


def test_pictures_become_others_and_stay_pictures() -> None:
    import torch

    from fer.augment import augmented, mixed, without_mouths

    faces = torch.from_numpy(drawn(64, seed=5)[0]).float()[:, None] / 255
    seen = augmented(faces, torch.Generator().manual_seed(1))
    assert seen.shape == faces.shape
    assert float(seen.min()) >= 0
    assert float(seen.max()) <= 1
    assert bool(((seen - faces).abs().mean((1, 2, 3)) > 0.01).all())
    torch.testing.assert_close(augmented(faces, torch.Generator().manual_seed(1)), seen)
    top = torch.full((64, 1, 1, 1), 30)
    hidden = without_mouths(faces, top, (torch.arange(64) % 2).reshape(64, 1, 1, 1))
    torch.testing.assert_close(hidden[0::2], faces[0::2])
    torch.testing.assert_close(hidden[1, 0, 30:], faces[1, 0, :30].mean().expand(18, 48))
    shares = torch.eye(8).repeat(8, 1)
    both, right = mixed(faces, shares, torch.Generator().manual_seed(2), share=1.0)
    assert not torch.equal(both, faces)
    torch.testing.assert_close(right.sum(1), torch.ones(64))
