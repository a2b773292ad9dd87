from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectia.wire import quantize

pytestmark = pytest.mark.unit

any_float = st.floats(-(2.0**100), 2.0**100, width=32) | st.sampled_from((math.nan, math.inf, -math.inf))
weights = st.floats(0, 1, width=32)


def f32(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array(values, np.float32)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        (1, 255),
        (0.5, 128),
        (0.1, 26),
        (-0.5, 0),
        (2, 255),
        (math.nan, 0),
        (math.inf, 255),
        (-math.inf, 0),
        (0.49 / 255, 0),
        (254.49 / 255, 254),
    ],
)
def test_weights_in_8_bit(value: float, expected: int) -> None:
    assert quantize.weights_u8(f32(value)).tolist() == [expected]


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (1, 65535), (0.5, 32768), (-1, 0), (7, 65535), (math.nan, 0), (math.inf, 65535)])
def test_weights_in_16_bit(value: float, expected: int) -> None:
    coded = quantize.weights_u16(f32(value))
    assert coded.tolist() == [expected]
    assert coded.tobytes() == expected.to_bytes(2, "little")


@pytest.mark.parametrize("half", range(255))
def test_a_half_is_rounded_up(half: int) -> None:
    assert quantize.weights_u8(np.array([(half + 0.5) / 255 + 1e-9])).tolist() == [half + 1]


@given(weights)
def test_a_weight_comes_back_within_half_a_step(value: float) -> None:
    assert quantize.weights_u8(f32(value))[0] / 255 == pytest.approx(value, abs=0.5 / 255 + 1e-6)
    assert quantize.weights_u16(f32(value))[0] / 65535 == pytest.approx(value, abs=0.5 / 65535 + 1e-6)


@given(st.lists(any_float, min_size=1, max_size=20))
def test_anything_becomes_an_integer_of_its_range(values: list[float]) -> None:
    given_values = f32(*values)
    before = given_values.copy()
    for coded in (
        quantize.weights_u8(given_values),
        quantize.weights_u16(given_values),
        quantize.translation_i16(given_values),
        quantize.angles_i16(given_values),
        quantize.gaze_i16(given_values),
        quantize.age_ticks(given_values),
    ):
        assert coded.shape == given_values.shape
        if coded.dtype.kind == "i":
            assert coded.min() >= -32767
        assert (coded[np.isnan(given_values)] == 0).all()
    np.testing.assert_array_equal(given_values, before)  # the caller's array is not written to


@given(weights, weights)
def test_a_larger_weight_never_becomes_a_smaller_number(one: float, other: float) -> None:
    small, large = sorted((one, other))
    coded = quantize.weights_u8(f32(small, large))
    assert coded[0] <= coded[1]


@pytest.mark.parametrize(
    ("cm", "expected"),
    [(0, 0), (5, 500), (-5, -500), (0.005, 1), (-0.005, 0), (-0.015, -1), (400, 32767), (-400, -32767), (math.nan, 0), (-math.inf, -32767)],
)
def test_translations_in_tenths_of_a_millimetre(cm: float, expected: int) -> None:
    assert quantize.translation_i16(np.array([cm])).tolist() == [expected]


def test_quaternions_have_w_that_is_not_negative() -> None:
    half = math.sqrt(0.5)
    coded = quantize.quaternions_i16(np.array([[half, 0, 0, half], [half, 0, 0, -half], [1, 0, 0, 0], [0, 0, 0, -1]], np.float32))
    assert coded.tolist() == [[23170, 0, 0, 23170], [-23170, 0, 0, 23170], [32767, 0, 0, 0], [0, 0, 0, 32767]]


def test_angles_and_gaze() -> None:
    assert quantize.angles_i16(np.array((3.2, -1.1, 400.0))).tolist() == [320, -110, 32767]
    assert quantize.gaze_i16(np.array((1.0, -0.5))).tolist() == [8192, -4096]


def test_parts_are_255_in_all_and_go_to_those_that_lost_most() -> None:
    assert quantize.parts_u8(np.array([[0.5, 0.5], [1, 0], [0.75, 0.25], [0, 0]], np.float32)).tolist() == [
        [128, 127],  # of equals the first
        [255, 0],
        [191, 64],  # 191.25 and 63.75: the second lost most
        [0, 0],
    ]
    assert quantize.parts_u8(np.full((1, 8), 1 / 8)).tolist() == [[32] * 7 + [31]]
    # 84.15, 84.15 and 86.7: the third lost most
    assert quantize.parts_u8(np.array([[0.33, 0.33, 0.34]])).tolist() == [[84, 84, 87]]


def test_parts_of_another_sum_are_scaled_and_what_is_none_is_nothing() -> None:
    assert quantize.parts_u8(np.array([[2.0, 2.0, 1.0], [math.nan, 1, -3], [math.inf, 0, 0]])).tolist() == [
        [102, 102, 51],
        [0, 255, 0],
        [255, 0, 0],
    ]


@given(st.lists(st.lists(any_float, min_size=8, max_size=8), min_size=1, max_size=5))
def test_whatever_the_parts_are_a_row_is_255_or_nothing(rows: list[list[float]]) -> None:
    coded = quantize.parts_u8(np.array(rows, np.float32)).astype(int)
    assert set(coded.sum(axis=1).tolist()) <= {0, 255}


@given(st.lists(st.floats(0.001, 1), min_size=2, max_size=8))
def test_a_part_is_never_a_step_off(parts: list[float]) -> None:
    whole = np.array([parts]) / sum(parts)
    assert np.abs(quantize.parts_u8(whole) / 255 - whole).max() < 1 / 255


@pytest.mark.parametrize(
    ("secs", "expected"), [(0, 0), (0.01, 1), (0.25, 25), (2.54, 254), (2.55, 255), (9, 255), (math.inf, 255), (-0.2, 0)]
)
def test_ages_in_ticks_of_ten_milliseconds(secs: float, expected: int) -> None:
    assert quantize.age_ticks(f32(secs)).tolist() == [expected]
