from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from affectia.errors import CaptureError, ConfigError
from affectia.evaluate.layouts import ferplus
from tests.unit.evaluate.trees import labels_of, written

pytestmark = pytest.mark.unit

# As the publisher orders them, which is not our order.
COLUMNS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF")
VOTES = (
    (0, 0, 8, 0, 0, 0, 1, 0, 1, 0),  # surprise; single votes do not count
    (0, 5, 5, 0, 0, 0, 0, 0, 0, 0),  # nothing has more than half
    (1, 1, 1, 1, 1, 1, 1, 1, 1, 1),  # only single votes
    (2, 0, 0, 0, 0, 0, 0, 0, 8, 0),  # unknown
    (0, 0, 0, 0, 0, 0, 0, 0, 0, 10),  # no face
    (0, 0, 0, 6, 4, 0, 0, 0, 0, 0),  # sad
)


def saved(folder: Path, **changed: Any) -> Path:
    images = np.stack([np.full((48, 48), number, np.uint8) for number in range(len(VOTES))])
    content: dict[str, Any] = {"images": images, "votes": np.array(VOTES, np.uint8), "columns": np.array(COLUMNS)} | changed
    np.savez(folder / "valid.npz", images=content["images"], votes=content["votes"], columns=content["columns"])
    return folder


def tables(folder: Path) -> Path:
    pictures = ["emotion,pixels,Usage"]
    judged = [f"Usage,Image name,{','.join(COLUMNS)}"]
    usages = ("Training", "PublicTest", "PrivateTest", "PublicTest", "PublicTest", "PublicTest")
    for number, (usage, votes) in enumerate(zip(usages, VOTES, strict=True)):
        pictures.append(f"0,{' '.join([str(number)] * 48 * 48)},{usage}")
        judged.append(f"{usage},fer000000{number}.png,{','.join(map(str, votes))}")
    written(folder / "fer2013.csv", *pictures)
    written(folder / "fer2013new.csv", *judged)
    return folder


def test_label_is_the_majority_of_the_paper(tmp_path: Path) -> None:
    assert ferplus.is_here(saved(tmp_path))
    found = ferplus.read(tmp_path, "valid")
    assert labels_of(found) == {"valid/0": "surprise", "valid/5": "sad"}
    assert found.left_out == {"no majority": 2, "unknown": 1, "no face": 1}
    assert found.corpus == "FER+ valid"
    last = found.items[1]
    assert last.votes is not None
    assert last.votes.tolist() == [0, 0, 6, 4, 0, 0, 0, 0]  # in our order
    assert last.pixels is not None
    assert (last.pixels.shape, int(last.pixels[0, 0])) == ((48, 48), 5)


def test_tables_of_the_publishers_say_the_same(tmp_path: Path) -> None:
    assert ferplus.is_here(tables(tmp_path))
    found = ferplus.read(tmp_path, "valid")
    assert list(labels_of(found).values()) == ["sad"]
    assert found.left_out == {"no majority": 1, "unknown": 1, "no face": 1}
    assert found.items[0].pixels is not None
    assert int(found.items[0].pixels[0, 0]) == 5
    assert list(labels_of(ferplus.read(tmp_path, "train")).values()) == ["surprise"]


def test_split_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"split test of FER\+ is not there, expected test.npz"):
        ferplus.read(saved(tmp_path), "test")


@pytest.mark.parametrize(
    "changed",
    [{"columns": ["neutral"] * 10}, {"images": np.zeros((2, 48, 48), np.uint8)}, {"images": np.zeros((6, 48, 48))}],
)
def test_archive_that_is_something_else_is_refused(tmp_path: Path, changed: dict[str, object]) -> None:
    with pytest.raises(CaptureError, match=r"FER\+ .*valid\.npz"):
        ferplus.read(saved(tmp_path, **changed), "valid")


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04"])
def test_archive_that_is_broken_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "valid.npz").write_bytes(content)
    with pytest.raises(CaptureError, match=r"FER\+ archive cannot be read"):
        ferplus.read(tmp_path, "valid")


def test_tables_of_different_length_are_refused(tmp_path: Path) -> None:
    tables(tmp_path)
    short = (tmp_path / "fer2013new.csv").read_text().splitlines()[:-1]
    written(tmp_path / "fer2013new.csv", *short)
    with pytest.raises(CaptureError, match=r"FER\+ tables cannot be read .* as many lines"):
        ferplus.read(tmp_path, "valid")


def test_tables_with_an_endless_line_are_refused_and_what_other_tables_may_hold_stays_as_it_is(tmp_path: Path) -> None:
    tables(tmp_path)
    limit = csv.field_size_limit()
    ferplus.read(tmp_path, "valid")
    assert csv.field_size_limit() == limit
    written(tmp_path / "fer2013.csv", "emotion,pixels,Usage", f"0,{'0 ' * limit},PublicTest")
    with pytest.raises(CaptureError, match=r"FER\+ tables cannot be read \(Error\)"):
        ferplus.read(tmp_path, "valid")
