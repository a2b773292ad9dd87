from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectia.errors import ConfigError
from affectia.wire import topic

pytestmark = pytest.mark.unit

ids = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=32)


def test_topics_end_in_a_zero_byte() -> None:
    assert topic.avatar("default") == b"avatar/default\0"
    assert topic.affect("npc-2") == b"affect/npc-2\0"
    assert topic.track("bob") == b"track/bob\0"
    assert topic.layout("a") == b"layout/a\0"


@given(ids, st.binary(max_size=50))
def test_a_message_splits_into_what_it_was_made_of(name: str, body: bytes) -> None:
    assert topic.checked_id(name) == name
    assert len(topic.layout(name)) <= 40
    for prefix, topic_of in {b"avatar/": topic.avatar, b"affect/": topic.affect, b"track/": topic.track, b"layout/": topic.layout}.items():
        assert topic.split(topic_of(name) + body) == (prefix, name, body)


@given(st.binary(max_size=100))
def test_no_bytes_raise(message: bytes) -> None:
    parts = topic.split(message)
    if parts is not None:
        prefix, name, body = parts
        assert prefix + name.encode() + b"\0" + body == message


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"avatar/default",
        b"avatar\0",
        b"avatar/\0x",
        b"avatar/UPPER\0",
        b"avatar/" + b"a" * 33 + b"\0",
        b"avatar/a\nb\0",
        b"avatar/\xff\0",
        b"\0/a\0",
    ],
)
def test_what_has_no_topic_of_ours_is_none(message: bytes) -> None:
    assert topic.split(message) is None


@pytest.mark.parametrize("name", ["", "A", "a b", "a/b", "a\n", "é", "x" * 33, "a\0"])
def test_an_id_that_is_none_is_named(name: str) -> None:
    with pytest.raises(ConfigError, match=r"^session id is .*, expected 1 to 32 of a-z, 0-9 and -$"):
        topic.checked_id(name, what="session id")
