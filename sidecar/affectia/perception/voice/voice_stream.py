"""The state of one voice on its way through the engine."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

from affectia.perception.voice.heard_frames import LOOK_AHEAD_SAMPLES, ROWS_BEFORE
from affectia.perception.voice.log_mel import HOP
from affectia.perception.voice.loudness import VoiceLevel
from affectia.perception.voice.silence_gate import SilenceGate, openness
from affectia.perception.voice.voice_activity import CHUNK, VoiceActivity, VoiceActivityOptions
from affectia.perception.voice.voice_memory import FRAMES, LOUD, OPEN, SPEAKING, VoiceMemory
from affectia.perception.voice.voice_sound import VoiceSound

PIECES: Final = 16  # of a chunk, 2 ms each: so that every frame's loudness has a window of its own
PIECE: Final = CHUNK // PIECES
_WINDOW: Final = 16  # pieces, 32 ms: two periods of a deep voice
_WINDOW_BEHIND: Final = 4  # of them behind the frame's instant: as many as are there at the latest when the frame is known
_BEFORE: Final = 16  # pieces before a chunk that the windows of its frames reach


class VoiceStream:
    """One voice; an engine makes it with `new_stream` and is the only one that it can be given to.

    Any thread may call `reset` and `close`: they wait for the engine's step that is under way, some milliseconds.
    """

    def __init__(self, memory: VoiceMemory, lock: threading.Lock, options: VoiceActivityOptions) -> None:
        self._memory = memory
        self._lock = lock
        self.row = memory.take_row()
        self.sound = VoiceSound()
        self.activity = VoiceActivity(options)
        self.level = VoiceLevel()
        self.gate = SilenceGate()
        self._powers = [0.0] * _BEFORE  # of the newest pieces
        self.hops = 0  # that the viseme network has heard
        self.chunks = 0  # that the detector of speech has heard
        self.is_closed = False

    @property
    def next_frame(self) -> int:
        """The number of the first frame that was not given out yet."""
        return max(0, self.hops - ROWS_BEFORE)

    @property
    def new_hops(self) -> int:
        """How many hops are whole and were not heard by the viseme network."""
        return self.sound.end // HOP - self.hops

    @property
    def new_chunks(self) -> int:
        """How many chunks are whole and were not heard by the detector of speech."""
        return self.sound.end // CHUNK - self.chunks

    def note_chunk(self, *, probability: float, powers: Sequence[float]) -> None:
        """Take in what was found in the next chunk: the mean squares of its PIECES pieces; only the engine calls this."""
        power = sum(powers) / PIECES
        stands_out = self.level.stands_out(power)
        is_speaking = self.activity.step(probability)
        quiet = self.gate.step(is_speaking=is_speaking, stands_out=stands_out, probability=probability)
        self.level.learn(power, probability)
        self._powers = [*self._powers[-_BEFORE:], *powers]
        self._note_frames(probability, quiet)
        self.chunks += 1

    def _note_frames(self, probability: float, quiet_chunks: int) -> None:
        """Write down what the newest chunk says of frames: those whose instant lies in it, and those of which it is the newest known.

        One voice at a time and not as arrays: in a chunk of one voice there are three or four frames, and every small array costs more.
        """
        frames, start = self._memory.frames[self.row], self.chunks * CHUNK
        for frame in range(-(-start // HOP), -(-(start + CHUNK) // HOP)):
            frames[frame % FRAMES, SPEAKING] = probability
        end = start + CHUNK - LOOK_AHEAD_SAMPLES  # the last instant that is known when this chunk is whole, and not before
        for frame in range(-(-end // HOP), -(-(end + CHUNK) // HOP)):
            samples_in = frame * HOP - start
            open_share = openness(quiet_chunks, samples_in=samples_in)
            frames[frame % FRAMES, OPEN] = open_share
            if open_share:
                last = _BEFORE + samples_in // PIECE + _WINDOW_BEHIND
                open_share *= self.level.loudness(sum(self._powers[last - _WINDOW : last]) / _WINDOW)
            frames[frame % FRAMES, LOUD] = open_share

    def reset(self, *, keeps_voice: bool = False) -> None:
        """Begin a new stream: the next sample is sample 0. `keeps_voice`: it is the same person, whose usual level stays known."""
        with self._lock:
            if self.is_closed:
                return
            self._memory.reset(self.row)
            self.sound.reset()
            self.activity.reset()
            self.gate.reset()
            self._powers = [0.0] * _BEFORE
            if not keeps_voice:
                self.level.reset()
            self.hops = self.chunks = 0

    def close(self) -> None:
        """Forget the voice and give its place back; the engine takes this stream no more."""
        with self._lock:
            if self.is_closed:
                return
            self.is_closed = True
            self._memory.give_back(self.row)
            self.sound.reset()
            self._powers = []
            self.level.reset()
