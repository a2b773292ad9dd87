from __future__ import annotations

import numpy as np
import pytest

from affectia import registry
from affectia.perception.affect_projection import projected
from affectia.perception.face.emotion.blendshape_emotion import BlendshapeEmotion
from affectia.perception.face.emotion.seen_face import FaceFeelings, SeenFace
from affectia.registry import EMOTIONS
from affectia.signals import face_channels
from affectia.signals.emotion_observations import ALL_EMOTIONS, AffectMethod
from affectia.signals.face_channels import ACTION_UNITS

pytestmark = pytest.mark.unit

NO_PICTURE = np.zeros((1, 1, 3), np.uint8)


def face(units: dict[int, float], **shapes: float) -> SeenFace:
    values = face_channels.at_rest(1)[0]
    for unit, intensity in units.items():
        values[ACTION_UNITS.start + registry.ACTION_UNIT_FACS.index(unit)] = intensity
    for name, value in shapes.items():
        values[registry.BLENDSHAPES.index(name)] = value
    return SeenFace(NO_PICTURE, None, values)


def read(*faces: SeenFace, with_mouthless: bool = False) -> FaceFeelings:
    return BlendshapeEmotion().read(faces, with_mouthless=with_mouthless)


def strongest(*faces: SeenFace) -> list[str]:
    return [EMOTIONS[emotion] for emotion in read(*faces).scores.argmax(axis=1)]


@pytest.mark.parametrize(
    ("emotion", "units"),
    [
        ("neutral", ()),
        ("happy", (6, 12)),
        ("sad", (1, 4, 15)),
        ("angry", (4, 5, 7, 23)),
        ("surprise", (1, 2, 5, 26)),
        ("disgust", (9,)),
        ("disgust", (9, 10)),
        ("fear", (1, 2, 4, 5, 20)),
    ],
)
def test_a_prototype_is_told(emotion: str, units: tuple[int, ...]) -> None:
    assert strongest(face(dict.fromkeys(units, 0.8))) == [emotion]


def test_contempt_is_on_one_side() -> None:
    one, both = face({14: 0.8}, mouthDimpleLeft=0.7), face({14: 0.8}, mouthDimpleLeft=0.7, mouthDimpleRight=0.7)
    assert strongest(one, both) == ["contempt", "neutral"]


def test_a_face_at_rest_is_probably_neutral_and_no_more_than_probably() -> None:
    (row,) = read(face({})).scores
    assert 0.3 < row.max() < 0.6


def test_probabilities_move_with_every_unit() -> None:
    valence = read(*(face({12: intensity}) for intensity in (0.0, 0.2, 0.4, 0.8))).affect[:, 0]
    assert (np.diff(valence) > 0.05).all()


def test_what_it_tells_is_whole() -> None:
    feelings = read(face({12: 1.0, 6: 1.0}), face({4: 1.0, 9: 0.3}))
    np.testing.assert_allclose(feelings.scores.sum(axis=1), 1, atol=1e-6)
    assert (feelings.support, feelings.mouthless, feelings.affect_method) == (ALL_EMOTIONS, None, AffectMethod.PROJECTED)
    np.testing.assert_allclose(feelings.affect, projected(feelings.scores), atol=1e-6)


def test_without_the_mouth_only_what_is_above_it_counts() -> None:
    feelings = read(face({26: 1.0, 20: 1.0, 12: 1.0}), face({}), face({4: 0.9, 7: 0.9}), with_mouthless=True)
    assert feelings.mouthless is not None
    np.testing.assert_allclose(feelings.mouthless[0], feelings.mouthless[1], atol=1e-6)
    assert EMOTIONS[int(feelings.mouthless[2].argmax())] == "angry"
