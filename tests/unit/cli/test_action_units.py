from __future__ import annotations

import numpy as np
import pytest

from affectia import registry
from affectia.cli.action_units import LABEL_CELLS, LABELS, intensities
from affectia.wire.emotion_update import EmotionUpdate
from tests.unit.cli.frames_by_hand import updated

pytestmark = pytest.mark.unit


def test_labels_are_numbers_and_words() -> None:
    assert len(LABELS) == len(registry.ACTION_UNITS) == 28
    assert {"AU12 smile", "AU1 inner brow raise", "AU15 lip corner depress", "AU64 eyes down"} <= set(LABELS)
    assert LABELS.index("AU45 blink") == registry.ACTION_UNITS.index("au45_blink")
    assert max(map(len, LABELS)) == LABEL_CELLS == 23


def test_what_is_not_measured_is_no_number() -> None:
    values = intensities(updated(0, units={"au12_smile": 0.6, "au25_lips_part": None}).update)
    assert values[LABELS.index("AU12 smile")] == pytest.approx(0.6)
    assert values[LABELS.index("AU4 brow lower")] == 0
    assert np.flatnonzero(np.isnan(values)).tolist() == [LABELS.index("AU25 lips part")]


@pytest.mark.parametrize(
    ("support", "units"), [(None, bytes([255] * 28)), (0, bytes([255] * 28)), ((1 << 28) - 1, None)], ids=["no mask", "mask 0", "no units"]
)
def test_units_say_nothing_without_their_mask_and_the_mask_nothing_without_them(support: int | None, units: bytes | None) -> None:
    assert np.isnan(intensities(EmotionUpdate(7, 0, 0, 0, action_unit_support=support, action_units=units))).all()
