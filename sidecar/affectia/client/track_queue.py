"""The queue of one lip-sync track: chunks go in as they come, every display frame asks for the mouth at its playback position.

The reference of protos/track.md; the vectors in tests/conformance/track hold it and its twins in other languages together.
"""

from __future__ import annotations

import bisect
import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ConfigError
from affectia.wire.layout import TRACK
from affectia.wire.track_chunk import TrackChunk

_U32: Final = 1 << 32
_SHAPES: Final = TRACK.count(0)
_SIL: Final = _SHAPES + TRACK.parts[1].index("sil")
_SHUT: Final = np.array([place == _SIL for place in range(_SHAPES + TRACK.count(1))], np.float32)
_SCALE: Final = np.float32(registry.UNIT_WEIGHT_U8)
_HOLD_SECS: Final = registry.WIRE_TRACK_HOLD_MILLIS / 1000
_EASE_SECS: Final = registry.WIRE_TRACK_EASE_MILLIS / 1000


class TrackPose:
    """The mouth now; the queue overwrites its arrays at the next ask.

    `blendshapes` (33,) and `visemes` (15,) are weights 0..1 by the names of `layout`: `layout.parts[0]` and `layout.parts[1]`. While
    `is_valid` is false the mouth is shut and the track says nothing: another source may move it. `has_ended` is true from the end on.
    """

    def __init__(self) -> None:
        self.layout = TRACK
        self.weights = _SHUT.copy()
        self.blendshapes, self.visemes = self.weights[:_SHAPES], self.weights[_SHAPES:]
        self.is_valid = False
        self.has_ended = False


class _Run:
    """The frames of one chunk that are still there, `first` to `count` - 1, and behind them the end where it `ends`: a shut frame."""

    __slots__ = ("count", "ends", "first", "rows", "start")

    def __init__(self, chunk: TrackChunk) -> None:
        shapes = np.frombuffer(chunk.blendshapes, np.uint8).reshape(-1, _SHAPES)
        visemes = np.frombuffer(chunk.visemes, np.uint8).reshape(-1, TRACK.count(1))
        self.rows = np.concatenate((shapes, visemes), axis=1)
        self.start = chunk.start_sample
        self.first = 0
        self.count = chunk.frame_count
        self.ends = chunk.end

    @property
    def size(self) -> int:
        """How many frames there are; an end alone counts as one."""
        return max(self.count - self.first, int(self.ends))

    @property
    def last(self) -> int:
        return self.count + self.ends - 1

    def size_before(self, frame: int) -> int:
        """The size once what is at a place or behind it is gone."""
        return max(0, min(self.count, frame) - self.first, int(self.ends and frame > self.count))

    def cut(self, frame: int) -> None:
        """Remove what is at a place or behind it."""
        self.ends &= frame > self.count
        self.count = max(self.first, min(self.count, frame))

    def add(self, shut: NDArray[np.float32], frame: int, amount: float) -> bool:
        """Open a shut mouth by an amount of a frame, 0..1; False where that leaves it shut: it is the end, or nothing of it is left."""
        if frame == self.count or amount <= 0:
            return False
        shut += (self.rows[frame] / _SCALE - shut) * np.float32(amount)
        return True


