"""A receiver's timeline behind a bad network: frames of a face, what a network does to them, and how smooth is what is shown.

No socket and no clock: instants are numbers, and everything random has a seed. The measure of smoothness: of two asks that follow each
other, how far each shape moved, less the most that the source itself moves in as long a time anywhere between the frames that the two poses
were made of. So a pose that leaves out a part of the source's time and jumps is not excused by the source having moved meanwhile.
"""

from __future__ import annotations

import bisect
import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.client import Timeline, TimelineOptions
from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.store.take_reader import read_take
from affectia.wire import rotation
from affectia.wire.avatar_frame import AvatarFrame

Floats = NDArray[np.float64]

LARGEST_STEP: Final = 0.15
"""Of a weight, and of a bone in radians, in a 60th of a second, beyond what the source itself does."""

HEAD: Final = registry.BONES.index("head")
_SHAPE: Final = {name: place for place, name in enumerate(registry.BLENDSHAPES)}
_BLINK: Final = _SHAPE["eyeBlinkLeft"]
_U32: Final = 1 << 32
_GRID_NANOS: Final = 2 * NANOS_PER_MILLI  # how finely the source's own steps are looked at
_AHEAD_NANOS: Final = 10_000 * NANOS_PER_SEC  # the sender's clock, more with each of its starts
_LATER_NANOS: Final = 50 * NANOS_PER_SEC  # the receiver's
_BLINK_COUNTS: Final = 0.7  # a peak of the source below that is no blink


@dataclass(frozen=True)
class Motion:
    """A face over time: `secs` (k,) rising, `shapes` (k, 52), `head` (k, 4) quaternions."""

    secs: Floats
    shapes: Floats
    head: Floats

    def at(self, secs: Floats) -> tuple[Floats, Floats]:
        """(m, 52) and (m, 4), straight between the moments that are known."""
        place = np.clip(np.searchsorted(self.secs, secs, side="right") - 1, 0, self.secs.size - 2)
        share = np.clip((secs - self.secs[place]) / (self.secs[place + 1] - self.secs[place]), 0, 1)[:, None]
        shapes = self.shapes[place] + share * (self.shapes[place + 1] - self.shapes[place])
        start, end = self.head[place], self.head[place + 1]
        sign = np.where(np.einsum("ij,ij->i", start, end) < 0, -1.0, 1.0)[:, None]
        head = start + share * (sign * end - start)
        return shapes, head / np.linalg.norm(head, axis=1, keepdims=True)


def talking_face(secs: float, *, seed: int = 1) -> Motion:
    """Somebody who talks, blinks (shut in 70 ms, open in 130), smiles, looks about and turns the head, as quickly as people do."""
    dice = np.random.default_rng(seed)
    times = np.arange(0, secs, 1 / 240)
    shapes = np.zeros((times.size, len(registry.BLENDSHAPES)))
    at = 0.6
    while at < secs:
        lids = np.interp(times - at, (0, 0.07, 0.1, 0.23), (0, 1, 1, 0))
        for name in ("eyeBlinkLeft", "eyeBlinkRight"):
            np.maximum(shapes[:, _SHAPE[name]], lids, out=shapes[:, _SHAPE[name]])
        at += float(dice.lognormal(0.7, 0.6)) + 0.3
    # Syllables: the jaw goes up and down four to six times a second, with pauses.
    beat = np.cumsum(dice.uniform(4, 6, times.size)) / 240
    talks = _smooth((dice.random(int(secs) + 2) < 0.75).astype(float), times)
    shapes[:, _SHAPE["jawOpen"]] = 0.55 * talks * np.sin(np.pi * beat) ** 2
    shapes[:, _SHAPE["mouthPucker"]] = 0.6 * talks * np.sin(np.pi * beat / 2.7) ** 2
    for name, most, pace in (
        ("mouthSmileLeft", 0.8, 0.6),
        ("browInnerUp", 0.7, 0.4),
        ("eyeLookOutLeft", 0.9, 0.35),
        ("browDownLeft", 0.6, 0.5),
    ):
        steps = dice.uniform(0, most, int(secs / pace) + 3)
        shapes[:, _SHAPE[name]] = _smooth(steps, times / pace)
    turns = [_smooth(dice.uniform(-most, most, int(secs / 0.8) + 3), times / 0.8) for most in (35, 15, 10)]
    return Motion(times, shapes, rotation.from_euler_deg(np.stack(turns, axis=1)))


