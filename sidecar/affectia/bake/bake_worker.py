"""A process that bakes what it is told to, clip after clip, until nobody speaks to it: `python -m affectia.bake.bake_worker`.

Jobs come on standard input, answers go to standard output (`bake_message.py`); nothing else is written there.
"""

from __future__ import annotations

import os
import sys
from typing import BinaryIO, Final

from affectia.bake import bake_message
from affectia.bake.bake_job import run_job
from affectia.bake.bake_voice import BakeVoice
from affectia.bake.worker_process import BACKGROUND
from affectia.errors import AffectiaError

_NICE: Final = 10  # a sidecar that streams faces goes first


def serve(jobs: BinaryIO, answers: BinaryIO, voice: BakeVoice) -> None:
    """Answer every job; returns when there is no more."""
    for line in jobs:
        answers.write(answer(line, voice))
        answers.flush()


def answer(line: bytes, voice: BakeVoice) -> bytes:
    """The answer to one job. Of an error that is not ours only the type is told: its text may hold what was said."""
    try:
        return bake_message.answer_bytes(run_job(bake_message.read_job(line), voice))
    except AffectiaError as error:
        return bake_message.error_bytes(str(error), exit_code=error.exit_code)
    except Exception as error:
        return bake_message.error_bytes(f"baking ended with {type(error).__name__}, which is a fault of Affectia", exit_code=1)


def main() -> None:
    """Serve standard input and output, which no library can write to from here on."""
    if BACKGROUND in sys.argv[1:] and hasattr(os, "nice"):
        os.nice(_NICE)
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        serve(sys.stdin.buffer, answers, BakeVoice())


if __name__ == "__main__":
    main()
