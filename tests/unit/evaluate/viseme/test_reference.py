from __future__ import annotations

import numpy as np
import pytest

from affectia import registry
from affectia.evaluate.viseme import reference
from affectia.evaluate.viseme.reference import IGNORED
from tests.unit.evaluate.viseme.sentences import AA, PP, SIL, said

pytestmark = pytest.mark.unit

TEXT_GRID = """
        name = "words"
            intervals [1]:
                xmin = 0.000
                xmax = 0.500
                text = "my"
        name = "phones"
            intervals [1]:
                xmin = 0.000
                xmax = 0.100
                text = "M"
            intervals [2]:
                xmin = 0.100
                xmax = 0.300
                text = "AY1"
            intervals [3]:
                xmin = 0.300
                xmax = 0.400
                text = "spn"
            intervals [4]:
                xmin = 0.400
                xmax = 0.500
                text = "sp"
"""


def test_phones_become_labels_of_ten_milliseconds() -> None:
    labels = reference.labels(reference.text_grid(TEXT_GRID), 52)
    ih = registry.VISEMES.index("ih")
    expected = said((PP, 10), (AA, 12), (ih, 8), (IGNORED, 10), (SIL, 12))  # a diphthong is 60 % its first part
    np.testing.assert_array_equal(labels, expected)


def test_text_grid_without_phones_is_refused() -> None:
    with pytest.raises(ValueError, match="tier"):
        reference.text_grid(TEXT_GRID.replace("phones", "tones"))


def test_word_times_are_in_25000_parts_of_a_second() -> None:
    inside = reference.labels(reference.word_times("0 25000 sil\n25000 50000 bin\n50000 74500 sil\n"), 298)
    np.testing.assert_array_equal(np.flatnonzero(inside), np.arange(100, 200))
