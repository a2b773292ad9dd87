"""A performance: a script, acted by the stages that a sidecar runs, as fast as they go and without its clock."""

from __future__ import annotations

import dataclasses
import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.bake.bake_voice import BakeVoice
from affectia.bake.performance_cues import PerformanceCues
from affectia.bake.performance_script import PerformanceScript, SpokenLine
from affectia.bake.performance_voice import PerformanceVoice, hear_line
from affectia.clock import NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.inference.model_store import ModelStore
from affectia.perception.voice.heard_frames import LOOK_AHEAD_NANOS
from affectia.pipeline import Pipeline, PipelineOptions
from affectia.signals.voice_observations import FRAME_NANOS
from affectia.wire import avatar_frame, topic
from affectia.wire.avatar_frame import AvatarFrame

STARTS_AT_NANOS: Final = 10 * NANOS_PER_SEC
"""The instant of the first frame, on a clock that has nothing to do with the machine's."""

CLIP: Final = "clip:"
_SLOT: Final = 0
_PRECISION_BITS: Final = 16


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line and what was heard of it."""

    line: SpokenLine
    voice: PerformanceVoice

    @property
    def ends_secs(self) -> float:
        """When its sound is over, in seconds of the performance."""
        return self.line.at_secs + self.voice.secs


@dataclass(frozen=True, slots=True)
class Performance:
    """What became of a script: k frames as they would be sent, but without a stream id. `moods` (k, 8): what feelings are shown."""

    script: PerformanceScript
    frames: tuple[AvatarFrame, ...]
    moods: NDArray[np.float32]
    spoken: tuple[Spoken, ...]

    @property
    def secs(self) -> NDArray[np.float64]:
        """(k,) when each frame is, from the first one on."""
        times = np.array([frame.time_nanos for frame in self.frames], np.int64)
        return (times - STARTS_AT_NANOS) / NANOS_PER_SEC

    @property
    def digest(self) -> str:
        """SHA-256 of all frames as they are on the wire: the same script has the same one on the same machine."""
        digest = hashlib.sha256()
        for frame in self.frames:
            digest.update(avatar_frame.encode(frame))
        return digest.hexdigest()


class SteppedClock:
    """A clock that stands where it was put; one thread."""

    def __init__(self, now_nanos: int) -> None:
        self._now_nanos = now_nanos

    def put(self, now_nanos: int) -> None:
        """Go to an instant."""
        self._now_nanos = now_nanos

    def now_nanos(self) -> int:
        """Where it was put."""
        return self._now_nanos

    def wait(self, condition: threading.Condition, timeout_secs: float) -> bool:  # noqa: ARG002 - as clocks have it
        """Nobody comes, and time does not pass."""
        return False


class Recorder:
    """A transport that keeps the frames of one avatar."""

    def __init__(self, avatar_id: str) -> None:
        self._topic = topic.avatar(avatar_id)
        self.frames: list[AvatarFrame] = []

    def send(self, topic: bytes, body: bytes) -> None:
        """Keep a frame, without the id of its stream, which is another one each time."""
        if topic == self._topic:
            self.frames.append(dataclasses.replace(avatar_frame.decode(body), stream_id=0))

    def wants(self, topic: bytes) -> bool:
        """Nothing but the frames."""
        return topic == self._topic

    def forget(self, topic: bytes) -> None:
        """There is nothing to let go of."""


def hear_lines(script: PerformanceScript, *, voice: BakeVoice, models: ModelStore, folder: Path) -> tuple[Spoken, ...]:
    """Hear all lines of a script whose files lie in a folder, clips in the cache.

    Raises as `hear_line`, ModelError for a clip that is not there, ConfigError for a line that begins before the one before it has ended.
    """
    spoken: list[Spoken] = []
    for number, line in enumerate(sorted(script.lines, key=lambda line: line.at_secs), 1):
        if spoken and line.at_secs < spoken[-1].ends_secs:
            raise ConfigError(
                f"line {number} begins at {line.at_secs:g} s, expected {spoken[-1].ends_secs:.2f} or later: one is spoken until then"
            )
        sound = None
        if line.sound:
            sound = models.path(line.sound.removeprefix(CLIP)) if line.sound.startswith(CLIP) else folder / line.sound
        timing = folder / line.timing if line.timing else None
        spoken.append(Spoken(line, hear_line(line, sound=sound, timing=timing, voice=voice)))
    return tuple(spoken)


def perform(script: PerformanceScript, spoken: tuple[Spoken, ...] = ()) -> Performance:
    """Act a script whose lines were heard; the same script with the same lines makes the same frames.

    Each frame stands on its instant, k / rate_hz; what the script asks for happens at its own second, before the first frame that is not
    earlier. A line is heard as it sounds: the voice of a moment is known when its look-ahead is over, and no frame waits longer.
    """
    recorder, clock = Recorder(script.avatar), SteppedClock(STARTS_AT_NANOS)
    pipeline = Pipeline(recorder, clock, PipelineOptions(slots=1))
    pipeline.open_slot(_SLOT, script.avatar, precision_bits=_PRECISION_BITS, rate_hz=script.rate_hz, smoothing=1.0)
    pipeline.acting.open(_SLOT, script.avatar, seed=script.seed, lives=script.idle)
    cues = PerformanceCues(pipeline.acting, _SLOT, instant_nanos)
    cues.add_script(script)
    for each in spoken:
        cues.add_line(each.line, each.voice.secs)
    ears = [_Ear(pipeline, each) for each in spoken]
    slots = np.array([_SLOT])
    count = max(1, round(script.secs * script.rate_hz))
    moods = np.zeros((count, len(registry.EMOTIONS)), np.float32)
    late_nanos = LOOK_AHEAD_NANOS + pipeline.mouth_lag_nanos
    for number in range(count):
        time_nanos = STARTS_AT_NANOS + round(number * NANOS_PER_SEC / script.rate_hz)
        clock.put(time_nanos + late_nanos)
        cues.run(time_nanos)
        for ear in ears:
            ear.hear(time_nanos + pipeline.mouth_lag_nanos, clock.now_nanos())
        pipeline.tick(slots, np.array([time_nanos], np.int64))
        moods[number] = pipeline.acting.overlay.moods(slots)[0]
    return Performance(script, tuple(recorder.frames), moods, spoken)


class _Ear:
    """Gives a line to the pipeline, frame by frame."""

    def __init__(self, pipeline: Pipeline, spoken: Spoken) -> None:
        self._pipeline = pipeline
        self._voice = spoken.voice
        self._starts_at_nanos = instant_nanos(spoken.line.at_secs)
        self._given = 0

    def hear(self, until_nanos: int, now_nanos: int) -> None:
        """Give what belongs to instants up to one, and the frame behind it."""
        end = min(self._voice.count, max(0, (until_nanos - self._starts_at_nanos) // FRAME_NANOS + 2))
        if until_nanos >= self._starts_at_nanos and end > self._given:
            heard = self._voice.observations(self._given, end, starts_at_nanos=self._starts_at_nanos)
            self._pipeline.hear(_SLOT, heard, now_nanos)
            self._given = end


def instant_nanos(secs: float) -> int:
    """A second of a performance as an instant of its clock."""
    return STARTS_AT_NANOS + round(secs * NANOS_PER_SEC)
