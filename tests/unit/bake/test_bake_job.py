from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from affectia.bake.bake_job import Baked, BakeJob, run_job
from affectia.bake.bake_options import BakeOptions
from affectia.bake.mouth_look import track_gaps
from affectia.bake.track_format import TrackFormat, whole_track
from affectia.clock import FakeClock
from affectia.errors import CaptureError, ConfigError
from affectia.store.take_reader import read_take
from affectia.wire.track_chunk import SHAPE_PLACES
from affectia.wire.track_file import read_track
from tests.unit.bake.voices import FakeVoice, spoken, write_timing
from tests.unit.fakes import SHAPE
from tests.unit.perception.voice.made_voices import silence
from tests.unit.sounds import write_sound

pytestmark = pytest.mark.unit


def baked(job: BakeJob, voice: FakeVoice | None = None) -> Baked:
    found = run_job(job, voice or FakeVoice(), FakeClock())
    assert found is not None
    return found


@pytest.fixture
def line(tmp_path: Path) -> Path:
    return write_sound(tmp_path / "line.wav", spoken(1.0), rate_hz=16_000)


def test_a_sound_becomes_the_bytes_of_a_track_and_facts(line: Path) -> None:
    found = baked(BakeJob(line))
    assert read_track(found.content) == found.chunks
    facts = found.facts
    assert (facts.duration_secs, facts.sample_rate_hz, facts.channels, facts.frame_count, facts.frame_rate_hz) == (2.0, 16_000, 1, 120, 60)
    assert (facts.degraded, facts.made_from, facts.notices) == (False, "visemes of the sound", ())
    assert facts.look.openings > 0
    assert found.clip is not None


def test_what_is_wrong_with_a_sound_is_told(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "silent.wav", silence(1.0), rate_hz=16_000)
    facts = baked(BakeJob(path)).facts
    assert facts.notices == ("silent",)
    assert (facts.look.openings, facts.look.open_share) == (0, 0)


def test_what_is_missing_here_is_told(line: Path) -> None:
    voice = FakeVoice(has_network=False)
    voice.engine.notice = "the mouth moves by loudness alone: no network"
    facts = baked(BakeJob(line), voice).facts
    assert (facts.degraded, facts.notices) == (True, ("the mouth moves by loudness alone: no network",))


def test_the_same_input_has_the_same_bytes_and_another_one_has_not(line: Path, tmp_path: Path) -> None:
    content = baked(BakeJob(line)).content
    assert baked(BakeJob(line)).content == content
    copy = tmp_path / "copy.wav"
    copy.write_bytes(line.read_bytes())
    assert baked(BakeJob(copy)).content == content
    timing = write_timing(tmp_path / "line.json", (0.5, 1.5, "oh"))
    others = [
        BakeJob(line, options=BakeOptions(frame_rate_hz=30)),
        BakeJob(line, timing),
        BakeJob(line, form=TrackFormat.JSON),
    ]
    assert len({content, *(baked(job).content for job in others)}) == 4
    ids = {baked(job).chunks[0].stream_id for job in others}
    assert len(ids) == 3  # the form is no part of what it is


def test_a_result_that_is_there_is_left_until_anything_changes(line: Path, tmp_path: Path) -> None:
    result = tmp_path / "line.track"
    job = BakeJob(line, result=result)
    content = baked(job).content
    result.write_bytes(content)
    voice = FakeVoice()
    assert run_job(job, voice) is None
    assert voice.loads == 0
    result.write_bytes(content[:-1])
    assert baked(job).content == content
    result.write_bytes(content)
    assert baked(BakeJob(line, result=result, options=BakeOptions(frame_rate_hz=24))).content != content
    assert baked(job, FakeVoice(makers=("another network",))).content != content
    write_sound(line, spoken(1.5), rate_hz=16_000)
    assert baked(job).content != content


def test_a_timing_alone_loads_no_network(tmp_path: Path) -> None:
    voice = FakeVoice()
    facts = baked(BakeJob(None, write_timing(tmp_path / "a.json", (0.0, 1.0, "aa"))), voice).facts
    assert voice.loads == 0
    assert (facts.sample_rate_hz, facts.channels, facts.duration_secs, facts.made_from) == (48_000, 0, 1.2, "visemes of the timing")


def test_what_was_changed_in_a_timing_is_told(line: Path, tmp_path: Path) -> None:
    facts = baked(BakeJob(line, write_timing(tmp_path / "a.json", (0.5, 9.0, "aa")))).facts
    assert facts.notices == ("1 entries reach behind the end of the clip and have been cut there",)


