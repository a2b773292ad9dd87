from __future__ import annotations

from typing import Any

import pytest

from affectia import registry
from affectia.registry import DecodeStatus
from affectia.wire import cbor, fields

pytestmark = pytest.mark.unit

READERS = fields.by_key({0: fields.VERSION, 1: fields.U8, 2: fields.U16})


def no_layout(values: list[Any]) -> tuple[fields.Readers, tuple[fields.Form, ...]]:
    raise AssertionError(f"no layout hash was read, values so far {values}")


def read(text: str, *, required: tuple[int, ...] = (0, 1)) -> list[Any]:
    return fields.read_message(bytes.fromhex(text), required=required, readers=READERS, rest_of_layout=no_layout)


def status_of(text: str) -> DecodeStatus:
    with pytest.raises(cbor.Fault) as caught:
        read(text)
    return caught.value.status


def test_values_stand_at_their_keys() -> None:
    values = read("a3 0001 0105 02190100")
    assert values[:4] == [1, 5, 256, None]
    assert len(values) == fields.KEYS


def test_an_unknown_key_is_stepped_over() -> None:
    assert read("a3 0001 0105 1763616263")[:3] == [1, 5, None]  # key 23
    assert read("a3 0001 0105 1864820102")[:3] == [1, 5, None]  # key 100, an array


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("a1 0001", DecodeStatus.MISSING_KEY),
        ("a1 0105", DecodeStatus.MISSING_KEY),
        ("a2 0001 0201", DecodeStatus.MISSING_KEY),
        ("a2 0105 0001", DecodeStatus.MISSING_KEY),
        ("a3 0001 0105 0105", DecodeStatus.MALFORMED),
        ("a3 0001 0105 0001", DecodeStatus.MALFORMED),
        ("a3 0001 0105 2001", DecodeStatus.MALFORMED),  # a negative key
        ("a2 0001 010500", DecodeStatus.TRAILING_BYTES),
        ("a2 0002 0105", DecodeStatus.UNSUPPORTED_VERSION),
        ("a2 0001 01190100", DecodeStatus.OUT_OF_RANGE),
        ("a2 0001 0120", DecodeStatus.WRONG_TYPE),
        ("a2 0001 01", DecodeStatus.TRUNCATED),
        ("82 0001", DecodeStatus.MALFORMED),
        ("b841", DecodeStatus.OVER_LIMIT),
        ("", DecodeStatus.TRUNCATED),
    ],
)
def test_the_first_fault_is_told(text: str, status: DecodeStatus) -> None:
    assert status_of(text) is status


USUAL = (7, bytes.fromhex("0742"), 2, 0xF0)
WIDE = (7, bytes.fromhex("0743"), 3, 255)
TEXT_OF_HASH = "06 48 0102030405060708"


@pytest.mark.parametrize("forms", [(), (USUAL, WIDE)], ids=["general", "usual forms"])
@pytest.mark.parametrize(
    ("rest", "found"),
    [
        ("a2 {} 07 42 aabb", b"\xaa\xbb"),
        ("a2 {} 07 43 aabbcc", b"\xaa\xbb\xcc"),
        ("a1 {}", None),
        ("a2 {} 08 00", None),
        ("a3 {} 07 42 aabb 07 42 aabb", DecodeStatus.MALFORMED),
        ("a3 {} 07 42 aabb 07 43 aabbcc", DecodeStatus.MALFORMED),
        ("a2 {} 07 42 aabb 08 00", DecodeStatus.TRAILING_BYTES),
        ("a1 {} 07 42 aabb", DecodeStatus.TRAILING_BYTES),
        ("a2 {} 07 42 f1bb", DecodeStatus.OUT_OF_RANGE),
        ("a2 {} 07 42 aa", DecodeStatus.TRUNCATED),
        ("a2 {} 07 44 aabbccdd", DecodeStatus.WRONG_LENGTH),
    ],
)
def test_usual_forms_are_a_short_cut_and_nothing_more(
    rest: str, found: bytes | DecodeStatus | None, forms: tuple[fields.Form, ...]
) -> None:
    asked: list[Any] = []

    def of_layout(values: list[Any]) -> tuple[fields.Readers, tuple[fields.Form, ...]]:
        asked.append(values[6])
        return fields.by_key({7: two_or_three}), forms

    def two_or_three(body: bytes, pos: int, end: int) -> tuple[bytes, int]:
        return fields.fixed_bytes(3)(body, pos, end) if body[pos] == 0x43 else fields.fixed_bytes(2, largest_first=0xF0)(body, pos, end)

    body = bytes.fromhex(rest.format(TEXT_OF_HASH))

    def values_of() -> list[Any]:
        return fields.read_message(body, required=(6,), readers=fields.by_key({6: fields.fixed_bytes(8)}), rest_of_layout=of_layout)

    if isinstance(found, DecodeStatus):
        with pytest.raises(cbor.Fault) as caught:
            values_of()
        assert caught.value.status is found
    else:
        assert values_of()[7] == found
    assert asked == [bytes(range(1, 9))]


