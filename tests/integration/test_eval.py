"""The evaluations with the real networks: on what every machine has, and on data sets where they are."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from affectia.cli.main import main
from affectia.evaluate.viseme.spoken_files import read_sound
from tests.unit.sounds import write_sound

pytestmark = pytest.mark.integration


def evaluated(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """What a command tells as JSON."""
    assert main(["eval", *arguments, "--json", "-"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_faces_of_a_clip_take_the_way_that_they_take_at_run_time(
    tmp_path: Path, carphone_path: Path, face_landmarker_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert face_landmarker_path.is_file()
    with av.open(str(carphone_path)) as clip:
        for number, frame in enumerate(clip.decode(video=0)):
            if number % 20 == 0:
                place = tmp_path / ("happy" if number % 40 else "neutral") / f"{number}.png"
                place.parent.mkdir(exist_ok=True)
                place.write_bytes(cv2.imencode(".png", frame.to_ndarray(format="bgr24"))[1].tobytes())
    told = evaluated(capsys, "fer", str(tmp_path), "--model", "blendshapes")
    assert [view["view"] for view in told["views"]] == ["as at run time", "as at run time, landmarks found"]
    assert told["views"][0]["coverage"] > 0.5  # the clip is small and the man turns away
    assert told["views"][0]["latency"]["p50_ms"] > 0


def test_voice_of_a_sample_is_heard_window_by_window(
    tmp_path: Path, model_path: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert model_path("smart_turn").is_file()
    pcm = read_sound(model_path("two-cities"))
    for place, label in enumerate(("neutral", "sad")):
        (tmp_path / label).mkdir()
        write_sound(tmp_path / label / "a.wav", pcm[place * 80_000 : place * 80_000 + 64_000], rate_hz=16_000)
    told = evaluated(capsys, "ser", str(tmp_path))
    joined, single = told["views"]
    assert (joined["count"], joined["coverage"]) == (2, 1.0)
    assert single["count"] > 8  # one every 0.4 s
    assert told["trained_on"] == ["EmoDB"]
    assert not told["warnings"]


def test_faces_of_ferplus_are_told_by_our_network(
    tmp_path: Path, data_path: Callable[[str], Path], face_landmarker_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert face_landmarker_path.is_file()
    told = evaluated(capsys, "fer", str(data_path("ferplus/valid.npz").parent), "--limit", "120")
    crops, runtime, found = told["views"]
    assert runtime["coverage"] > 0.9
    assert (crops["count"], runtime["count"]) == (120, 120)
    assert found["count"] == round(120 * runtime["coverage"])
    assert min(crops["accuracy"], runtime["accuracy"]) > 0.7
    assert crops["affect"]["auc"][1]["area"] > 0.9


def test_sentences_with_phones_have_the_visemes_that_were_said(
    tmp_path: Path, data_path: Callable[[str], Path], model_path: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert model_path("silero_vad").is_file()
    for number in ("0001", "0002"):
        for suffix in ("TextGrid", "flac"):
            shutil.copy(data_path(f"ljspeech/LJ001-{number}.{suffix}"), tmp_path)
    told = evaluated(capsys, "viseme", str(tmp_path))
    assert told["systems"]["affectia"]["accuracy"] > 0.5
    assert told["systems"]["affectia"]["accuracy"] > told["systems"]["affectia, energy only"]["accuracy"] + 0.2


def test_films_with_word_times_move_the_mouth_in_the_words(
    tmp_path: Path, data_path: Callable[[str], Path], model_path: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert model_path("silero_vad").is_file()
    for suffix in ("mpg", "align"):
        shutil.copy(data_path(f"grid/bbaf2n.{suffix}"), tmp_path)
    told = evaluated(capsys, "viseme", str(tmp_path))
    assert told["systems"]["affectia"]["words"]["moving"] > 0.6
    assert np.isfinite(told["systems"]["affectia"]["words"]["shut_before"])
