"""The stream as `affectia doctor` sees it: who holds the ports, what a subscriber gets, and a self-test where nobody serves."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from affectia import registry
from affectia.cli.finding import Finding, Level
from affectia.cli.sidecar_process import SidecarProcess, free_port_base
from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC, SystemClock
from affectia.errors import PortInUse
from affectia.store.port_file import PortFileContent

if TYPE_CHECKING:  # zmq and grpc may be what is broken
    from affectia.client import ReceivedFrame
    from affectia.v1 import status_pb2

LATE_MILLIS: Final = 100.0  # design budget of the whole way
_SELF_TEST_RATE_HZ: Final = 60.0
_STATES: Final = {0: "unknown", 1: "waits for consent", 2: "running", 3: "its source is gone and tried again", 4: "ended"}
_WAITING, _RETRYING, _ENDED = 1, 3, 4


@dataclass(slots=True)
class AvatarSight:
    """What a subscriber saw of one avatar: frames, the first and the last arrival, times from pose to arrival, groups that were valid."""

    frames: int = 0
    first_nanos: int = 0
    last_nanos: int = 0
    latencies_nanos: list[int] = field(default_factory=list)
    valid_frames: list[int] = field(default_factory=lambda: [0] * len(registry.GROUPS))

    @property
    def rate_hz(self) -> float:
        """Frames a second."""
        span_nanos = self.last_nanos - self.first_nanos
        return (self.frames - 1) * NANOS_PER_SEC / span_nanos if span_nanos > 0 else 0.0

    def valid_groups(self) -> tuple[str, ...]:
        """The groups that were valid in at least half of the frames."""
        return tuple(name for name, count in zip(registry.GROUPS, self.valid_frames, strict=True) if count * 2 >= max(1, self.frames))


@dataclass(slots=True)
class Sight:
    """What a subscriber saw; `add` is called on its receiving thread, the rest is read when it has been closed.

    `shared` are the avatars of sessions with several, as far as the sidecar tells: there may be fewer faces than avatars.
    """

    avatars: dict[str, AvatarSight] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()
    lost: int = 0
    restarts: int = 0
    refused: int = 0

    def add(self, received: ReceivedFrame) -> None:
        """Take in a frame."""
        avatar = self.avatars.setdefault(received.avatar_id, AvatarSight(first_nanos=received.received_at_nanos))
        avatar.frames += 1
        avatar.last_nanos = received.received_at_nanos
        avatar.latencies_nanos.append(received.latency_nanos)
        for group in range(len(registry.GROUPS)):
            avatar.valid_frames[group] += received.frame.is_valid(group)

    @property
    def frames(self) -> int:
        """Frames of all avatars."""
        return sum(avatar.frames for avatar in self.avatars.values())

    @property
    def latency_p95_millis(self) -> float:
        """From the instant that a pose shows to its arrival, over all frames."""
        every = [nanos for avatar in self.avatars.values() for nanos in avatar.latencies_nanos]
        return float(np.percentile(every, 95)) / NANOS_PER_MILLI if every else 0.0

    def empty(self) -> list[str]:
        """The avatars that have no valid group although they are the only one of their session."""
        return sorted(name for name, avatar in self.avatars.items() if not avatar.valid_groups() and name not in self.shared)

    def validity(self) -> str:
        """What is valid of which avatars, in words; those that are alike are told together."""
        alike: dict[str, list[str]] = {}
        for name, avatar in sorted(self.avatars.items()):
            groups = ", ".join(avatar.valid_groups())
            told = f"valid: {groups}" if groups else "nobody there now" if name in self.shared else "valid: no group"
            alike.setdefault(told, []).append(name)
        if len(alike) == 1:
            return next(iter(alike))
        return "; ".join(f"{_listed(names)} {told}" for told, names in alike.items())


def listen(port_base: int, seconds: float) -> Sight:
    """Subscribe to everything for a while, then ask the sidecar whose avatars those were."""
    from affectia.client import Subscriber

    sight = Sight()
    with Subscriber(f"tcp://127.0.0.1:{port_base + registry.PORT_PUBLISH}", listener=sight.add) as subscriber:
        threading.Event().wait(seconds)
    sight.lost, sight.restarts, sight.refused = subscriber.stats.lost, subscriber.stats.restarts, subscriber.stats.refused.total()
    if (status := ask_status(port_base)) is not None:
        sight.shared = shared_avatars(status)
    return sight


def shared_avatars(status: status_pb2.Status) -> frozenset[str]:
    """The avatars of sessions that have several."""
    return frozenset(name for session in status.sessions if len(session.avatar_ids) > 1 for name in session.avatar_ids)


def ask_status(port_base: int, timeout_secs: float = 2.0) -> status_pb2.Status | None:
    """What the sidecar at a port base says of itself, None where none answers."""
    import grpc

    from affectia.v1 import control_pb2_grpc, status_pb2

    options = [("grpc.enable_http_proxy", 0)]  # never: it is on this machine
    with grpc.insecure_channel(f"127.0.0.1:{port_base + registry.PORT_GRPC}", options=options) as channel:
        stub = control_pb2_grpc.ControlStub(channel)  # type: ignore[no-untyped-call] # generated
        try:
            status: status_pb2.Status = stub.GetStatus(status_pb2.GetStatusRequest(), timeout=timeout_secs)
        except grpc.RpcError:
            return None
    return status


def ports_finding(
    port_base: int, taken: Sequence[int], status: status_pb2.Status | None, file: PortFileContent | None, free_base: int | None
) -> Finding:
    """Who holds the four ports: nobody, a sidecar of ours (it answers), or another program."""
    ports = f"{port_base} to {port_base + 3}"
    if status is not None:
        since = f", since {file.started}" if file is not None and file.pid == status.process_id else ", without a port file of this user"
        return Finding("ports", Level.OK, f"{ports}: held by a sidecar, version {status.version}, process {status.process_id}{since}")
    if taken:
        held = ", ".join(map(str, taken))
        who = f"our port file names process {file.pid}, which does not answer" if file is not None else "another program"
        step = "end what holds them" if free_base is None else f"end it, or `affectia serve --port-base {free_base}`"
        return Finding("ports", Level.PROBLEM, f"{held} of {ports} held: {who}", step)
    left = f" (a port file is left of process {file.pid}, which is gone)" if file is not None else ""
    return Finding("ports", Level.OK, f"{ports} are free{left}")


def stream_finding(sight: Sight, *, seconds: float, sessions: int) -> Finding:
    """What a subscriber gets from a sidecar that runs."""
    if not sight.frames:
        if not sessions:
            step = "`affectia serve --source camera:0` opens one, the control service too"
            return Finding("stream", Level.WARNING, "no frames: the sidecar has no session", step)
        step = "start the sidecar again; its log says more"
        return Finding("stream", Level.PROBLEM, f"no frame came within {seconds:.0f} s, with {sessions} sessions open", step)
    rates = [avatar.rate_hz for avatar in sight.avatars.values()]
    rate = f"{min(rates):.1f} frames/s" if max(rates) - min(rates) < 1 else f"{min(rates):.1f} to {max(rates):.1f} frames/s"
    names, millis = _listed(sorted(sight.avatars)), sight.latency_p95_millis
    found = f"{names}: {rate}, p95 {millis:.1f} ms from pose to here, {sight.lost} lost; {sight.validity()}"
    if sight.refused:
        step = "update this package: the sidecar speaks another version"
        return Finding("stream", Level.PROBLEM, f"{found}; {sight.refused} messages refused", step)
    if sight.lost > 0.01 * sight.frames:
        return Finding("stream", Level.WARNING, found, "end programs that load the machine: frames get lost on the way")
    if sight.latency_p95_millis > LATE_MILLIS:
        return Finding("stream", Level.WARNING, found, "end programs that load the machine, or lower the camera's rate")
    if sight.restarts:
        return Finding("stream", Level.WARNING, f"{found}; {sight.restarts} restarts while listening", "see who restarts the sidecar")
    if sight.empty():
        step = f"see the session of {_listed(sight.empty())} below: it may wait, or nobody is in its view"
        return Finding("stream", Level.WARNING, found, step)
    return Finding("stream", Level.OK, found)


def session_findings(status: status_pb2.Status) -> Iterator[Finding]:
    """Every session: its source, its state, why it waits."""
    for session in status.sessions:
        source = session.source_status
        name = f"session {session.session_id}"
        found = f"{session.source}, {_STATES.get(session.state, 'unknown')}"
        if session.state == _WAITING:
            yield Finding(name, Level.WARNING, found, "allow it: `affectia serve --consent camera`, or SetConsent of the control service")
        elif session.state in (_RETRYING, _ENDED):
            yield Finding(name, Level.WARNING, f"{found}: {session.detail}" if session.detail else found, "open another source")
        else:
            looked = f", {source.samples_with_face} of {source.samples_perceived} pictures with a face" if source.samples_perceived else ""
            yield Finding(name, Level.OK, f"{found}: {source.captured_hz:.1f}/s{looked}, {source.samples_dropped} skipped")


def self_test(*, first_base: int, limit_secs: float, listen_secs: float = 1.0) -> Iterator[Finding]:
    """Start a sidecar without a camera in a process of its own, get its frames as an engine would, and end it."""
    clock = SystemClock()
    try:
        base = free_port_base(first_base)
    except PortInUse as error:
        yield Finding("self-test", Level.PROBLEM, str(error), "end programs that hold ports")
        return
    begun = clock.now_nanos()
    with SidecarProcess(self_test_arguments(base)) as child:
        while not (answers := ask_status(base, 0.5) is not None) and child.exit_code is None:
            if clock.now_nanos() - begun > limit_secs * NANOS_PER_SEC:
                break
            threading.Event().wait(0.1)
        started_secs = (clock.now_nanos() - begun) / NANOS_PER_SEC
        sight = listen(base, listen_secs) if answers else None
        ending = child.error_text() if child.exit_code is not None else ""
    yield self_test_finding(sight, started_secs=started_secs, ending=ending)


def self_test_arguments(port_base: int) -> list[str]:
    """The command line of the sidecar of the self-test."""
    arguments = ["--source", "synthetic", "--session", "self-test", "--avatars", "1", "--port-base", str(port_base)]
    return [*arguments, "--rate", f"{_SELF_TEST_RATE_HZ:.0f}", "--log-level", "warning"]


def self_test_finding(sight: Sight | None, *, started_secs: float, ending: str) -> Finding:
    """What came of the self-test; `sight` is None where the sidecar was not up in time."""
    if ending:
        return Finding(
            "self-test",
            Level.PROBLEM,
            ending if ending.startswith("sidecar ended") else f"the sidecar ended: {ending}",
            "`affectia serve --source synthetic` shows it",
        )
    if sight is None:
        step = "try again when the machine is less busy"
        return Finding("self-test", Level.WARNING, f"the sidecar was not up within {started_secs:.0f} s", step)
    if not sight.frames:
        step = "let the firewall pass connections within this machine"
        return Finding("self-test", Level.PROBLEM, f"the sidecar was up after {started_secs:.1f} s, and no frame came", step)
    rate_hz = max(avatar.rate_hz for avatar in sight.avatars.values())
    millis = sight.latency_p95_millis
    found = f"started in {started_secs:.1f} s, {rate_hz:.1f} frames/s, p95 {millis:.1f} ms to another process, {sight.lost} lost"
    if rate_hz < 0.8 * _SELF_TEST_RATE_HZ or millis > 30 or sight.lost:
        return Finding("self-test", Level.WARNING, found, "end programs that load the machine")
    return Finding("self-test", Level.OK, found)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
