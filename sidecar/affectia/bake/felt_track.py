"""What a spoken line shows of the emotions along it: brows, lids, cheeks and nose whole, the mouth what speech leaves of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.motion.layer_motion import LayerMotionOptions, taken_by_talking
from affectia.rig.emotion.emotion_line import EmotionTimeCode
from affectia.rig.emotion.emotion_overlay import EmotionOverlayOptions
from affectia.rig.emotion.emotion_postprocess import strongest
from affectia.rig.emotion.emotion_styles import EmotionStyles, load_emotion_styles
from affectia.signals.pose_layer import SHAPES

_BLEND_SECS: Final = 0.15  # to either side of an instant: what is known beforehand needs no lag
_EASE_SECS: Final = 0.25  # in at the beginning of a line and out at its end, where a face is as it was
_PAUSE_SECS: Final = 0.2  # a mouth belongs to speech so long before it and after it
_SPEAKS_FROM: Final = 0.1  # of what is not silence: from here on it counts as speech,
_SPEAKS_WHOLE: Final = 0.5  # and from here on whole

_SIL: Final = registry.VISEMES.index("sil")


def felt_shapes(
    line: Sequence[EmotionTimeCode], *, frames: int, frame_rate_hz: int, styles: EmotionStyles | None = None
) -> NDArray[np.float32]:
    """(frames, 52) the shapes of the emotions along a line, frame k at k / frame_rate_hz; before its first time code there are none.

    Between two time codes they are blended; a step is a smooth one, around its instant. How strong they are, and how many at once, is as
    in live use. Bones and effects are not a track's.
    """
    options = EmotionOverlayOptions()
    times_secs = np.arange(frames) / frame_rate_hz
    at_secs = [code.at_secs for code in line]
    told = np.array([code.weights for code in line], np.float32).T
    weights = np.stack([np.interp(times_secs, at_secs, weight, left=0) for weight in told], axis=1)
    weights[:, registry.Emotion.NEUTRAL] = 0
    weights *= strongest(weights.astype(np.float32), np.full(frames, options.max_emotions))
    reach = round(_BLEND_SECS * frame_rate_hz)
    window = np.hanning(2 * reach + 3)[1:-1]
    weights = np.stack([_averaged(weight, window / window.sum()) for weight in weights.T], axis=1)
    # The last frame stands before the end of the sound; the end is where a face is at rest.
    edge = np.clip(np.minimum(times_secs, frames / frame_rate_hz - times_secs) / _EASE_SECS, 0, 1)
    weights *= (edge * edge * (3 - 2 * edge))[:, None] * options.emotion_strength
    face = (styles or load_emotion_styles()).face[:, SHAPES]
    shapes: NDArray[np.float32] = weights.astype(np.float32) @ face
    return np.clip(shapes, 0, 1, out=shapes)


def lay_over(shapes: NDArray[np.float32], felt: NDArray[np.float32], visemes: NDArray[np.float32], *, frame_rate_hz: int) -> None:
    """Lay felt shapes over those of a mouth (frames, 52), where it stands: of what a shape lacks to be full.

    While somebody speaks, as the (frames, 15) visemes say, jaw and lips are speech's alone, and the corners keep what live use leaves
    them. So closures stay whole.
    """
    speaking = _speaking(1 - visemes[:, _SIL], round(_PAUSE_SECS * frame_rate_hz))
    over = felt * (1 - speaking[:, None] * taken_by_talking(LayerMotionOptions().corner_share))
    shapes += over * (1 - shapes)


def _speaking(sound: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """(frames,) 0..1: 1 in speech, and in pauses too short for a mouth to do anything else."""
    speaks = np.clip((sound - _SPEAKS_FROM) / (_SPEAKS_WHOLE - _SPEAKS_FROM), 0, 1)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(speaks, reach), 2 * reach + 1)
    width = 2 * reach + 1
    return _averaged(windows.max(axis=1), np.full(width, 1 / width)).astype(np.float32)


def _averaged(values: NDArray[np.floating], window: NDArray[np.float64]) -> NDArray[np.float64]:
    reach = window.size // 2
    return np.convolve(np.pad(values.astype(np.float64), reach, mode="edge"), window, mode="valid")
