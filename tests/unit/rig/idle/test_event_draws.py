from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia.rig.idle import philox
from affectia.rig.idle.event_draws import NORMALS, UNIFORMS, EventDraws
from tests.unit.fakes import slots

pytestmark = pytest.mark.unit

KINDS = 3


def draws(*names: str) -> EventDraws:
    made = EventDraws(8, kinds=KINDS)
    for slot, name in enumerate(names):
        made.open(slot, philox.key_of(name, seed=1))
    return made


def taken(made: EventDraws, slot: int, kind: int, count: int) -> npt.NDArray[np.float64]:
    return np.concatenate([made.take(slots(slot), kind) for _ in range(count)])


def test_an_event_has_the_numbers_of_its_place() -> None:
    found = taken(draws("a"), 0, 2, 20)[18]
    counters = np.array([(18, 0, 2, 0), (18, 1, 2, 0)], np.uint32)
    words = philox.philox4x32(counters, np.tile(philox.key_of("a", seed=1), (2, 1)))
    np.testing.assert_array_equal(found[UNIFORMS], philox.uniform(words[:1])[0])
    np.testing.assert_array_equal(found[NORMALS], philox.normal(words[1:])[0])


def test_order_and_company_change_nothing() -> None:
    alone = {kind: taken(draws("a", "b"), 1, kind, 40) for kind in range(KINDS)}
    together = draws("a", "b")
    rng = np.random.default_rng(2)
    found: dict[int, list[npt.NDArray[np.float64]]] = {kind: [] for kind in range(KINDS)}
    while min(map(len, found.values())) < 40:
        kind = int(rng.integers(KINDS))
        which = slots(1) if rng.random() < 0.3 else slots(0, 1) if rng.random() < 0.5 else slots(1, 0)
        found[kind].append(together.take(which, kind)[which.tolist().index(1)])
    for kind in range(KINDS):
        np.testing.assert_array_equal(np.array(found[kind][:40]), alone[kind])


def test_avatars_kinds_and_events_differ() -> None:
    made = draws("a", "b")
    rows = np.concatenate([taken(made, slot, kind, 20) for slot in (0, 1) for kind in range(KINDS)])
    assert len(np.unique(rows[:, 0])) == len(rows)


def test_opened_again_it_begins_again() -> None:
    made = draws("a")
    first = taken(made, 0, 0, 20)
    made.open(0, philox.key_of("a", seed=1))
    np.testing.assert_array_equal(taken(made, 0, 0, 20), first)
