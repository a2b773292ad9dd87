"""What avatars cost that act: one alone, and a crowd of them; and how the cost of each falls with their number.

First ticks alone: a clock of their own, everything encoded, a transport that takes it; a face's observation counts with its tick. Then a
real sidecar with `--avatars N` (default 500) NPCs at `--rate HZ` (default 30), each with an emotion, that a second process receives:
processor time of all threads of the sidecar, against one core. `--seconds N` (default 10), `--plot PATH` draws the curve.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from affectia import registry
from affectia.clock import NANOS_PER_SEC, FakeClock
from affectia.pipeline import Pipeline, PipelineOptions
from affectia.registry import Emotion
from affectia.rig.emotion.preferred_emotion import PreferredEmotion
from affectia.session.session import SessionOptions
from affectia.session.session_request import SessionRequest
from affectia.session.sidecar import Sidecar, SidecarOptions
from affectia.session.source_spec import SourceSpec
from affectia.signals import face_channels
from affectia.signals.emotion_observations import ALL_EMOTIONS, AffectMethod, EmotionObservations, Modality
from affectia.signals.face_observations import FaceObservations
from affectia.signals.voice_observations import FRAME_NANOS, VISEMES, VoiceObservations
from report import against, console, table

PORT_BASE = 28890
ONE_LIMIT_MILLIS = 0.3
CROWD_LIMIT_PERCENT = 60.0  # of one core
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500)
RATE_HZ = 30
WARM_UP = 60


class _Taking:
    """A transport that wants everything and keeps nothing."""

    def send(self, topic: bytes, body: bytes) -> None:
        """Take a message."""

    def wants(self, topic: bytes) -> bool:
        """Everything."""
        return True

    def forget(self, topic: bytes) -> None:
        """Nothing is kept."""


class Stage:
    """A pipeline on a clock of its own, with so many avatars."""

    def __init__(self, avatars: int, *, lives: bool) -> None:
        self.clock = FakeClock(start_nanos=NANOS_PER_SEC)
        self.pipeline = Pipeline(_Taking(), self.clock, PipelineOptions(slots=avatars))
        self.slots = np.arange(avatars)
        self._random = np.random.default_rng(1)
        for slot in range(avatars):
            self.pipeline.open_slot(slot, f"npc-{slot}", precision_bits=8, rate_hz=120, smoothing=1)
            self.pipeline.acting.open(slot, f"npc-{slot}", seed=1, lives=lives)

    def prefer(self) -> None:
        """Give each avatar an emotion."""
        for slot in self.slots.tolist():
            weights = np.zeros(len(registry.EMOTIONS), np.float32)
            weights[1 + slot % (len(registry.EMOTIONS) - 1)] = 0.8
            self.pipeline.acting.overlay.prefer(slot, PreferredEmotion(weights), self.clock.now_nanos())

    def millis(self, ticks: int, observe: Callable[[], None] | None = None) -> list[float]:
        """What each of so many ticks takes; a face's observation counts with it, what else happens before does not."""
        taken = []
        for _ in range(ticks + WARM_UP):
            self.clock.advance(nanos=NANOS_PER_SEC // RATE_HZ)
            now = self.clock.now_nanos()
            if observe is None:
                began = time.perf_counter_ns()
                due = self.slots, np.full(self.slots.size, now)
            else:
                observe()
                faces = self._faces(now)
                began = time.perf_counter_ns()
                due = self.pipeline.observe(self.slots, faces)
            self.pipeline.tick(*due)
            taken.append((time.perf_counter_ns() - began) / 1e6)
        return taken[WARM_UP:]

    def feel(self) -> None:
        """Look at each face."""
        scores = self._random.dirichlet(np.ones(len(registry.EMOTIONS)), self.slots.size).astype(np.float32)
        now = self.clock.now_nanos()
        count = self.slots.size
        seen = EmotionObservations(
            modality=Modality.FACE,
            captured_at_nanos=now,
            found=np.ones(count, np.bool_),
            scores=scores,
            support=ALL_EMOTIONS,
            affect=(scores[:, :3] - scores[:, 3:6]).astype(np.float32),
            affect_method=AffectMethod.PROJECTED,
            confidence=scores.max(axis=1),
            quality=np.ones(count, np.float32),
            fresh=np.zeros(count, np.bool_),
        )
        self.pipeline.feel(self.slots, seen)

    def speak(self) -> None:
        """Let each avatar be heard for the last frame."""
        now = self.clock.now_nanos()
        frames = 4
        visemes = self._random.dirichlet(np.full(VISEMES, 0.3), frames).astype(np.float32)
        for slot in self.slots.tolist():
            heard = VoiceObservations(
                starts_at_nanos=now - (frames - 1) * FRAME_NANOS,
                visemes=visemes,
                loudness=np.full(frames, 0.7, np.float32),
                speaking=np.ones(frames, np.float32),
                source_samples=now * 16 // 1_000_000 + 160 * np.arange(frames),
                source_rate_hz=16_000,
                look_ahead_nanos=0,
            )
            self.pipeline.hear(slot, heard, now)

    def _faces(self, now: int) -> FaceObservations:
        count = self.slots.size
        values = face_channels.at_rest(count)
        values[:, face_channels.SHAPES] = 0.3 * self._random.random((count, 52))
        return FaceObservations(
            now,
            np.ones(count, np.bool_),
            values,
            np.ones((count, face_channels.FACE_GROUP_COUNT), np.float32),
            np.full(count, face_channels.ALL_ACTION_UNITS, np.uint32),
            np.zeros(count, np.bool_),
        )


def one_avatar(ticks: int) -> list[tuple[str, list[float]]]:
    """Milliseconds of the ticks of one avatar, from the least that acts to all of it."""
    rows = []
    tracked = Stage(1, lives=False)
    rows.append(("captured face", tracked.millis(ticks, lambda: None)))
    rows.append(("captured face that feels", tracked.millis(ticks, tracked.feel)))
    npc = Stage(1, lives=True)
    rows.append(("NPC: idle life", npc.millis(ticks)))
    npc.prefer()
    rows.append(("NPC: idle life, an emotion", npc.millis(ticks)))
    both = Stage(1, lives=True)
    both.prefer()

    def all_of_it() -> None:
        both.feel()
        both.speak()

    rows.append(("captured face and voice, idle life, an emotion", both.millis(ticks, all_of_it)))
    return rows


def crowd(sizes: tuple[int, ...], ticks: int) -> list[tuple[int, float, float]]:
    """(avatars, p50, p95 milliseconds of a tick of all of them): NPCs with idle life and an emotion."""
    rows = []
    for size in sizes:
        stage = Stage(size, lives=True)
        stage.prefer()
        p50, p95 = np.percentile(stage.millis(max(60, ticks // size)), (50, 95)).tolist()
        rows.append((size, p50, p95))
    return rows


def sidecar_share(avatars: int, rate_hz: float, secs: float) -> dict[str, float]:
    """Processor time of a real sidecar's threads for a crowd that a second process listens to."""
    running = Sidecar(SidecarOptions(port_base=PORT_BASE, pipeline=PipelineOptions(slots=avatars)))
    running.start()
    endpoint = f"tcp://127.0.0.1:{PORT_BASE + registry.PORT_PUBLISH}"
    script = Path(__file__).with_name("receiver.py")
    receiver = subprocess.Popen([sys.executable, str(script), endpoint, str(secs + 4)], stdout=subprocess.PIPE, text=True)
    try:
        assert receiver.stdout is not None
        receiver.stdout.readline()
        request = SessionRequest("npc", SourceSpec("npc"), avatars=avatars, options=SessionOptions(rate_hz=rate_hz))
        session = running.sessions.start(request)
        weights = np.zeros(len(registry.EMOTIONS), np.float32)
        weights[Emotion.HAPPY] = 0.8
        wish, overlay = PreferredEmotion(weights), running.pipeline.acting.overlay

        def prefer() -> None:
            for slot in session.slots.tolist():
                overlay.prefer(slot, wish, running.clock.now_nanos())

        running.motion.call(prefer)
        time.sleep(2)
        began, spent, sent = time.perf_counter(), time.process_time(), running.pipeline.publisher.frames_published
        time.sleep(secs)
        spent, passed = time.process_time() - spent, time.perf_counter() - began
        sent = running.pipeline.publisher.frames_published - sent
        received = json.loads(receiver.communicate(timeout=secs + 60)[0])
        return {
            "percent": 100 * spent / passed,
            "frames_hz": sent / passed / avatars,
            "tick_p95": running.motion.tick_durations.percentile_millis(95),
            "lateness_p95": running.motion.timer_lateness.percentile_millis(95),
            "lost": float(received["lost"]),
        }
    finally:
        receiver.kill()
        running.stop()


def draw(path: Path, rows: list[tuple[int, float, float]]) -> None:
    """The cost of an avatar against the size of its crowd."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    sizes, p50, p95 = (np.array(column) for column in zip(*rows, strict=True))
    figure = Figure(figsize=(9, 5), dpi=110, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.loglog(sizes, 1000 * p50 / sizes, color="#0a7ea4", marker="o", label="median")
    axes.loglog(sizes, 1000 * p95 / sizes, color="#bf5700", marker="o", label="p95")
    share = 10_000 * CROWD_LIMIT_PERCENT / RATE_HZ  # microseconds of a core for each frame of the whole crowd
    axes.loglog(sizes, share / sizes, color="#8c959f", linestyle="--", label=f"{CROWD_LIMIT_PERCENT:.0f} % of a core at {RATE_HZ} Hz")
    for size, cost in zip(sizes.tolist(), (1000 * p50 / sizes).tolist(), strict=True):
        axes.annotate(f"{cost:.0f}", (size, cost), textcoords="offset points", xytext=(0, 8), ha="center", color="#24292f", fontsize=9)
    axes.set_xticks(sizes.tolist(), [str(size) for size in sizes.tolist()])
    axes.minorticks_off()
    axes.set_xlabel("avatars in the crowd")
    axes.set_ylabel("microseconds of a tick for each")
    axes.set_title("NPCs with idle life and an emotion: what each costs", loc="left", color="#24292f")
    axes.grid(color="#e4e8ec", which="major")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path)


def main() -> None:
    """Measure, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--avatars", type=int, default=500)
    parser.add_argument("--rate", type=float, default=RATE_HZ)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--ticks", type=int, default=3000)
    parser.add_argument("--plot", type=Path, default=None)
    arguments = parser.parse_args()
    rows = []
    for name, millis in one_avatar(arguments.ticks):
        p50, p95 = np.percentile(millis, (50, 95)).tolist()
        rows.append((name, f"{p50:.3f}", against(p95, ONE_LIMIT_MILLIS, "ms")))
    table("a tick of one avatar, warm, ms", ("avatar", "p50", "p95"), rows)
    costs = crowd(SIZES, arguments.ticks)
    table(
        f"a tick of a crowd of NPCs with idle life and an emotion, at {RATE_HZ} Hz",
        ("avatars", "p50 ms", "p95 ms", "us each", "of one core"),
        [(str(n), f"{p50:.2f}", f"{p95:.2f}", f"{1000 * p50 / n:.1f}", f"{p50 * RATE_HZ / 10:.1f} %") for n, p50, p95 in costs],
    )
    found = sidecar_share(arguments.avatars, arguments.rate, arguments.seconds)
    table(
        f"a sidecar with {arguments.avatars} NPCs at {arguments.rate:g} Hz, all received by a second process",
        ("figure", "measured"),
        [
            ("processor time of all its threads", against(found["percent"], CROWD_LIMIT_PERCENT, "% of one core")),
            ("frames a second of each", f"{found['frames_hz']:.2f}"),
            ("tick p95", f"{found['tick_p95']:.2f} ms"),
            ("timer late, p95", f"{found['lateness_p95']:.2f} ms"),
            ("frames that a newer one replaced before that process, in Python, read them", f"{found['lost']:.0f}"),
        ],
    )
    if arguments.plot is not None:
        draw(arguments.plot, costs)
        console.print(f"drawn: {arguments.plot}")


if __name__ == "__main__":
    main()
