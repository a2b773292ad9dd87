"""The encoder under the edge model: an early layer of a small speech network, taken out of the file of another project."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.errors import ModelCorrupt, ModelMissing
from affectia.inference.onnx_session import OnnxSession, Shape
from affectia.perception.voice.emotion.edge_graph import FRAMES, SOUND, cut
from affectia.perception.voice.emotion.edge_mel import MELS

EDGE_MODEL: Final = "smart_turn"
TAP: Final = "layer_norm_4"  # what the third of four layers begins with: the best by speakers left out, with noise and without
WIDTH: Final = 384
_INPUTS: Final[dict[str, Shape]] = {SOUND: (None, MELS, None)}
_OUTPUTS: Final[dict[str, Shape]] = {FRAMES: (None, None, WIDTH)}


class EdgeEncoder:
    """The loaded layers, without state; any thread. `sha256` is of the whole file, `provider` what runs them.

    Raises what OnnxSession does; ModelCorrupt where the file is another network.
    """

    def __init__(self, path: Path, *, tap: str = TAP, wanted: str = "cpu") -> None:
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise ModelMissing(f"speech encoder is not there: {path}") from None
        except OSError as error:
            raise ModelCorrupt(f"speech encoder cannot be read: {error.strerror or type(error).__name__}: {path}") from error
        self.sha256 = hashlib.sha256(content).hexdigest()
        try:
            layers = cut(content, tap=tap)
        except ValueError as error:
            raise ModelCorrupt(f"speech encoder {error}, expected the encoder of smart-turn 3.2: {path}") from None
        self._session = OnnxSession(layers, name="speech encoder", inputs=_INPUTS, outputs=_OUTPUTS, wanted=wanted)
        self.provider = self._session.provider
        self.notice = self._session.notice

    def frames(self, mel: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, frames, WIDTH) of (n, MELS, 2 * frames) log-mel: 20 ms each, at most 8 s."""
        (frames,) = self._session.run((FRAMES,), {SOUND: mel})
        return frames
