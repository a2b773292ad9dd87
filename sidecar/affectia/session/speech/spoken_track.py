"""The track of one line: its frames as they are made, the chunks that they go out in, and how it is cut."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.session.speech.track_mouths import ROW, SHAPES
from affectia.wire.track_chunk import TrackChunk

CHUNK_MILLIS: Final = 200
KEPT_MILLIS: Final = 12_000  # of frames that are out: more than may be out unplayed, so that whatever plays can be cut
_U32: Final = (1 << 32) - 1
_SHUT: Final = np.array([place == SHAPES + registry.VISEMES.index("sil") for place in range(ROW)], np.float32)


class SpokenTrack:
    """Frame n belongs to sample n * rate_hz / frame_rate_hz, rounded down where a chunk begins and nowhere else; one thread.

    `made` counts frames, `taken` those that went into chunks. After `finish` or `cut` there is nothing more to take.
    """

    def __init__(self, *, stream_id: int, rate_hz: int, frame_rate_hz: int, look_ahead_millis: int, degraded: bool) -> None:
        self.stream_id = stream_id
        self.rate_hz = rate_hz
        self.frame_rate_hz = frame_rate_hz
        self.look_ahead_millis = look_ahead_millis
        self._degraded = degraded
        self._rows = np.empty((0, ROW), np.uint8)  # frames `_first` to `made` - 1
        self._first = 0
        self._sequence = 0
        self._kept_frames = frame_rate_hz * KEPT_MILLIS // 1000
        self.chunk_frames = max(1, frame_rate_hz * CHUNK_MILLIS // 1000)
        self.taken = 0
        self.over_at_sample: int | None = None  # where the mouth begins to shut for good

    @property
    def made(self) -> int:
        """How many frames there are."""
        return self._first + len(self._rows)

    @property
    def is_over(self) -> bool:
        """Whether it has its end."""
        return self.over_at_sample is not None

    @property
    def waiting(self) -> int:
        """How many frames no chunk has taken yet."""
        return self.made - self.taken

    def sample_of(self, frame: int) -> int:
        """The whole sample at or before a frame."""
        return frame * self.rate_hz // self.frame_rate_hz

    def frames_up_to(self, samples: int) -> int:
        """How many frames stand before a sample."""
        return -(-samples * self.frame_rate_hz // self.rate_hz)

    def add(self, rows: NDArray[np.uint8]) -> None:
        """Add frames behind the last one."""
        gone = max(0, min(len(self._rows), self.taken - self._first - self._kept_frames))
        self._rows = np.concatenate((self._rows[gone:], rows))
        self._first += gone

    def chunks(self, *, all_of_them: bool) -> list[TrackChunk]:
        """What waits, in whole chunks; the rest too where all is wanted."""
        found = []
        while self.waiting >= self.chunk_frames or (all_of_them and self.waiting):
            found.append(self._take(min(self.taken + self.chunk_frames, self.made)))
        return found

    def finish(self) -> list[TrackChunk]:
        """What waits, and the end: behind the last frame the mouth shuts, as far as it is open."""
        self.over_at_sample = self.sample_of(self.made)
        last = self._rows[-1].astype(np.float32) if len(self._rows) else _SHUT
        self.add(self._closing(last)[1:])  # the first of them is the last frame itself
        found = []
        while self.waiting > self.chunk_frames:
            found.append(self._take(self.taken + self.chunk_frames))
        found.append(self._take(self.made, end=True))
        return found

    def cut(self, at_sample: int) -> tuple[list[TrackChunk], int, int]:
        """What waits before a sample, and the chunk that shuts the mouth from the pose there; where the cut is, from where it is shut.

        A sample before the frames that are kept stands for the first of them, one behind the last frame for that one.
        """
        whole, rest = divmod(at_sample * self.frame_rate_hz, self.rate_hz)
        if whole < self._first:
            whole, rest, at_sample = self._first, 0, self.sample_of(self._first)
        elif whole >= self.made:
            whole, rest, at_sample = self.made, 0, self.sample_of(self.made)
        pose = self._pose(whole, rest / self.rate_hz)
        before = min(self.made, whole + (rest > 0))  # frames that stay
        self._rows = self._rows[: before - self._first]
        self.taken = min(self.taken, before)
        found = self.chunks(all_of_them=True)
        rows = self._closing(pose)
        found.append(self._chunk(at_sample, rows, end=True))
        self.over_at_sample = at_sample
        return found, at_sample, at_sample - (-len(rows) * self.rate_hz // self.frame_rate_hz)

    def drop(self) -> None:
        """Forget a track of which nothing is out."""
        self._rows = self._rows[:0]
        self._first = self.taken = self.over_at_sample = 0

    def _pose(self, frame: int, share: float) -> NDArray[np.float32]:
        """What a reader shows between a frame and the next, 0..255."""
        if not len(self._rows):
            return _SHUT * np.float32(registry.UNIT_WEIGHT_U8)
        here, after = np.minimum(np.array([frame, frame + 1]) - self._first, len(self._rows) - 1)
        row = self._rows[here].astype(np.float32)
        return np.asarray(row + np.float32(share) * (self._rows[after] - row), np.float32)

    def _closing(self, pose: NDArray[np.float32]) -> NDArray[np.uint8]:
        """(n, ROW) frames from a pose 0..255 on; one frame behind them the reader shows a shut mouth. None for a pose that is shut."""
        if not pose[:SHAPES].any():
            return np.empty((0, ROW), np.uint8)
        intervals = self.frame_rate_hz * registry.WIRE_TRACK_CLOSE_MILLIS // 1000
        passed = (np.arange(intervals, dtype=np.float32) / np.float32(intervals))[:, None]
        passed *= passed * (3 - 2 * passed)
        shut = _SHUT * np.float32(registry.UNIT_WEIGHT_U8)
        return np.asarray(np.floor(pose + passed * (shut - pose) + np.float32(0.5)), np.uint8)

    def _take(self, up_to: int, *, end: bool = False) -> TrackChunk:
        chunk = self._chunk(self.sample_of(self.taken), self._rows[self.taken - self._first : up_to - self._first], end=end)
        self.taken = up_to
        return chunk

    def _chunk(self, start_sample: int, rows: NDArray[np.uint8], *, end: bool = False) -> TrackChunk:
        sequence, self._sequence = self._sequence, self._sequence + 1 & _U32
        return TrackChunk(
            self.stream_id,
            sequence,
            start_sample,
            self.rate_hz,
            self.frame_rate_hz,
            rows[:, :SHAPES].tobytes(),
            rows[:, SHAPES:].tobytes(),
            end=end,
            look_ahead_millis=self.look_ahead_millis,
            degraded=self._degraded,
        )
