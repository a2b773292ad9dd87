from __future__ import annotations

import os
import signal
import socket
import sys
import threading

import pytest

from affectia.cli.sidecar_process import SidecarProcess, are_free, ended_like_ctrl_c, free_port_base, is_free
from affectia.errors import PortInUse

pytestmark = pytest.mark.unit

FOR_EVER = "import sys, threading; print('started', file=sys.stderr, flush=True); threading.Event().wait()"


def child(program: str, *arguments: str, stop_secs: float = 3.0) -> SidecarProcess:
    return SidecarProcess(arguments, command=(sys.executable, "-c", program), stop_secs=stop_secs)


def ended(process: SidecarProcess) -> int | None:
    """The exit code, once the child has ended by itself."""
    process.start()
    assert process._process is not None
    process._process.wait(20)
    return process.exit_code


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def test_child_is_gone_after_the_block() -> None:
    with child(FOR_EVER) as process:
        assert process.exit_code is None
        pid = process.pid
    assert pid is not None
    assert not is_alive(pid)
    assert process.exit_code is not None


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, SystemExit])
def test_child_is_gone_whatever_ends_the_block(error: type[BaseException]) -> None:
    with pytest.raises(error), child(FOR_EVER) as process:
        raise error
    assert process.pid is not None
    assert not is_alive(process.pid)


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot refuse to end there")
def test_child_that_does_not_want_to_end_is_made_to() -> None:
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + FOR_EVER
    process = child(stubborn, stop_secs=0.2)
    with process:
        assert process._process is not None
        while not process._lines:  # until the signal is ignored for sure
            process._process.poll()
    assert process.exit_code == -signal.SIGKILL


def test_child_says_why_it_ended() -> None:
    process = child("import sys; print('log line\\naffectia: first\\nsecond', file=sys.stderr); sys.exit(6)")
    assert ended(process) == 6
    assert process.error_text() == "first\nsecond"
    process.stop()


def test_child_that_ends_without_a_word_is_described() -> None:
    process = child("import sys; print('it broke', file=sys.stderr); sys.exit(3)")
    assert ended(process) == 3
    assert process.error_text() == "sidecar ended with exit code 3, expected it to go on: it broke"
    process.stop()


def test_child_finds_the_package_and_gets_its_arguments_and_no_terminal() -> None:
    program = "import affectia, sys; assert not sys.stdin.isatty(); sys.exit(int(sys.argv[1]))"
    assert ended(child(program, "41")) == 41


def test_stop_without_a_start_does_nothing() -> None:
    process = child(FOR_EVER)
    process.stop()
    assert process.exit_code is None
    assert process.pid is None


def test_base_with_a_port_in_use_is_passed_over() -> None:
    base = free_port_base(30_000)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", base + 2))
        assert not are_free(base)
        assert free_port_base(base) > base


def test_no_free_ports_is_an_error() -> None:
    with pytest.raises(PortInUse, match="no four free ports in a row were found from 65535 on"):
        free_port_base(65_535)


@pytest.mark.skipif(sys.platform == "win32", reason="signals cannot be sent to oneself there")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_signals_that_end_a_process_come_as_keyboard_interrupt(name: str) -> None:
    number = getattr(signal, name)
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), ended_like_ctrl_c():
        signal.raise_signal(number)
    assert signal.getsignal(number) is before


def test_other_threads_leave_signals_alone() -> None:
    before = signal.getsignal(signal.SIGTERM)
    seen: list[object] = []

    def run() -> None:
        with ended_like_ctrl_c():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [before]


def test_a_port_is_free_when_only_connections_that_ended_are_left_of_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not is_free(port)
        with socket.create_connection(("127.0.0.1", port)) as client:
            server.accept()[0].close()  # who closes first keeps the port waiting
            assert client.recv(1) == b""
    assert is_free(port)
