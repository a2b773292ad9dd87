"""The viseme network of this repository: log-mel frames in, soft weights of 15 visemes out."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.errors import ModelCorrupt
from affectia.inference.onnx_session import ANY, OnnxSession, Shape
from affectia.perception.voice.heard_frames import LOOK_AHEAD_FRAMES
from affectia.perception.voice.log_mel import MELS
from affectia.signals.voice_observations import VISEMES

WEIGHTS: Final = "viseme.onnx"
_INPUTS: Final[dict[str, Shape]] = {"mel": (None, None, MELS), "state": (None, ANY)}
_OUTPUTS: Final[dict[str, Shape]] = {"visemes": (None, None, VISEMES), "next_state": (None, ANY)}
_NAMES: Final = ("visemes", "next_state")


class VisemeNetwork:
    """The loaded network without state, for any number of voices and frames at a time; any thread.

    Row j of a stream belongs to its frame j - (LOOK_AHEAD_FRAMES - 1). Raises what OnnxSession does, and ModelCorrupt when the network
    was trained for another look-ahead or does not say how large its state is.
    """

    def __init__(self, path: Path) -> None:
        self._session = OnnxSession(path, name="viseme network", inputs=_INPUTS, outputs=_OUTPUTS)
        width = self._session.input_shapes["state"][1]
        if width is None:
            raise ModelCorrupt(f"viseme network has a state of any width, expected a fixed one: {path}")
        look_ahead = self._session.metadata.get("look_ahead_frames", "nothing")
        if look_ahead != str(LOOK_AHEAD_FRAMES):
            raise ModelCorrupt(f"viseme network has a look_ahead_frames of {look_ahead}, expected {LOOK_AHEAD_FRAMES}: {path}")
        self.state_width: int = width
        self.version = self._session.metadata.get("version", "")
        self.visemes(np.zeros((1, 1, MELS), np.float32), np.zeros((1, width), np.float32))  # the first run is slow

    def visemes(self, mel: NDArray[np.float32], state: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(voices, frames, VISEMES), each row a sum of 1, and the next states, out of (voices, frames, MELS) and the states.

        The state of a voice, (state_width,), begins with zeros.
        """
        visemes, state = self._session.run(_NAMES, {"mel": mel, "state": state})
        return visemes, state
