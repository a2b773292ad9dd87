from __future__ import annotations

import hashlib

import pytest

from affectia import registry
from affectia.registry import DecodeStatus
from affectia.wire import layout
from affectia.wire.layout import AVATAR_FRAME, EMOTION_UPDATE, STANDARD, TRACK, TRACK_CHUNK, Layout, LayoutMessage

pytestmark = pytest.mark.unit

CUSTOM = Layout.of(1024, (("jawOpen", "grin"), ("head",), (), ()))


def test_the_hash_is_sha256_over_names_joined_by_newlines() -> None:
    assert CUSTOM.layout_hash == hashlib.sha256(b"jawOpen\ngrin\nhead").digest()[:8]


def test_the_registrys_hashes_are_those_of_its_names() -> None:
    for row in registry.LAYOUTS:
        assert Layout.of(row.layout_id, row.parts).layout_hash == row.layout_hash


def test_order_changes_the_hash() -> None:
    assert Layout.of(1024, (("grin", "jawOpen"), ("head",), (), ())).layout_hash != CUSTOM.layout_hash


@pytest.mark.parametrize("announced", [CUSTOM, STANDARD, layout.AFFECT])
def test_an_announcement_comes_back_whole(announced: Layout) -> None:
    status, message = layout.try_decode(layout.encode(LayoutMessage(0xFFFFFFFF, announced)))
    assert status is DecodeStatus.OK
    assert message == LayoutMessage(0xFFFFFFFF, announced)


def test_an_announcement_cut_anywhere_is_refused() -> None:
    body = layout.encode(LayoutMessage(1, CUSTOM))
    for end in range(len(body)):
        status, message = layout.try_decode(body[:end])
        assert (status, message) == (DecodeStatus.TRUNCATED, None)


def test_names_that_do_not_have_the_announced_hash_are_refused() -> None:
    body = layout.encode(LayoutMessage(1, CUSTOM))
    assert layout.try_decode(body.replace(b"grin", b"frow"))[0] is DecodeStatus.OUT_OF_RANGE


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ((("x" * 65,), (), (), ()), DecodeStatus.OVER_LIMIT),
        ((("",), (), (), ()), DecodeStatus.WRONG_LENGTH),
        ((tuple(f"n{number}" for number in range(1025)), (), (), ()), DecodeStatus.OVER_LIMIT),
    ],
)
def test_names_over_the_limits_are_refused(parts: tuple[tuple[str, ...], ...], status: DecodeStatus) -> None:
    assert layout.try_decode(layout.encode(LayoutMessage(1, Layout.of(1024, parts)))) == (status, None)


def test_a_table_knows_id_hash_and_message_together() -> None:
    table = layout.standard_layouts()
    assert table.find(1, STANDARD.layout_hash, AVATAR_FRAME) == STANDARD
    assert table.find(1, STANDARD.layout_hash, EMOTION_UPDATE) is None
    assert table.find(1, CUSTOM.layout_hash, AVATAR_FRAME) is None


def test_a_newer_layout_of_an_id_replaces_the_older_one() -> None:
    table = layout.standard_layouts()
    newer = Layout.of(1024, (("jawOpen",), (), (), ()))
    table.learn(CUSTOM)
    table.learn(newer)
    assert table.find(1024, CUSTOM.layout_hash, AVATAR_FRAME) is None
    assert table.find(1024, newer.layout_hash, AVATAR_FRAME) == newer
    assert table.find(1, STANDARD.layout_hash, AVATAR_FRAME) == STANDARD


def test_what_one_reader_learns_no_other_reader_knows() -> None:
    layout.standard_layouts().learn(CUSTOM)
    assert layout.STANDARD_LAYOUTS.find(1024, CUSTOM.layout_hash, AVATAR_FRAME) is None


@pytest.mark.parametrize("rate_hz", [None, 8000, 48000, 192000])
@pytest.mark.parametrize("look_ahead_millis", [None, 0, 65535])
def test_what_is_said_of_the_voice_comes_back(rate_hz: int | None, look_ahead_millis: int | None) -> None:
    message = LayoutMessage(7, STANDARD, rate_hz, look_ahead_millis)
    assert layout.try_decode(layout.encode(message)) == (DecodeStatus.OK, message)


def test_an_announcement_without_a_voice_is_as_it_was_before_there_were_voices() -> None:
    body = layout.encode(LayoutMessage(7, STANDARD))
    assert body[0] == 0xA5
    assert layout.encode(LayoutMessage(7, STANDARD, 48000, 40)) == b"\xa7" + body[1:] + bytes.fromhex("09 19bb80 0a 1828")


def test_a_rate_that_is_none_is_refused() -> None:
    for rate_hz in (0, 7999, 192001):
        assert layout.try_decode(layout.encode(LayoutMessage(7, STANDARD, rate_hz)))[0] is DecodeStatus.OUT_OF_RANGE


def test_the_layout_of_tracks_is_known_for_tracks_alone() -> None:
    assert (TRACK.layout_id, TRACK.message) == (4, TRACK_CHUNK)
    table = layout.standard_layouts()
    assert table.find(4, TRACK.layout_hash, TRACK_CHUNK) == TRACK
    assert table.find(4, TRACK.layout_hash, EMOTION_UPDATE) is None
