"""Numbers out of a stream of frames and updates, as a person wants to see them."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.cli.active_shapes import ActiveShapes, ActiveShapesOptions
from affectia.cli.affect_monitor import AffectMonitor, AffectReading
from affectia.cli.recording import shape_weights, shows_face, shows_voice, turns_deg
from affectia.client import ReceivedFrame, ReceivedUpdate
from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.registry import Group, Source
from affectia.wire.avatar_frame import AvatarFrame

WINDOW_SECS: Final = 5.0
SILENT_AFTER_SECS: Final = 1.0
TRAIL_SECS: Final = 0.6  # a screen shows ten moments a second, a mouth takes more shapes than that
_MOST_VISEMES: Final = 15
_MOUTH: Final = registry.GROUPS[Group.MOUTH]
_VOICE: Final = Source.VOICE.name.lower()
_SOURCE_NAMES: Final = {int(source): source.name.lower() for source in Source}


@dataclass(frozen=True, slots=True)
class GroupReading:
    """One group of channels: whether it may be used, who made it, confidence 0..1, age of the newest sample."""

    name: str
    valid: bool
    source: str
    confidence: float
    age_secs: float

    @property
    def is_a_voices(self) -> bool:
        """Whether what is shown was heard and not seen."""
        return self.valid and self.source == _VOICE


@dataclass(frozen=True, slots=True)
class VisemeReading:
    """One viseme: its weight now, and what is left of those before it, each of which falls by 1 within TRAIL_SECS; never below it."""

    name: str
    weight: float
    trail: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at an avatar. Rates, shares and latencies are over the last WINDOW_SECS; None where there is nothing to tell.

    Latencies are of frames that show the very instant of a picture or, where no face was seen, of a sound: a voice's look-ahead is part
    of them. `visemes` are those of a mouth that a voice may drive, in their own order; none where no voice is listened to. `shapes` are
    names and weights, row by row, None for those of a group that is not valid; `other_avatars` are those heard of within WINDOW_SECS, by
    name; `affect` is None where nobody asked for updates.
    """

    avatar_id: str = ""
    other_avatars: tuple[str, ...] = ()
    received: int = 0
    silent_secs: float = 0.0
    rate_hz: float = 0.0
    found_share: float | None = None
    latency_p50_millis: float | None = None
    latency_p95_millis: float | None = None
    shapes: tuple[tuple[str, float | None], ...] = ()
    head_deg: tuple[float, float, float] | None = None
    viseme: tuple[str, float] | None = None
    visemes: tuple[VisemeReading, ...] = ()
    groups: tuple[GroupReading, ...] = ()
    affect: AffectReading | None = None

    @property
    def mouth(self) -> GroupReading | None:
        """The group of the mouth; None before the first frame."""
        return next((group for group in self.groups if group.name == _MOUTH), None)


@dataclass(frozen=True, slots=True)
class _Arrival:
    received_at_nanos: int
    latency_nanos: int | None
    shows_face: bool
    frame: AvatarFrame


