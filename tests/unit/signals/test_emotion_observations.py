from __future__ import annotations

import numpy as np
import pytest

from affectia import registry
from affectia.signals.emotion_observations import ALL_EMOTIONS, EMOTIONS, AffectMethod, EmotionObservations, Modality

pytestmark = pytest.mark.unit


def test_the_count_is_that_of_the_rows_and_the_support_has_a_bit_for_each_emotion() -> None:
    rows = np.zeros(3, np.float32)
    seen = EmotionObservations(
        Modality.FACE,
        1,
        found=np.zeros(3, np.bool_),
        scores=np.zeros((3, EMOTIONS), np.float32),
        support=ALL_EMOTIONS,
        affect=np.zeros((3, 3), np.float32),
        affect_method=AffectMethod.PROJECTED,
        confidence=rows,
        quality=rows,
        fresh=np.zeros(3, np.bool_),
    )
    assert seen.count == 3
    assert seen.support.bit_count() == len(registry.EMOTIONS) == 8
