from __future__ import annotations

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectia.registry import DecodeStatus
from affectia.wire import cbor

pytestmark = pytest.mark.unit

EDGES = [0, 23, 24, 255, 256, 65535, 65536, (1 << 32) - 1, 1 << 32, (1 << 64) - 1]


@pytest.mark.parametrize("value", [*EDGES, *(-1 - edge for edge in EDGES)])
def test_integers_are_written_as_an_independent_encoder_writes_them(value: int) -> None:
    assert cbor.write_int(value) == cbor2.dumps(value)


@pytest.mark.parametrize("text", ["", "jawOpen", "x" * 24, "ü" * 200])
def test_text_is_written_as_an_independent_encoder_writes_it(text: str) -> None:
    assert cbor.write_text(text) == cbor2.dumps(text)


@given(st.integers(0, 6), st.integers(0, (1 << 64) - 1))
def test_a_head_comes_back_as_it_was_written(major: int, argument: int) -> None:
    head = cbor.write_head(major, argument)
    assert cbor.read_head(head, 0, len(head)) == (major, argument, len(head))


@given(st.integers(0, 6), st.integers(0, (1 << 64) - 1))
def test_a_head_cut_anywhere_is_truncated(major: int, argument: int) -> None:
    head = cbor.write_head(major, argument)
    for end in range(len(head)):
        with pytest.raises(cbor.Fault) as caught:
            cbor.read_head(head, 0, end)
        assert caught.value.status is DecodeStatus.TRUNCATED


@pytest.mark.parametrize(
    "head",
    ["1817", "1900ff", "1a0000ffff", "1b00000000ffffffff", "5817", "f81f", "1c", "1f", "5f", "ff"],
)
def test_heads_that_are_not_deterministic_are_malformed(head: str) -> None:
    body = bytes.fromhex(head) + bytes(40)
    with pytest.raises(cbor.Fault) as caught:
        cbor.read_head(body, 0, len(body))
    assert caught.value.status is DecodeStatus.MALFORMED


items = st.recursive(
    st.integers(-(1 << 64), (1 << 64) - 1) | st.binary(max_size=30) | st.text(max_size=10) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.integers(0, 50), inner, max_size=3),
    max_leaves=4,
)


def depth_of(item: object) -> int:
    if isinstance(item, dict):
        return 1 + max(map(depth_of, [0, *item.values()]))
    return 1 + max(map(depth_of, [0, *item])) if isinstance(item, list) else 1


@given(items)
def test_any_item_is_skipped_exactly_or_refused_for_its_depth(item: object) -> None:
    body = cbor2.dumps(item, canonical=True)
    if isinstance(item, list | dict) and depth_of(item) > 4:
        with pytest.raises(cbor.Fault) as caught:
            cbor.skip_item(body, 0, len(body))
        assert caught.value.status is DecodeStatus.OVER_LIMIT
    else:
        assert cbor.skip_item(body + b"\0", 0, len(body) + 1) == len(body)


@pytest.mark.parametrize("head", ["5bffffffffffffffff", "9bffffffffffffffff", "bbffffffffffffffff", "7affffffff"])
def test_a_claimed_length_beyond_the_end_is_truncated_and_allocates_nothing(head: str) -> None:
    body = bytes.fromhex(head)
    with pytest.raises(cbor.Fault) as caught:
        cbor.skip_item(body, 0, len(body))
    assert caught.value.status is DecodeStatus.TRUNCATED
