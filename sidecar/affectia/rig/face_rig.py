"""From a state to an avatar's weights."""

from __future__ import annotations

from dataclasses import dataclass, field

from affectia.rig.mouth_visemes import write_visemes
from affectia.rig.skeleton import Skeleton, SkeletonOptions
from affectia.signals.avatar_state import AvatarState
from affectia.signals.avatar_weights import AvatarWeights


@dataclass(frozen=True)
class FaceRigOptions:
    """How a face is put on an avatar."""

    skeleton: SkeletonOptions = field(default_factory=SkeletonOptions)


class FaceRig:
    """Shapes as they are, bones from the head, visemes guessed from the mouth; nothing is remembered from frame to frame."""

    def __init__(self, options: FaceRigOptions | None = None) -> None:
        self._skeleton = Skeleton((options or FaceRigOptions()).skeleton)

    def weights(self, state: AvatarState) -> AvatarWeights:
        """The weights of every avatar of a state."""
        weights = AvatarWeights.at_rest(state.groups)
        weights.shapes[:] = state.blendshapes
        write_visemes(weights.visemes, state.blendshapes)
        self._skeleton.pose(weights.bones, state.head_rotation, state.blendshapes)
        weights.head_shift_cm[:] = state.head_shift_cm
        weights.action_units[:] = state.action_units
        weights.gaze[:] = state.gaze
        return weights
