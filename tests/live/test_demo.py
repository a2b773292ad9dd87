"""`affectia demo` and `affectia watch` as a person starts them, each in a process of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import affectia
from affectia import registry
from affectia.cli.sidecar_process import SidecarProcess, are_free, free_port_base
from affectia.inference.manifest import Manifest
from affectia.inference.model_store import CACHE_DIR_VARIABLE, ModelStore
from affectia.store.take_csv import COLUMNS
from affectia.store.take_reader import read_take

pytestmark = pytest.mark.live

PACKAGE_HOME = str(Path(affectia.__file__).resolve().parent.parent)
START_SECS = 60


def started(*arguments: str, **more: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": PACKAGE_HOME, "COLUMNS": "200", **more}
    return subprocess.Popen(
        [sys.executable, "-m", "affectia", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        encoding="utf-8",
    )


def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    try:
        return process.communicate(timeout=START_SECS)
    finally:
        process.kill()


@pytest.fixture
def port_base() -> Iterator[int]:
    base = free_port_base(28_000)
    yield base
    assert are_free(base), "a sidecar was left behind"


def figures(text: str) -> dict[str, str]:
    """The summary's lines: label -> value."""
    rows = (line.split("  ", 1) for line in text.splitlines() if "  " in line and not line.startswith(" "))
    return {label: value.strip() for label, value in rows}


