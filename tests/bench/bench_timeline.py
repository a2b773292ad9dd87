"""What a receiver's timeline makes of a bad network: how smooth it is, how late, what is lost; and what an ask costs.

The network is simulated, with seeds; `timeline_torture.py` says what is counted as a step. Without options the face is a made one; `--take
PATH` takes that of a take, as `affectia demo` leaves one. `--secs N` (default 60), `--seed N`, `--plot PATH` draws a moment of three
networks (default out/timeline.png; empty: none).
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np

from affectia import registry
from affectia.client import Timeline
from affectia.clock import NANOS_PER_SEC
from affectia.wire import rotation
from report import console, table
from timeline_torture import ALL, CASES, LARGEST_STEP, Case, Motion, Network, Played, face, of_take, play, send

COLUMNS = ("case", "step", "turn", "late ms", "delay ms", "settled", "lost", "dropped", "skips", "blinks")
ALL_AND_GAPS = next(case for case in CASES if case.name == "all three and gaps")
_DRAWN = (
    Case("all three: 10 % lost, 50 ms of jitter, 5 % overtaken", ALL),
    Case("gaps of 300 ms besides", ALL_AND_GAPS.network),
    Case("the sender starts again", Network(jitter_millis=10, restart_secs=3)),
)
_DRAWN_SECS = 1.6
_CHOICE = [registry.BLENDSHAPES.index(name) for name in ("eyeBlinkLeft", "jawOpen", "browInnerUp", "mouthSmileLeft")]
_INK, _FAINT, _GRID, _SHOWN, _CAME = "#24292f", "#8c959f", "#e4e8ec", "#0a7ea4", "#bf5700"


def row(case: Case, played: Played) -> tuple[str, ...]:
    """A case as a row."""
    whole = np.isfinite(played.lag_millis)
    late, told = (np.percentile(values[whole], (50, 95)) for values in (played.lag_millis, played.delay_millis))
    return (
        case.name,
        f"{np.nanmax(played.excess):.3f}",
        f"{np.degrees(np.nanmax(played.turn_excess)):.1f}",
        f"{late[0]:.0f} / {late[1]:.0f}",
        f"{told[0]:.0f} / {told[1]:.0f}",
        f"{played.settled_secs:.2f}",
        str(played.lost),
        str(played.dropped),
        str(played.skipped),
        f"{100 * played.blinks_kept:.0f} %" if np.isfinite(played.blinks_kept) else "",
    )


def ask_micros(case: Case) -> tuple[float, float]:
    """p50 and p95 of what one ask of a display costs, frames pushed in between."""
    sent = send(face(20.0), case.network, rate_hz=30, seed=1)
    timeline, place, micros = Timeline(case.options), 0, []
    for now in range(sent[0].arrives_nanos, sent[-1].arrives_nanos, NANOS_PER_SEC // 60):
        while sent[place].arrives_nanos <= now:
            timeline.push(sent[place].frame, sent[place].arrives_nanos)
            place += 1
        began = time.perf_counter_ns()
        timeline.pose_at(now)
        micros.append((time.perf_counter_ns() - began) / 1000)
    p50, p95 = np.percentile(micros, (50, 95)).tolist()
    return p50, p95


def draw(path: Path, motion: Motion, *, seed: int) -> None:
    """What the source did, what came, and what was shown, against the receiver's time."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(16, 11), dpi=100, facecolor="white")
    FigureCanvasAgg(figure)
    rows = figure.subplots(len(_DRAWN), 2)
    figure.subplots_adjust(left=0.06, right=0.985, top=0.885, bottom=0.06, hspace=0.42, wspace=0.14)
    for (lids, head), case in zip(rows, _DRAWN, strict=True):
        _draw_case(lids, head, motion, case, seed=seed)
    rows[-1][0].set_xlabel("seconds of the receiver's clock", color=_FAINT)
    rows[-1][1].set_xlabel("seconds of the receiver's clock", color=_FAINT)
    figure.text(0.06, 0.955, "Receiver's timeline behind a bad network, 30 frames/s asked at 60 Hz", fontsize=17, weight="bold", color=_INK)
    words = "grey: the frames that came, at the instant of their poses; dots: when they came; blue: what was shown"
    figure.text(0.06, 0.93, words, fontsize=12, color=_FAINT)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    console.print(f"plot: {path}")


