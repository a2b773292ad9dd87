"""Tracks by our own engine: what a user gets, silence gate and mouth included, and by its network alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_MILLI
from affectia.errors import ModelError
from affectia.evaluate.viseme import mouth
from affectia.evaluate.viseme.reference import FRAME_MS, Clip, frame_count
from affectia.evaluate.viseme.track import Track, of_weights
from affectia.inference.model_store import ModelStore
from affectia.perception.voice.energy_detector import EnergyDetector
from affectia.perception.voice.heard_frames import LOOK_AHEAD_FRAMES, LOOK_AHEAD_SAMPLES, ROWS_BEFORE
from affectia.perception.voice.log_mel import OVERLAP, log_mel
from affectia.perception.voice.silero_network import SILERO_MODEL, SileroNetwork
from affectia.perception.voice.viseme_network import VisemeNetwork
from affectia.perception.voice.voice_activity import SpeechDetector
from affectia.perception.voice.voice_engine import VoiceEngine

ENGINE, NETWORK_ALONE, ENERGY_ONLY = "affectia", "affectia, network alone", "affectia, energy only"


class HeardVisemes:
    """What a user gets: the sidecar's own engine, fed as a file is, its silence gate included."""

    look_ahead_ms: Final = VoiceEngine.look_ahead_nanos // NANOS_PER_MILLI

    def __init__(self, name: str, detector: SpeechDetector, network: VisemeNetwork | None) -> None:
        self.name = name
        self.has_network = network is not None
        self._engine = VoiceEngine(detector, network)

    def weights(self, pcm: NDArray[np.float32]) -> NDArray[np.float32]:
        """(frames, 15) of one voice from its first sample to its last."""
        return self._heard(pcm)[0]

    def tracks(self, clips: Sequence[Clip]) -> list[Track]:
        """The mouths as avatars show them, which takes some milliseconds more than visemes take; at least one clip."""
        visemes, loudness = zip(*(self._heard(clip.pcm) for clip in clips), strict=True)
        gaps = mouth.shown(visemes, loudness)
        return [Track(rows.astype(np.float64), gap) for rows, gap in zip(visemes, gaps, strict=True)]

    def _heard(self, pcm: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        stream = self._engine.new_stream()
        try:
            parts = [*self._engine.hear([stream], [pcm]), *self._engine.finish([stream])]
        finally:
            stream.close()
        count = frame_count(pcm)
        return np.concatenate([part.visemes for part in parts])[:count], np.concatenate([part.loudness for part in parts])[:count]


class NetworkVisemes:
    """The viseme network alone, a row per 10 ms: what training made, with no gate that keeps the mouth shut."""

    name: Final = NETWORK_ALONE
    has_network: Final = True
    look_ahead_ms: Final = LOOK_AHEAD_FRAMES * FRAME_MS

    def __init__(self, network: VisemeNetwork) -> None:
        self._network = network

    def weights(self, pcm: NDArray[np.float32]) -> NDArray[np.float32]:
        """(frames, 15) of one voice from its first sample to its last."""
        heard = np.concatenate((np.zeros(OVERLAP, np.float32), pcm, np.zeros(LOOK_AHEAD_SAMPLES, np.float32)))
        rows, _ = self._network.visemes(log_mel(heard[None]), np.zeros((1, self._network.state_width), np.float32))
        return rows[0, ROWS_BEFORE:][: frame_count(pcm)]

    def tracks(self, clips: Sequence[Clip]) -> list[Track]:
        """One after the other."""
        return [of_weights(self.weights(clip.pcm), clip.frames) for clip in clips]


def speech_detector(models: ModelStore) -> tuple[SpeechDetector, str]:
    """The engine's own choice, Silero where it was fetched, else loudness; and why it is not the better one."""
    try:
        return SileroNetwork(models.path(SILERO_MODEL)), ""
    except ModelError as error:
        return EnergyDetector(), f"speech is told from loudness alone: {error}"


def ours(path: Path, detector: SpeechDetector) -> list[HeardVisemes | NetworkVisemes]:
    """The engine with the network of a file, the network alone, and the engine without one; only the last where there is no file.

    Raises what VisemeNetwork does.
    """
    fallback = HeardVisemes(ENERGY_ONLY, detector, None)
    if not path.is_file():
        return [fallback]
    network = VisemeNetwork(path)
    return [HeardVisemes(ENGINE, detector, network), NetworkVisemes(network), fallback]
