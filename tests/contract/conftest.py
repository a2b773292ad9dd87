"""The sidecar that the tests of the control service share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.door import Door, open_door


@pytest.fixture(scope="module")
def shared_door() -> Iterator[Door]:
    with open_door() as door:
        yield door


@pytest.fixture
def door(shared_door: Door) -> Iterator[Door]:
    """The shared sidecar, without sessions."""
    yield shared_door
    for session in shared_door.status().sessions:
        shared_door.stop(session.session_id)
