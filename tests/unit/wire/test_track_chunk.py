from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from affectia import registry
from affectia.errors import WireError
from affectia.registry import DecodeStatus
from affectia.wire import track_chunk
from affectia.wire.avatar_frame import AvatarFrame, encode
from affectia.wire.layout import TRACK
from affectia.wire.track_chunk import SHAPE_PLACES, TrackChunk, quantized

pytestmark = pytest.mark.unit

SHAPES, VISEMES = TRACK.count(0), TRACK.count(1)


def chunk(frames: int = 3) -> TrackChunk:
    """A chunk whose frame k holds k everywhere."""
    rows = [bytes([frame]) for frame in range(frames)]
    shapes, visemes = b"".join(SHAPES * row for row in rows), b"".join(VISEMES * row for row in rows)
    return TrackChunk(7, 3, 66092, 22050, 60, shapes, visemes, end=True, look_ahead_millis=40, degraded=True)


def test_the_shapes_are_those_of_the_mouth_in_their_order() -> None:
    names = TRACK.parts[0]
    assert len(names) == 33
    assert names == tuple(registry.BLENDSHAPES[place] for place in SHAPE_PLACES)
    assert (names[0], names[3], names[-1]) == ("jawForward", "jawOpen", "tongueOut")
    assert not [name for name in names if not name.startswith(("jaw", "mouth", "cheek", "nose", "tongue"))]
    assert TRACK.parts[1] == registry.VISEMES


@pytest.mark.parametrize("frames", [0, 1, 3, 60, 240])
def test_a_chunk_comes_back_whole(frames: int) -> None:
    body = track_chunk.encode(chunk(frames))
    assert track_chunk.try_decode(body) == (DecodeStatus.OK, chunk(frames))
    assert track_chunk.decode(body).frame_count == frames


def test_weights_are_rows_of_frames() -> None:
    shapes, visemes = np.zeros((2, SHAPES)), np.zeros((2, VISEMES))
    shapes[0, TRACK.parts[0].index("jawOpen")] = 1.0
    visemes[1, TRACK.parts[1].index("PP")] = 0.2
    made = TrackChunk(7, 0, 0, 48000, 60, *quantized(shapes, visemes))
    assert made.frame_count == 2
    assert made.blendshape_weights() == pytest.approx(shapes)
    assert made.viseme_weights() == pytest.approx(visemes)
    assert made.blendshape_weights().dtype == np.float32


def test_quantized_rounds_clamps_and_rests_where_there_is_no_number() -> None:
    shapes = np.zeros((1, SHAPES))
    shapes[0, :4] = (0.5 / 255, 1.7, -0.3, np.nan)
    assert tuple(quantized(shapes, np.zeros((1, VISEMES)))[0][:4]) == (1, 255, 0, 0)
    assert quantized(np.zeros((0, SHAPES)), np.zeros((0, VISEMES))) == (b"", b"")


@pytest.mark.parametrize(("shapes", "visemes"), [((2, 52), (2, 15)), ((2, 33), (3, 15)), ((33,), (15,)), ((0, 33), (1, 15))])
def test_weights_of_another_shape_are_refused(shapes: tuple[int, ...], visemes: tuple[int, ...]) -> None:
    with pytest.raises(WireError, match="of a track have the shape"):
        quantized(np.zeros(shapes), np.zeros(visemes))


def test_frames_stand_between_samples() -> None:
    made = chunk()
    assert made.frame_sample(0) == 66092
    assert made.frame_sample(1) == Fraction(66092 * 2 + 735, 2)
    assert made.frame_sample(made.frame_count) == 66092 + Fraction(3 * 735, 2)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sample_rate_hz", 7999),
        ("sample_rate_hz", 192001),
        ("frame_rate_hz", 0),
        ("frame_rate_hz", 241),
        ("look_ahead_millis", 65536),
        ("sequence", 1 << 32),
        ("stream_id", -1),
        ("start_sample", 1 << 64),
    ],
)
def test_a_number_beyond_its_field_is_not_written(field: str, value: int) -> None:
    with pytest.raises(WireError, match=f"^{field} is {value}, expected") as caught:
        track_chunk.encode(replace(chunk(), **{field: value}))  # type: ignore[arg-type]
    assert caught.value.status == DecodeStatus.OUT_OF_RANGE


def test_payloads_that_do_not_fit_together_are_not_written() -> None:
    with pytest.raises(WireError, match="^visemes of 3 frames have 44 bytes, expected 45$"):
        track_chunk.encode(replace(chunk(), visemes=bytes(44)))
    with pytest.raises(WireError, match="^blendshapes of 3 frames have 100 bytes, expected 99$"):
        track_chunk.encode(replace(chunk(), blendshapes=bytes(100)))


def test_the_longest_chunk_fits_and_no_longer_one() -> None:
    most = next(frames for frames in range(1400, 0, -1) if 48 * frames + 80 <= registry.WIRE_MAX_TRACK_BYTES)
    fits = replace(chunk(0), blendshapes=bytes(SHAPES * most), visemes=bytes(VISEMES * most))
    body = track_chunk.encode(fits)
    assert registry.WIRE_MAX_TRACK_BYTES - 100 < len(body) <= registry.WIRE_MAX_TRACK_BYTES
    assert track_chunk.decode(body) == fits
    with pytest.raises(WireError, match="expected at most 65536") as caught:
        track_chunk.encode(replace(fits, blendshapes=bytes(SHAPES * (most + 3)), visemes=bytes(VISEMES * (most + 3))))
    assert caught.value.status == DecodeStatus.OVER_LIMIT


def test_decode_says_what_is_wrong_in_words() -> None:
    with pytest.raises(WireError, match="^track_chunk of 10 bytes is truncated: the bytes end inside an item$"):
        track_chunk.decode(track_chunk.encode(chunk())[:10])
    with pytest.raises(WireError, match="unknown_layout"):
        track_chunk.decode(encode(AvatarFrame(7, 0, 0, 0)))
