from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from affectia import registry
from affectia.bake.track_format import TrackFormat, is_result, track_content, whole_track
from affectia.store.take_csv import COLUMNS
from affectia.store.take_reader import read_take
from affectia.wire.track_file import read_track
from tests.unit.bake.tracks import track

pytestmark = pytest.mark.unit

JAW = [0.0, 0.2, 0.4, 0.6, 0.2]


def test_a_track_comes_back_out_of_its_file() -> None:
    chunks = track(JAW, per_chunk=2)
    assert len(chunks) == 3
    assert read_track(track_content(chunks, TrackFormat.TRACK)) == chunks


def test_json_is_one_document_with_a_curve_for_each_name() -> None:
    document = json.loads(track_content(track(JAW, per_chunk=2), TrackFormat.JSON))
    payload = document["payload"]
    assert (document["type"], payload["frame_count"], payload["start_sample"], payload["end"]) == ("track_chunk", 5, 0, True)
    assert payload["blendshapes"]["jawOpen"] == pytest.approx(JAW, abs=1 / 255)
    assert payload["visemes"]["aa"] == [0, 1, 1, 1, 1]


def test_csv_has_the_columns_of_a_take_and_ends_at_rest(tmp_path: Path) -> None:
    content = track_content(track(JAW, rate_hz=25, per_chunk=2), TrackFormat.CSV)
    header, *rows = csv.reader(io.StringIO(content.decode()))
    assert tuple(header) == COLUMNS
    assert [row[0] for row in rows] == [f"00:00:00:{frame:02}.000" for frame in range(6)]
    (tmp_path / "take.csv").write_bytes(content)
    take = read_take(tmp_path / "take.csv").take
    jaw = registry.BLENDSHAPES.index("jawOpen")
    assert take.blendshapes[:, jaw] == pytest.approx([*JAW, 0], abs=1 / 255)
    assert not np.delete(take.blendshapes, jaw, axis=1).any()
    assert not take.head_deg.any()


def test_csv_takes_what_is_not_of_the_mouth_from_the_emotions(tmp_path: Path) -> None:
    chunks = track(JAW, rate_hz=25)
    felt = np.full((5, 52), 0.25, np.float32)
    (tmp_path / "take.csv").write_bytes(track_content(chunks, TrackFormat.CSV, felt=felt))
    shapes = read_take(tmp_path / "take.csv").take.blendshapes
    mouth = np.array(registry.BLENDSHAPE_GROUPS) == registry.Group.MOUTH
    assert shapes[:, registry.BLENDSHAPES.index("jawOpen")] == pytest.approx([*JAW, 0], abs=1 / 255)
    assert (shapes[:-1, ~mouth] == 0.25).all()
    assert not shapes[-1].any()
    for form in (TrackFormat.TRACK, TrackFormat.JSON):
        assert track_content(chunks, form, felt=felt) == track_content(chunks, form)


def test_all_frames_are_one_chunk_however_many_there_are() -> None:
    long = track([0.5] * 70_000, rate_hz=240, per_chunk=240)
    whole = whole_track(long)
    assert (whole.frame_count, whole.sequence, whole.start_sample, whole.end) == (70_000, 0, 0, True)


@pytest.mark.parametrize("form", [TrackFormat.TRACK, TrackFormat.JSON])
def test_a_whole_file_of_the_same_id_is_a_result(form: TrackFormat, tmp_path: Path) -> None:
    path = tmp_path / "line"
    content = track_content(track(JAW, per_chunk=2, stream_id=7), form)
    path.write_bytes(content)
    assert is_result(path, form, stream_id=7)
    assert not is_result(path, form, stream_id=8)
    for wrong in (content[:-40], content[: len(content) // 2], b"", b"{}", b"[1]", b"[" * 100_000, b"\xff" * 100):
        path.write_bytes(wrong)
        assert not is_result(path, form, stream_id=7)
    assert not is_result(tmp_path / "nothing", form, stream_id=7)
    assert not is_result(tmp_path, form, stream_id=7)


def test_a_csv_is_never_taken_for_a_result_because_it_cannot_tell_its_input(tmp_path: Path) -> None:
    path = tmp_path / "line.csv"
    path.write_bytes(track_content(track(JAW), TrackFormat.CSV))
    assert not is_result(path, TrackFormat.CSV, stream_id=7)


def test_names_of_results_cannot_be_taken_for_timing() -> None:
    assert {form.suffix for form in TrackFormat} == {".track", ".track.json", ".csv"}
