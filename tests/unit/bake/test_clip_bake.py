from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from affectia import registry
from affectia.bake.bake_options import TIMING_RATE_HZ, BakeOptions
from affectia.bake.bake_timing import BakeTiming, bake_timing
from affectia.bake.clip_bake import bake_clip, clip_visemes
from affectia.bake.mouth_look import track_gaps
from affectia.bake.track_format import whole_track
from affectia.wire.track_file import check_track
from tests.unit.bake.voices import clip, engine, spoken, write_timing
from tests.unit.perception.voice.made_voices import silence, syllables

pytestmark = pytest.mark.unit

AA, PP, SIL = (registry.VISEMES.index(name) for name in ("aa", "PP", "sil"))


def timing(tmp_path: Path, *events: tuple[float, float, str], key: str = "viseme", clip_secs: float | None = None) -> BakeTiming:
    path = write_timing(tmp_path / "timing.json", *events, key=key)
    return bake_timing(path.read_bytes(), path, clip_secs=clip_secs)


@pytest.mark.parametrize(("rate_hz", "frame_rate_hz"), [(22_050, 60), (8_000, 24), (192_000, 240), (44_100, 7)])
def test_chunks_stand_on_the_samples_of_the_sound(rate_hz: int, frame_rate_hz: int) -> None:
    made = clip(syllables(2.5), rate_hz=rate_hz)
    chunks = bake_clip(made, engine=engine(), options=BakeOptions(frame_rate_hz=frame_rate_hz), stream_id=9)
    check_track(chunks)
    assert [chunk.start_sample for chunk in chunks] == [0, rate_hz, 2 * rate_hz]
    assert {(chunk.sample_rate_hz, chunk.frame_rate_hz, chunk.stream_id) for chunk in chunks} == {(rate_hz, frame_rate_hz, 9)}
    assert sum(chunk.frame_count for chunk in chunks) == math.ceil(2.5 * frame_rate_hz)
    assert not any(chunk.look_ahead_millis or chunk.degraded for chunk in chunks)


def test_the_same_clip_has_the_same_chunks() -> None:
    made = clip(spoken())
    assert bake_clip(made, engine=engine()) == bake_clip(made, engine=engine())


def test_a_mouth_moves_in_speech_and_is_shut_around_it() -> None:
    gaps = track_gaps(whole_track(bake_clip(clip(spoken(2.0)), engine=engine())))
    assert not gaps[:20].any()
    assert gaps[50:140].mean() > 0.2
    assert gaps[-6:].max() < 0.01


def test_silence_is_a_shut_mouth_for_its_whole_length() -> None:
    [*_, last] = chunks = bake_clip(clip(silence(1.7)), engine=engine())
    whole = whole_track(chunks)
    assert last.end
    assert whole.frame_count == 102
    assert not whole.blendshape_weights().any()
    assert (whole.viseme_weights().argmax(axis=1) == SIL).all()


@pytest.mark.parametrize("samples", [1, 159, 161, 1600])
def test_the_shortest_sound_has_a_frame(samples: int) -> None:
    chunks = bake_clip(clip(np.zeros(samples, np.float32)), engine=engine())
    check_track(chunks)
    assert whole_track(chunks).frame_count == math.ceil(samples / 16_000 * 60)


def test_without_a_network_the_track_says_so() -> None:
    chunks = bake_clip(clip(spoken()), engine=engine(has_network=False))
    assert all(chunk.degraded for chunk in chunks)
    assert track_gaps(whole_track(chunks)).max() > 0.2


def test_a_timing_of_visemes_goes_before_what_is_heard(tmp_path: Path) -> None:
    made = clip(spoken(2.0))
    given = timing(tmp_path, (0.6, 1.2, "aa"), (1.2, 1.4, "PP"), (1.4, 2.2, "aa"), clip_secs=made.duration_secs)
    whole = whole_track(bake_clip(made, engine=engine(), timing=given))
    gaps, visemes = track_gaps(whole), whole.viseme_weights()
    frame = round(1.3 * 60)
    assert visemes[frame].argmax() == PP
    assert gaps[frame] == 0
    assert gaps[frame - 15] > 0.15
    assert gaps[frame + 15] > 0.15
    assert not gaps[-10:].any()  # what is loud at the end has no timing
    found = clip_visemes(made, engine=engine(), timing=given)
    assert (found.made_from, found.degraded) == ("visemes of the timing, loudness of the sound", False)


def test_a_timing_needs_no_network(tmp_path: Path) -> None:
    made = clip(spoken(2.0))
    given = timing(tmp_path, (0.6, 2.2, "aa"), clip_secs=made.duration_secs)
    assert not any(chunk.degraded for chunk in bake_clip(made, engine=engine(has_network=False), timing=given))


def test_within_timed_words_what_is_heard_and_spelled_are_mixed_and_there_is_silence_between_them(tmp_path: Path) -> None:
    made = clip(syllables(3.0))
    given = timing(tmp_path, (0.2, 1.0, "mama"), (2.0, 2.8, "papa"), key="word", clip_secs=3.0)
    found = clip_visemes(made, engine=engine(), timing=given)
    assert found.visemes.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert found.visemes[25:95, AA].min() > 0.35  # the network hears nothing else
    assert found.visemes[20:28, PP].max() > 0.55
    assert found.visemes[120:180, SIL].min() > 0.99
    gaps = track_gaps(whole_track(bake_clip(made, engine=engine(), timing=given)))
    assert gaps[12:16].min() < 0.02  # the m
    assert not gaps[90:105].any()
    assert found.made_from == "visemes of the sound and spelling of the timed words"


def test_without_a_network_timed_words_are_said_by_their_spelling(tmp_path: Path) -> None:
    made = clip(syllables(2.0))
    given = timing(tmp_path, (0.2, 1.8, "mama"), key="word", clip_secs=2.0)
    found = clip_visemes(made, engine=engine(has_network=False), timing=given)
    assert {AA, PP} <= set(found.visemes.argmax(axis=1).tolist())
    assert (found.made_from, found.degraded) == ("spelling of the timed words, loudness of the sound", False)


def test_a_timing_alone_is_a_track_at_a_rate_of_its_own(tmp_path: Path) -> None:
    chunks = bake_clip(None, engine=None, timing=timing(tmp_path, (0.0, 0.5, "aa"), (0.5, 0.7, "PP"), (0.7, 1.5, "aa")))
    check_track(chunks)
    assert chunks[0].sample_rate_hz == TIMING_RATE_HZ
    whole = whole_track(chunks)
    assert whole.frame_count == 102  # 1.5 s and 0.2 s in which the mouth shuts
    gaps = track_gaps(whole)
    assert gaps[36] == 0
    assert gaps[15] > 0.3
    assert gaps[-1] < 0.04


def test_a_pp_of_a_timing_is_whole_at_any_frame_rate(tmp_path: Path) -> None:
    given = timing(tmp_path, (0.0, 0.505, "aa"), (0.505, 0.535, "PP"), (0.535, 1.0, "aa"))
    for frame_rate_hz in (15, 24, 30, 60, 120):
        whole = whole_track(bake_clip(None, engine=None, timing=given, options=BakeOptions(frame_rate_hz=frame_rate_hz)))
        around = track_gaps(whole)[int(0.42 * frame_rate_hz) : math.ceil(0.62 * frame_rate_hz) + 1]
        assert around.min() < 0.02, frame_rate_hz
