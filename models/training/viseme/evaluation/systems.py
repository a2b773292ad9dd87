"""What is measured: a name, a declared look-ahead, and tracks of clips."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.clock import NANOS_PER_MILLI
from affectia.errors import ModelError
from affectia.inference.model_store import ModelStore
from affectia.perception.voice.energy_detector import EnergyDetector
from affectia.perception.voice.heard_frames import LOOK_AHEAD_FRAMES, LOOK_AHEAD_SAMPLES, ROWS_BEFORE
from affectia.perception.voice.log_mel import OVERLAP, log_mel
from affectia.perception.voice.silero_network import SILERO_MODEL, SileroNetwork
from affectia.perception.voice.viseme_network import WEIGHTS, VisemeNetwork
from affectia.perception.voice.voice_activity import SpeechDetector
from affectia.perception.voice.voice_engine import VoiceEngine
from viseme.evaluation import mouth
from viseme.evaluation.reference import FRAME_MS, SIL, Clip, frame_count
from viseme.evaluation.track import Track, of_labels, of_weights

MODEL: Final = Path(__file__).resolve().parents[3] / "weights" / WEIGHTS
LATE_FRAMES: Final = 4  # of the row that shows what lateness alone costs
_AA: Final = registry.VISEMES.index("aa")


class System(Protocol):
    """Anything that makes tracks. Rows are for the instant they belong to: whoever makes them has taken `look_ahead_ms` out."""

    @property
    def name(self) -> str:
        """For the table."""

    @property
    def look_ahead_ms(self) -> int:
        """How much later than the sound a row is known, as declared by whoever made the system."""

    def tracks(self, clips: Sequence[Clip]) -> list[Track]:
        """A track for each clip, `clip.frames` long."""


class Engine:
    """What a user gets: the sidecar's own engine, fed as a file is, its silence gate included."""

    def __init__(self, name: str, network: VisemeNetwork | None) -> None:
        self.name = name
        self.has_network = network is not None
        self.look_ahead_ms = VoiceEngine.look_ahead_nanos // NANOS_PER_MILLI
        self._engine = VoiceEngine(_detector(), network)

    def weights(self, pcm: NDArray[np.float32]) -> NDArray[np.float32]:
        """(frames, 15) of one voice from its first sample to its last."""
        return self._heard(pcm)[0]

    def tracks(self, clips: Sequence[Clip]) -> list[Track]:
        """The mouths as avatars show them, which takes some milliseconds more than visemes take."""
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


class Network:
    """The viseme network alone, a row per 10 ms: what training made, with no gate that keeps the mouth shut."""

    name = "affectia, network alone"

    def __init__(self, network: VisemeNetwork) -> None:
        self._network = network
        self.has_network = True
        self.look_ahead_ms = LOOK_AHEAD_FRAMES * FRAME_MS

    def weights(self, pcm: NDArray[np.float32]) -> NDArray[np.float32]:
        """(frames, 15) of one voice from its first sample to its last."""
        heard = np.concatenate((np.zeros(OVERLAP, np.float32), pcm, np.zeros(LOOK_AHEAD_SAMPLES, np.float32)))
        rows, _ = self._network.visemes(log_mel(heard[None]), np.zeros((1, self._network.state_width), np.float32))
        return rows[0, ROWS_BEFORE:][: frame_count(pcm)]

    def tracks(self, clips: Sequence[Clip]) -> list[Track]:
        """One after the other."""
        return [of_weights(self.weights(clip.pcm), clip.frames) for clip in clips]


def ours(path: Path = MODEL) -> list[Engine | Network]:
    """The engine with the network, the network alone, and the engine without one; only the last where the network is not there."""
    fallback = Engine("affectia, energy only", None)
    if not path.is_file():
        return [fallback]
    network = VisemeNetwork(path)
    return [Engine("affectia", network), Network(network), fallback]


def _detector() -> SpeechDetector:
    """The engine's own choice: Silero where it was fetched, else loudness."""
    try:
        return SileroNetwork(ModelStore().path(SILERO_MODEL))
    except ModelError as error:
        print(f"speech is told from loudness alone: {error}", file=sys.stderr)
        return EnergyDetector()


class Oracle:
    """The reference itself, on time or late: rows whose figures are known beforehand."""

    look_ahead_ms = 0

    def __init__(self, *, late_frames: int = 0) -> None:
        self._late_frames = late_frames
        self.name = f"the reference, {late_frames * FRAME_MS} ms late" if late_frames else "the reference"

    def tracks(self, clips: Sequence[Clip]) -> list[Track]:
        """Clips whose words alone are known open the mouth and shut it ten times a second while somebody speaks."""
        found = []
        for clip in clips:
            labels = clip.labels
            if labels is None:
                labels = np.where(clip.spoken & (np.arange(clip.frames) // 5 % 2 == 0), _AA, SIL)
            found.append(of_labels(labels, late_frames=self._late_frames))
        return found
