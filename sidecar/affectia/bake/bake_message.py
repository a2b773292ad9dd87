"""What is said between a baking process and whoever started it: a job is a line of JSON, an answer such a line and the bytes of a file."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from affectia.bake.bake_job import Baked, BakeFacts, BakeJob
from affectia.bake.bake_options import BakeOptions
from affectia.bake.mouth_look import MouthLook
from affectia.bake.track_format import TrackFormat

_MOST_LINE_BYTES: Final = 1 << 16
_MOST_CONTENT_BYTES: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a job: `content` and `facts`; neither of them where the result was there already; or `error`, and the exit code that
    it stands for.
    """

    content: bytes = b""
    facts: BakeFacts | None = None
    error: str = ""
    exit_code: int = 1


def job_line(job: BakeJob) -> bytes:
    """A job as it is sent."""
    message = {
        "clip": _text(job.clip),
        "timing": _text(job.timing),
        "form": job.form.value,
        "options": dataclasses.asdict(job.options),
        "result": _text(job.result),
        "emotions": _text(job.emotions),
    }
    return json.dumps(message).encode() + b"\n"


def read_job(line: bytes) -> BakeJob:
    """A job as it was sent; only for lines of `job_line`."""
    message: dict[str, Any] = json.loads(line)
    return BakeJob(
        clip=_path(message["clip"]),
        timing=_path(message["timing"]),
        form=TrackFormat(message["form"]),
        options=BakeOptions(**message["options"]),
        result=_path(message["result"]),
        emotions=_path(message["emotions"]),
    )


def answer_bytes(baked: Baked | None) -> bytes:
    """The answer to a job that went well."""
    if baked is None:
        return json.dumps({"size": 0, "facts": None}).encode() + b"\n"
    return json.dumps({"size": len(baked.content), "facts": facts_json(baked.facts)}).encode() + b"\n" + baked.content


def error_bytes(error: str, *, exit_code: int) -> bytes:
    """The answer to a job that went wrong."""
    return json.dumps({"size": 0, "error": error[:2000], "exit_code": exit_code}).encode() + b"\n"


def read_answer(stream: IO[bytes]) -> Answer:
    """The next answer; raises EOFError where the other side ended within it, ValueError for what is none."""
    header = stream.readline(_MOST_LINE_BYTES)
    answer, size = read_header(header)
    if not size:
        return answer
    content = stream.read(size)
    if len(content) < size:
        raise EOFError(f"answer has {len(content)} bytes, expected {size}")
    return dataclasses.replace(answer, content=content)


def read_header(line: bytes) -> tuple[Answer, int]:
    """An answer without its content, and how many bytes that has; raises as `read_answer`."""
    if not line.endswith(b"\n"):
        raise EOFError("answer ends within its first line")
    message: dict[str, Any] = json.loads(line)
    size = message["size"]
    if not isinstance(size, int) or not 0 <= size <= _MOST_CONTENT_BYTES:
        raise ValueError(f"answer has a size of {size!r}, expected 0 to {_MOST_CONTENT_BYTES}")
    if message.get("error"):
        return Answer(error=message["error"], exit_code=message["exit_code"]), 0
    facts = message["facts"]
    return Answer(facts=None if facts is None else _facts(facts)), size


def facts_json(facts: BakeFacts) -> dict[str, Any]:
    """The facts as a JSON object; how the mouth looks is one in it."""
    return dataclasses.asdict(facts)


def _facts(message: dict[str, Any]) -> BakeFacts:
    return BakeFacts(**{**message, "notices": tuple(message["notices"]), "look": MouthLook(**message["look"])})


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
