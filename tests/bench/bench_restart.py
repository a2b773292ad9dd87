"""How soon a subscriber that waits has frames again when its sidecar was killed and started anew. `--rounds N`."""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
import time

import numpy as np

from affectia import registry
from affectia.client import ReceivedFrame, Subscriber
from report import against, console, table

PORT_BASE = 28670


def start_sidecar() -> tuple[subprocess.Popen[str], float, float]:
    """The process, when it was started, and when it said that it serves."""
    command = [sys.executable, "-m", "affectia", "serve", "--source", "synthetic", "--port-base", str(PORT_BASE)]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if "is serving" in line:
            return process, started, time.perf_counter()
    raise SystemExit("the sidecar did not start")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    rounds = parser.parse_args().rounds
    arrived = threading.Event()
    first: list[float] = []

    def note(received: ReceivedFrame) -> None:
        if not arrived.is_set():
            first.append(time.perf_counter())
            arrived.set()

    since_start, since_ready = [], []
    with Subscriber(f"tcp://127.0.0.1:{PORT_BASE + registry.PORT_PUBLISH}", listener=note) as subscriber:
        for _ in range(rounds + 1):
            arrived.clear()
            process, started, ready = start_sidecar()
            if not arrived.wait(20):
                raise SystemExit("no frame came within 20 s")
            since_start.append(first[-1] - started)
            since_ready.append(first[-1] - ready)
            process.kill()
            process.wait()
            time.sleep(0.5)
        restarts = subscriber.stats.restarts
    # The first start is no restart.
    from_ready, from_start = np.array(since_ready[1:]), np.array(since_start[1:])
    rows = [
        ("restarts that the subscriber lived through", f"{restarts} of {rounds}"),
        ("first frame after the sidecar says that it serves, worst", against(float(from_ready.max()), 1.0, "s")),
        ("first frame after the process was started, p50", f"{np.median(from_start):.2f} s"),
        ("first frame after the process was started, worst", f"{from_start.max():.2f} s"),
    ]
    table("killed and started again", ("figure", "value"), rows)
    console.print("a negative time: the frame was there before the line that says so")


if __name__ == "__main__":
    main()
