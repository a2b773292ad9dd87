from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from affectia.bake.bake_job import BakeJob
from affectia.bake.bake_message import Answer, job_line, read_answer
from affectia.bake.bake_worker import answer, serve
from affectia.bake.worker_process import BACKGROUND, COMMAND, start_arguments
from affectia.wire.track_file import read_track
from tests.unit.bake.voices import FakeVoice, spoken, write_timing
from tests.unit.sounds import write_sound

pytestmark = pytest.mark.unit


def test_every_job_is_answered_and_one_that_fails_stops_nothing(tmp_path: Path) -> None:
    line = write_sound(tmp_path / "line.wav", spoken(0.5), rate_hz=16_000)
    jobs = io.BytesIO(b"".join(job_line(BakeJob(path)) for path in (line, tmp_path / "nothing.wav", line)))
    answers = io.BytesIO()
    serve(jobs, answers, FakeVoice())
    answers.seek(0)
    first, second, third = (read_answer(answers) for _ in range(3))
    assert read_track(first.content)
    assert first.facts is not None
    assert (second.exit_code, second.error) == (4, f"sound file does not exist: {tmp_path / 'nothing.wav'}")
    assert third.content == first.content
    assert not answers.read()


def test_of_a_foreign_error_only_its_type_is_told(tmp_path: Path) -> None:
    class BrokenVoice(FakeVoice):
        @property
        def engine(self) -> Any:
            raise KeyError("what somebody said")

    line = write_sound(tmp_path / "line.wav", spoken(0.5), rate_hz=16_000)
    found = read_answer(io.BytesIO(answer(job_line(BakeJob(line)), BrokenVoice())))
    assert found == Answer(error="baking ended with KeyError, which is a fault of Affectia", exit_code=1)


@pytest.mark.parametrize("background", [False, True])
def test_the_process_speaks_on_its_pipes_alone(tmp_path: Path, background: bool) -> None:
    timing = write_timing(tmp_path / "a.json", (0.0, 0.5, "aa"))
    command = [*COMMAND, BACKGROUND] if background else list(COMMAND)
    with subprocess.Popen(command, **start_arguments(background=background)) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(job_line(BakeJob(None, timing)))
        child.stdin.flush()
        assert read_track(read_answer(child.stdout).content)
        if sys.platform == "linux":
            own = os.getpriority(os.PRIO_PROCESS, 0)
            assert os.getpriority(os.PRIO_PROCESS, child.pid) == (min(own + 10, 19) if background else own)
        child.stdin.close()
        assert child.stdout.read() == b""
        assert child.wait(10) == 0
