from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from affectia.bake.bake_job import BakeJob
from affectia.cli.bake import bake_clip_file
from affectia.cli.main import main
from affectia.wire.track_file import read_track
from tests.unit.bake.voices import spoken, write_timing
from tests.unit.perception.voice.made_voices import silence
from tests.unit.sounds import write_sound

pytestmark = pytest.mark.unit


@pytest.fixture
def line(tmp_path: Path) -> Path:
    return write_sound(tmp_path / "line.wav", spoken(1.0), rate_hz=16_000)


@pytest.fixture
def timing(tmp_path: Path) -> Path:
    return write_timing(tmp_path / "words.json", (0.0, 0.5, "aa"), (0.5, 0.7, "PP"), (0.7, 1.2, "aa"))


def test_a_clip_becomes_a_track_beside_it_and_a_summary(line: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bake", str(line)]) == 0
    assert len(read_track(line.with_name("line.track").read_bytes())) == 2
    first, clip, track, mouth, took, *_notes = capsys.readouterr().out.splitlines()
    assert first == f"baked line.wav -> {line.with_name('line.track')}"
    assert clip.endswith(" 2.00 s, 16000 Hz, 1 channel")
    assert "120 frames at 60/s" in track
    assert "opens" in mouth
    assert "x real time" in took


def test_a_timing_alone_is_enough(timing: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bake", "--timing", str(timing), "-o", str(tmp_path / "out") + os.sep, "--frame-rate", "30"]) == 0
    chunks = read_track((tmp_path / "out" / "words.track").read_bytes())
    assert (chunks[0].frame_rate_hz, chunks[0].sample_rate_hz) == (30, 48_000)
    assert "visemes of the timing (words.json)" in capsys.readouterr().out


def test_a_timing_beside_the_clip_is_found_unless_it_is_not_wanted(line: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_timing(line.with_name("line.json"), (0.5, 1.0, "oh"))
    assert main(["bake", str(line)]) == 0
    assert "(line.json)" in capsys.readouterr().out
    with_timing = line.with_name("line.track").read_bytes()
    assert main(["bake", str(line), "--no-timing"]) == 0
    assert "(line.json)" not in capsys.readouterr().out
    assert line.with_name("line.track").read_bytes() != with_timing


@pytest.mark.parametrize(("form", "name"), [("track", "words.track"), ("json", "words.track.json"), ("csv", "words.csv")])
def test_every_form_has_a_name_of_its_own(timing: Path, form: str, name: str) -> None:
    assert main(["bake", "--timing", str(timing), "--format", form]) == 0
    assert timing.with_name(name).stat().st_size > 500


def test_what_came_of_it_is_one_line_of_json(timing: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bake", "--timing", str(timing), "--json"]) == 0
    [text] = capsys.readouterr().out.splitlines()
    found = json.loads(text)
    assert (found["state"], found["frame_count"], found["notices"]) == ("baked", 84, [])
    assert found["result"] == str(timing.with_name("words.track"))


def test_emotions_along_the_line_move_its_cheeks(line: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    emotions = tmp_path / "line.emotions.json"
    emotions.write_text('[{"at_secs": 0, "emotions": {"happy": 1}}]')
    assert main(["bake", str(line)]) == 0
    plain = line.with_name("line.track").read_bytes()
    assert "emotions along the line" not in capsys.readouterr().out  # a file that lies there is not taken unasked
    assert main(["bake", str(line), "--emotions", str(emotions)]) == 0
    assert "; visemes of the sound, emotions along the line" in capsys.readouterr().out
    assert line.with_name("line.track").read_bytes() != plain
    assert main(["bake", str(line)]) == 0
    assert line.with_name("line.track").read_bytes() == plain


def test_a_silent_clip_is_a_shut_mouth_and_a_note(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = write_sound(tmp_path / "line.wav", silence(1.0), rate_hz=16_000)
    assert main(["bake", str(line)]) == 0
    assert not any(any(chunk.blendshapes) for chunk in read_track(line.with_name("line.track").read_bytes()))
    assert "  note   silent" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 2, "neither a sound nor a timing"),
        (["{line}", "--frame-rate", "0"], 2, "frame rate is 0, expected 1 to 240"),
        (["{line}", "--language", "deutsch bitte"], 2, "language is no tag"),
        (["{line}", "--timing", "{timing}", "--no-timing"], 2, "both given"),
        (["{line}", "-o", "{line}"], 2, "take the place of what it is made of"),
        (["{line}", "--plot", "{line}"], 2, "take the place of what it is made of"),
        (["{line}", "--timing", "{timing}", "-o", "{timing}"], 2, "take the place of what it is made of"),
        (["{line}", "--emotions", "{timing}"], 2, "emotion line is an object, expected a list of time codes"),
        (["{folder}", "--emotions", "{timing}"], 2, "--emotions is for one clip, and this is a folder"),
        (["{folder}", "--timing", "{timing}"], 2, "--timing is for one clip"),
        (["{folder}", "--plot", "a.png"], 2, "--plot is for one clip"),
        (["{folder}/nothing.wav"], 4, "sound file does not exist"),
        (["{line}", "--timing", "{folder}/nothing.json"], 4, "timing file cannot be read"),
        (["{line}", "--timing", "{line}"], 2, "line.wav"),
        (["{line}", "-o", "{line}/a.track"], 2, "result cannot be written"),
        (["{folder}/" + "x" * 300 + ".wav"], 4, "sound file cannot be read"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_leaves_nothing(
    arguments: list[str], code: int, words: str, line: Path, timing: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert main(["bake", *(text.format(line=line, timing=timing, folder=tmp_path) for text in arguments)]) == code
    [sentence] = capsys.readouterr().err.splitlines()
    assert sentence.startswith("affectia: ")
    assert words in sentence
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_plot_is_drawn_where_it_is_wanted(timing: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    bake_clip_file(BakeJob(None, timing), out=None, plot=tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_the_way_of_one_clip_does_without_the_libraries_of_cameras_and_servers(line: Path) -> None:
    """Start-up is most of the time that a line takes."""
    program = (
        "import sys; from affectia.cli.main import main; code = main(sys.argv[1:])\n"
        "print(code, sorted({'cv2', 'grpc', 'mediapipe', 'zmq', 'matplotlib', 'sounddevice'} & set(sys.modules)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, "bake", str(line), "--json"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ended.stdout.splitlines()[-1] == "0 []"
