"""A process that receives as an engine does: `receiver.py ENDPOINT SECONDS`.

It prints for each frame when it came in, and how old the sound was that its mouth belongs to, null where no voice moves it.
"""

from __future__ import annotations

import json
import sys
import time

from affectia.client import ReceivedFrame, Subscriber
from affectia.registry import Group, Source


def main(endpoint: str, secs: float) -> None:
    """Receive for some seconds, then print one JSON object."""
    rows: list[tuple[int, int, int, bool, int | None]] = []

    def keep(received: ReceivedFrame) -> None:
        frame = received.frame
        valid, source, _, age_secs, _ = frame.group(Group.MOUTH)
        age_nanos = round(age_secs * 1e9) if valid and source == Source.VOICE else None
        rows.append((frame.time_nanos, frame.publish_delay_micros, received.received_at_nanos, frame.is_valid(0), age_nanos))

    with Subscriber(endpoint, listener=keep) as subscriber:
        print("listening", flush=True)
        time.sleep(secs)
        stats = subscriber.stats
    print(json.dumps({"rows": rows, "lost": stats.lost, "refused": sum(stats.refused.values())}))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