def of_take(path: Path) -> Motion:
    """The face of a take (`affectia demo` leaves one), which moves for 10 s at least."""
    take = read_take(path).take
    secs = (take.times_nanos - take.times_nanos[0]) / NANOS_PER_SEC
    if secs[-1] < 10:
        raise ConfigError(f"take is {secs[-1]:.1f} s long, expected 10 at least: {path}")
    return Motion(secs, take.blendshapes.astype(np.float64), rotation.from_euler_deg(take.head_deg))


def _smooth(values: Floats, place: Floats) -> Floats:
    """Between the values at 0, 1, 2, ...: held for a while, then over in the last half."""
    first = place.astype(np.intp)
    t = np.clip(2 * (place - first) - 1, 0, 1)
    found: Floats = values[first] + (values[first + 1] - values[first]) * t * t * (3 - 2 * t)
    return found


@dataclass(frozen=True)
class Network:
    """What becomes of a frame: `transit_millis` always, and besides that what is named.

    `jitter_millis`: on top, evenly spread up to that, or where it is `heavy` with a long tail (log-normal, 95 of 100 below it, one in a
    thousand three times that). `loss`: share that never comes. `reorder`: share that is held up until one to three later frames are there.
    `in_order`: as TCP does, nothing overtakes. `gap_millis`: as much is lost in one piece every 7 s. `drift`: how much faster the
    receiver's clock runs. `restart_secs`: so often the sender begins anew, with another face and another clock.
    """

    transit_millis: float = 20.0
    jitter_millis: float = 0.0
    heavy: bool = False
    loss: float = 0.0
    reorder: float = 0.0
    in_order: bool = False
    gap_millis: float = 0.0
    drift: float = 0.0
    restart_secs: float = 0.0


@dataclass(frozen=True)
class Case:
    """One run: the network, and how a receiver is set."""

    name: str
    network: Network
    options: TimelineOptions = field(default_factory=TimelineOptions)


ALL: Final = Network(loss=0.1, jitter_millis=50, reorder=0.05)
CASES: Final = (
    Case("loopback, latest", Network(transit_millis=0.3), TimelineOptions.for_endpoint("tcp://127.0.0.1:17870")),
    Case("loopback, adaptive", Network(transit_millis=0.3)),
    Case("clean network", Network()),
    Case("loss 10 %", Network(loss=0.1)),
    Case("jitter 50 ms", Network(jitter_millis=50)),
    Case("jitter, in order (TCP)", Network(jitter_millis=50, in_order=True)),
    Case("jitter, long tail", Network(jitter_millis=50, heavy=True)),
    Case("reordering 5 %", Network(reorder=0.05)),
    Case("all three", ALL),
    Case("all three, long tail", Network(loss=0.1, jitter_millis=50, reorder=0.05, heavy=True)),
    Case("gaps of 300 ms", Network(gap_millis=300)),
    Case("all three and gaps", Network(loss=0.1, jitter_millis=50, reorder=0.05, gap_millis=300)),
    Case("restart every 3 s", Network(jitter_millis=10, restart_secs=3)),
    Case("drift 200 ppm", Network(jitter_millis=10, drift=200e-6)),
)


@dataclass(frozen=True)
class Sent:
    """A frame on its way: instants of the sender's and of the receiver's clock, the moment of the motion that it shows, and itself."""

    moment_secs: float
    time_nanos: int
    arrives_nanos: int
    frame: AvatarFrame


@dataclass(frozen=True)
class Played:
    """What a receiver showed, a row for each ask: `now_nanos` (n,), `moment_secs` (n,) of the motion, `shapes` (n, 52), `head` (n, 4),
    `excess` (n,) and `turn_excess` (n,) as the top of this file says, for a 60th of a second; `lag_millis` (n,) from the moment that is
    shown to now, `delay_millis` (n,) as reported. NaN before the first frame.
    """

    now_nanos: NDArray[np.int64]
    moment_secs: Floats
    shapes: Floats
    head: Floats
    excess: Floats
    turn_excess: Floats
    lag_millis: Floats
    delay_millis: Floats
    sent: tuple[Sent, ...]
    received: int
    lost: int
    dropped: int
    skipped: int
    blinks_kept: float

    @property
    def settled_secs(self) -> float:
        """When the reported delay had come within a tenth of its median, and 2 ms."""
        told = self.delay_millis[np.isfinite(self.delay_millis)]
        median = float(np.median(told))
        near = told >= 0.9 * median - 2
        return float(np.argmax(near)) * float(np.median(np.diff(self.now_nanos))) / NANOS_PER_SEC


