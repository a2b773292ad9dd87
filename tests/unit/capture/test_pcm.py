from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from affectia.capture.pcm import SAMPLE_TYPES, PcmFormat, as_float, read_pcm, to_mono
from affectia.errors import CaptureError, ConfigError

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("name", "values", "floats"),
    [
        ("int16", [0, 16384, -32768, 32767], [0, 0.5, -1, 32767 / 32768]),
        ("int32", [0, 1 << 30, -(1 << 31), 1], [0, 0.5, -1, 2.0**-31]),
        ("uint8", [128, 192, 0, 255], [0, 0.5, -1, 127 / 128]),
        ("float32", [0, 0.5, -1, 1], [0, 0.5, -1, 1]),
    ],
)
def test_every_type_has_its_scale(name: str, values: list[float], floats: list[float]) -> None:
    data = np.array(values, SAMPLE_TYPES[name]).tobytes()
    samples, wrong = read_pcm(data, PcmFormat(16000, 2, name))
    assert samples.dtype == np.float32
    assert (samples.shape, wrong) == ((2, 2), 0)
    assert samples.ravel().tolist() == pytest.approx(floats)


def test_interleaved_channels_come_apart() -> None:
    data = np.arange(16, dtype=np.int16).tobytes()
    samples, _ = read_pcm(data, PcmFormat(48000, 8))
    assert (samples[1] * 32768).tolist() == [8, 9, 10, 11, 12, 13, 14, 15]


def test_what_is_no_number_is_silence_and_counted_and_what_is_beyond_is_cut() -> None:
    samples, wrong = as_float(np.array([np.nan, np.inf, -np.inf, 1.5, -7, 0.25], np.float32))
    assert samples.tolist() == [0, 0, 0, 1, -1, 0.25]
    assert wrong == 3


def test_doubles_that_no_float_holds_are_cut_without_a_word() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        samples, wrong = as_float(np.array([1e300, -1e300, np.nan]))
    assert (samples.tolist(), wrong) == ([1, -1, 0], 1)


def test_memory_is_its_own() -> None:
    given = np.array([[0.5]], np.float32)
    samples, _ = as_float(given)
    given[:] = 0
    assert samples.tolist() == [[0.5]]


@pytest.mark.parametrize("dtype", [np.complex64, np.bool_, np.uint16, np.object_])
def test_other_types_are_refused(dtype: Any) -> None:
    with pytest.raises(CaptureError, match="expected one of: int16, int32, float32, uint8"):
        as_float(np.zeros(4, dtype))


@pytest.mark.parametrize(("form", "size"), [(PcmFormat(16000), 3), (PcmFormat(16000, 2), 6), (PcmFormat(8000, 3, "float32"), 13)])
def test_bytes_that_are_missing_are_told(form: PcmFormat, size: int) -> None:
    with pytest.raises(
        CaptureError, match=rf"^sound has {size} bytes, expected a multiple of {form.frame_bytes} \({form.channels} channels"
    ):
        read_pcm(b"\0" * size, form)


def test_no_bytes_are_no_samples() -> None:
    samples, wrong = read_pcm(b"", PcmFormat(16000, 2))
    assert (samples.shape, wrong) == ((0, 2), 0)


@pytest.mark.parametrize("rate_hz", [8000, 11025, 96000, 192000])
def test_rates_that_are_taken(rate_hz: int) -> None:
    assert PcmFormat(rate_hz).rate_hz == rate_hz


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((7999,), "sound has a rate of 7999 Hz, expected 8000 to 192000"),
        ((192001,), "sound has a rate of 192001 Hz, expected 8000 to 192000"),
        ((-1,), "sound has a rate of -1 Hz, expected 8000 to 192000"),
        ((16000, 0), "sound has 0 channels, expected 1 to 8"),
        ((16000, 9), "sound has 9 channels, expected 1 to 8"),
        ((16000, 1, "int24"), "sound has samples of type 'int24', expected one of: int16, int32, float32, uint8"),
    ],
)
def test_formats_that_cannot_be(arguments: Any, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        PcmFormat(*arguments)
    assert str(raised.value) == message


def test_mono_is_the_mean_of_all_channels() -> None:
    assert to_mono(np.array([[1, 0, -0.5], [0.25, 0.25, 0.25]], np.float32)).tolist() == pytest.approx([1 / 6, 0.25])
    one = np.array([[1], [2]], np.float32)
    assert np.shares_memory(to_mono(one), one)
    flat = np.array([1, 2], np.float32)
    assert to_mono(flat) is flat
