from __future__ import annotations

import numpy as np
import pytest

from affectia.evaluate.viseme import mouth, mouth_metrics
from affectia.evaluate.viseme.track import VISEMES
from tests.unit.evaluate.viseme.sentences import AA, FF, OU, PP, SIL, said

pytestmark = pytest.mark.unit


def test_lips_are_apart_as_the_rig_parts_them() -> None:
    openness = mouth.openness()
    assert (openness[SIL], openness[PP], openness[AA]) == (0.0, 0.0, 1.0)
    assert 0 < openness[FF] < openness[OU] < openness[AA]


def test_shown_mouth_closes_for_a_short_closure_and_stays_shut_for_faint_noise() -> None:
    said_clearly = np.eye(VISEMES, dtype=np.float32)[said((AA, 40), (PP, 5), (AA, 40), (SIL, 60))]
    faint = np.tile(0.97 * np.eye(VISEMES, dtype=np.float32)[SIL] + 0.03 / VISEMES, (30, 1)).astype(np.float32)
    loudness = [np.full(len(rows), mouth.USUAL_LOUDNESS, np.float32) for rows in (said_clearly, faint)]
    clear, still = mouth.shown([said_clearly, faint], loudness)
    assert clear[38] > 0.9
    assert clear[40:50].min() <= mouth_metrics.SHUT
    assert clear[84] > 0.9
    assert clear[-1] <= mouth_metrics.SHUT
    assert still.max() <= mouth_metrics.SHUT
    np.testing.assert_allclose(mouth.shown([faint], loudness[1:])[0], still)  # clips do not touch each other
