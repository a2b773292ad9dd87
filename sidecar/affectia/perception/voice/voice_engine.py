"""Sound in, visemes out: the loaded networks of hearing, and the order in which they hear many voices at once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.errors import ModelError, SessionError
from affectia.inference.model_store import ModelStore
from affectia.inference.own_weights import own_weights
from affectia.perception.voice.energy_detector import EnergyDetector
from affectia.perception.voice.energy_mouth import energy_mouth
from affectia.perception.voice.heard_frames import LOOK_AHEAD_NANOS, LOOK_AHEAD_SAMPLES, ROWS_BEFORE, HeardFrames
from affectia.perception.voice.log_mel import HOP, OVERLAP, log_mel
from affectia.perception.voice.silence_gate import ease_shut
from affectia.perception.voice.silero_network import SILERO_MODEL, SileroNetwork
from affectia.perception.voice.viseme_network import WEIGHTS, VisemeNetwork
from affectia.perception.voice.voice_activity import CHUNK, CONTEXT, SpeechDetector, VoiceActivityOptions
from affectia.perception.voice.voice_memory import FRAMES, LOUD, OPEN, SPEAKING, Rows, VoiceMemory
from affectia.perception.voice.voice_stream import PIECE, PIECES, VoiceStream

# A long block is heard in steps of 0.64 s: long enough for the networks to be quick, short enough that a whole clip holds up the
# live voices for some milliseconds only. A multiple of CHUNK and HOP.
STEP: Final = 10_240
_SILENCE: Final = np.zeros(LOOK_AHEAD_SAMPLES, np.float32)


class VoiceEngine:
    """The networks, shared by all voices of a process; streams are the voices' state. Any thread; one is served at a time.

    What comes out does not depend on how the sound is cut into blocks, nor on the other streams (but for rounding). Without a
    network the loudness takes its place: `notice` says which is missing, why, and what to do about it.
    """

    look_ahead_nanos: Final = LOOK_AHEAD_NANOS

    def __init__(
        self,
        detector: SpeechDetector,
        network: VisemeNetwork | None,
        *,
        options: VoiceActivityOptions | None = None,
        notice: str = "",
    ) -> None:
        self._detector = detector
        self._network = network
        self._options = options or VoiceActivityOptions()
        self.notice = notice
        self._lock = threading.Lock()
        self._memory = VoiceMemory(detector_width=detector.state_width, mouth_width=network.state_width if network else 0)

    @classmethod
    def load(cls, models: ModelStore, options: VoiceActivityOptions | None = None) -> VoiceEngine:
        """The engine with the networks that there are; takes a quarter of a second."""
        notices = []
        detector: SpeechDetector
        try:
            detector = SileroNetwork(models.path(SILERO_MODEL))
        except ModelError as error:
            detector = EnergyDetector()
            notices.append(f"speech is told from loudness alone: {error}")
        network = None
        try:
            network = VisemeNetwork(own_weights(WEIGHTS))
        except ModelError as error:
            notices.append(f"the mouth moves by loudness alone: {error}")
        return cls(detector, network, options=options, notice="; ".join(notices))

    @property
    def is_degraded(self) -> bool:
        """Whether a network is missing."""
        return bool(self.notice) or not self.has_visemes

    @property
    def has_visemes(self) -> bool:
        """Whether there is a viseme network; without it only `sil` and `aa` are ever heard."""
        return self._network is not None

    @property
    def stream_count(self) -> int:
        """How many streams were made and not closed."""
        return self._memory.used

    def new_stream(self) -> VoiceStream:
        """The state of one more voice; whoever asks for it closes it."""
        with self._lock:
            return VoiceStream(self._memory, self._lock, self._options)

    def hear(self, streams: Sequence[VoiceStream], blocks: Sequence[NDArray[np.float32]]) -> list[HeardFrames]:
        """The frames that are known now, one HeardFrames for each stream.

        `blocks` are the streams' next samples, float32, mono, finite, -1..1, at VOICE_RATE_HZ, of any lengths. No stream stands in
        it twice.

        Raises:
            SessionError: a stream is closed.
        """
        parts: list[list[HeardFrames]] = [[] for _ in streams]
        step = 0
        going = [(number, stream, block) for number, (stream, block) in enumerate(zip(streams, blocks, strict=True))]
        while going:
            with self._lock:
                for _, stream, block in going:
                    if stream.is_closed:
                        raise SessionError("voice stream is closed, expected an open one")
                    stream.sound.append(block if block.size <= STEP else block[step : step + STEP])
                going.sort(key=_row)
                self._hear_chunks([stream for _, stream, _ in going])
                self._make_frames(going, parts)
            step += STEP
            going = [one for one in going if one[2].size > step]
        return [
            HeardFrames.joined(heard) if heard else HeardFrames.none(stream.next_frame)
            for heard, stream in zip(parts, streams, strict=True)
        ]

    def finish(self, streams: Sequence[VoiceStream]) -> list[HeardFrames]:
        """The last frames of streams that have ended, up to the one at the last sample; each stream begins anew afterwards."""
        heard = self.hear(streams, [_SILENCE] * len(streams))
        for stream in streams:
            stream.reset()
        return heard

    def _hear_chunks(self, streams: Sequence[VoiceStream]) -> None:
        """Ask the detector about every chunk that is whole by now, one chunk of each stream at a time."""
        while due := [stream for stream in streams if stream.new_chunks]:
            rows = _rows(due)
            starts = [stream.chunks * CHUNK for stream in due]
            sound = _stacked([stream.sound.window(start - CONTEXT, start + CHUNK) for stream, start in zip(due, starts, strict=True)])
            probabilities, self._memory.detector[rows] = self._detector.probabilities(sound, self._memory.detector[rows])
            pieces = sound[:, CONTEXT:].reshape(-1, PIECES, PIECE)
            powers = np.vecdot(pieces, pieces) / PIECE
            for stream, probability, found in zip(due, probabilities.tolist(), powers.tolist(), strict=True):
                stream.note_chunk(probability=probability, powers=found)

    def _make_frames(self, going: Sequence[tuple[int, VoiceStream, NDArray[np.float32]]], parts: list[list[HeardFrames]]) -> None:
        """Give every stream the frames that are known by now; streams that have as many are made together."""
        groups: dict[int, list[tuple[int, VoiceStream]]] = {}
        for number, stream, _ in going:
            if hops := stream.new_hops:
                groups.setdefault(hops, []).append((number, stream))
        for hops, group in groups.items():
            streams = [stream for _, stream in group]
            visemes, loud, speaking = self._frames(streams, hops)
            for place, (number, stream) in enumerate(group):
                first = stream.hops - ROWS_BEFORE
                skipped = min(hops, max(0, -first))
                stream.hops += hops
                if skipped < hops:
                    heard = HeardFrames(first + skipped, visemes[place, skipped:], loud[place, skipped:], speaking[place, skipped:])
                    parts[number].append(heard)

    def _frames(self, streams: Sequence[VoiceStream], hops: int) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Visemes (streams, hops, 15), loudness and probability (streams, hops) of the next rows of these streams."""
        memory, rows = self._memory, _rows(streams)
        numbers = np.array([stream.hops for stream in streams])[:, None] + np.arange(-ROWS_BEFORE, hops - ROWS_BEFORE)
        known = memory.frames[np.array([stream.row for stream in streams])[:, None], numbers % FRAMES]
        loud, speaking = known[..., LOUD], known[..., SPEAKING]
        if self._network is None:
            return energy_mouth(loud), loud, speaking
        starts = [stream.hops * HOP for stream in streams]
        windows = [stream.sound.window(start - OVERLAP, start + hops * HOP) for stream, start in zip(streams, starts, strict=True)]
        visemes, memory.mouth[rows] = self._network.visemes(log_mel(_stacked(windows)), memory.mouth[rows])
        ease_shut(visemes, open_share=known[..., OPEN])
        return visemes, loud, speaking


def _row(one: tuple[int, VoiceStream, NDArray[np.float32]]) -> int:
    return one[1].row


def _rows(streams: Sequence[VoiceStream]) -> Rows:
    """The rows of streams that are sorted by them; a slice where they lie side by side, which saves copying their states."""
    first, last = streams[0].row, streams[-1].row
    if last - first == len(streams) - 1:
        return slice(first, last + 1)
    return np.array([stream.row for stream in streams])


def _stacked(windows: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """(voices, samples); of one voice without a copy."""
    return windows[0][None] if len(windows) == 1 else np.stack(windows)
