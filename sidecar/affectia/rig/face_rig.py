"""From a state to an avatar's weights: what a face shows, and beside it the mouth that a voice asks for."""

from __future__ import annotations

from dataclasses import dataclass, field

from affectia.rig.mouth_visemes import write_visemes
from affectia.rig.skeleton import Skeleton, SkeletonOptions
from affectia.rig.speech_mouth import SpeechMouth
from affectia.rig.viseme_shapes import VisemeShapes
from affectia.signals.avatar_state import AvatarState
from affectia.signals.avatar_weights import AvatarWeights
from affectia.signals.speech_weights import SpeechWeights
from affectia.signals.voice_states import VoiceStates


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

    def weights(self, state: AvatarState) -> AvatarWeights:
        """The weights of every avatar of a state; what they say of voices holds until the next call."""
        weights = AvatarWeights.at_rest(state.groups, None if state.voices is None else self._speech(state.voices))
        weights.shapes[:] = state.blendshapes
        write_visemes(weights.visemes, state.blendshapes)
        self._skeleton.pose(weights.bones, state.head_rotation, state.blendshapes)
        weights.head_shift_cm[:] = state.head_shift_cm
        weights.action_units[:] = state.action_units
        weights.gaze[:] = state.gaze
        return weights

    def _speech(self, voices: VoiceStates) -> SpeechWeights:
        spoken = self._mouth.shapes(voices.visemes, voices.loudness)
        # A closure is as strong as its viseme was at its strongest, also between two frames.
        closure = voices.peaks @ self._mouth.table.closure_strength
        return SpeechWeights(voices.rows, spoken.shapes, closure, voices.visemes, voices.weight)
