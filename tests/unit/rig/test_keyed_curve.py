from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectia.rig.keyed_curve import keyed_curve

pytestmark = pytest.mark.unit


def curve(keys: list[tuple[float, float]], at: npt.ArrayLike) -> npt.NDArray[np.float64]:
    times, values = np.array(keys, np.float64).T
    return keyed_curve(times, values, np.asarray(at, np.float64))


def test_it_goes_through_its_keys_and_stays_outside() -> None:
    keys = [(0.0, 0.0), (0.3, 2.0), (0.5, -1.0), (1.0, 0.0)]
    assert curve(keys, [0, 0.3, 0.5, 1]) == pytest.approx([0, 2, -1, 0])
    assert curve(keys, [-5, 7]).tolist() == [0, 0]


def test_two_keys_are_an_eased_way() -> None:
    assert curve([(0, 0), (2, 4)], [0.5, 1, 1.5]) == pytest.approx([0.625, 2, 3.375])


@given(st.lists(st.tuples(st.floats(0.05, 1), st.floats(-1, 1)), min_size=1, max_size=8))
def test_between_two_keys_it_never_turns_and_never_goes_beyond(steps: list[tuple[float, float]]) -> None:
    times = np.concatenate(([0], np.cumsum([step for step, _ in steps])))
    values = np.array([0, *(value for _, value in steps)])
    for piece in range(len(steps)):
        within = keyed_curve(times, values, np.linspace(times[piece], times[piece + 1], 50))
        rise = values[piece + 1] - values[piece]
        assert (np.diff(within) * np.sign(rise) >= -1e-9).all()
        assert within.min() >= min(values[piece : piece + 2]) - 1e-9
        assert within.max() <= max(values[piece : piece + 2]) + 1e-9


def test_it_has_no_corners() -> None:
    keys = [(0.0, 0.0), (0.2, 0.3), (0.5, 1.0), (0.6, 0.4), (1.0, 0.0)]
    at = np.linspace(-0.1, 1.1, 12001)
    slope = np.diff(curve(keys, at)) / 1e-4
    assert np.abs(np.diff(slope)).max() < 0.15  # its second derivative is finite
