"""The newest seconds of one voice, and where in them somebody speaks: what is listened to for how it sounds."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia.perception.voice.log_mel import HOP
from affectia.signals.audio_sample import VOICE_RATE_HZ
from affectia.signals.voice_observations import FRAME_NANOS

KEPT_SECS: Final = 3.0
SPEECH: Final = 0.5  # from this probability on a frame is speech
FRAMES_A_SEC: Final = VOICE_RATE_HZ // HOP
MARGIN_FRAMES: Final = 10  # that stay before the first speech and behind the last: sounds begin and end quietly
_KEPT_FRAMES: Final = round(KEPT_SECS * FRAMES_A_SEC)
# Sound is there up to 0.3 s before it is known whether it is speech: a round of it, and how far the networks look ahead.
_ROOM_FRAMES: Final = _KEPT_FRAMES + 30
_ROOM: Final = _ROOM_FRAMES * HOP


@dataclass(frozen=True, slots=True)
class HeardSpeech:
    """A copy of some sound that has speech in it.

    `pcm` (n * HOP,) float32, mono, 16 kHz; `is_speech` (n,) bool, of its frames of 10 ms; `share` 0..1: how much of the longest window
    that could be is speech; `new_secs`: speech in it that was in none before; `ends_at_nanos`: when its last sample sounded; `number`: of
    the window's content, for `is_still`.
    """

    pcm: NDArray[np.float32]
    is_speech: NDArray[np.bool_]
    share: float
    new_secs: float
    ends_at_nanos: int
    number: int


class SpeechWindow:
    """A ring of KEPT_SECS of sound, made once; any thread. `lock` may be held by whoever hands on what was made of its content."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._pcm = np.zeros(_ROOM, np.float32)
        self._is_speech = np.zeros(_ROOM_FRAMES, np.bool_)
        self._end = 0  # samples of the stream until now
        self._first_frame = 0  # of the stream, that is whole here
        self._end_frame = 0  # from here on it is not known yet whether it is speech
        self._ends_at_nanos = 0  # when the frame before that one was over
        self._number = 0
        self.new_speech_frames = 0  # that came since the last `newest`

    def add(
        self,
        pcm: NDArray[np.float32],
        *,
        first_sample: int,
        speaking: NDArray[np.float32],
        first_frame: int,
        ends_at_nanos: int,
    ) -> None:
        """The next sound, from `first_sample` of its stream on; where that does not follow, everything before is thrown away.

        `speaking` (k,) 0..1 are the frames that are known now, from `first_frame` of the stream on, of this sound or the one before;
        `ends_at_nanos` is when the last of them was over.
        """
        with self.lock:
            if first_sample != self._end:
                self.clear()
                self._end, self._first_frame, self._end_frame = first_sample, -(-first_sample // HOP), first_frame
            _put(self._pcm, pcm, self._end)
            self._end += pcm.size
            if speaking.size:
                is_speech = speaking >= SPEECH
                _put(self._is_speech, is_speech, first_frame)
                self._end_frame = first_frame + speaking.size
                self._ends_at_nanos = ends_at_nanos
                self.new_speech_frames += int(np.count_nonzero(is_speech))

    @property
    def held_frames(self) -> int:
        """How many frames there are of which it is known whether they are speech."""
        return self._end_frame - self._oldest_frame(_KEPT_FRAMES)

    @property
    def speech_frames(self) -> int:
        """How many of them are."""
        with self.lock:
            return int(np.count_nonzero(_taken(self._is_speech, self._oldest_frame(_KEPT_FRAMES), self._end_frame)))

    def newest(self, *, window_secs: float, least_secs: float) -> HeardSpeech | None:
        """The newest `window_secs` from their first speech to their last, not less than `least_secs`; None where there is no speech, or
        less sound than that.
        """
        most = min(round(window_secs * FRAMES_A_SEC), _KEPT_FRAMES)
        least = round(least_secs * FRAMES_A_SEC)
        with self.lock:
            new_frames, self.new_speech_frames = self.new_speech_frames, 0
            oldest, end = self._oldest_frame(most), self._end_frame
            is_speech = _taken(self._is_speech, oldest, end)
            spoken = np.flatnonzero(is_speech)
            if not spoken.size or end - oldest < least:
                return None
            last = min(oldest + int(spoken[-1]) + 1 + MARGIN_FRAMES, end)
            last = max(last, oldest + least)
            first = max(min(oldest + int(spoken[0]) - MARGIN_FRAMES, last - least), oldest)
            return HeardSpeech(
                _taken(self._pcm, first * HOP, last * HOP),
                is_speech[first - oldest : last - oldest],
                spoken.size / most,
                min(new_frames, spoken.size) / FRAMES_A_SEC,
                self._ends_at_nanos - (end - last) * FRAME_NANOS,
                self._number,
            )

    def is_still(self, heard: HeardSpeech) -> bool:
        """Whether nothing was thrown away since that was copied; what is handed on with `lock` held stays true to the answer."""
        return heard.number == self._number

    def clear(self) -> None:
        """Throw everything away, at once; nothing of it stays in memory here."""
        with self.lock:
            self._pcm.fill(0)
            self._is_speech.fill(False)
            self._end = self._first_frame = self._end_frame = self.new_speech_frames = 0
            self._number += 1

    def _oldest_frame(self, most: int) -> int:
        """The first of the newest `most` frames that are whole here."""
        return min(max(self._first_frame, self._end_frame - most, -(-(self._end - _ROOM) // HOP)), self._end_frame)


def _put(ring: NDArray[Any], values: NDArray[Any], place: int) -> None:
    """Write values to a ring, the first at `place`, counted without end; of more than fit only the newest stay."""
    if values.size > ring.size:
        place, values = place + values.size - ring.size, values[-ring.size :]
    at = place % ring.size
    head = min(values.size, ring.size - at)
    ring[at : at + head] = values[:head]
    ring[: values.size - head] = values[head:]


def _taken(ring: NDArray[Any], first: int, last: int) -> NDArray[Any]:
    """A copy of what lies at places `first` to before `last`, not more than the ring has."""
    at = first % ring.size
    head = min(last - first, ring.size - at)
    return np.concatenate((ring[at : at + head], ring[: last - first - head]))
