from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from affectia.errors import ModelCorrupt
from affectia.perception.voice.silero_network import SileroNetwork
from affectia.perception.voice.voice_activity import CHUNK, CONTEXT
from tests.unit.perception.voice.made_networks import save_speech_network, save_sum_network

pytestmark = pytest.mark.unit


def test_another_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelCorrupt, match=r"silero network has inputs a \[\*, 3\] and b \[\*, 3\], expected input \[\*, \*\] and state"):
        SileroNetwork(save_sum_network(tmp_path / "sum.onnx"))


def test_each_voice_has_its_row(tmp_path: Path) -> None:
    network = SileroNetwork(save_speech_network(tmp_path / "speech.onnx"))
    chunks = np.repeat(np.array([[0.25], [0.5], [0.75]], np.float32), CONTEXT + CHUNK, axis=1)
    states = np.arange(3 * network.state_width, dtype=np.float32).reshape(3, network.state_width)
    probabilities, following = network.probabilities(chunks, states)
    assert probabilities.tolist() == [0.25, 0.5, 0.75]
    np.testing.assert_array_equal(following, states + probabilities[:, None])  # nobody gets the state of another
