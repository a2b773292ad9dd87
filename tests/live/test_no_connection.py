"""Nothing leaves the machine: every address that the sidecar's process reaches for is written down, and all are loopback.

A small library is loaded in front of the C library's connect, sendto and getaddrinfo, so that native code counts too: MediaPipe
releases after the pinned one look up a vendor's host when a task is closed, which is why the sidecar is ended properly here.
"""

from __future__ import annotations

import ipaddress
import subprocess
import sys
from pathlib import Path

import pytest

from affectia.client import Subscriber
from affectia.client.subscriber import wait_for_frame
from tests.live.running_sidecar import RunningSidecar

pytestmark = [pytest.mark.live, pytest.mark.requires_tool("g++")]

LOCAL_NAMES = {"localhost", "?", "127.0.0.1", "::1", "0.0.0.0", "::"}


REACHES_OUT = """
import socket
for reach in (lambda: socket.getaddrinfo("example.invalid", 80), lambda: socket.create_connection(("192.0.2.1", 9), 0.05)):
    try:
        reach()
    except OSError:
        pass
"""


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not sys.platform.startswith("linux"):
        pytest.skip("libraries are preloaded with LD_PRELOAD, which is Linux")
    library = tmp_path_factory.mktemp("shim") / "connect_shim.so"
    source = Path(__file__).with_name("connect_shim.c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, source, "-ldl"], check=True)
    return library


def reached(log: Path) -> list[str]:
    return log.read_text().splitlines() if log.exists() else []


def is_outside(line: str) -> bool:
    _, where = line.split(" ", 1)
    if where in LOCAL_NAMES:
        return False
    try:
        return not ipaddress.ip_address(where).is_loopback
    except ValueError:
        return True  # a name that had to be looked up


def test_the_shim_sees_what_it_should(shim: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    subprocess.run([sys.executable, "-c", REACHES_OUT], env={"LD_PRELOAD": str(shim), "CONNECT_SHIM_LOG": str(log)}, check=True)
    outside = [line for line in reached(log) if is_outside(line)]
    assert "getaddrinfo example.invalid" in outside
    assert "connect 192.0.2.1" in outside


def test_a_run_on_a_real_face_reaches_for_loopback_alone(shim: Path, tmp_path: Path, carphone_path: Path) -> None:
    log = tmp_path / "log"
    environment = {"LD_PRELOAD": str(shim), "CONNECT_SHIM_LOG": str(log)}
    with RunningSidecar("--source", f"file:{carphone_path}", environment=environment) as sidecar:
        with Subscriber(sidecar.endpoint) as subscriber:
            found = False
            for received in subscriber.frames(timeout_secs=10):
                found = found or received.frame.is_valid(0)
                if received.frame.sequence > 90:
                    break
            assert found
            assert wait_for_frame(subscriber, 10) is not None
        assert sidecar.stop() == 0
    assert [line for line in reached(log) if is_outside(line)] == []