def _draw_case(lids: Any, head: Any, motion: Motion, case: Case, *, seed: int) -> None:
    played = play(motion, case, rate_hz=30, seed=seed)
    begin_nanos = 50 * NANOS_PER_SEC
    at_secs = (played.now_nanos - begin_nanos) / 1e9
    # Around what is worth seeing: a skip or a restart, else the hardest step.
    steps = np.where(np.isfinite(played.moment_secs[1:]), np.abs(np.diff(played.moment_secs)), 0)
    centre = (
        at_secs[np.argmax(np.where(at_secs[1:] > 2, steps, 0))]
        if (played.skipped or case.network.restart_secs)
        else _blink_at(motion) + 0.1
    )
    first, last = centre - _DRAWN_SECS / 2, centre + _DRAWN_SECS / 2
    inside = (at_secs >= first) & (at_secs <= last)
    sent = sorted(played.sent, key=lambda one: (one.frame.stream_id, one.time_nanos))
    source_secs = np.array([one.time_nanos / 1e9 - 10_000 * one.frame.stream_id for one in sent])
    came_secs = np.array([(one.arrives_nanos - begin_nanos) / 1e9 for one in sent])
    shapes, turns = motion.at(np.array([one.moment_secs for one in sent]))
    yaw = rotation.to_euler_deg(turns)[:, 0]
    shape = max(_CHOICE, key=lambda place: float(np.ptp(played.shapes[inside, place])))
    near = (source_secs >= first) & (source_secs <= last)
    arrived = (came_secs >= first) & (came_secs <= last)
    drawn = ((lids, shapes[:, shape], played.shapes[:, shape]), (head, yaw, rotation.to_euler_deg(played.head)[:, 0]))
    for axes, values, shown in drawn:
        axes.plot(source_secs[near], values[near], color=_FAINT, linewidth=1.2)
        axes.plot(came_secs[arrived], values[arrived], color=_CAME, linewidth=0, marker=".", markersize=6)
        axes.plot(at_secs[inside], shown[inside], color=_SHOWN, linewidth=1.8)
        axes.set_xlim(first, last)
        axes.grid(color=_GRID)
        axes.set_axisbelow(True)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    lids.set_ylabel(registry.BLENDSHAPES[shape], color=_FAINT)
    head.set_ylabel("head yaw, degrees", color=_FAINT)
    lids.set_ylim(-0.03, 1.03)
    lids.set_title(f"{case.name}: largest step {np.nanmax(played.excess):.2f} of {LARGEST_STEP}", loc="left", fontsize=12, color=_INK)
    head.set_title(f"shown {np.nanmedian(played.lag_millis):.0f} ms late (median)", loc="left", fontsize=12, color=_INK)


def _blink_at(motion: Motion) -> float:
    lids = motion.shapes[:, registry.BLENDSHAPES.index("eyeBlinkLeft")].copy()
    lids[motion.secs < 5] = 0
    return float(motion.secs[np.argmax(lids)])


def main() -> None:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--take", type=Path)
    parser.add_argument("--secs", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plot", default="out/timeline.png")
    args = parser.parse_args()
    motion = of_take(args.take) if args.take else face(args.secs)
    console.print(f"{'the face of a take' if args.take else 'a made face'}, {motion.secs[-1]:.0f} s, asked 60 times a second")
    most = f"at most {LARGEST_STEP:.2f} and {np.degrees(LARGEST_STEP):.1f}"
    console.print(f"step, turn: most beyond the source's own in a 60th of a second, turn in degrees ({most});")
    console.print("late: from the instant that is shown to now; delay: as reported (both p50 / p95)")
    for rate_hz in (30.0, 60.0):
        rows = [row(case, play(motion, case, rate_hz=rate_hz, seed=args.seed)) for case in CASES]
        table(f"{rate_hz:.0f} frames a second", COLUMNS, rows)
    rows = [
        (
            f"{rate_hz:.0f} at {display_hz:.0f} Hz",
            *row(ALL_AND_GAPS, play(motion, ALL_AND_GAPS, rate_hz=rate_hz, display_hz=display_hz, seed=args.seed))[1:],
        )
        for rate_hz in (30.0, 60.0)
        for display_hz in (60.0, 72.0, 90.0, 144.0)
    ]
    table("all three and gaps, 30 and 60 frames a second", ("frames at display", *COLUMNS[1:]), rows)
    for case in (CASES[2], ALL_AND_GAPS):
        console.print("{}: an ask costs p50 {:.0f} us, p95 {:.0f} us".format(case.name, *ask_micros(case)))
    if args.plot:
        draw(Path(args.plot), motion, seed=args.seed)


if __name__ == "__main__":
    main()
