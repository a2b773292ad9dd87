"""What is known of one face when it is asked how the person feels, and what is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from affectia.signals import face_channels
from affectia.signals.emotion_observations import AffectMethod


@dataclass(frozen=True, slots=True)
class SeenFace:
    """`rgb` (h, w, 3) the picture; `landmarks_px` (478, 2 or more) x, y in its pixels, None where the whole picture is the face's crop and
    no landmarks are known; `values` (channels,) what the face does, as `face_channels` says.
    """

    rgb: NDArray[np.uint8]
    landmarks_px: NDArray[np.floating] | None
    values: NDArray[np.float32]

    @staticmethod
    def of_crop(rgb: NDArray[np.uint8]) -> SeenFace:
        """A picture that is nothing but a face, of which nothing else is known."""
        return SeenFace(rgb, None, face_channels.at_rest(1)[0])


@dataclass(frozen=True, slots=True)
class FaceFeelings:
    """Row = face. `scores` (n, 8) probabilities in registry order, sum 1 over `support`; `mouthless` the same with the mouths left out of
    account, None where that was not asked for or cannot be told; `affect` (n, 3) -1..1 valence, arousal, dominance.
    """

    scores: NDArray[np.float32]
    support: int
    affect: NDArray[np.float32]
    affect_method: AffectMethod
    mouthless: NDArray[np.float32] | None = None


class FaceReader(Protocol):
    """One way to read faces: a loaded network, or none; without state, any thread, several at a time."""

    @property
    def name(self) -> str:
        """What a status calls it."""
        ...

    @property
    def support(self) -> int:
        """Bits of the emotions that it can tell."""
        ...

    @property
    def provider(self) -> str:
        """What runs its network; empty without one."""
        ...

    def read(self, faces: Sequence[SeenFace], *, with_mouthless: bool = False) -> FaceFeelings:
        """How these people seem to feel, all in one call; at least one face."""
        ...


def probabilities(logits: NDArray[np.floating], temperature: float) -> NDArray[np.float32]:
    """(n, k): each row the softmax of `logits` / `temperature`."""
    scaled = (logits - logits.max(axis=1, keepdims=True)) / temperature
    powers = np.exp(scaled)
    shares: NDArray[np.float32] = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares
