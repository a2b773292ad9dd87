"""Sound of any rate, as it comes in, made into the 16 kHz that listening networks know."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.error import BlockingIOError as NothingYet
from av.error import EOFError as NothingMore
from av.filter import Graph
from av.filter.context import FilterContext
from numpy.typing import NDArray

from affectia.capture.pcm import checked_rate_hz, to_mono
from affectia.signals.audio_sample import VOICE_RATE_HZ

# FFmpeg's own filter lets 8.0 to 8.9 kHz through and mirrors it into the hiss of an s. Twice its length, a little lower and with a
# steeper window takes away more than 74 dB from 8.05 kHz on and 0.4 dB at 7.2 kHz (measured), for one more millisecond of delay.
_FILTER: Final = f"{VOICE_RATE_HZ}:filter_size=64:cutoff=0.94:kaiser_beta=7"
_NOTHING: Final = np.zeros(0, np.float32)


class VoiceResampler:
    """A stream at `source_rate_hz` in, 16 kHz mono out; one thread, or one after the other.

    The filter is symmetric and its delay is taken out of the positions: output sample k is the sound at source sample
    k * source_rate_hz / 16000. It must hear a little of what comes after, `held_samples` of the source are not answered yet: 2.1 ms
    from 16 kHz up, 4 ms at 8 kHz, nothing at 16 kHz, which passes through as it is. However the input is cut, the output is the same.
    Raises ConfigError for rates that are not taken.
    """

    def __init__(self, source_rate_hz: int) -> None:
        self.source_rate_hz = checked_rate_hz(source_rate_hz)
        self._graph: Graph | None = None
        self._entry: FilterContext | None = None
        self._exit: FilterContext | None = None
        self.taken_count = 0  # samples of the source since the stream began
        self.given_count = 0  # samples at 16 kHz since the stream began
        self.reset()

    @property
    def held_samples(self) -> int:
        """How many samples of the source were taken and are not answered yet."""
        return max(0, self.taken_count - self.source_sample)

    @property
    def source_sample(self) -> int:
        """The place in the source of the next sample that will come out, to the nearest whole one."""
        return (self.given_count * self.source_rate_hz + VOICE_RATE_HZ // 2) // VOICE_RATE_HZ

    def reset(self) -> None:
        """Begin a new stream; what is held is forgotten."""
        self.taken_count = self.given_count = 0
        self._graph = None

    def push(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """(m,) at 16 kHz for the next (n,) or (n, channels) of the source, finite; m may be 0."""
        mono = to_mono(samples)
        self.taken_count += len(mono)
        if len(mono) == 0:
            return _NOTHING
        if self.source_rate_hz == VOICE_RATE_HZ:
            self.given_count += len(mono)
            return mono
        if self._graph is None:
            self._open()
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(mono, np.float32)[None], "fltp", "mono")
        frame.sample_rate = self.source_rate_hz
        return self._counted(self._through(frame))

    def flush(self) -> NDArray[np.float32]:
        """What is still held, as if silence followed, so that all that came out is as long as what went in; a new stream may begin."""
        # The mirror image that the library appends by itself would be a sound that nobody made.
        wanted = -(-self.taken_count * VOICE_RATE_HZ // self.source_rate_hz) - self.given_count
        parts = []
        while wanted > 0:
            tail = self.push(np.zeros(max(64, self.source_rate_hz // 100), np.float32))[:wanted]
            wanted -= len(tail)
            parts.append(tail)
        self.reset()
        return np.concatenate(parts) if parts else _NOTHING

    def _open(self) -> None:
        self._graph = Graph()
        period = Fraction(1, self.source_rate_hz)
        self._entry = self._graph.add_abuffer(sample_rate=self.source_rate_hz, format="fltp", layout="mono", time_base=period)
        resample = self._graph.add("aresample", _FILTER)
        self._exit = self._graph.add("abuffersink")
        self._entry.link_to(resample)
        resample.link_to(self._exit)
        self._graph.configure()

    def _through(self, frame: av.AudioFrame) -> NDArray[np.float32]:
        assert self._entry is not None
        assert self._exit is not None
        self._entry.push(frame)
        parts = []
        while True:
            try:
                out = self._exit.pull()
            except (NothingYet, NothingMore):
                break
            assert isinstance(out, av.AudioFrame)
            parts.append(out.to_ndarray()[0])
        return _NOTHING if not parts else parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _counted(self, out: NDArray[np.float32]) -> NDArray[np.float32]:
        self.given_count += len(out)
        return out
