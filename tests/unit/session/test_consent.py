from __future__ import annotations

import threading

import pytest

from affectia.errors import ConfigError
from affectia.session.consent import ConsentGate, checked_modality

pytestmark = pytest.mark.unit


def test_nothing_is_allowed_at_first() -> None:
    gate = ConsentGate()
    assert gate.granted == frozenset()
    assert not gate.allows("camera")


def test_what_shows_nobody_needs_no_consent() -> None:
    assert ConsentGate().allows(None)


def test_a_grant_and_its_revocation_hold_at_once() -> None:
    gate = ConsentGate(frozenset({"camera"}))
    assert gate.allows("camera")
    gate.revoke("camera")
    assert not gate.allows("camera")
    gate.grant("camera")
    gate.grant("camera")
    assert gate.granted == {"camera"}
    gate.revoke("camera")
    assert not gate.allows("camera")


@pytest.mark.parametrize("name", ["", "Camera", "microphone "])
def test_an_unknown_modality_is_named(name: str) -> None:
    for use in (checked_modality, ConsentGate().grant, ConsentGate().revoke, lambda name: ConsentGate(frozenset({name}))):
        with pytest.raises(ConfigError, match=r"^consent is given for '.*', expected one of: camera, microphone$"):
            use(name)


def test_an_action_is_done_only_while_it_is_allowed() -> None:
    gate, done = ConsentGate(), []
    assert not gate.when_allowed("camera", lambda: done.append(1))
    assert gate.when_allowed(None, lambda: done.append(2))
    gate.grant("camera")
    assert gate.when_allowed("camera", lambda: done.append(3))
    assert done == [2, 3]


def test_a_revocation_waits_for_an_action_that_has_begun() -> None:
    gate = ConsentGate(frozenset({"camera"}))
    begun, go_on = threading.Event(), threading.Event()
    order: list[str] = []

    def action() -> None:
        begun.set()
        assert go_on.wait(10)
        order.append("action")

    def revoke() -> None:
        gate.revoke("camera")
        order.append("revoked")

    threads = [threading.Thread(target=gate.when_allowed, args=("camera", action))]
    threads[0].start()
    assert begun.wait(10)
    threads.append(threading.Thread(target=revoke))
    threads[1].start()
    threads[1].join(0.02)
    assert order == []
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert order == ["action", "revoked"]
    assert not gate.when_allowed("camera", action)


def test_each_modality_is_allowed_apart() -> None:
    gate = ConsentGate(frozenset({"microphone"}))
    assert (gate.allows("microphone"), gate.allows("camera")) == (True, False)
    gate.grant("camera")
    gate.revoke("microphone")
    assert gate.granted == {"camera"}
