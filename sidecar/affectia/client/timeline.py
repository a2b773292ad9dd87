"""The receiver's timeline: frames go in as they come, every display frame asks for the pose of its own instant.

The reference of protos/timeline.md; the vectors in tests/conformance/timeline hold it and its twins in other languages together.
"""

from __future__ import annotations

import bisect
import re
from collections import deque
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from affectia import registry
from affectia.client.timeline_pose import TimelineKey, TimelinePose
from affectia.clock import NANOS_PER_MILLI
from affectia.errors import ConfigError
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.layout import STANDARD

BUFFER_FRAMES: Final = 64
WINDOW_FRAMES: Final = 128
BUCKET_NANOS: Final = 5_000 * NANOS_PER_MILLI
JUMP_NANOS: Final = 2_000 * NANOS_PER_MILLI
SKIP_NANOS: Final = 100 * NANOS_PER_MILLI
LARGEST_DELAY_MILLIS: Final = 500
_U32: Final = 1 << 32
_LOOPBACK: Final = re.compile(r"(inproc|ipc)://.+|tcp://(127\.\d+\.\d+\.\d+|localhost|\[::1\]):\d+", re.IGNORECASE)
_MOUTH: Final = registry.GROUPS.index("mouth")


@dataclass(frozen=True, slots=True)
class TimelineOptions:
    """What timeline.md section 2 lets a user choose; a value out of range raises ConfigError."""

    mode: Literal["latest", "adaptive"] = "adaptive"
    min_delay_millis: int = 0
    max_delay_millis: int = LARGEST_DELAY_MILLIS
    fall_millis_per_sec: int = 10
    stale_millis: int = 1000
    ease_millis: int = 500
    blend_in_millis: int = 200

    @staticmethod
    def for_endpoint(endpoint: str) -> TimelineOptions:
        """The options for a ZeroMQ endpoint: `latest`, without any delay, where it is on this machine, else `adaptive`."""
        return TimelineOptions(mode="latest" if _LOOPBACK.fullmatch(endpoint) else "adaptive")

    def __post_init__(self) -> None:
        if self.mode not in ("latest", "adaptive"):
            raise ConfigError(f"mode is {self.mode!r}, expected latest or adaptive")
        if not 0 <= self.min_delay_millis <= self.max_delay_millis <= LARGEST_DELAY_MILLIS:
            found = f"min_delay_millis {self.min_delay_millis} and max_delay_millis {self.max_delay_millis}"
            raise ConfigError(f"{found} are out of order, expected 0 <= min <= max <= {LARGEST_DELAY_MILLIS}")
        for name, least in (("fall_millis_per_sec", 1), ("stale_millis", 1), ("ease_millis", 0), ("blend_in_millis", 0)):
            if getattr(self, name) < least:
                raise ConfigError(f"{name} is {getattr(self, name)}, expected {least} or more")