def send(motion: Motion, network: Network, *, rate_hz: float, seed: int) -> list[Sent]:
    """All frames that arrive, in order of arrival."""
    dice = np.random.default_rng(seed)
    secs = np.arange(0.5, motion.secs[-1] - 0.5, 1 / rate_hz)
    shapes, head = motion.at(secs)
    other, other_head = motion.at(motion.secs[-1] - secs)  # the face of the sender after its next start
    sent: list[Sent] = []
    starts, sequence, latest = 0, -1, 0
    for place, moment_secs in enumerate(secs.tolist()):
        sequence += 1
        if network.restart_secs and moment_secs - 0.5 >= (starts + 1) * network.restart_secs:
            starts, sequence = starts + 1, 0
        delay_millis = network.transit_millis + _jitter(network, dice)
        if dice.random() < network.reorder:
            delay_millis += 1000 / rate_hz * (float(dice.integers(1, 4)) + 0.5)
        if dice.random() < network.loss or (network.gap_millis and 1000 * (moment_secs % 7) < network.gap_millis and moment_secs > 7):
            continue
        published_nanos = round(dice.uniform(8, 14) * NANOS_PER_MILLI)
        leaves_nanos = round(moment_secs * NANOS_PER_SEC) + published_nanos
        arrives_nanos = round((leaves_nanos + delay_millis * NANOS_PER_MILLI) * (1 + network.drift)) + _LATER_NANOS
        if network.in_order:
            arrives_nanos = latest = max(arrives_nanos, latest)
        mirrored = starts % 2 == 1
        time_nanos = round(moment_secs * NANOS_PER_SEC) + (1 + starts) * _AHEAD_NANOS
        frame = AvatarFrame(
            stream_id=1 + starts,
            sequence=(_U32 - 40 + sequence) % _U32,
            time_nanos=time_nanos,
            publish_delay_micros=published_nanos // 1000,
            blendshapes=np.round((other if mirrored else shapes)[place] * registry.UNIT_WEIGHT_U16).astype("<u2").tobytes(),
            bones=_bones((other_head if mirrored else head)[place]),
        )
        sent.append(Sent(motion.secs[-1] - moment_secs if mirrored else moment_secs, time_nanos, arrives_nanos, frame))
    sent.sort(key=lambda one: one.arrives_nanos)
    return sent


def play(motion: Motion, case: Case, *, rate_hz: float = 30.0, display_hz: float = 60.0, seed: int = 1) -> Played:
    """Run one case from its first frame to its last."""
    sent = send(motion, case.network, rate_hz=rate_hz, seed=seed)
    timeline = Timeline(case.options)
    asks = np.arange(sent[0].arrives_nanos, sent[-1].arrives_nanos, round(NANOS_PER_SEC / display_hz))
    moments: dict[tuple[int, int], float] = {(one.frame.stream_id, one.time_nanos): one.moment_secs for one in sent}
    accepted: dict[int, list[int]] = {}
    own = _OwnSteps(motion, max(1 / display_hz, 1 / rate_hz if case.options.mode == "latest" else 0.0))
    shapes, head = np.zeros((asks.size, len(registry.BLENDSHAPES))), np.zeros((asks.size, 4))
    columns = np.full((5, asks.size), np.nan)
    moment_secs, excess, turn_excess, lag, delay = columns
    counts = np.zeros(4, np.intp)
    before: tuple[float, float] | None = None
    waiting = iter(sent)
    following = next(waiting, None)
    stream = 0
    for number, now in enumerate(asks.tolist()):
        while following is not None and following.arrives_nanos <= now:
            if following.frame.stream_id != stream:
                counts += _counts(timeline)
                stream = following.frame.stream_id
            if timeline.push(following.frame, following.arrives_nanos):
                bisect.insort(accepted.setdefault(stream, []), following.time_nanos)
            following = next(waiting, None)
        pose = timeline.pose_at(now)
        assert pose.frame is not None
        assert pose.time_nanos is not None
        assert pose.offset_nanos is not None
        shapes[number], head[number] = pose.blendshapes, pose.bone_quaternions[HEAD]
        times = accepted[pose.frame.stream_id]
        later = times[min(bisect.bisect_right(times, pose.frame.time_nanos), len(times) - 1)]
        between = moments[pose.frame.stream_id, pose.frame.time_nanos], moments[pose.frame.stream_id, later]
        moved = pose.time_nanos - pose.frame.time_nanos
        moment_secs[number] = between[0] + (1 if between[1] >= between[0] else -1) * moved / NANOS_PER_SEC
        shown_millis = (pose.time_nanos - pose.frame.stream_id * _AHEAD_NANOS) / NANOS_PER_MILLI
        lag[number] = (now - _LATER_NANOS) / (1 + case.network.drift) / NANOS_PER_MILLI - shown_millis
        delay[number] = pose.delay_nanos / NANOS_PER_MILLI
        if before is not None:
            ends = (*before, *between)
            most, most_turn = own.between(min(ends), max(ends)) if max(ends) - min(ends) < 2 else own.of_either(before, between)
            per_60th = display_hz / 60  # steps of that many asks follow each other in a 60th of a second
            excess[number] = float((np.abs(shapes[number] - shapes[number - 1]) - most).max()) * per_60th
            turn_excess[number] = (_angle(head[number - 1], head[number]) - most_turn) * per_60th
        before = (min(between), max(between))
    counts += _counts(timeline)
    received, lost, dropped, skipped = counts.tolist()
    kept = _blinks_kept(motion, moment_secs, shapes) if not case.network.restart_secs else float("nan")
    return Played(asks, moment_secs, shapes, head, excess, turn_excess, lag, delay, tuple(sent), received, lost, dropped, skipped, kept)


