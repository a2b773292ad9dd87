from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from affectia.capture.pcm import PcmFormat
from affectia.capture.pcm_stream import PcmStream
from affectia.clock import NANOS_PER_SEC
from affectia.errors import CaptureError
from affectia.signals.audio_sample import AudioSample
from tests.unit.sounds import joined, tone

pytestmark = pytest.mark.unit


def bytes_of(sound: Any) -> bytes:
    return (np.asarray(sound) * 32767).astype("<i2").tobytes()


def pushed(stream: PcmStream, data: bytes, size: int) -> list[AudioSample]:
    found = [stream.push(data[begin : begin + size]) for begin in range(0, len(data), size)]
    found.append(stream.flush())
    return [sample for sample in found if sample is not None]


@pytest.mark.parametrize("size", [1, 3, 1764, 100_000])
def test_a_line_is_the_same_however_it_is_cut(size: int) -> None:
    data = bytes_of(tone(500, rate_hz=44100, secs=0.1))
    samples = pushed(PcmStream(PcmFormat(44100)), data, size)
    whole = joined(pushed(PcmStream(PcmFormat(44100)), data, len(data)))
    assert len(whole) == 1600
    assert np.abs(joined(samples) - whole).max() <= 1e-6
    assert samples[0].follows is False
    assert all(sample.follows for sample in samples[1:])


def test_places_and_times_are_those_of_the_sound() -> None:
    stream = PcmStream(PcmFormat(48000, 2), started_at_nanos=7_000)
    samples = pushed(stream, bytes_of(np.zeros(2 * 48000)), 4 * 4800)
    place = 0
    for sample in samples:
        assert sample.source_rate_hz == 48000
        assert sample.source_sample == 3 * place
        assert sample.starts_at_nanos == 7_000 + place * NANOS_PER_SEC // 16000
        place += len(sample.pcm)
    assert (place, stream.source_sample_count) == (16000, 48000)


def test_an_hour_at_44100_hz_does_not_drift_by_one_sample() -> None:
    stream = PcmStream(PcmFormat(44100, 1, "float32"))
    second = np.zeros((44100, 1), np.float32)
    click = second.copy()
    click[22050] = 1
    given = 0
    for number in range(3600):
        sample = stream.push(click if number == 3598 else second)
        assert sample is not None
        assert abs(sample.source_sample - given * 441 / 160) <= 0.5
        assert sample.starts_at_nanos == given * NANOS_PER_SEC // 16000
        if number == 3598:
            assert given + int(np.abs(sample.pcm).argmax()) == 3598 * 16000 + 8000
        given += len(sample.pcm)
    last = stream.flush()
    assert last is not None
    assert given + len(last.pcm) == 3600 * 16000


def test_after_a_flush_the_count_goes_on() -> None:
    stream = PcmStream(PcmFormat(44100))
    pushed(stream, bytes_of(np.zeros(441)), 882)
    later = pushed(stream, bytes_of(np.zeros(4410)), 8820)
    assert (later[0].source_sample, later[0].starts_at_nanos, later[0].follows) == (441, 10_000_000, False)
    assert stream.source_sample_count == 4851


def test_the_first_chunk_may_be_too_short_to_say_anything() -> None:
    stream = PcmStream(PcmFormat(48000))
    assert stream.push(bytes_of(np.zeros(10))) is None
    assert stream.flush() is not None
    assert stream.flush() is None


def test_arrays_are_taken_as_declared() -> None:
    stream = PcmStream(PcmFormat(16000, 2, "float32"))
    first = stream.push(np.array([[0.5, 0.0]], np.float32))
    second = stream.push(np.array([0.5, 0.5, 0.25, 0.25], np.float32))
    assert first is not None
    assert second is not None
    assert [*first.pcm, *second.pcm] == [0.25, 0.5, 0.25]


@pytest.mark.parametrize(
    "array",
    [np.zeros((4, 3), np.float32), np.zeros(5, np.float32), np.zeros((4, 2), np.int16), np.zeros((2, 2, 2), np.float32)],
)
def test_arrays_of_another_shape_or_type_are_refused(array: Any) -> None:
    with pytest.raises(CaptureError, match=r"expected \(n, 2\) of float32"):
        PcmStream(PcmFormat(16000, 2, "float32")).push(array)


def test_an_array_does_not_follow_half_a_sample() -> None:
    stream = PcmStream(PcmFormat(16000))
    stream.push(b"\0")
    with pytest.raises(CaptureError):
        stream.push(np.zeros(4, np.int16))


def test_what_is_wrong_with_the_sound_is_told() -> None:
    stream = PcmStream(PcmFormat(16000, 1, "float32"))
    assert list(stream.notices) == []
    sample = stream.push(np.full(16000, np.nan, np.float32).tobytes())
    assert sample is not None
    assert not sample.pcm.any()
    assert list(stream.notices) == ["16000 samples are no numbers", "silent"]
    stream.push(np.full(16000, 2, np.float32).tobytes() + b"ab")
    assert list(stream.notices) == ["16000 samples are no numbers", "clipped"]
    stream.flush()
    assert stream.notices[-1] == "ends with 2 bytes of a sample of 4"
