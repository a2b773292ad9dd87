from __future__ import annotations

import math
from typing import Any

import pytest

from affectia.errors import ConfigError
from affectia.rig.layer_weights import LAYERS
from affectia.session.act.layer_request import LayerRequest

pytestmark = pytest.mark.unit


def test_a_layer_is_found_by_its_name() -> None:
    assert LayerRequest("idle", 0.5).place == LAYERS.index("idle")
    assert LayerRequest("emotion", 0.5, 10.0).place == LAYERS.index("emotion")


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"layer": "idel"}, "^layer is 'idel', expected one of idle, face, speech, emotion, override, did you mean idle$"),
        ({"weight": 1.1}, "^weight of idle is 1.1, expected 0 to 1$"),
        ({"weight": math.nan}, "^weight of idle is nan"),
        ({"fade_secs": -0.1}, "^fade_secs of idle is -0.1, expected 0 to 10$"),
        ({"fade_secs": math.inf}, "^fade_secs of idle is inf"),
    ],
)
def test_what_cannot_be_is_told(wish: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        LayerRequest(**{"layer": "idle", "weight": 0.0, **wish})
