from __future__ import annotations

import numpy as np
import pytest

from affectia.evaluate.answers import AnswerSheet
from affectia.evaluate.labelled_set import LabelledItem
from affectia.signals.emotion_observations import AffectMethod

pytestmark = pytest.mark.unit

NOTHING = np.zeros(3)


def test_sheet_puts_items_and_answers_side_by_side() -> None:
    sheet = AnswerSheet()
    votes = np.array([6.0, 2, 0, 0, 0, 0, 0, 0])
    sheet.add(LabelledItem("a", 0, votes=votes, groups={"sex": "male"}), np.eye(8)[1], NOTHING + 0.5, AffectMethod.REGRESSED)
    sheet.add(LabelledItem("b", 2, votes=votes, affect=(0.1, 0.2, 0.3)), np.eye(8)[2], NOTHING, AffectMethod.REGRESSED)
    found = sheet.answers()
    assert (found.truth.tolist(), found.told.tolist()) == ([0, 2], [1, 2])
    assert found.affect_method is AffectMethod.REGRESSED
    assert found.votes is not None
    assert found.votes[0].tolist() == [0.75, 0.25, 0, 0, 0, 0, 0, 0]
    assert np.isnan(found.judged[0]).all()
    assert found.judged[1].tolist() == [0.1, 0.2, 0.3]
    only = found.at(found.truth == 0)
    assert (only.count, only.groups) == (1, ({"sex": "male"},))


def test_votes_of_some_are_votes_of_none() -> None:
    sheet = AnswerSheet()
    sheet.add(LabelledItem("a", 0, votes=np.ones(8)), np.eye(8)[1], NOTHING, AffectMethod.PROJECTED)
    sheet.add(LabelledItem("b", 0), np.eye(8)[1], NOTHING, AffectMethod.PROJECTED)
    assert sheet.answers().votes is None


def test_empty_sheet_has_no_answers() -> None:
    found = AnswerSheet().answers()
    assert (found.count, found.shares.shape, found.told.shape) == (0, (0, 8), (0,))
