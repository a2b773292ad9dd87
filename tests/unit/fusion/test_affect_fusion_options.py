from __future__ import annotations

import math

import pytest

from affectia.errors import ConfigError
from affectia.fusion.affect_fusion_options import AffectFusionOptions

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"least_confidence": 1.5}, "affect.least_confidence is 1.5, expected 0 to 1"),
        ({"pause_weight": -0.1}, "affect.pause_weight is -0.1, expected 0 to 1"),
        ({"mouth_weight": math.nan}, "affect.mouth_weight is nan, expected 0 to 1"),
        ({"scores_secs": 61}, "affect.scores_secs is 61, expected 0 to 60"),
        ({"speech_release_secs": -1}, "affect.speech_release_secs is -1, expected 0 to 60"),
        ({"face_half_life_secs": 0}, "affect.face_half_life_secs is 0, expected more than 0 and at most 60"),
        ({"face_gone_secs": 0.2}, "affect.face_gone_secs is 0.2, expected more than face_hold_secs, which is 0.25, and at most 60"),
        ({"voice_gone_secs": 90}, "affect.voice_gone_secs is 90, expected more than voice_hold_secs, which is 0.6, and at most 60"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        AffectFusionOptions(**options)  # type: ignore[arg-type]
    assert str(refused.value) == message
