"""The small model of speech emotion, of the default installation: a frozen encoder of another project under a head of our own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ModelCorrupt
from affectia.inference.model_store import ModelStore
from affectia.inference.own_weights import own_weights
from affectia.perception.affect_projection import projected
from affectia.perception.voice.emotion.edge_encoder import EDGE_MODEL, EdgeEncoder
from affectia.perception.voice.emotion.edge_head import WEIGHTS, EdgeHead
from affectia.perception.voice.emotion.edge_mel import edge_mel
from affectia.perception.voice.emotion.edge_sound import STEP, EdgeSound
from affectia.perception.voice.emotion.speech_emotion import Feeling
from affectia.signals.audio_sample import VOICE_RATE_HZ
from affectia.signals.emotion_observations import EMOTIONS, AffectMethod

_WINDOW_SECS: Final = 3.0
_LEAST_SECS: Final = 1.0
_FULL_SECS: Final = 0.5  # so much voice is enough to go by
_NOTHING_SECS: Final = 0.2  # and so much is nothing at all
_STEPS_A_SEC: Final = VOICE_RATE_HZ / STEP


class EdgeEmotion:
    """A SpeechEmotion that knows neutral, happy, sad and angry; one window after another, about 11 ms for 3 s on one thread.

    What it cannot tell (silence, noise, music, too little voice, sound unlike any speech that it was trained on) has a high `unknown`.
    `provider` is what runs the encoder, `notice` why that is not what was wanted; `usual` is for
    UsualFeeling.
    """

    name: Final = "edge"
    window_secs: Final = _WINDOW_SECS
    least_secs: Final = _LEAST_SECS

    def __init__(self, encoder: EdgeEncoder, head: EdgeHead) -> None:
        self._encoder = encoder
        self._head = head
        self._columns = [registry.EMOTIONS.index(label) for label in head.labels]
        self.support: int = sum(1 << column for column in self._columns)
        self.provider: str = encoder.provider
        self.notice: str = encoder.notice
        usual = np.zeros(EMOTIONS, np.float32)
        usual[self._columns] = head.usual
        self.usual: NDArray[np.float32] | None = usual
        self._flat = np.zeros(EMOTIONS, np.float32)
        self._flat[self._columns] = 1 / len(self._columns)
        times = np.arange(round(_WINDOW_SECS * VOICE_RATE_HZ)) / VOICE_RATE_HZ
        self.feel([np.asarray(0.1 * np.sin(2 * np.pi * 150 * times), np.float32)])  # the first run is slow

    @classmethod
    def load(cls, models: ModelStore, *, weights: Path | None = None, wanted: str = "cpu") -> EdgeEmotion:
        """The encoder out of the store under the head that comes with Affectia, or `weights`; `wanted` as OnnxSession has it.

        Raises:
            ConfigError: `wanted` is no provider.
            ModelError: onnxruntime is not installed.
            ModelMissing: the encoder is not in the cache, or the head is not there.
            ModelCorrupt: a file is not what it should be, or the head belongs to another encoder.
        """
        encoder = EdgeEncoder(models.path(EDGE_MODEL), wanted=wanted)
        path = weights or own_weights(WEIGHTS)
        head = EdgeHead(path)
        if head.encoder_sha256 != encoder.sha256:
            raise ModelCorrupt(f"speech emotion head was trained on encoder {head.encoder_sha256}, expected {encoder.sha256}: {path}")
        return cls(encoder, head)

    def feel(self, windows: Sequence[NDArray[np.float32]]) -> list[Feeling]:
        """As SpeechEmotion says; of a longer window the newest part counts."""
        return [self._feeling(window[-round(_WINDOW_SECS * VOICE_RATE_HZ) :]) for window in windows]

    def close(self) -> None:
        """Let the networks go; nothing may be asked afterwards."""
        del self._encoder, self._head

    def _feeling(self, window: NDArray[np.float32]) -> Feeling:
        scores, unknown = self._told(window)
        affect = projected(scores[None], self.support)[0]
        return Feeling(scores=scores, affect=affect, affect_method=AffectMethod.PROJECTED, unknown=unknown)

    def _told(self, window: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
        """(EMOTIONS,) scores, and the probability that they mean nothing."""
        sound = EdgeSound.of(window)
        if sound is None:
            return self._flat, 1.0
        heard_secs = np.count_nonzero(sound.heard) / _STEPS_A_SEC
        doubt = (_FULL_SECS - heard_secs) / (_FULL_SECS - _NOTHING_SECS)
        if doubt >= 1:
            return self._flat, 1.0
        frames = self._encoder.frames(edge_mel(sound.pcm)[None])
        probabilities, unknown = self._head.scores(frames, sound.heard[None])
        scores = np.zeros(EMOTIONS, np.float32)
        scores[self._columns] = probabilities[0]
        return scores, float(max(doubt, unknown[0], 0.0))