def test_emotions_along_a_line_are_laid_over_it(line: Path, tmp_path: Path) -> None:
    emotions = tmp_path / "line.emotions.json"
    emotions.write_text('[{"at_secs": 0.2, "emotions": {"happy": 1}}]')
    plain, felt = baked(BakeJob(line)), baked(BakeJob(line, emotions=emotions))
    assert felt.facts.made_from == "visemes of the sound, emotions along the line"
    assert felt.chunks[0].stream_id != plain.chunks[0].stream_id
    assert baked(BakeJob(line, emotions=emotions)).content == felt.content
    cheek = SHAPE_PLACES.tolist().index(SHAPE["cheekSquintLeft"])
    before, after = (whole_track(found.chunks).blendshape_weights() for found in (plain, felt))
    assert not before[:, cheek].any()
    assert after[60, cheek] == pytest.approx(0.36, abs=0.01)
    np.testing.assert_allclose(track_gaps(whole_track(felt.chunks)), track_gaps(whole_track(plain.chunks)), atol=0.01)
    assert [chunk.visemes for chunk in felt.chunks] == [chunk.visemes for chunk in plain.chunks]


def test_a_csv_has_brows_and_lids_of_the_emotions_too(line: Path, tmp_path: Path) -> None:
    emotions, take = tmp_path / "line.emotions.json", tmp_path / "line.csv"
    emotions.write_text('[{"at_secs": 0, "emotions": {"fear": 1}}]')
    take.write_bytes(baked(BakeJob(line, form=TrackFormat.CSV, emotions=emotions)).content)
    shapes = read_take(take).take.blendshapes
    assert shapes[60, SHAPE["browInnerUp"]] == pytest.approx(0.48, abs=0.01)
    assert shapes[60, SHAPE["eyeWideLeft"]] == pytest.approx(0.42, abs=0.01)
    assert not shapes[-1].any()
    take.write_bytes(baked(BakeJob(line, form=TrackFormat.CSV)).content)
    assert not read_take(take).take.blendshapes[:, SHAPE["browInnerUp"]].any()


def test_a_result_without_emotions_is_not_one_with_them(line: Path, tmp_path: Path) -> None:
    result, emotions = tmp_path / "line.track", tmp_path / "line.emotions.json"
    emotions.write_text('[{"at_secs": 0, "emotions": {"sad": 1}}]')
    result.write_bytes(baked(BakeJob(line)).content)
    job = BakeJob(line, result=result, emotions=emotions)
    result.write_bytes(baked(job).content)
    assert run_job(job, FakeVoice()) is None
    emotions.write_text('[{"at_secs": 0, "emotions": {"sad": 0.5}}]')
    assert run_job(job, FakeVoice()) is not None


def test_emotions_that_are_none_are_told_before_anything_is_heard(line: Path, tmp_path: Path) -> None:
    emotions, voice = tmp_path / "line.emotions.json", FakeVoice()
    emotions.write_text('[{"at_secs": 0, "emotions": {"joy": 1}}]')
    with pytest.raises(ConfigError, match=f"emotion of time code 0 is 'joy', expected one of .*: {emotions}"):
        run_job(BakeJob(line, emotions=emotions), voice)
    with pytest.raises(CaptureError, match="emotion line cannot be read"):
        run_job(BakeJob(line, emotions=tmp_path / "none.json"), voice)
    assert voice.loads == 0


def test_the_language_of_words_counts(tmp_path: Path) -> None:
    timing = write_timing(tmp_path / "a.json", (0.0, 1.0, "vier"), key="word")
    english, german = (baked(BakeJob(None, timing, options=BakeOptions(language=tag))) for tag in ("", "de"))
    assert english.content != german.content


def test_nothing_to_bake_is_an_error() -> None:
    with pytest.raises(ConfigError, match="neither a sound nor a timing"):
        run_job(BakeJob(None), FakeVoice())


@pytest.mark.parametrize("content", [b"", b"RIFF\x00\x00\x00\x00WAVE", b"no sound at all", bytes(range(256)) * 40])
def test_what_is_no_sound_is_an_error_whether_a_result_is_there_or_not(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "line.wav"
    path.write_bytes(content)
    (tmp_path / "line.track").write_bytes(b"old")
    with pytest.raises(CaptureError, match=r"line\.wav$"):
        run_job(BakeJob(path, result=tmp_path / "line.track"), FakeVoice())


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes with names there")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "pipe.track").write_bytes(b"old")
    with pytest.raises(CaptureError, match="device or a pipe"):
        run_job(BakeJob(tmp_path / "pipe.wav", result=tmp_path / "pipe.track"), FakeVoice())


def test_a_timing_of_another_clip_is_an_error(line: Path, tmp_path: Path) -> None:
    late = write_timing(tmp_path / "late.json", (100.0, 101.0, "aa"))
    with pytest.raises(ConfigError, match=r"within the clip, .*late\.json$"):
        run_job(BakeJob(line, late), FakeVoice())


def test_a_timing_alone_is_no_longer_than_a_sound_may_be(tmp_path: Path) -> None:
    path = write_timing(tmp_path / "long.json", (0.0, 0.2, "oh"), (1800.5, 1801.0, "oh"))
    with pytest.raises(ConfigError, match=r"^timing is 30\.0 min long, expected at most 30 min: .*long\.json$"):
        baked(BakeJob(None, path))
    assert baked(BakeJob(None, write_timing(path, (0.0, 0.2, "oh"), (1798.0, 1799.0, "oh")))).facts.duration_secs > 1799
