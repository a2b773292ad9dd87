"""Silero VAD: the probability that somebody speaks in a chunk of 32 ms."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.inference.onnx_session import ANY, OnnxSession, Shape
from affectia.perception.voice.voice_activity import CHUNK, CONTEXT
from affectia.signals.audio_sample import VOICE_RATE_HZ

SILERO_MODEL: Final = "silero_vad"
_LAYERS, _UNITS = 2, 128
_INPUTS: Final[dict[str, Shape]] = {"input": (None, None), "state": (_LAYERS, None, _UNITS), "sr": ()}
_OUTPUTS: Final[dict[str, Shape]] = {"output": (None, 1), "stateN": (ANY, None, ANY)}
_NAMES: Final = ("output", "stateN")


class SileroNetwork:
    """The loaded network (version 6.2.3), for any number of voices at a time.

    It wants the `CONTEXT` samples before each chunk as well: without them it raises nothing and detects nothing. Raises what
    OnnxSession does.
    """

    state_width: Final = _LAYERS * _UNITS

    def __init__(self, path: Path) -> None:
        self._session = OnnxSession(path, name="silero network", inputs=_INPUTS, outputs=_OUTPUTS)
        self._rate = np.array(VOICE_RATE_HZ, np.int64)
        self.probabilities(np.zeros((1, CONTEXT + CHUNK), np.float32), np.zeros((1, self.state_width), np.float32))  # the first is slow

    def probabilities(self, chunks: NDArray[np.float32], state: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """As SpeechDetector says."""
        voices = chunks.shape[0]
        layers = np.ascontiguousarray(state.reshape(voices, _LAYERS, _UNITS).transpose(1, 0, 2))
        output, layers = self._session.run(_NAMES, {"input": chunks, "state": layers, "sr": self._rate})
        return output[:, 0], layers.transpose(1, 0, 2).reshape(voices, self.state_width)
