from __future__ import annotations

import pytest

from affectia.evaluate.viseme import metrics
from affectia.evaluate.viseme.track import of_labels, of_weights
from tests.unit.evaluate.viseme.sentences import SENTENCE, said

pytestmark = pytest.mark.unit


def test_declared_look_ahead_is_taken_out() -> None:
    labels = said(*SENTENCE)
    seen = of_labels(labels, late_frames=10).weights
    assert metrics.agreement([(labels, of_weights(seen, len(labels)))]).speech_accuracy < 0.2
    assert metrics.agreement([(labels, of_weights(seen, len(labels), look_ahead_frames=10))]).accuracy == 1.0
