"""Lines baked by the real networks, by the command and its processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from affectia import registry
from affectia.bake.bake_job import Baked, BakeJob, run_job
from affectia.bake.bake_options import BakeOptions
from affectia.bake.bake_voice import BakeVoice
from affectia.bake.mouth_look import track_gaps
from affectia.bake.track_format import whole_track
from affectia.cli.main import main
from affectia.client.track_queue import TrackQueue
from affectia.perception.voice.timing.timing_file import load_timing
from affectia.wire.track_file import read_track
from tests.unit.bake.voices import write_timing
from tests.unit.made_speech import line, vowels
from tests.unit.sounds import write_sound

pytestmark = pytest.mark.integration

PP = registry.VISEMES.index("PP")


@pytest.fixture(scope="module")
def voice(model_path: Callable[[str], Path]) -> BakeVoice:
    assert model_path("silero_vad")
    return BakeVoice()


def baked(voice: BakeVoice, clip: Path | None, timing: Path | None = None, *, frame_rate_hz: int = 60) -> Baked:
    found = run_job(BakeJob(clip, timing, options=BakeOptions(frame_rate_hz)), voice)
    assert found is not None
    return found


def gaps_of(found: Baked) -> np.ndarray:
    return track_gaps(whole_track(found.chunks))


@pytest.mark.parametrize(
    ("name", "codec", "rate_hz", "channels"),
    [
        ("a.wav", "pcm_s16le", 8_000, 1),
        ("a.wav", "pcm_f32le", 96_000, 2),
        ("a.flac", "flac", 44_100, 6),
        ("a.mp3", "libmp3lame", 22_050, 2),
        ("a.m4a", "aac", 48_000, 1),
        ("a.wav", "pcm_s16le", 48_000, 8),
    ],
)
def test_a_mouth_is_shut_in_silence_and_moves_in_speech_whatever_the_file(
    voice: BakeVoice, tmp_path: Path, name: str, codec: str, rate_hz: int, channels: int
) -> None:
    sound = line(2.0, rate_hz=rate_hz)
    path = write_sound(tmp_path / name, np.stack([sound] * channels, axis=1), rate_hz=rate_hz, codec=codec)
    found = baked(voice, path)
    gaps = gaps_of(found)
    assert (found.facts.sample_rate_hz, found.facts.channels) == (rate_hz, channels)
    assert abs(found.facts.frame_count - 180) <= 6  # encoders round to their own frames
    assert gaps[:22].max() < 0.05
    assert gaps[45:140].mean() > 0.1
    assert gaps[45:140].std() > 0.03
    assert gaps[172:].max(initial=0) < 0.05


def test_clipped_sound_is_baked_and_told(voice: BakeVoice, tmp_path: Path) -> None:
    loud = np.clip(line(1.5) * 30, -1, 1)
    found = baked(voice, write_sound(tmp_path / "a.wav", loud, rate_hz=16_000))
    assert "clipped" in found.facts.notices
    assert gaps_of(found).max() > 0.2


def test_a_file_that_breaks_off_is_baked_as_far_as_it_goes_and_told(voice: BakeVoice, tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.flac", line(3.0), rate_hz=16_000, codec="flac")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found = baked(voice, path)
    assert any("truncated" in notice for notice in found.facts.notices)
    assert 0.5 < found.facts.duration_secs < 3.5


def test_samples_that_are_no_numbers_are_no_motion(voice: BakeVoice, tmp_path: Path) -> None:
    sound = np.zeros(16_000, np.float32)
    sound[::3] = np.nan
    found = baked(voice, write_sound(tmp_path / "a.wav", sound, rate_hz=16_000, codec="pcm_f32le"))
    assert any("no numbers" in notice for notice in found.facts.notices)
    assert not gaps_of(found).any()


def test_every_closure_of_a_timing_is_whole(voice: BakeVoice, tmp_path: Path) -> None:
    labels = ["aa", "PP", "oh", "PP", "ih", "FF", "aa", "PP", "E"] * 3
    times = 0.5 + 0.11 * np.arange(len(labels) + 1)
    events = [(float(start), float(end), label) for start, end, label in zip(times, times[1:], labels, strict=False)]
    timing = write_timing(tmp_path / "a.json", *events)
    clip = write_sound(tmp_path / "a.wav", line(3.2), rate_hz=16_000)
    for frame_rate_hz in (24, 60):
        gaps = gaps_of(baked(voice, clip, timing, frame_rate_hz=frame_rate_hz))
        for start, end, label in events:
            if label == "PP":
                around = gaps[int((start - 0.03) * frame_rate_hz) : int((end + 0.03) * frame_rate_hz) + 1]
                assert around.min() < 0.02, (frame_rate_hz, start)


def test_every_closure_of_a_real_line_is_whole_and_on_time(voice: BakeVoice, data_path: Callable[[str], Path]) -> None:
    timing, clip = data_path("ljspeech/LJ001-0001.TextGrid"), data_path("ljspeech/LJ001-0001.flac")
    gaps = gaps_of(baked(voice, clip, timing))
    timed = load_timing(timing)
    closures = np.flatnonzero(timed.visemes == PP)
    assert closures.size > 5
    for number in closures.tolist():
        first, last = int(timed.start_secs[number] * 60 - 2), int(timed.end_secs[number] * 60 + 2)
        assert gaps[max(0, first) : last + 1].min() < 0.02


def test_a_player_gets_the_mouth_at_its_position_from_the_file(voice: BakeVoice, tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", line(2.0, rate_hz=22_050), rate_hz=22_050)
    queue = TrackQueue(capacity_millis=60_000)
    for chunk in read_track(baked(voice, path).content):
        assert queue.push(chunk)
    assert queue.sample(1.0 * 22_050).is_valid
    assert max(float(queue.sample(secs * 22_050).blendshapes.max()) for secs in np.arange(0.6, 2.4, 0.05)) > 0.2
    end = queue.sample(3.2 * 22_050)
    assert end.has_ended
    assert not end.blendshapes.any()


def test_processes_and_the_command_itself_make_the_same_bytes(voice: BakeVoice, tmp_path: Path) -> None:
    folder = tmp_path / "lines"
    (folder / "deep").mkdir(parents=True)
    for number, name in enumerate(("a.wav", "b.wav", "deep/c.wav")):
        write_sound(folder / name, line(0.5 + 0.3 * number), rate_hz=16_000)
    (folder / "broken.wav").write_bytes(b"RIFF no sound")
    out = tmp_path / "out"
    assert main(["bake", str(folder), "-o", str(out), "--recursive", "--jobs", "2"]) == 4
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*.*")) == ["a.track", "b.track", "deep/c.track"]
    for name in ("a", "b", "deep/c"):
        assert (out / f"{name}.track").read_bytes() == baked(voice, folder / f"{name}.wav").content


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process there")
def test_ctrl_c_leaves_whole_files_and_no_process(tmp_path: Path, voice: BakeVoice) -> None:
    folder = tmp_path / "lines"
    folder.mkdir()
    write_sound(folder / "000.wav", vowels(20.0), rate_hz=16_000)
    for number in range(1, 60):
        (folder / f"{number:03}.wav").write_bytes((folder / "000.wav").read_bytes())
    command = [sys.executable, "-m", "affectia", "bake", str(folder), "--jobs", "2", "--json"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as child:
        deadline = time.monotonic() + 60
        while not list(folder.glob("*.track")) and time.monotonic() < deadline:
            time.sleep(0.01)
        child.send_signal(signal.SIGINT)
        told, error = child.communicate(timeout=30)
    assert child.returncode == 130
    assert "goes on with what is missing" in error
    tracks = sorted(folder.glob("*.track"))
    assert 0 < len(tracks) < 60
    assert len(told.splitlines()) == len(tracks)
    assert all(json.loads(text)["state"] == "baked" for text in told.splitlines())
    assert len({track.read_bytes() for track in tracks}) == 1
    assert read_track(tracks[0].read_bytes())
    assert not list(folder.glob(".*"))
