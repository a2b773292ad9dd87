"""What baking costs: a line of ten seconds against its limits, start-up in parts, and a folder of lines.

Limits: less than 1 s of work for ten seconds of sound, less than 3 s from the command to its end. `--line FILE` takes another sound,
`--rounds N` (default 5), `--lines N` of the folder (default 12), `--seconds N` of the made line (default 10).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

if (ROOT := str(Path(__file__).resolve().parents[2])) not in sys.path:  # where the made speech lies
    sys.path.insert(0, ROOT)

from affectia.bake.bake_job import BakeJob, run_job
from affectia.bake.bake_voice import BakeVoice
from affectia.bake.clip_bake import clip_visemes, track_chunks
from affectia.bake.worker_process import start_arguments
from affectia.capture.audio_clip import read_audio_clip
from report import against, console, table
from tests.unit.bake.voices import write_timing
from tests.unit.made_speech import line
from tests.unit.sounds import write_sound

WORK_LIMIT_SECS = 1.0  # of a line of ten seconds
WHOLE_LIMIT_SECS = 3.0
LIMIT_LINE_SECS = 10.0
RATE_HZ = 48_000


def timed(arguments: list[str]) -> tuple[float, str]:
    """Seconds that a Python of this environment takes for its arguments, and what it wrote."""
    environment: dict[str, str] = start_arguments()["env"]
    began = time.perf_counter()
    ended = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=True)
    return time.perf_counter() - began, ended.stdout


def start_up(rounds: int, path: Path, out: Path) -> tuple[list[tuple[str, str]], float, dict[str, Any]]:
    """Rows of the command's start-up, the best whole call, and what that said of itself."""
    bare = min(timed(["-c", "pass"])[0] for _ in range(rounds))
    imports = min(timed(["-c", "import affectia.cli.bake"])[0] for _ in range(rounds))
    loading = "import affectia.cli.bake; from affectia.bake.bake_voice import BakeVoice; BakeVoice().engine"
    networks = min(timed(["-c", loading])[0] for _ in range(rounds))
    calls = [timed(["-m", "affectia", "bake", str(path), "-o", str(out), "--no-timing", "--json"]) for _ in range(rounds)]
    whole, told = min(calls)
    rows = [("interpreter", f"{1000 * bare:.0f} ms"), ("its modules", f"{1000 * (imports - bare):.0f} ms")]
    return [*rows, ("the networks", f"{1000 * max(0.0, networks - imports):.0f} ms")], whole, json.loads(told)


def parts(rounds: int, path: Path) -> list[tuple[str, str]]:
    """Milliseconds of the steps of one clip."""
    voice = BakeVoice()
    voice.engine  # noqa: B018 - loaded beforehand
    best: dict[str, float] = {}
    for _ in range(rounds):
        marks = [time.perf_counter()]
        clip = read_audio_clip(path)
        marks.append(time.perf_counter())
        found = clip_visemes(clip, engine=voice.engine, timing=None)
        marks.append(time.perf_counter())
        job = BakeJob(path)
        track_chunks(found, duration_secs=clip.duration_secs, sample_rate_hz=clip.source_rate_hz, options=job.options, stream_id=0)
        marks.append(time.perf_counter())
        run_job(job, voice)
        marks.append(time.perf_counter())
        for name, secs in zip(
            ("decode", "hear", "mouth", "all of it"), (b - a for a, b in zip(marks, marks[1:], strict=False)), strict=True
        ):
            best[name] = min(best.get(name, secs), secs)
    return [(name, f"{1000 * secs:.0f} ms") for name, secs in best.items()]


def folder(lines: int, path: Path, work: Path) -> list[tuple[str, str, str]]:
    """Rows of a folder of copies: baked by one process, by as many as there are processors, and once more."""
    work.mkdir()
    for number in range(lines):
        shutil.copyfile(path, work / f"{number:03}{path.suffix}")
    secs = lines * read_audio_clip(path).duration_secs
    rows = []
    for name, more in (
        ("one process", ["-j", "1", "--force"]),
        ("as many as cores", ["-j", str(os.cpu_count() or 1), "--force"]),
        ("again", []),
    ):
        took = timed(["-m", "affectia", "bake", str(work), "--no-timing", *more])[0]
        rows.append((name, f"{took:.2f} s", f"{secs / took:.0f} x real time"))
    return rows


def main() -> None:
    """Make the line, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--line", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lines", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=LIMIT_LINE_SECS)
    arguments = parser.parse_args()
    with TemporaryDirectory() as name:
        work = Path(name)
        made = line(arguments.seconds - 1, rate_hz=RATE_HZ)
        path = arguments.line or write_sound(work / "line.wav", made, rate_hz=RATE_HZ)
        rows, whole, told = start_up(arguments.rounds, path, work / "line.track")
        if told["degraded"]:
            console.print("there is no viseme network: this is the work of the detector alone")
        share = told["duration_secs"] / LIMIT_LINE_SECS
        speed = told["duration_secs"] / told["took_secs"]
        table(f"start of the command ({told['duration_secs']:.1f} s of sound)", ("part", "time"), rows)
        table("one clip, networks loaded", ("step", "time"), parts(arguments.rounds, path))
        rows_of_limits = [
            ("work", against(told["took_secs"], WORK_LIMIT_SECS * share, "s"), f"{speed:.0f} x real time"),
            ("command, start to end", against(whole, WHOLE_LIMIT_SECS, "s"), f"{told['duration_secs'] / whole:.0f} x real time"),
        ]
        timing = write_timing(work / "timing.json", *((0.1 * number, 0.1 * number + 0.1, "aa") for number in range(100)))
        alone = min(timed(["-m", "affectia", "bake", "--timing", str(timing), "--json"])[0] for _ in range(arguments.rounds))
        rows_of_limits.append(
            ("10 s of timing alone, start to end", against(alone, WHOLE_LIMIT_SECS, "s"), f"{10 / alone:.0f} x real time")
        )
        table("against the limits", ("what", "time", "speed"), rows_of_limits)
        table(f"a folder of {arguments.lines} such lines", ("how", "time", "speed"), folder(arguments.lines, path, work / "folder"))


if __name__ == "__main__":
    main()
