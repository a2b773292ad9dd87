from __future__ import annotations

import dataclasses

import pytest

from tests.unit.fakes import sample

pytestmark = pytest.mark.unit


def test_a_sample_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        sample(3).media_time_nanos = 4  # type: ignore[misc]