class _Playout:
    """How the sender's clock lies to this one, and how far behind the newest frame the pose is shown."""

    def __init__(self, options: TimelineOptions) -> None:
        self._options = options
        self.offset_nanos: int | None = None
        self.delay_nanos = 0
        self._buckets: tuple[int, int | None] = (0, None)  # the least of this bucket and of the one before
        self._bucket_since = self._taken_at = 0
        self._ages: deque[int] = deque()
        self._sorted_ages: list[int] = []

    def jumps(self, frame: AvatarFrame, arrived_at_nanos: int) -> bool:
        return self.offset_nanos is not None and abs(_transit(frame, arrived_at_nanos) - self.offset_nanos) > JUMP_NANOS

    def take(self, frame: AvatarFrame, arrived_at_nanos: int, interval_nanos: int) -> None:
        transit, in_bucket = _transit(frame, arrived_at_nanos), arrived_at_nanos - self._bucket_since
        current, before = self._buckets
        if self.offset_nanos is None or in_bucket >= BUCKET_NANOS:
            before = None if self.offset_nanos is None or in_bucket >= 2 * BUCKET_NANOS else current
            current, self._bucket_since = transit, arrived_at_nanos
        current = min(current, transit)
        self._buckets = (current, before)
        offset = current if before is None else min(current, before)
        if len(self._ages) == WINDOW_FRAMES:
            del self._sorted_ages[bisect.bisect_left(self._sorted_ages, self._ages.popleft())]
        age = arrived_at_nanos - frame.time_nanos
        self._ages.append(age)
        bisect.insort(self._sorted_ages, age)
        late = self._sorted_ages[(95 * len(self._ages) + 99) // 100 - 1] - offset
        options = self._options
        target = min(max(late + interval_nanos, options.min_delay_millis * NANOS_PER_MILLI), options.max_delay_millis * NANOS_PER_MILLI)
        fallen = self.delay_nanos - (arrived_at_nanos - self._taken_at) * options.fall_millis_per_sec // 1000
        self.delay_nanos = target if self.offset_nanos is None else max(target, fallen)
        self.offset_nanos, self._taken_at = offset, arrived_at_nanos


class Timeline:
    """Plays the frames of one avatar. One thread pushes and asks; no call blocks or raises for what a sender does.

    `received`, `lost` and `dropped` count since the stream began: accepted frames, numbers that did not come, and frames that came twice,
    too late or from a stream that has ended. `skipped` counts how often the pose had to leave frames out to catch up.
    """

    def __init__(self, options: TimelineOptions | None = None) -> None:
        self._options = options or TimelineOptions()
        self._pose = TimelinePose(STANDARD)
        self._durations_nanos = (self._options.ease_millis * NANOS_PER_MILLI, self._options.blend_in_millis * NANOS_PER_MILLI)
        self._keys: deque[TimelineKey] = deque(maxlen=BUFFER_FRAMES)
        self._stream_id: int | None = None
        self._ended_stream_id: int | None = None
        self._newest_sequence: int | None = None
        self._arrived_at_nanos = 0
        self._restarted = False
        self._shown_nanos: int | None = None
        self._asked_at_nanos = 0
        self.received = self.lost = self.dropped = self.skipped = 0
        self._reset()

    def push(self, frame: AvatarFrame, arrived_at_nanos: int) -> bool:
        """Take a frame that arrived at an instant of this machine's clock, not before the previous one; False when it is dropped."""
        if frame.stream_id == self._ended_stream_id:
            self.dropped += 1
            return False
        if frame.stream_id != self._stream_id:
            self._ended_stream_id, self._stream_id, self._newest_sequence = self._stream_id, frame.stream_id, None
            self.received = self.lost = self.dropped = self.skipped = 0
            self._reset()
        step = 1 if self._newest_sequence is None else (frame.sequence - self._newest_sequence) % _U32
        if not 0 < step < _U32 // 2:
            return self._push_late(frame, arrived_at_nanos)
        self.received, self.lost, self._newest_sequence = self.received + 1, self.lost + step - 1, frame.sequence
        if frame.layout != self._pose.layout:
            self._pose = TimelinePose(frame.layout)
            self._empty()
        if self._playout.jumps(frame, arrived_at_nanos):
            self._reset()
        elif arrived_at_nanos - self._arrived_at_nanos >= self._options.stale_millis * NANOS_PER_MILLI:
            self._empty()
        while self._keys and self._keys[-1].frame.time_nanos >= frame.time_nanos:
            self._keys.pop()
        self._keys.append(TimelineKey(frame, self._pose))
        oldest = self._keys[0].frame
        if steps := (frame.sequence - oldest.sequence) % _U32:
            self._interval_nanos = (frame.time_nanos - oldest.time_nanos) // steps
        self._arrived_at_nanos = arrived_at_nanos
        self._playout.take(frame, arrived_at_nanos, self._interval_nanos)
        return True

    def _push_late(self, frame: AvatarFrame, arrived_at_nanos: int) -> bool:
        """Take a frame that others have overtaken into its place, where the pose has not set out for what lies behind it."""
        keys = self._keys
        place = len(keys)
        while place and (frame.sequence - keys[place - 1].frame.sequence) % _U32 >= _U32 // 2:
            place -= 1
        before, after = keys[place - 1] if place else None, keys[place] if place < len(keys) else None
        fits = (
            self._options.mode == "adaptive"
            and before is not None
            and after is not None
            and before.frame.sequence != frame.sequence
            and before.frame.time_nanos < frame.time_nanos < after.frame.time_nanos
            and frame.layout == self._pose.layout
            and (self._shown_nanos is None or before.frame.time_nanos > self._shown_nanos)
        )
        if not fits or self._playout.jumps(frame, arrived_at_nanos):
            self.dropped += 1
            return False
        if len(keys) == BUFFER_FRAMES:
            keys.popleft()
            place -= 1
        keys.insert(place, TimelineKey(frame, self._pose))
        self.received, self.lost, self._arrived_at_nanos = self.received + 1, self.lost - 1, arrived_at_nanos
        self._playout.take(frame, arrived_at_nanos, self._interval_nanos)
        return True

    def pose_at(self, now_nanos: int) -> TimelinePose:
        """The pose to show at an instant of this machine's clock; always the same object, except after a change of layout."""
        pose, options = self._pose, self._options
        earlier = later = None
        fraction = 0.0
        if self._keys:
            earlier, later, fraction = self._around(now_nanos)
            pose.frame, pose.offset_nanos = earlier.frame, self._playout.offset_nanos
            pose.delay_nanos = 0 if options.mode == "latest" else self._playout.delay_nanos
            pose.time_nanos = self._shown_nanos
        fresh = now_nanos - self._arrived_at_nanos < options.stale_millis * NANOS_PER_MILLI
        live = earlier.valid if earlier is not None and fresh else np.zeros(len(registry.GROUPS), np.bool_)
        pose.turn(live, now_nanos, restarted=self._restarted)
        self._restarted = False
        pose.show(earlier, later, fraction=fraction, now_nanos=now_nanos, durations_nanos=self._durations_nanos)
        raw = earlier.frame.dominant_viseme if earlier is not None and live[_MOUTH] else None
        pose.dominant_viseme = (raw[0], raw[1] / 255) if raw else None
        return pose

    def _around(self, now_nanos: int) -> tuple[TimelineKey, TimelineKey, float]:
        """The frames before and after the instant of the sender's clock that is due, and where it lies between them."""
        keys = self._keys
        newest_nanos = keys[-1].frame.time_nanos
        if self._options.mode == "latest" or self._playout.offset_nanos is None:
            self._shown_nanos = newest_nanos
            return keys[-1], keys[-1], 0.0
        due = now_nanos - self._playout.offset_nanos - self._playout.delay_nanos
        if self._shown_nanos is not None:
            due = max(due, self._shown_nanos)
        due = min(max(due, keys[0].frame.time_nanos), newest_nanos)
        if self._shown_nanos is not None:
            # A pose that has waited for a frame catches up a little faster than time, or, far behind, by a transition; it never jumps.
            near = max(self._shown_nanos + max(0, now_nanos - self._asked_at_nanos) * 5 // 4, keys[0].frame.time_nanos)
            if due - near > SKIP_NANOS:
                self._restarted = True
                self.skipped += 1
            else:
                due = min(due, near)
        self._shown_nanos, self._asked_at_nanos = due, now_nanos
        place = len(keys) - 1
        while keys[place].frame.time_nanos > due:
            place -= 1
        earlier, later = keys[place], keys[min(place + 1, len(keys) - 1)]
        span = later.frame.time_nanos - earlier.frame.time_nanos
        return earlier, later, (due - earlier.frame.time_nanos) / span if span else 0.0

    def _reset(self) -> None:
        self._playout = _Playout(self._options)
        self._interval_nanos = 0
        self._shown_nanos = None
        self._empty()

    def _empty(self) -> None:
        self._keys.clear()
        self._restarted = True


def _transit(frame: AvatarFrame, arrived_at_nanos: int) -> int:
    return arrived_at_nanos - frame.time_nanos - 1000 * frame.publish_delay_micros
