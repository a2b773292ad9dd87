"""From a state to an avatar's weights."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from affectia.rig import mouth_visemes, skeleton
from affectia.rig.skeleton import SkeletonOptions
from affectia.signals.avatar_state import AvatarState
from affectia.signals.avatar_weights import SHAPES, UNIT_CHANNELS, VISEMES, AvatarWeights


@dataclass(frozen=True)
class FaceRigOptions:
    """How a face is put on an avatar."""

    skeleton: SkeletonOptions = field(default_factory=SkeletonOptions)


class FaceRig:
    """Shapes as they are, bones from the head, visemes guessed from the mouth; no state of its own."""

    def __init__(self, options: FaceRigOptions | None = None) -> None:
        self._options = options or FaceRigOptions()

    def weights(self, state: AvatarState) -> AvatarWeights:
        """The weights of every avatar of a state."""
        units = np.zeros((state.blendshapes.shape[0], UNIT_CHANNELS), np.float32)
        units[:, SHAPES] = state.blendshapes
        units[:, VISEMES] = mouth_visemes.visemes(state.blendshapes)
        turned = skeleton.bones(state.head_rotation, state.blendshapes, self._options.skeleton)
        return AvatarWeights(units, turned, state.head_shift_cm, state.groups)
