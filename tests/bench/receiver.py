"""A process that receives as an engine does and prints, for each frame, when it came in: `receiver.py ENDPOINT SECONDS`."""

from __future__ import annotations

import json
import sys
import time

from affectia.client import ReceivedFrame, Subscriber


def main(endpoint: str, secs: float) -> None:
    """Receive for some seconds, then print one JSON object."""
    rows: list[tuple[int, int, int, bool]] = []

    def keep(received: ReceivedFrame) -> None:
        frame = received.frame
        rows.append((frame.time_nanos, frame.publish_delay_micros, received.received_at_nanos, frame.is_valid(0)))

    with Subscriber(endpoint, listener=keep) as subscriber:
        print("listening", flush=True)
        time.sleep(secs)
        stats = subscriber.stats
    print(json.dumps({"rows": rows, "lost": stats.lost, "refused": sum(stats.refused.values())}))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