@pytest.mark.parametrize(("source", "own_rate"), [("synthetic", "60.00"), ("clip:carphone", "29.97")])
def test_demo_leaves_a_take_a_plot_and_figures(
    tmp_path: Path, port_base: int, source: str, own_rate: str, carphone_path: Path, face_landmarker_path: Path
) -> None:
    folder = tmp_path / "out"
    arguments = ("--headless", "--seconds", "2", "--source", source, "--voice", "none", "--out", str(folder))
    process = started("demo", *arguments, "--port-base", str(port_base))
    text, errors = ended(process)
    assert process.returncode == 0, errors
    rows = figures(text)
    assert "somebody speaks" not in rows
    kind = "clip" if source.startswith("clip") else "source"
    assert rows[f"the {kind}'s own rate"] == f"{own_rate} frames/s"
    assert float(rows["face found"].split(" %")[0]) >= 90
    assert "p95" in rows["captured -> received"]
    assert rows["refused messages"] == "0"
    assert rows["lost on the way"] == "0 frames"
    if source.startswith("clip"):
        assert rows["strongest units"].startswith("AU")
        assert rows["blinks"][0].isdigit()

    received = int(rows["frames received"].split()[0])
    assert 0.5 * 2 * float(own_rate) <= received <= 1.5 * 2 * float(own_rate)
    lines = (folder / "take.csv").read_text().splitlines()
    assert lines[0] == ",".join(COLUMNS)
    assert len(lines) == received + 1
    take = read_take(folder / "take.csv").take
    assert take.blendshapes.max() > 0.5
    assert (take.times_nanos[1:] >= take.times_nanos[:-1]).all()
    assert (folder / "curves.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert sorted(file.name for file in folder.iterdir()) == ["curves.png", "take.csv"]


def test_demo_of_a_face_and_a_spoken_line_gives_the_mouth_to_the_voice(
    tmp_path: Path, port_base: int, model_path: Callable[[str], Path], carphone_path: Path, face_landmarker_path: Path
) -> None:
    for name in ("silero_vad", "two-cities"):
        model_path(name)
    folder = tmp_path / "out"
    process = started("demo", "--headless", "--seconds", "6", "--out", str(folder), "--port-base", str(port_base))
    text, errors = ended(process)
    assert process.returncode == 0, errors
    rows = figures(text)
    assert rows["source"] == "clip:carphone with voice clip:two-cities"
    assert float(rows["face found"].split(" %")[0]) >= 90
    assert rows["strongest units"].startswith("AU")
    assert "p95" in rows["captured -> received"]
    assert rows["lost on the way"] == "0 frames"

    # The man begins to read after 1.2 s and pauses a few times.
    assert re.search(r"speaks \d+ %  mouth voice  viseme \w+ \d", text)
    assert 20 <= float(rows["somebody speaks"].split(" %")[0]) <= 95
    by_voice, received = (int(number) for number in re.findall(r"\d+", rows["mouth by the voice"])[:2])
    assert 0.2 * received <= by_voice <= 0.95 * received
    seen, changes_per_sec = re.findall(r"[\d.]+", rows["visemes"])[:2]
    assert int(seen) >= 4
    assert float(changes_per_sec) > 1
    assert rows["mouth in silence"].endswith(" frames")
    assert re.fullmatch(r"\d+ blocks lost; audio_sample at 48000 Hz: \d+ jumps over 100 ms, 0 steps back", rows["sound"])
    assert re.match(r"p50 [\d.]+ ms, p95 [\d.]+ ms after the newest sound; delay the sound by \d+ ms", rows["heard -> published"])
    assert "note" not in rows

    shapes = read_take(folder / "take.csv").take.blendshapes
    assert len(shapes) == received
    assert shapes[:, registry.BLENDSHAPES.index("jawOpen")].max() > 0.2
    assert shapes[:, registry.BLENDSHAPES.index("browInnerUp")].max() > 0.5, "the face keeps its brows"
    assert (folder / "curves.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_demo_without_what_hears_goes_on_and_says_what_to_do(tmp_path: Path, port_base: int, model_path: Callable[[str], Path]) -> None:
    cache = ModelStore(tmp_path / "cache", manifest=Manifest.load())
    for name in ("face_landmarker", "carphone"):
        place = cache.verify(name).path
        place.parent.mkdir(parents=True)
        shutil.copyfile(model_path(name), place)
    environment = {CACHE_DIR_VARIABLE: str(cache.cache_dir), "PIP_NO_INDEX": "1"}  # nothing is to be fetched
    arguments = ("--headless", "--seconds", "1", "--out", str(tmp_path / "out"), "--port-base", str(port_base))
    process = started("demo", *arguments, **environment)
    text, errors = ended(process)
    assert process.returncode == 0, errors
    rows = figures(text)
    assert rows["note"] == "without sound: silero_vad did not come, `affectia models pull silero_vad` says why"
    assert rows["source"] == "clip:carphone"
    assert "somebody speaks" not in rows


@pytest.mark.skipif(sys.platform == "win32", reason="a signal cannot be sent to a process there")
def test_demo_that_is_interrupted_keeps_its_take_and_leaves_nobody_behind(tmp_path: Path, port_base: int) -> None:
    arguments = ("--headless", "--seconds", "0", "--source", "synthetic", "--out", str(tmp_path / "out"), "--port-base", str(port_base))
    process = started("demo", *arguments)
    assert process.stdout is not None
    for line in process.stdout:
        if "frames/s" in line:
            break
    process.send_signal(signal.SIGTERM)
    text, errors = ended(process)
    assert process.returncode == 0, errors
    lines = (tmp_path / "out" / "take.csv").read_text().splitlines()
    assert len(lines) == int(figures(text)["frames received"].split()[0]) + 1 > 30


def test_watch_prints_twins_of_a_sidecar_that_starts_later_until_its_reader_has_enough(port_base: int) -> None:
    watching = started("watch", "default", "--json", "--endpoint", f"tcp://127.0.0.1:{port_base}")
    assert watching.stdout is not None
    assert watching.stderr is not None
    try:
        assert "nobody publishes avatar default at" in watching.stderr.readline()
        with SidecarProcess(["--source", "synthetic", "--port-base", str(port_base), "--log-level", "warning"]):
            twins = [json.loads(watching.stdout.readline()) for _ in range(31)]
            watching.stdout.close()  # as `head` does
            assert watching.wait(START_SECS) == 0, watching.stderr.read()
        assert "Traceback" not in watching.stderr.read()
    finally:
        watching.kill()
        watching.stderr.close()
    assert {(twin["type"], twin["session_id"]) for twin in twins} == {("avatar_frame", "default"), ("emotion_update", "default")}
    newest = {twin["type"]: twin["payload"] for twin in twins}
    assert len(newest["avatar_frame"]["blendshapes"]) == 52
    assert set(newest["emotion_update"]["head_pose"]) == {"yaw", "pitch", "roll"}