def test_fixed_bytes_takes_one_length_only() -> None:
    reader = fields.fixed_bytes(2, largest_first=14)
    assert reader(bytes.fromhex("420eff"), 0, 3) == (b"\x0e\xff", 3)
    for text, status in (
        ("420fff", DecodeStatus.OUT_OF_RANGE),
        ("4101", DecodeStatus.WRONG_LENGTH),
        ("4201", DecodeStatus.TRUNCATED),
        ("6201ff", DecodeStatus.WRONG_TYPE),
    ):
        body = bytes.fromhex(text)
        with pytest.raises(cbor.Fault) as caught:
            reader(body, 0, len(body))
        assert caught.value.status is status


def test_a_typed_array_takes_its_forms_only() -> None:
    reader = fields.typed_array((registry.TAG_U8, 2), (registry.TAG_U16_LE, 4))
    assert reader(bytes.fromhex("d840420102"), 0, 5) == (b"\1\2", 5)
    assert reader(bytes.fromhex("d8454401020304"), 0, 7) == (b"\1\2\3\4", 7)
    for text, status in (
        ("d8404401020304", DecodeStatus.WRONG_LENGTH),
        ("d84d420102", DecodeStatus.WRONG_TYPE),
        ("420102", DecodeStatus.WRONG_TYPE),
        ("d8404201", DecodeStatus.TRUNCATED),
        ("d840820102", DecodeStatus.WRONG_TYPE),
    ):
        body = bytes.fromhex(text)
        with pytest.raises(cbor.Fault) as caught:
            reader(body, 0, len(body))
        assert caught.value.status is status


def test_a_part_of_no_names_must_be_absent() -> None:
    reader = fields.typed_array((registry.TAG_U8, 0))
    with pytest.raises(cbor.Fault):
        reader(bytes.fromhex("d84040"), 0, 3)


def test_the_header_has_its_keys_in_order() -> None:
    assert fields.header(7, 300, 1 << 40, 0).hex(" ", -1) == "00 01 01 07 02 19 01 2c 03 1b 00 00 01 00 00 00 00 00 04 00"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("18 18", 24),
        ("18 f0", 240),
        ("17", DecodeStatus.OUT_OF_RANGE),
        ("18 f1", DecodeStatus.OUT_OF_RANGE),
        ("20", DecodeStatus.WRONG_TYPE),
        ("18", DecodeStatus.TRUNCATED),
        ("1b 0000000100000000" + "00" * 9, DecodeStatus.OUT_OF_RANGE),
    ],
)
def test_an_integer_between_two(text: str, found: int | DecodeStatus) -> None:
    body = bytes.fromhex(text)
    read_one = fields.uint_between(24, 240)
    if isinstance(found, DecodeStatus):
        with pytest.raises(cbor.Fault) as caught:
            read_one(body, 0, len(body))
        assert caught.value.status is found
    else:
        assert read_one(body, 0, len(body)) == (found, len(body))


def test_an_array_of_no_names_is_right_only_where_it_may_be_empty() -> None:
    empty, one = bytes.fromhex("d840 40"), bytes.fromhex("d840 41 07")
    assert fields.typed_array((registry.TAG_U8, 0), may_be_empty=True)(empty, 0, 3) == (b"", 3)
    for reader, body in (
        (fields.typed_array((registry.TAG_U8, 0)), empty),
        (fields.typed_array((registry.TAG_U8, 0), may_be_empty=True), one),
        (fields.typed_array((registry.TAG_U8, 1), may_be_empty=True), empty),
    ):
        with pytest.raises(cbor.Fault) as caught:
            reader(body, 0, len(body))
        assert caught.value.status is DecodeStatus.WRONG_LENGTH
