from __future__ import annotations

import dataclasses

import pytest

from affectia import registry
from affectia.signals.voice_observations import FRAME_NANOS, VISEMES
from tests.unit.fakes import voice

pytestmark = pytest.mark.unit


def test_frames_follow_each_other_every_hundredth_of_a_second() -> None:
    heard = voice(1000, "sil", "aa", "ou")
    assert heard.count == 3
    assert heard.ends_at_nanos == 1000 + 2 * FRAME_NANOS == 20_001_000
    assert heard.visemes.shape == (3, VISEMES) == (3, len(registry.VISEMES))


def test_what_was_heard_cannot_be_replaced() -> None:
    heard = voice(0, "aa")
    with pytest.raises(dataclasses.FrozenInstanceError):
        heard.visemes = heard.visemes  # type: ignore[misc]
