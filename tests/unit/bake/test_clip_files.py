from __future__ import annotations

from pathlib import Path

import pytest

from affectia.bake.clip_files import find_clips, result_path, timing_beside
from affectia.bake.track_format import TrackFormat
from affectia.errors import CaptureError, ConfigError

pytestmark = pytest.mark.unit


def made(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return folder


def test_sounds_are_found_in_the_order_of_names_and_results_mirror_them(tmp_path: Path) -> None:
    folder = made(tmp_path / "in", "b.WAV", "a.flac", "notes.txt", ".hidden.wav", "deep/c.ogg", ".git/d.wav", "a.track", "a.json")
    out = tmp_path / "out"
    found = find_clips(folder, out=out, form=TrackFormat.TRACK)
    assert [(file.clip.name, file.result) for file in found] == [("a.flac", out / "a.track"), ("b.WAV", out / "b.track")]
    assert [file.timing for file in found] == [folder / "a.json", None]
    deeper = find_clips(folder, out=out, form=TrackFormat.JSON, recursive=True, with_timing=False)
    assert [file.result.relative_to(out).as_posix() for file in deeper] == ["a.track.json", "b.track.json", "deep/c.track.json"]
    assert not any(file.timing for file in deeper)


def test_clips_that_would_have_one_result_are_told_so_and_the_others_are_not(tmp_path: Path) -> None:
    made(tmp_path, "a.wav", "a.mp3", "b.wav")
    found = find_clips(tmp_path, out=tmp_path, form=TrackFormat.TRACK)
    assert [bool(file.problem) for file in found] == [True, True, False]
    assert "would have the same result" in found[0].problem


@pytest.mark.parametrize("names", [(), ("notes.txt", "a.track"), ("deep/a.wav",)])
def test_a_folder_without_sound_is_an_error(tmp_path: Path, names: tuple[str, ...]) -> None:
    made(tmp_path, *names)
    with pytest.raises(CaptureError, match="folder has no sound file, expected one at least; --recursive looks into its folders: "):
        find_clips(tmp_path, out=tmp_path, form=TrackFormat.TRACK)


def test_a_folder_that_is_none_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match=r"folder cannot be read \(no such file or directory\), .*nothing"):
        find_clips(tmp_path / "nothing", out=tmp_path, form=TrackFormat.TRACK)


@pytest.mark.parametrize("suffix", [".TextGrid", ".json", ".tsv", ".visemes.json"])
def test_timing_is_found_by_the_name_of_its_clip(tmp_path: Path, suffix: str) -> None:
    made(tmp_path, f"hello{suffix}", "hello2.json", "hello.txt", "hello.track.json")
    assert timing_beside(tmp_path / "hello.wav") == tmp_path / f"hello{suffix}"
    assert timing_beside(tmp_path / "other.wav") is None


def test_of_several_timings_the_one_that_can_be_nothing_else_is_taken(tmp_path: Path) -> None:
    made(tmp_path, "a.json", "a.visemes.json", "a.TextGrid")
    assert timing_beside(tmp_path / "a.wav") == tmp_path / "a.visemes.json"


def test_a_name_too_long_for_a_timing_has_none(tmp_path: Path) -> None:
    assert timing_beside(tmp_path / ("x" * 251 + ".wav")) is None


def test_the_result_of_one_clip_is_beside_it_in_a_folder_or_where_it_is_named(tmp_path: Path) -> None:
    made(tmp_path, "a.wav", "out/x")
    clip = tmp_path / "a.wav"
    assert result_path(clip, None, TrackFormat.TRACK) == tmp_path / "a.track"
    assert result_path(clip, tmp_path / "out", TrackFormat.CSV) == tmp_path / "out" / "a.csv"
    assert result_path(clip, tmp_path / "mine.bin", TrackFormat.JSON) == tmp_path / "mine.bin"
    assert result_path(clip, f"{tmp_path / 'new'}/", TrackFormat.TRACK) == tmp_path / "new" / "a.track"


def test_a_result_never_takes_the_place_of_what_it_is_made_of(tmp_path: Path) -> None:
    made(tmp_path, "a.wav", "a.json")
    for taken in ("a.wav", "a.json"):
        with pytest.raises(ConfigError, match=f"result would take the place of what it is made of, expected another file: .*{taken}"):
            result_path(tmp_path / "a.wav", tmp_path / taken, TrackFormat.TRACK, others=[tmp_path / "a.json"])
