from __future__ import annotations

import pytest

from affectia.cli.doctor_stream import (
    AvatarSight,
    Sight,
    ask_status,
    ports_finding,
    self_test_arguments,
    self_test_finding,
    session_findings,
    shared_avatars,
    stream_finding,
)
from affectia.cli.finding import Level
from affectia.store.port_file import PortFileContent
from affectia.v1 import session_pb2, status_pb2
from tests.unit.cli.frames_by_hand import received
from tests.unit.fakes import free_port

pytestmark = pytest.mark.unit

FILE = PortFileContent(4711, {"publish": 17870}, "0.1.0", "t", "2026-01-01T00:00:00+00:00")


def seen(
    count: int = 60, *, rate_hz: float = 60.0, latency_millis: float = 5.0, found: bool = True, avatars: tuple[str, ...] = ("a",)
) -> Sight:
    sight = Sight()
    for number in range(count):
        for name in avatars:
            sight.add(received(number, at_millis=number * 1000 / rate_hz, latency_millis=latency_millis, found=found, avatar_id=name))
    return sight


def test_a_sight_has_rates_latencies_and_what_was_valid() -> None:
    sight = seen(latency_millis=12.5)
    assert sight.frames == 60
    assert sight.avatars["a"].rate_hz == pytest.approx(60)
    assert sight.latency_p95_millis == pytest.approx(12.5)
    assert sight.avatars["a"].valid_groups() == ("eyes", "brows", "mouth", "head")
    assert seen(found=False).avatars["a"].valid_groups() == ()
    assert AvatarSight().valid_groups() == ()


def test_a_good_stream_in_one_line() -> None:
    finding = stream_finding(seen(), seconds=2, sessions=1)
    assert finding.level is Level.OK
    assert finding.found == "a: 60.0 frames/s, p95 5.0 ms from pose to here, 0 lost; valid: eyes, brows, mouth, head"


def mixed(*, shared: bool) -> Sight:
    sight = seen(avatars=("default", "default-3"))
    for name in ("default-2", "default-4"):
        sight.avatars[name] = seen(found=False, avatars=(name,)).avatars[name]
    sight.shared = frozenset(sight.avatars) if shared else frozenset()
    return sight


def test_every_avatar_is_judged_by_its_own_frames() -> None:
    finding = stream_finding(mixed(shared=False), seconds=2, sessions=4)
    assert finding.level is Level.WARNING
    assert finding.found.endswith("; default, default-3 valid: eyes, brows, mouth, head; default-2, default-4 valid: no group")
    assert finding.next_step.startswith("see the session of default-2, default-4 below")


def test_an_avatar_of_several_that_nobody_fills_is_fine() -> None:
    finding = stream_finding(mixed(shared=True), seconds=2, sessions=1)
    assert finding.level is Level.OK
    assert finding.found.endswith("; default, default-3 valid: eyes, brows, mouth, head; default-2, default-4 nobody there now")


def test_an_avatar_that_is_alone_and_empty_is_a_warning() -> None:
    finding = stream_finding(seen(found=False), seconds=2, sessions=1)
    assert (finding.level, finding.found.endswith("0 lost; valid: no group")) == (Level.WARNING, True)


def test_avatars_share_a_session_that_has_several() -> None:
    alone, several = session_pb2.Session(avatar_ids=["a"]), session_pb2.Session(avatar_ids=["b", "b-2"])
    assert shared_avatars(status_pb2.Status(sessions=[alone, several])) == {"b", "b-2"}


def test_many_avatars_are_counted() -> None:
    finding = stream_finding(seen(avatars=("a", "b", "c", "d", "e")), seconds=2, sessions=1)
    assert finding.found.startswith("a, b, c and 2 more: 60.0 frames/s")


@pytest.mark.parametrize(
    ("changes", "level"),
    [({"lost": 3}, Level.WARNING), ({"refused": 1}, Level.PROBLEM), ({"restarts": 1}, Level.WARNING), ({"lost": 0}, Level.OK)],
)
def test_what_is_wrong_with_a_stream(changes: dict[str, int], level: Level) -> None:
    sight = seen()
    for name, value in changes.items():
        setattr(sight, name, value)
    assert stream_finding(sight, seconds=2, sessions=1).level is level


