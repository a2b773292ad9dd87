"""The head over the edge encoder, trained in this repository: frames of a layer in, emotions out, and whether it is speech at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ModelCorrupt
from affectia.inference.onnx_session import ANY, OnnxSession, Shape
from affectia.perception.voice.emotion.edge_encoder import TAP, WIDTH

WEIGHTS: Final = "ser.onnx"
_INPUTS: Final[dict[str, Shape]] = {"frames": (None, None, WIDTH), "heard": (None, None)}
_OUTPUTS: Final[dict[str, Shape]] = {"logits": (None, ANY), "unknown": (None,)}
_NAMES: Final = ("logits", "unknown")


class EdgeHead:
    """The loaded head, without state; any thread.

    `labels` are the emotions that it tells, in the order of its answers; `encoder_sha256` is the file whose layer it was trained on;
    `usual` (labels,) are the mean logarithms of its probabilities over people who are neutral half of the time.
    Raises what OnnxSession does, and ModelCorrupt where the head does not say what it needs or was trained on another layer.
    """

    def __init__(self, path: Path, *, wanted: str = "cpu") -> None:
        self._session = OnnxSession(path, name="speech emotion head", inputs=_INPUTS, outputs=_OUTPUTS, wanted=wanted)
        facts = self._session.metadata
        self.version = facts.get("version", "")
        self.encoder_sha256 = facts.get("encoder_sha256", "nothing")
        tap = facts.get("tap", "nothing")
        if tap != TAP:
            raise ModelCorrupt(f"speech emotion head has a tap of {tap}, expected {TAP}: {path}")
        self.labels = tuple(facts.get("labels", "").split(","))
        width = self._session.output_shapes["logits"][1]
        if not set(self.labels) <= set(registry.EMOTIONS) or width not in (None, len(self.labels)):
            found = f"{width} answers and labels {','.join(self.labels)}"
            raise ModelCorrupt(f"speech emotion head has {found}, expected an emotion for each answer: {path}")
        self.temperature = float(_numbers(facts, "temperature", count=1, path=path)[0])
        if self.temperature <= 0:
            raise ModelCorrupt(f"speech emotion head has a temperature of {self.temperature}, expected one above 0: {path}")
        self.usual = _numbers(facts, "usual", count=len(self.labels), path=path)

    def scores(self, frames: NDArray[np.float32], heard: NDArray[np.bool_]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(n, labels) calibrated probabilities and (n,) how probably this is nothing that the head knows, 0..1.

        Of (n, frames, WIDTH) and (n, frames): which of them count.
        """
        logits, unknown = self._session.run(_NAMES, {"frames": frames, "heard": heard.astype(np.float32)})
        powers = np.exp((logits - logits.max(axis=1, keepdims=True)) / np.float32(self.temperature))
        probabilities: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
        return probabilities, unknown


def _numbers(facts: Mapping[str, str], key: str, *, count: int, path: Path) -> NDArray[np.float32]:
    text = facts.get(key, "nothing")
    try:
        numbers = np.array([float(part) for part in text.split(",")], np.float32)
    except ValueError:
        numbers = np.full(1, np.nan, np.float32)
    if numbers.size != count or not np.isfinite(numbers).all():
        raise ModelCorrupt(f"speech emotion head has a {key} of {text}, expected {count} numbers: {path}")
    return numbers
