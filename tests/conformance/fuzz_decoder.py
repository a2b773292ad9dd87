"""Fuzz target of the four decoders: `python tests/conformance/fuzz_decoder.py --seconds 20`.

Good vectors are changed with knowledge of their structure and given to the decoders. A decoder may refuse a message with a
status; it may not raise, accept what it cannot write again, or take long. `--atheris` hands the loop to atheris (libFuzzer with
coverage), where that is installed; `--seed` repeats a run. A finding is printed as hex and ends the run with 1.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

for folder in (Path(__file__).resolve().parent, Path(__file__).resolve().parent / "readers" / "python"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

import read  # noqa: E402  (found through the lines above when run as a program)
import vector_set  # noqa: E402
from affectia.registry import DecodeStatus  # noqa: E402
from affectia.wire.layout import LayoutTable  # noqa: E402
from mutation import mutate, seeds  # noqa: E402

KINDS = ("avatar_frame", "emotion_update", "track_chunk", "layout")
SLOW_SECS = 0.5  # a thousand times what the longest message takes; a machine that sleeps for less is no finding


class Finding(Exception):
    """What a decoder must not do, with the message that made it."""

    def __init__(self, problem: str, kind: str, body: bytes) -> None:
        super().__init__(f"{kind}: {problem}, message {body.hex()}")


def main(arguments: list[str] | None = None) -> int:
    """Fuzzes for a while; 0 when there was no finding, 1 after one, 2 when atheris was asked for and is not there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=None, help="repeat the run of this seed")
    parser.add_argument("--atheris", action="store_true", help="let atheris choose the messages")
    options = parser.parse_args(arguments)
    if options.atheris:
        return fuzz_with_atheris(options.seconds)
    seed = options.seed if options.seed is not None else time.time_ns() & 0xFFFFFFFF
    print(f"seed {seed}, {len(seeds())} good vectors to start from", flush=True)
    try:
        counts = fuzz(options.seconds, seed)
    except Finding as finding:
        print(f"finding with seed {seed}: {finding}", file=sys.stderr)
        return 1
    total = sum(counts.values())
    print(f"{total} executions, no finding: " + ", ".join(f"{name} {count}" for name, count in counts.most_common()))
    return 0


def fuzz(seconds: float, seed: int) -> Counter[str]:
    """Runs for `seconds` and returns executions by status; raises Finding."""
    source = random.Random(seed)
    counts: Counter[str] = Counter()
    announcements = [vector_set.good_body(name) for name in sorted({name for case in seeds() for name in case.after})]
    layouts = read.layouts_after(announcements)
    pool = [case.body for case in seeds()]
    started = progress = time.monotonic()
    while (now := time.monotonic()) - started < seconds:
        if now - progress >= 5:
            progress = now
            total = sum(counts.values())
            print(f"{now - started:5.0f} s  {total} executions, {total / (now - started):.0f} a second", flush=True)
        for _ in range(50):
            start = source.choice(seeds())
            body = mutate(source, start.body, source.choice(pool))
            kind = start.message if source.random() < 0.9 else source.choice(KINDS)
            counts[try_one(kind, body, layouts).name.lower()] += 1
    return counts


def try_one(kind: str, body: bytes, layouts: LayoutTable) -> DecodeStatus:
    """One message through one decoder, and back if it was accepted; raises Finding."""
    started = time.perf_counter()
    try:
        status, found = read.read_with(kind, body, layouts)
    except Exception as error:
        raise Finding(f"raised {error!r}", kind, body) from error
    took = time.perf_counter() - started
    if took > SLOW_SECS:
        raise Finding(f"took {took:.2f} s", kind, body)
    if (status is DecodeStatus.OK) != (found is not None):
        raise Finding(f"status {status!r} with {'a' if found else 'no'} message", kind, body)
    if found is not None:
        try:
            again_status, again = read.read_with(kind, read.write(found), layouts)
        except Exception as error:
            raise Finding(f"accepted and not written again: {error!r}", kind, body) from error
        if again != found:
            raise Finding(f"written again it is {again_status.name.lower()} and another message", kind, body)
    return status


def fuzz_with_atheris(seconds: float) -> int:
    """The same target under libFuzzer; never returns when it ran, since libFuzzer ends the process."""
    try:
        import atheris
    except ImportError:
        print("atheris is not installed: run without --atheris, or install it", file=sys.stderr)
        return 2
    layouts = read.layouts_after(())

    def one(data: bytes) -> None:
        for kind in KINDS:
            try_one(kind, data, layouts)

    atheris.instrument_all()
    atheris.Setup([sys.argv[0], f"-max_total_time={max(1, int(seconds))}", "-max_len=4200", str(vector_set.VECTORS / "good")], one)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
