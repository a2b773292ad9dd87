from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from affectia.errors import AlreadyRunning
from affectia.store.port_file import PortFile, port_file_dir, read_port_file

pytestmark = pytest.mark.unit
PORTS = {"publish": 17870, "grpc": 17872}


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    file = PortFile(17870, tmp_path)
    file.claim()
    written = file.write(PORTS, "0.1.0")
    assert read_port_file(17870, tmp_path) == written
    assert written.pid == os.getpid()
    assert written.ports == PORTS
    file.release()
    assert read_port_file(17870, tmp_path) is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no mode bits")
def test_only_its_user_may_read_it(tmp_path: Path) -> None:
    file = PortFile(17870, tmp_path)
    file.claim()
    file.write(PORTS, "0.1.0")
    assert stat.S_IMODE((tmp_path / "sidecar-17870.json").stat().st_mode) == 0o600
    file.release()


def test_every_start_has_a_token_of_its_own(tmp_path: Path) -> None:
    file = PortFile(17870, tmp_path)
    file.claim()
    tokens = {file.write(PORTS, "0.1.0").token for _ in range(5)}
    file.release()
    assert len(tokens) == 5
    assert min(map(len, tokens)) >= 32


def test_nothing_but_the_file_and_its_lock_stays(tmp_path: Path) -> None:
    file = PortFile(17870, tmp_path)
    file.claim()
    file.write(PORTS, "0.1.0")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sidecar-17870.json", "sidecar-17870.lock"]
    file.release()


def test_a_second_one_is_told_where_the_first_is(tmp_path: Path) -> None:
    first, second = PortFile(17870, tmp_path), PortFile(17870, tmp_path)
    first.claim()
    first.write(PORTS, "0.1.0")
    with pytest.raises(AlreadyRunning, match=rf"process {os.getpid()}: frames tcp://127.0.0.1:17870; .*--port-base"):
        second.claim()
    first.release()
    second.claim()
    second.release()


def test_another_port_base_is_another_sidecar(tmp_path: Path) -> None:
    first, second = PortFile(17870, tmp_path), PortFile(18870, tmp_path)
    first.claim()
    second.claim()
    first.release()
    second.release()


@pytest.mark.parametrize("content", ["", "no json", "[]", json.dumps({"pid": 1}), json.dumps({"surprise": 1})])
def test_a_file_that_means_nothing_reads_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "sidecar-17870.json").write_text(content)
    assert read_port_file(17870, tmp_path) is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the folders of other systems are elsewhere")
def test_without_a_runtime_folder_it_is_in_the_users_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    assert port_file_dir() == tmp_path / "run" / "affectia"
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    assert port_file_dir() == tmp_path / ".local" / "state" / "affectia"
