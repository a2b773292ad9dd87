from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from affectia.bake.bake_job import Baked, BakeFacts, BakeJob
from affectia.bake.bake_message import Answer, answer_bytes, error_bytes, facts_json, job_line, read_answer, read_job
from affectia.bake.bake_options import BakeOptions
from affectia.bake.mouth_look import MouthLook
from affectia.bake.track_format import TrackFormat

pytestmark = pytest.mark.unit

FACTS = BakeFacts(1.5, 22_050, 2, 90, 60, True, "loudness of the sound", ("clipped", "silent"), MouthLook(0.5, 3, 2, 0.6), 0.1)


@pytest.mark.parametrize(
    "job",
    [
        BakeJob(Path("a.wav")),
        BakeJob(None, Path("a b\n.json"), TrackFormat.CSV, BakeOptions(24, "de"), Path("ä\udcff.csv")),
        BakeJob(Path("a.wav"), emotions=Path("a.emotions.json")),
    ],
)
def test_a_job_comes_back_out_of_its_line(job: BakeJob) -> None:
    line = job_line(job)
    assert line.count(b"\n") == 1
    assert read_job(line) == job


def test_an_answer_comes_back_with_its_content() -> None:
    stream = io.BytesIO(answer_bytes(Baked([], b"\n\x00track", FACTS, None)) + answer_bytes(None) + error_bytes("no", exit_code=4))
    assert read_answer(stream) == Answer(content=b"\n\x00track", facts=FACTS)
    assert read_answer(stream) == Answer()
    assert read_answer(stream) == Answer(error="no", exit_code=4)
    with pytest.raises(EOFError):
        read_answer(stream)


def test_an_answer_that_breaks_off_is_none() -> None:
    whole = answer_bytes(Baked([], b"track", FACTS, None))
    for size in range(len(whole)):
        with pytest.raises(EOFError):
            read_answer(io.BytesIO(whole[:size]))


@pytest.mark.parametrize("line", [b"hello\n", b'{"size": -1}\n', b'{"size": "1"}\n', b'{"size": 99999999999}\n'])
def test_what_is_no_answer_is_refused(line: bytes) -> None:
    with pytest.raises((ValueError, EOFError)):
        read_answer(io.BytesIO(line))


def test_facts_are_plain_json() -> None:
    found = json.loads(json.dumps(facts_json(FACTS)))
    assert found["notices"] == ["clipped", "silent"]
    assert found["look"]["closures"] == 2