def test_a_late_stream_is_a_warning() -> None:
    assert stream_finding(seen(latency_millis=140), seconds=2, sessions=1).level is Level.WARNING


@pytest.mark.parametrize(("sessions", "level"), [(0, Level.WARNING), (2, Level.PROBLEM)])
def test_silence(sessions: int, level: Level) -> None:
    assert stream_finding(Sight(), seconds=2, sessions=sessions).level is level


@pytest.mark.parametrize(
    ("taken", "process", "file", "level", "found"),
    [
        ([], None, None, Level.OK, "17870 to 17873 are free"),
        ([], None, FILE, Level.OK, "17870 to 17873 are free (a port file is left of process 4711, which is gone)"),
        ([17870, 17872], 4711, FILE, Level.OK, f"held by a sidecar, version 0.1.0, process 4711, since {FILE.started}"),
        ([17870, 17872], 5, FILE, Level.OK, "process 5, without a port file of this user"),
        ([17871], None, None, Level.PROBLEM, "17871 of 17870 to 17873 held: another program"),
        ([17870], None, FILE, Level.PROBLEM, "held: our port file names process 4711, which does not answer"),
    ],
)
def test_ports(taken: list[int], process: int | None, file: PortFileContent | None, level: Level, found: str) -> None:
    status = None if process is None else status_pb2.Status(version="0.1.0", process_id=process)
    finding = ports_finding(17870, taken, status, file, 18870)
    assert finding.level is level
    assert finding.found.endswith(found)
    assert ("--port-base 18870" in finding.next_step) is (level is Level.PROBLEM)


def test_sessions_say_what_they_wait_for() -> None:
    status = status_pb2.Status(
        sessions=[
            session_pb2.Session(
                session_id="a",
                source="camera:0",
                state=session_pb2.SESSION_STATE_RUNNING,
                source_status=session_pb2.SourceStatus(captured_hz=29.97, samples_perceived=90, samples_with_face=88, samples_dropped=2),
            ),
            session_pb2.Session(session_id="b", source="camera:1", state=session_pb2.SESSION_STATE_WAITING_FOR_CONSENT),
            session_pb2.Session(session_id="c", source="camera:2", state=session_pb2.SESSION_STATE_RETRYING, detail="camera 2 is gone"),
        ]
    )
    running, waiting, retrying = session_findings(status)
    assert (running.level, running.found) == (Level.OK, "camera:0, running: 30.0/s, 88 of 90 pictures with a face, 2 skipped")
    assert (waiting.level, waiting.found) == (Level.WARNING, "camera:1, waits for consent")
    assert "--consent camera" in waiting.next_step
    assert (retrying.level, retrying.found) == (Level.WARNING, "camera:2, its source is gone and tried again: camera 2 is gone")


def test_nobody_answers_where_nobody_serves() -> None:
    assert ask_status(free_port() - 2, 0.3) is None


def test_the_self_test_opens_no_camera() -> None:
    arguments = self_test_arguments(18000)
    assert arguments[arguments.index("--source") + 1] == "synthetic"
    assert arguments[arguments.index("--port-base") + 1] == "18000"


@pytest.mark.parametrize(
    ("sight", "ending", "level", "found"),
    [
        (seen(), "", Level.OK, "started in 2.0 s, 60.0 frames/s, p95 5.0 ms to another process, 0 lost"),
        (seen(rate_hz=30), "", Level.WARNING, "30.0 frames/s"),
        (seen(latency_millis=80), "", Level.WARNING, "p95 80.0 ms"),
        (Sight(), "", Level.PROBLEM, "the sidecar was up after 2.0 s, and no frame came"),
        (None, "", Level.WARNING, "the sidecar was not up within 2 s"),
        (None, "port 18000 is in use", Level.PROBLEM, "the sidecar ended: port 18000 is in use"),
    ],
)
def test_what_came_of_the_self_test(sight: Sight | None, ending: str, level: Level, found: str) -> None:
    finding = self_test_finding(sight, started_secs=2.0, ending=ending)
    assert finding.level is level
    assert found in finding.found
