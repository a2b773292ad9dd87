from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from affectia.cli.monitor import Monitor
from affectia.cli.watch import WatchRun, control_address, json_lines, moments, waiting_text
from affectia.client import Received
from affectia.clock import NANOS_PER_SEC, FakeClock
from affectia.errors import ConfigError
from tests.unit.cli.frames_by_hand import received, updated

pytestmark = pytest.mark.unit

ENDPOINT = "tcp://127.0.0.1:17870"


class FakeFrames:
    """Gives one batch of frames a call, then silence."""

    def __init__(self, clock: FakeClock, *batches: list[Received]) -> None:
        self.clock = clock
        self.batches = list(batches)

    def __call__(self, *, timeout_secs: float) -> Iterator[Received]:
        for frame in self.batches.pop(0) if self.batches else []:
            self.clock.advance(secs=0.1)
            yield frame
        self.clock.advance(secs=timeout_secs)


def lines(clock: FakeClock, *batches: list[Received], seconds: float) -> tuple[list[dict[str, object]], list[str]]:
    told: list[str] = []
    source = FakeFrames(clock, *batches)
    texts = list(json_lines(source, clock, waiting_text(ENDPOINT), seconds=seconds, offset_nanos=5 * NANOS_PER_SEC, tell=told.append))
    assert all("\n" not in text for text in texts)
    return [json.loads(text) for text in texts], told


def test_every_frame_is_one_twin() -> None:
    twins, told = lines(FakeClock(), [received(n, at_millis=n, avatar_id="npc-1", shapes={"jawOpen": 0.6}) for n in range(3)], seconds=0.25)
    assert [(twin["type"], twin["session_id"], twin["sequence"]) for twin in twins] == [("avatar_frame", "npc-1", n) for n in range(3)]
    assert twins[0]["timestamp_ms"] == 6000
    payload = twins[0]["payload"]
    assert isinstance(payload, dict)
    assert payload["blendshapes"]["jawOpen"] == 0.6
    assert told == []


def test_updates_are_twins_too_in_order_of_arrival() -> None:
    update = updated(1, units={"au12_smile": 0.6, "au25_lips_part": None}, lids=(0.2, 0.4), blinks=(4, 1, 0, 180))
    twins, _told = lines(FakeClock(), [received(0), updated(0), received(1), update], seconds=0.5)
    assert [(twin["type"], twin["sequence"]) for twin in twins] == [
        ("avatar_frame", 0),
        ("emotion_update", 0),
        ("avatar_frame", 1),
        ("emotion_update", 1),
    ]
    payload = twins[-1]["payload"]
    assert isinstance(payload, dict)
    assert payload["au"]["au12_smile"] == 0.6
    assert "au25_lips_part" not in payload["au"]
    assert payload["blink"] == {"left": 0.2, "right": 0.4}
    assert payload["blinks"] == {"both": 4, "left_winks": 1, "right_winks": 0, "last_millis": 180}
    assert (twins[-1]["session_id"], twins[-1]["timestamp_ms"]) == ("default", 6000)


def test_silence_is_told_now_and_then_and_frames_go_on_after_it() -> None:
    clock = FakeClock()
    twins, told = lines(clock, [], [], [received(0)], *[[]] * 24, [received(1, at_millis=1)], seconds=40)
    assert len(twins) == 2
    assert told[0] == "nobody publishes at tcp://127.0.0.1:17870: start `affectia serve`"
    assert 4 <= len(told) <= 6


def test_it_ends_when_time_is_up() -> None:
    clock = FakeClock(0)
    assert lines(clock, seconds=3.5) == ([], [waiting_text(ENDPOINT)])
    assert clock.now_nanos() == pytest.approx(3.5e9)


def test_control_is_two_ports_further_on() -> None:
    assert control_address(ENDPOINT) == "127.0.0.1:17872"
    assert control_address("tcp://[::1]:20000") == "[::1]:20002"


@pytest.mark.parametrize("endpoint", ["127.0.0.1:17870", "tcp://127.0.0.1", "tcp://127.0.0.1:99999", "ipc://a", "tcp://a:1:2"])
def test_endpoint_that_is_none_is_refused(endpoint: str) -> None:
    with pytest.raises(ConfigError, match="expected tcp://HOST:PORT"):
        control_address(endpoint)


def test_dashboard_waits_and_then_shows() -> None:
    run = WatchRun(ENDPOINT, 0)
    assert run.dashboard(0.0, 0).note == waiting_text(ENDPOINT)
    frame = received(0)
    run.monitor.add(frame)
    run.monitor.add(received(0, avatar_id="default-2"))
    shown = run.dashboard(1.0, frame.received_at_nanos)
    assert (shown.note, shown.source) == ("", "default at tcp://127.0.0.1:17870")
    assert shown.reading.other_avatars == ("default-2",)
    assert run.dashboard(4.0, frame.received_at_nanos + 3 * NANOS_PER_SEC).note == waiting_text(ENDPOINT)


def test_moments_are_tenths_of_a_second() -> None:
    assert list(moments(0.35, FakeClock())) == pytest.approx([0.0, 0.1, 0.2, 0.3])


def test_run_may_bring_a_monitor_of_its_own() -> None:
    run = WatchRun(ENDPOINT, 0, monitor=Monitor(shape_rows=12, affect=False))
    run.monitor.add(received(0))
    shown = run.dashboard(0.0, NANOS_PER_SEC)
    assert (len(shown.reading.shapes), shown.reading.affect) == (12, None)
