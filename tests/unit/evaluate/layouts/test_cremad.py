from __future__ import annotations

from pathlib import Path

import pytest

from affectia.evaluate.layouts import cremad
from tests.unit.evaluate.trees import labels_of, touched, written

pytestmark = pytest.mark.unit


def test_emotion_stands_in_the_name_and_people_in_the_table(tmp_path: Path) -> None:
    touched(tmp_path, "AudioWAV/1001_DFA_ANG_XX.wav", "AudioWAV/1002_IEO_HAP_HI.wav", "AudioWAV/1002_IEO_XYZ_HI.wav")
    written(
        tmp_path / "VideoDemographics.csv",
        '"ActorID","Age","Sex","Race","Ethnicity"',
        '1001,51,"Male","Caucasian","Not Hispanic"',
    )
    assert cremad.is_here(tmp_path)
    found = cremad.read(tmp_path)
    assert labels_of(found) == {"AudioWAV/1001_DFA_ANG_XX.wav": "angry", "AudioWAV/1002_IEO_HAP_HI.wav": "happy"}
    assert found.left_out == {"XYZ": 1}
    assert [dict(item.groups) for item in found.items] == [{"sex": "male", "age": "45 to 59", "actor": "1001"}, {"actor": "1002"}]


def test_folder_of_the_sounds_themselves_will_do_without_a_table(tmp_path: Path) -> None:
    folder = touched(tmp_path / "AudioWAV", "1001_DFA_NEU_XX.wav")
    assert labels_of(cremad.read(folder)) == {"1001_DFA_NEU_XX.wav": "neutral"}
    assert not cremad.is_here(touched(tmp_path / "other", "1001_DFA.wav"))
