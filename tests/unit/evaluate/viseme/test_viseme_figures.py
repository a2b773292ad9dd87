from __future__ import annotations

import numpy as np
import pytest

from affectia.evaluate.viseme.reference import Clip
from affectia.evaluate.viseme.track import of_labels
from affectia.evaluate.viseme.viseme_figures import VisemeFigures
from tests.unit.evaluate.viseme.sentences import SENTENCE, SIL, said

pytestmark = pytest.mark.unit

LABELS = said(*SENTENCE)
PCM = np.zeros(len(LABELS) * 160, np.float32)


def test_known_phones_give_agreement_and_lead() -> None:
    found = VisemeFigures.of([Clip("a", PCM, LABELS, LABELS != SIL)], [of_labels(LABELS, late_frames=4)])
    assert (found.clips, found.secs, found.words) == (1, len(LABELS) / 100, None)
    described = found.described()
    assert described["onset_ms"] == 40.0
    assert described["lead_ms"]["edges"] == -40.0
    assert described["pp"] == {"recall": 1.0, "precision": 1.0}
    assert "words" not in described


def test_known_words_give_movement() -> None:
    found = VisemeFigures.of([Clip("a", PCM, None, LABELS != SIL)], [of_labels(LABELS)])
    assert (found.right, found.ahead) == (None, None)
    described = found.described()
    assert described["words"]["shut_before"] == 1.0
    assert "accuracy" not in described


def test_clip_in_which_nobody_speaks_has_no_words() -> None:
    found = VisemeFigures.of([Clip("a", PCM, None, np.zeros(len(LABELS), np.bool_))], [of_labels(np.zeros_like(LABELS))])
    assert found.words is None
    assert found.quiet.open_share == 0.0
