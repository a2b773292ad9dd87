from __future__ import annotations

from pathlib import Path

import pytest

from affectia.evaluate.layouts import iemocap
from tests.unit.evaluate.trees import labels_of, written

pytestmark = pytest.mark.unit

LINES = (
    "% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]",
    "",
    "[6.2901 - 8.2357]\tSes01F_impro01_F000\tneu\t[2.5000, 2.5000, 2.5000]",
    "C-E2:\tNeutral;\t()",
    "[10.0100 - 11.3925]\tSes01F_impro01_M001\texc\t[5.0000, 4.0000, 3.0000]",
    "[14.8872 - 18.0175]\tSes01F_impro01_F002\tfru\t[2.5000, 2.5000, 2.5000]",
    "[19.2900 - 20.7875]\tSes01F_impro01_M003\txxx\t[2.5000, 3.0000, 3.0000]",
)


def test_turns_have_emotion_and_judged_affect(tmp_path: Path) -> None:
    written(tmp_path / "Session1" / "dialog" / "EmoEvaluation" / "Ses01F_impro01.txt", *LINES)
    assert iemocap.is_here(tmp_path)
    found = iemocap.read(tmp_path)
    assert labels_of(found) == {"Ses01F_impro01_F000": "neutral", "Ses01F_impro01_M001": "happy"}
    assert found.left_out == {"fru": 1, "xxx": 1}
    first, second = found.items
    assert first.path == tmp_path / "Session1" / "sentences" / "wav" / "Ses01F_impro01" / "Ses01F_impro01_F000.wav"
    assert second.affect == (1.0, 0.5, 0.0)  # of 1 to 5
    assert [dict(item.groups) for item in found.items] == [{"sex": "female", "actor": "01F"}, {"sex": "male", "actor": "01M"}]


def test_one_session_will_do(tmp_path: Path) -> None:
    written(tmp_path / "dialog" / "EmoEvaluation" / "Ses05F_script01_1b.txt", LINES[2].replace("Ses01F_impro01", "Ses05F_script01_1b"))
    assert labels_of(iemocap.read(tmp_path)) == {"Ses05F_script01_1b_F000": "neutral"}
    assert not iemocap.is_here(tmp_path / "dialog")
