from __future__ import annotations

from pathlib import Path

import pytest

from affectia.evaluate.layouts import nemo
from tests.unit.evaluate.trees import labels_of, touched, written

pytestmark = pytest.mark.unit


def test_names_alone_will_do(tmp_path: Path) -> None:
    touched(tmp_path, "EB0_anger_15.flac", "KD0_surprised_3.flac", "KD0_bored_3.flac", "cover.flac")
    assert nemo.is_here(tmp_path)
    found = nemo.read(tmp_path)
    assert labels_of(found) == {"EB0_anger_15.flac": "angry", "KD0_surprised_3.flac": "surprise"}
    assert found.left_out == {"bored": 1}
    assert dict(found.items[0].groups) == {"actor": "EB0"}


def test_table_of_the_publisher_says_who_speaks(tmp_path: Path) -> None:
    touched(tmp_path, "samples/EB0_happiness_1.wav")
    written(
        tmp_path / "data.tsv",
        "file_id\temotion\traw_text\tnormalized_text\tspeaker_id\tgender\tage",
        'EB0_happiness_1.wav\thappiness\t"Tak.\ttak\tEB0\tfemale\t24',
    )
    found = nemo.read(tmp_path)
    assert labels_of(found) == {"samples/EB0_happiness_1.wav": "happy"}
    assert dict(found.items[0].groups) == {"sex": "female", "age": "18 to 29", "actor": "EB0"}
    assert not nemo.is_here(touched(tmp_path / "other", "anger_1.wav"))
