"""From a state to an avatar's weights: what a face shows, and beside it what a voice and whatever acts ask for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from affectia import registry
from affectia.rig.mouth_visemes import write_visemes
from affectia.rig.skeleton import Skeleton, SkeletonOptions
from affectia.rig.speech_mouth import SpeechMouth
from affectia.rig.viseme_shapes import VisemeShapes
from affectia.signals import avatar_weights, face_channels
from affectia.signals.acting_layers import ActingLayers
from affectia.signals.avatar_state import AvatarState
from affectia.signals.avatar_weights import AvatarWeights
from affectia.signals.speech_weights import SpeechWeights
from affectia.signals.voice_states import VoiceStates

_SIL: Final = registry.VISEMES.index("sil")
# Action units and gaze, which stand side by side in a state as in weights.
_KNOWN: Final = slice(face_channels.ACTION_UNITS.start, face_channels.GAZE.stop)
_TOLD: Final = slice(avatar_weights.ACTION_UNITS.start, avatar_weights.GAZE.stop)


@dataclass(frozen=True)
class FaceRigOptions:
    """How a face is put on an avatar; `tongue`: it has a tongue to show, else its jaw opens a little for it."""

    skeleton: SkeletonOptions = field(default_factory=SkeletonOptions)
    tongue: bool = True


class FaceRig:
    """Shapes as they are, bones from the head, visemes guessed from the mouth, mouths of voices; nothing is remembered from frame to
    frame.
    """

    def __init__(self, options: FaceRigOptions | None = None) -> None:
        options = options or FaceRigOptions()
        self._skeleton = Skeleton(options.skeleton)
        self._mouth = SpeechMouth(tongue=options.tongue)

    @property
    def viseme_shapes(self) -> VisemeShapes:
        """What a mouth does for each viseme."""
        return self._mouth.table

    def weights(self, state: AvatarState, acting: ActingLayers | None = None, *, captured: bool = True) -> AvatarWeights:
        """The weights of every avatar of a state; what they say of voices holds until the next call. Eyes are posed when their shapes
        are final: `pose_eyes`. Without `captured` no face of any of them is seen: what is known of faces is that they are at rest.
        """
        weights = AvatarWeights.at_rest(state.groups, None if state.voices is None else self._speech(state.voices), acting)
        if not captured:
            weights.visemes[:, _SIL] = 1
            return weights
        weights.shapes[...] = state.blendshapes
        write_visemes(weights.visemes, state.blendshapes)
        self._skeleton.pose_head(weights.bones, state.head_rotation)
        weights.head_shift_cm[...] = state.head_shift_cm
        weights.channels[:, _TOLD] = state.values[:, _KNOWN]
        return weights

    def pose_eyes(self, weights: AvatarWeights) -> None:
        """Turn the eyes as the shapes of the weights say, whatever these came from."""
        self._skeleton.pose_eyes(weights.bones, weights.shapes)

    def _speech(self, voices: VoiceStates) -> SpeechWeights:
        # A closure is as strong as its viseme was at its strongest, also between two frames.
        spoken = self._mouth.shapes(voices.visemes, voices.loudness, peaks=voices.peaks)
        return SpeechWeights(voices.rows, spoken.shapes, spoken.closure, voices.visemes, voices.weight)
