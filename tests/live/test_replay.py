"""`affectia replay`, `affectia doctor` and `affectia inspect` as a person starts them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from affectia.cli.recording import Recording
from affectia.cli.sidecar_process import SidecarProcess, are_free, child_environment, free_port_base
from affectia.client import Subscriber
from affectia.store.take_csv import write_take
from tests.unit.takes import csv, take

pytestmark = pytest.mark.live

END_SECS = 60


def started(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "affectia", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**child_environment(), "COLUMNS": "100", **environment},
        encoding="utf-8",
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    try:
        text, errors = process.communicate(timeout=END_SECS)
        return process.returncode, text, errors
    finally:
        process.kill()


@pytest.fixture
def port_base() -> Iterator[int]:
    base = free_port_base(27_000)
    yield base
    assert are_free(base), "a sidecar was left behind"


def test_a_replayed_take_moves_a_subscriber_and_ends_by_itself(tmp_path: Path, port_base: int) -> None:
    path = tmp_path / "take.csv"
    write_take(path, take(90, rate_hz=30), rate_hz=30)
    lines = path.read_text().splitlines()
    lines.insert(40, "not a row")
    path.write_text("\n".join(lines))
    recording = Recording()
    with Subscriber(f"tcp://127.0.0.1:{port_base}", avatars=["bob"], listener=recording.add):
        code, text, errors = ended(started("replay", str(path), "--port-base", str(port_base), "--avatar", "bob"))
    assert (code, errors) == (0, "")
    assert "replaying take:take.csv: 90 rows, 3.0 s at 30.00 frames/s, then it ends" in text
    assert "note: 1 row was left out (1 without a timecode); the first is line 41" in text
    curves = recording.curves()
    assert curves.found.sum() > 45  # the first rows may be gone before the subscriber is there
    assert curves.take.blendshapes.max() > 0.9
    assert curves.take.blendshapes[-1].max() < 0.01  # the face has come to rest


def test_a_file_that_is_no_take_is_one_sentence(tmp_path: Path, port_base: int) -> None:
    (tmp_path / "notes.txt").write_text("milk, bread\n")
    code, text, errors = ended(started("replay", str(tmp_path / "notes.txt"), "--port-base", str(port_base)))
    assert (code, text) == (4, "")
    assert errors.splitlines() == [
        f"affectia: take has 0 known columns and no Timecode, expected the header of Live Link Face: {tmp_path / 'notes.txt'}"
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="a signal cannot be sent to a process there")
def test_a_looping_take_ends_with_ctrl_c(tmp_path: Path, port_base: int) -> None:
    (tmp_path / "take.csv").write_text(csv("12:00:00:00.000", "12:00:00:30.000"))
    process = started("replay", str(tmp_path / "take.csv"), "--loop", "--port-base", str(port_base))
    assert process.stdout is not None
    for line in process.stdout:
        if "replaying" in line:
            break
    process.send_signal(signal.SIGINT)
    code, text, errors = ended(process)
    assert (code, errors) == (0, "")
    assert text.startswith("replayed ")


def report(*arguments: str, **environment: str) -> tuple[int, dict[str, tuple[str, str]]]:
    code, text, errors = ended(started("doctor", "--json", *arguments, **environment))
    assert errors == ""
    found = json.loads(text)
    assert found["ok"] is (code == 0)
    return code, {each["name"]: (each["level"], each["found"]) for each in found["findings"]}


def test_doctor_finds_this_machine_fit_and_tests_itself(port_base: int, face_landmarker_path: Path, carphone_path: Path) -> None:
    code, findings = report("--port-base", str(port_base))
    assert code == 0, findings
    for name in ("python", "face_landmarker", "cache", "ports", "loopback"):
        assert findings[name][0] == "ok", findings[name]
    # Of the others a busy machine may say that they took too long; then that is all that is wrong with them.
    for name, said in {"opencv": "opencv", "mediapipe": "mediapipe 0.10", "face network": "runs: ", "self-test": "started in "}.items():
        level, found = findings[name]
        assert found.startswith(said) or (level == "warning" and "within" in found or "no time left" in found), (name, found)


def test_doctor_sees_the_stream_of_a_sidecar_that_runs(port_base: int) -> None:
    arguments = ["--source", "synthetic", "--avatars", "3", "--port-base", str(port_base), "--log-level", "warning"]
    with SidecarProcess(arguments) as child, Subscriber(f"tcp://127.0.0.1:{port_base}") as subscriber:
        assert next(subscriber.frames(timeout_secs=END_SECS), None) is not None
        code, findings = report("--port-base", str(port_base))
    assert code == 0, findings
    assert f"process {child.pid}" in findings["ports"][1]
    assert findings["stream"][1].startswith("default, default-2, default-3: ")
    assert findings["stream"][1].endswith("valid: eyes, brows, mouth, head")
    assert findings["session default"][1].startswith("synthetic, running")
    assert "self-test" not in findings


def test_doctor_names_what_is_wrong(tmp_path: Path, port_base: int) -> None:
    (tmp_path / "bad.toml").write_text("[server]\nport_bse = 1\n")
    environment = {"AFFECTIA_CACHE_DIR": str(tmp_path / "empty"), "AFFECTIA_CONFIG": str(tmp_path / "bad.toml")}
    code, findings = report("--port-base", str(port_base), **environment)
    assert code == 1
    wrong = {name for name, (level, _found) in findings.items() if level == "problem"}
    assert wrong >= {"face_landmarker", "face network", "settings"}
    assert wrong <= {"face_landmarker", "face network", "settings", "self-test"}


def test_inspect_reads_a_vector_and_names_the_byte_of_a_bad_one() -> None:
    vectors = Path(__file__).resolve().parent.parent / "conformance" / "vectors"
    code, text, errors = ended(started("inspect", os.fspath(vectors / "good" / "typical_frame.cbor")))
    assert (code, errors) == (0, "")
    assert "ok: the message is whole" in text
    code, text, _errors = ended(started("inspect", os.fspath(vectors / "bad" / "blendshapes_one_less.cbor")))
    assert code == 1
    assert "wrong_length at byte 69 of the body" in text