class _OwnSteps:
    """The most that a motion moves within `step_secs`, near any moment of it."""

    def __init__(self, motion: Motion, step_secs: float) -> None:
        self._step_secs = step_secs
        grid = np.arange(0, motion.secs[-1], _GRID_NANOS / NANOS_PER_SEC)
        shapes, head = motion.at(grid)
        later, later_head = motion.at(grid + step_secs)
        self._steps = np.abs(later - shapes)
        self._turns = _angle(head, later_head)

    def between(self, first_secs: float, last_secs: float) -> tuple[Floats, float]:
        """(52,) and an angle: over any such time that lies between two moments, or around them where they are nearer to each other."""
        begin = max(0, int((min(first_secs, last_secs - self._step_secs)) * NANOS_PER_SEC) // _GRID_NANOS - 1)
        end = int(max(first_secs, last_secs - self._step_secs) * NANOS_PER_SEC) // _GRID_NANOS + 2
        return self._steps[begin:end].max(axis=0), float(self._turns[begin:end].max())

    def of_either(self, first: tuple[float, float], then: tuple[float, float]) -> tuple[Floats, float]:
        """The larger one of two stretches that have nothing to do with each other."""
        (steps, turn), (other_steps, other_turn) = self.between(*first), self.between(*then)
        return np.maximum(steps, other_steps), max(turn, other_turn)


def _jitter(network: Network, dice: np.random.Generator) -> float:
    if not network.heavy:
        return float(dice.uniform(0, network.jitter_millis)) if network.jitter_millis else 0.0
    return min(float(dice.lognormal(np.log(network.jitter_millis / 4), 0.84)), 20 * network.jitter_millis)


def _bones(head: Floats) -> bytes:
    bones = np.tile((0.0, 0.0, 0.0, 1.0), (len(registry.BONES), 1))
    bones[HEAD] = head if head[3] >= 0 else -head
    return np.round(bones * registry.UNIT_QUATERNION_I16).astype("<i2").tobytes()


def _angle(start: Floats, end: Floats) -> Floats:
    """Of the turn from one unit quaternion to another, in radians."""
    cosine = np.abs(np.einsum("...i,...i->...", start, end))
    sine = np.sqrt(np.maximum(0, 1 - np.minimum(cosine, 1) ** 2))
    angle: Floats = 2 * np.arctan2(sine, cosine)
    return angle


def _counts(timeline: Timeline) -> NDArray[np.intp]:
    return np.array((timeline.received, timeline.lost, timeline.dropped, timeline.skipped), np.intp)


def _blinks_kept(motion: Motion, moment_secs: Floats, shapes: Floats) -> float:
    """The median over the blinks of the source of the highest that was shown of each, against its own height."""
    lids = motion.shapes[:, _BLINK]
    edges = np.flatnonzero(np.diff((lids > _BLINK_COUNTS).astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
    kept = []
    for begin, end in edges.tolist():
        first, last = motion.secs[begin] - 0.1, motion.secs[end - 1] + 0.1
        near = (moment_secs >= first) & (moment_secs <= last)
        if first > 1.5 and last < motion.secs[-1] - 1.5:
            kept.append(float(shapes[near, _BLINK].max(initial=0)) / float(lids[begin:end].max()))
    return float(np.median(kept)) if kept else float("nan")


@functools.cache
def face(secs: float, seed: int = 1) -> Motion:
    """`talking_face`, made once."""
    return talking_face(secs, seed=seed)
