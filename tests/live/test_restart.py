"""A subscriber that waits gets frames again from a sidecar that was killed and started again, without being touched."""

from __future__ import annotations

import pytest

from affectia.client import Subscriber
from affectia.client.subscriber import wait_for_frame
from tests.live.running_sidecar import RunningSidecar, free_port_base

pytestmark = pytest.mark.live


def test_a_waiting_subscriber_lives_through_kills() -> None:
    base = free_port_base()
    with Subscriber(f"tcp://127.0.0.1:{base}") as subscriber:
        streams = set()
        for _ in range(3):
            with RunningSidecar("--source", "synthetic", port_base=base) as sidecar:
                received = wait_for_frame(subscriber, 10)
                assert received is not None
                streams.add(received.frame.stream_id)
                sidecar.kill()
            while wait_for_frame(subscriber, 0.3) is not None:
                pass  # what was under way still comes in
        assert len(streams) == 3
        assert subscriber.stats.restarts == 2
        assert not subscriber.stats.refused


def test_a_killed_subscriber_disturbs_nobody() -> None:
    with RunningSidecar("--source", "synthetic") as sidecar, Subscriber(sidecar.endpoint) as steady:
        assert wait_for_frame(steady, 10) is not None
        for _ in range(5):
            with Subscriber(sidecar.endpoint) as passing:
                assert wait_for_frame(passing, 10) is not None
        before = steady.stats.received
        while steady.stats.received == before:
            assert wait_for_frame(steady, 10) is not None
        assert steady.stats.lost == 0