class TrackQueue:
    """Plays the chunks of one track at a time. One thread pushes and asks; no call blocks or raises for what a sender does.

    `capacity_millis` bounds the frames that are kept; a whole baked track needs as much as it is long. `lost`, `late` and `refused` count
    since the track began: gaps in the sequence; chunks that came twice, too late or from the track before; chunks for which there was no
    room or whose rates are not those of the track.
    """

    def __init__(self, *, capacity_millis: int = registry.WIRE_TRACK_QUEUE_MILLIS) -> None:
        if capacity_millis < 1:
            raise ConfigError(f"capacity_millis is {capacity_millis}, expected 1 or more")
        self._capacity_millis = capacity_millis
        self._pose = TrackPose()
        self._later = _SHUT.copy()
        self._runs: list[_Run] = []
        self._starts: list[int] = []
        self._newest_sequence: int | None = None
        self._position: float | None = None
        self._ended_stream_id: int | None = None
        self.stream_id: int | None = None
        self.sample_rate_hz = self.frame_rate_hz = 0  # of the track, 0 before its first chunk
        self.lost = self.late = self.refused = 0

    @property
    def frame_count(self) -> int:
        """How many frames are kept, an end alone counted as one; those that were played go when their room is needed."""
        return sum(run.size for run in self._runs)

    def clear(self) -> None:
        """Forget all frames, counters and which track it was."""
        self.stream_id = self._ended_stream_id = None
        self._begin(0, 0)

    def push(self, chunk: TrackChunk) -> bool:
        """Take a chunk, which replaces whatever is queued from its start on; False when it is not taken."""
        if chunk.stream_id != self.stream_id:
            if chunk.stream_id == self._ended_stream_id:
                self.late += 1
                return False
            self._ended_stream_id, self.stream_id = self.stream_id, chunk.stream_id
            self._begin(chunk.sample_rate_hz, chunk.frame_rate_hz)
        step = 1 if self._newest_sequence is None else (chunk.sequence - self._newest_sequence) % _U32
        if not 0 < step < _U32 // 2:
            self.late += 1
            return False
        self.lost, self._newest_sequence = self.lost + step - 1, chunk.sequence
        rates = chunk.sample_rate_hz, chunk.frame_rate_hz
        if rates != (self.sample_rate_hz, self.frame_rate_hz) or not self._has_room(chunk):
            self.refused += 1
            return False
        self._cut(chunk.start_sample)
        run = _Run(chunk)
        if run.size:
            self._runs.append(run)
            self._starts.append(run.start)
        return True

    def sample(self, audio_sample: float) -> TrackPose:
        """The mouth at a playback position, in samples since the track's start; always the same object."""
        pose, shown = self._pose, self._pose.weights
        shown[:] = _SHUT
        pose.is_valid = pose.has_ended = False
        if not math.isfinite(audio_sample):
            return pose
        self._position = audio_sample
        place = bisect.bisect_right(self._starts, audio_sample) - 1
        if place < 0:
            return pose
        run = self._runs[place]
        frames = (audio_sample - run.start) * self.frame_rate_hz / self.sample_rate_hz  # since the run's start
        earlier = min(int(frames), run.last)
        if earlier < run.first:
            return pose
        amount = self._held((frames - earlier) / self.frame_rate_hz)
        pose.is_valid = run.add(shown, earlier, amount)
        is_newest = place + 1 == len(self._runs)
        pose.has_ended = is_newest and earlier == run.count
        if earlier < run.last:
            later_run, later, span, missing = run, earlier + 1, 1.0, earlier + 1 - frames
        elif is_newest:
            return pose
        else:  # one interval before another chunk begins its first frame takes over, sooner where there is less between them
            later_run, later = self._runs[place + 1], 0
            until = (later_run.start - run.start) * self.frame_rate_hz / self.sample_rate_hz
            span, missing = min(1.0, until - earlier), until - frames
        if missing < span:
            self._later[:] = _SHUT
            pose.is_valid |= later_run.add(self._later, later, 1.0)
            self._later -= shown
            self._later *= np.float32(1 - missing / span)
            shown += self._later
        return pose

    def _begin(self, sample_rate_hz: int, frame_rate_hz: int) -> None:
        """Start with nothing."""
        self.sample_rate_hz, self.frame_rate_hz = sample_rate_hz, frame_rate_hz
        self._runs.clear()
        self._starts.clear()
        self._newest_sequence = self._position = None
        self.lost = self.late = self.refused = 0

    def _held(self, age_secs: float) -> float:
        """How much of a frame is left so long after its instant, while no other one takes over."""
        t = (age_secs - max(_HOLD_SECS, 1 / self.frame_rate_hz)) / _EASE_SECS
        return 1.0 if t <= 0 else 0.0 if t >= 1 else 1 - t * t * (3 - 2 * t)

    def _has_room(self, chunk: TrackChunk) -> bool:
        """Whether a chunk fits; what was played makes room where that is needed."""
        millis = self._capacity_millis + (registry.WIRE_TRACK_CLOSE_MILLIS if chunk.end else 0)
        if self._fits(chunk, millis):
            return True
        self._drop_played()
        return self._fits(chunk, millis)

    def _fits(self, chunk: TrackChunk, millis: int) -> bool:
        stays = sum(run.size_before(self._frames_before(run, chunk.start_sample)) for run in self._runs)
        return (stays + max(chunk.frame_count, int(chunk.end))) * 1000 <= millis * self.frame_rate_hz

    def _frames_before(self, run: _Run, sample: int) -> int:
        """How many frames of a run, counted from its start, stand before a sample; exactly, and perhaps more than it has."""
        return max(0, -((run.start - sample) * self.frame_rate_hz // self.sample_rate_hz))

    def _cut(self, sample: int) -> None:
        """Remove every frame that does not stand before a sample."""
        while self._runs:
            run = self._runs[-1]
            run.cut(self._frames_before(run, sample))
            if run.size:
                return
            self._runs.pop()
            self._starts.pop()

    def _drop_played(self) -> None:
        """Remove every frame before the one that is shown."""
        if self._position is None:
            return
        place = bisect.bisect_right(self._starts, self._position) - 1
        if place < 0:
            return
        del self._runs[:place], self._starts[:place]
        run = self._runs[0]
        shown = int((self._position - run.start) * self.frame_rate_hz / self.sample_rate_hz)
        run.first = max(run.first, min(shown, run.last))
