from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from affectia.errors import ConfigError
from affectia.perception.face.landmarks.detected_face import DetectedFace
from affectia.perception.face.quality import face_occlusion, face_patch
from affectia.perception.face.quality.face_occlusion import Cover, CoverNetwork
from tests.unit.painted_faces import SKIN, Picture, detected, painted

pytestmark = pytest.mark.unit

Weights = dict[str, npt.NDArray[np.floating]]


@pytest.fixture(scope="module")
def network() -> CoverNetwork:
    return CoverNetwork()


def read(network: CoverNetwork, picture: Picture, face: DetectedFace) -> Cover:
    patch = face_patch.cut(picture, face)
    assert patch is not None
    return network.read(patch, face)


def test_the_layers_are_a_convolution_as_it_is_written_in_books() -> None:
    rng = np.random.default_rng(0)
    signal = rng.normal(0, 1, (2, 9, 9, 3)).astype(np.float32)
    matrix, bias = rng.normal(0, 1, (3 * 3 * 3, 5)).astype(np.float32), rng.normal(0, 1, 5).astype(np.float32)
    expected = np.zeros((2, 4, 4, 5))
    kernel = matrix.reshape(3, 3, 3, 5)
    for row in range(4):
        for column in range(4):
            seen = signal[:, 2 * row : 2 * row + 3, 2 * column : 2 * column + 3]
            expected[:, row, column] = np.einsum("nijc,ijco->no", seen, kernel) + bias
    found = face_occlusion._convolved(signal.reshape(2, 81, 3), face_occlusion._windows(9, 3), matrix, bias)
    assert found.reshape(expected.shape) == pytest.approx(np.maximum(expected, 0), abs=1e-4)


def test_light_does_not_change_the_answer(network: CoverNetwork) -> None:
    face = detected()
    picture = painted(face)
    bright, dim = read(network, picture, face), read(network, (picture * 0.7).astype(np.uint8), face)
    assert dim.mouth == pytest.approx(bright.mouth, abs=1.5)
    assert dim.eyes == pytest.approx(bright.eyes, abs=1.5)


def test_a_sheet_before_the_mouth_covers_the_mouth_alone(network: CoverNetwork) -> None:
    face = detected()
    picture = painted(face)
    free = read(network, picture, face)
    x, y = (int(v) for v in face.landmarks_px[face_occlusion.LIPS, :2].mean(axis=0))
    cv2.rectangle(picture, (x - 40, y - 22), (x + 40, y + 40), (215, 215, 215), -1)
    covered = read(network, picture, face)
    assert covered.mouth > free.mouth + 3
    assert covered.eyes.max() < -3


@pytest.mark.parametrize(("ring", "side"), [(face_occlusion.RIGHT_EYE, 0), (face_occlusion.LEFT_EYE, 1)])
def test_a_hand_before_one_eye_covers_that_eye(network: CoverNetwork, ring: npt.NDArray[np.int_], side: int) -> None:
    face = detected()
    picture = painted(face)
    free = read(network, picture, face)
    x, y = (int(v) for v in face.landmarks_px[ring, :2].mean(axis=0))
    for finger in range(-2, 3):
        cv2.line(picture, (x + 11 * finger, y - 45), (x + 11 * finger, y + 40), (SKIN + 20,) * 3, 9)
    covered = read(network, picture, face)
    assert covered.eyes[side] > free.eyes[side] + 3
    assert abs(covered.eyes[1 - side] - free.eyes[1 - side]) < 2


def test_both_eyes_of_an_even_face_are_told_alike(network: CoverNetwork) -> None:
    face = detected()
    picture = painted(face)
    picture = ((picture.astype(int) + picture[:, ::-1]) // 2).astype(np.uint8)
    cover = read(network, picture, face)
    assert cover.eyes[0] == pytest.approx(cover.eyes[1], abs=1.0)


def test_the_shipped_weights_are_small() -> None:
    assert sum(array.nbytes for array in face_occlusion.packaged_weights().values()) < 200_000


@pytest.mark.parametrize("level", [0, 255])
def test_a_plain_picture_gives_finite_evidence(network: CoverNetwork, level: int) -> None:
    cover = read(network, np.full((240, 320, 3), level, np.uint8), detected())
    assert np.isfinite((cover.mouth, *cover.eyes, *cover.brows)).all()


def damaged(change: str) -> Weights:
    weights = face_occlusion.packaged_weights()
    if change == "missing":
        del weights["eye.full0.bias"]
    elif change == "shape":
        weights["mouth.conv1.weight"] = weights["mouth.conv1.weight"][1:]
    elif change == "outputs":
        weights["eye.full1.weight"], weights["eye.full1.bias"] = weights["eye.full1.weight"][:, :1], weights["eye.full1.bias"][:1]
    else:
        weights["mouth.full1.bias"] = weights["mouth.full1.bias"] * np.nan
    return weights


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("missing", r"cover network lacks layer eye\.full0, expected its weight and bias, reinstall affectia"),
        ("shape", r"cover network's layer mouth\.conv1 has shape \(\d+, \d+\), expected \(\d+, outputs\), reinstall affectia"),
        ("outputs", "eye cover network has 1 outputs, expected 2, reinstall affectia"),
        ("nan", r"cover network's layer mouth\.full1 has values that are not finite, expected numbers, reinstall affectia"),
    ],
)
def test_weights_of_another_network_are_refused(change: str, message: str) -> None:
    with pytest.raises(ConfigError, match=f"^{message}$"):
        CoverNetwork(damaged(change))