class Monitor:
    """Follows the first avatar that it sees. One thread adds, one other reads; adding costs a few microseconds.

    `shape_rows` and `unit_rows` are how many blendshapes and action units a reading has; without `affect` it tells of no updates.
    """

    def __init__(self, *, shape_rows: int = 8, unit_rows: int = 6, affect: bool = True) -> None:
        self._lock = threading.Lock()
        self._arrivals: deque[_Arrival] = deque()
        self._newest: ReceivedFrame | None = None
        self._heard_at_nanos: dict[str, int] = {}
        self._received = 0
        self._active = ActiveShapes(ActiveShapesOptions(rows=shape_rows))
        self._affect = AffectMonitor(rows=unit_rows) if affect else None

    def add(self, received: ReceivedFrame) -> None:
        """Take in a frame, on the receiving thread."""
        with self._lock:
            self._heard_at_nanos[received.avatar_id] = received.received_at_nanos
            newest = self._newest
            if newest is not None and newest.avatar_id != received.avatar_id:
                return
            if newest is not None and newest.frame.stream_id != received.frame.stream_id:
                self._arrivals.clear()  # another sidecar: what the old one did says nothing about it
            self._newest = received
            self._received += 1
            with_face = shows_face(received.frame)
            latency_nanos = received.latency_nanos if with_face or shows_voice(received.frame) else None
            self._arrivals.append(_Arrival(received.received_at_nanos, latency_nanos, with_face, received.frame))
            oldest_nanos = received.received_at_nanos - round(WINDOW_SECS * NANOS_PER_SEC)
            while self._arrivals[0].received_at_nanos < oldest_nanos:
                self._arrivals.popleft()

    def add_update(self, received: ReceivedUpdate) -> None:
        """Take in an update, on the receiving thread; it counts once there was a frame of its avatar."""
        newest = self._newest
        if self._affect is not None and newest is not None and newest.avatar_id == received.avatar_id:
            self._affect.add(received)

    @property
    def received(self) -> int:
        """Frames of the followed avatar so far."""
        return self._received

    def reading(self, now_nanos: int) -> Reading:
        """What there is to see now; `now_nanos` is on the clock that stamps arrivals."""
        with self._lock:
            newest, arrivals, heard_at_nanos = self._newest, list(self._arrivals), dict(self._heard_at_nanos)
        silent_secs = 0.0 if newest is None else max(0.0, (now_nanos - newest.received_at_nanos) / NANOS_PER_SEC)
        # As a client should (protos/timeline.md): who hears nothing for a second goes back to rest.
        silent = newest is None or silent_secs > SILENT_AFTER_SECS
        affect = None if self._affect is None else self._affect.reading(now_nanos, silent=silent)
        if newest is None:
            return Reading(affect=affect)
        frame = newest.frame
        oldest_nanos = now_nanos - round(WINDOW_SECS * NANOS_PER_SEC)
        others = sorted(name for name, at_nanos in heard_at_nanos.items() if at_nanos >= oldest_nanos and name != newest.avatar_id)
        latencies = _latencies_millis(arrivals)
        weights = np.zeros(len(registry.BLENDSHAPES), np.float32) if silent else shape_weights(frame)
        rows = self._active.update(weights, now_nanos)
        is_listened_to = shows_voice(frame) or (affect is not None and affect.speaking is not None)
        valid = [not silent and frame.is_valid(group) for group in registry.BLENDSHAPE_GROUPS]
        return Reading(
            avatar_id=newest.avatar_id,
            other_avatars=tuple(others),
            received=self._received,
            silent_secs=silent_secs,
            rate_hz=0.0 if silent else _rate_hz(arrivals),
            found_share=None if silent else sum(arrival.shows_face for arrival in arrivals) / len(arrivals),
            latency_p50_millis=None if silent else _percentile(latencies, 50),
            latency_p95_millis=None if silent else _percentile(latencies, 95),
            shapes=tuple((registry.BLENDSHAPES[place], float(weights[place]) if valid[place] else None) for place in rows),
            head_deg=None if silent else _head_deg(frame),
            viseme=None if silent else _viseme(frame),
            visemes=() if silent or not is_listened_to else _visemes(arrivals, now_nanos),
            groups=tuple(_group(frame, group, silent=silent) for group in Group),
            affect=affect,
        )


def _rate_hz(arrivals: list[_Arrival]) -> float:
    span_nanos = arrivals[-1].received_at_nanos - arrivals[0].received_at_nanos
    return (len(arrivals) - 1) * NANOS_PER_SEC / span_nanos if span_nanos else 0.0


def _latencies_millis(arrivals: list[_Arrival]) -> NDArray[np.float64]:
    """Those of pictures, else of sounds."""
    seen = [arrival for arrival in arrivals if arrival.shows_face]
    known = [arrival.latency_nanos for arrival in seen or arrivals if arrival.latency_nanos is not None]
    return np.array(known, np.float64) / NANOS_PER_MILLI


def _percentile(values: NDArray[np.float64], percent: float) -> float | None:
    return float(np.percentile(values, percent)) if values.size else None


def _head_deg(frame: AvatarFrame) -> tuple[float, float, float] | None:
    if frame.bones is None or not frame.is_valid(Group.HEAD):
        return None
    yaw, pitch, roll = turns_deg(frame)[0].tolist()
    return yaw, pitch, roll


def _viseme(frame: AvatarFrame) -> tuple[str, float] | None:
    if frame.dominant_viseme is None or not frame.is_valid(Group.MOUTH):
        return None
    index, confidence = frame.dominant_viseme
    return frame.layout.parts[2][index], confidence / registry.UNIT_WEIGHT_U8


def _visemes(arrivals: list[_Arrival], now_nanos: int) -> tuple[VisemeReading, ...]:
    """The visemes of the newest frame, with the trails of those before it."""
    newest = arrivals[-1].frame
    weights = trails = newest.viseme_weights()[:_MOST_VISEMES]
    for arrival in reversed(arrivals):
        faded = (now_nanos - arrival.received_at_nanos) / (TRAIL_SECS * NANOS_PER_SEC)
        if faded >= 1 or arrival.frame.layout is not newest.layout:
            break
        if arrival.frame.visemes is not None and arrival.frame.is_valid(Group.MOUTH):
            trails = np.maximum(trails, arrival.frame.viseme_weights()[:_MOST_VISEMES] - np.float32(faded))
    rows = zip(newest.layout.parts[2], weights.tolist(), trails.tolist(), strict=False)
    return tuple(VisemeReading(*row) for row in rows)


def _group(frame: AvatarFrame, group: Group, *, silent: bool) -> GroupReading:
    valid, source, confidence, age_secs, _weight = frame.group(group)
    return GroupReading(registry.GROUPS[group], valid and not silent, _SOURCE_NAMES.get(source, f"source {source}"), confidence, age_secs)
