"""Where the time of a frame goes, from the picture to a second process, split by stage.

A real clip is played in real time through the sidecar of this process, a second process receives. The same pictures at the same
pace go through the bare MediaPipe call, as MediaPipe documents it, with nothing around it; the two take turns, so that a machine
that gets slower or faster meanwhile shifts both. A spoken line is heard beside the pictures, and moves the mouth. `--rounds N` (default 4)
of `--seconds N` (default 10) each, `--clip ID`, `--voice SPEC` (or none).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np

from affectia import registry
from affectia.capture.video_file import VideoFileOptions, VideoFileSource
from affectia.clock import SystemClock
from affectia.inference.model_store import ModelStore
from affectia.perception.face.landmarks.landmark_call import DocumentedCall
from affectia.perception.face.landmarks.landmarker import FaceLandmarker
from affectia.session.session_parts import FACE_MODEL
from affectia.session.session_request import SessionRequest
from affectia.session.sidecar import Sidecar, SidecarOptions
from affectia.session.source_spec import SourceSpec
from affectia.session.voice_spec import VoiceSpec
from affectia.signals.face_observations import FaceObservations
from affectia.signals.video_sample import VideoSample
from report import against, console, percentiles, stolen_secs, table

PORT_BASE = 28870
WARM_UP_FRAMES = 30


class _Calling:
    """A sink that runs the bare network call on the capture thread, frame by frame as they are due."""

    def __init__(self, landmarker: FaceLandmarker) -> None:
        self._landmarker = landmarker
        self.network_millis: list[float] = []

    def put(self, item: VideoSample) -> None:
        began = time.perf_counter_ns()
        self._landmarker.detect(item)
        self.network_millis.append((time.perf_counter_ns() - began) / 1e6)

    def put_when_empty(self, item: VideoSample, timeout_secs: float) -> bool:
        raise AssertionError("real time only")


def bare_network_millis(path: Path, secs: float) -> list[float]:
    """The network call alone, on the clip's pictures at the clip's pace."""
    clock = SystemClock()
    landmarker = FaceLandmarker(ModelStore().path(FACE_MODEL), call=DocumentedCall)
    calls = _Calling(landmarker)
    source = VideoFileSource(path, calls, clock, VideoFileOptions(loop=True))
    source.start(name="bare")
    time.sleep(secs)
    source.stop()
    landmarker.close()
    return calls.network_millis[WARM_UP_FRAMES:]


def pipeline_rows(clip: str, voice: VoiceSpec | None, secs: float) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Milliseconds of each stage for every frame that went all the way, and totals."""
    observed: dict[int, tuple[int, int, int]] = {}
    sidecar = Sidecar(SidecarOptions(port_base=PORT_BASE))
    post = sidecar.motion.post

    def noting_post(session_id: str, slots: np.ndarray, faces: FaceObservations) -> None:
        observed[faces.captured_at_nanos] = (sidecar.clock.now_nanos(), faces.perceived_in_nanos, faces.network_nanos)
        post(session_id, slots, faces)

    sidecar.motion.post = noting_post  # type: ignore[method-assign]
    sidecar.start()
    endpoint = f"tcp://127.0.0.1:{PORT_BASE + registry.PORT_PUBLISH}"
    script = Path(__file__).with_name("receiver.py")
    receiver = subprocess.Popen([sys.executable, str(script), endpoint, str(secs + 1)], stdout=subprocess.PIPE, text=True)
    try:
        assert receiver.stdout is not None
        receiver.stdout.readline()
        time.sleep(0.5)
        session = sidecar.sessions.start(SessionRequest("default", SourceSpec("clip", clip_id=clip), loop=True, voice=voice))
        received = json.loads(receiver.communicate(timeout=secs + 30)[0])
        totals = {
            "dropped before perception": float(session.mailbox.dropped_count),
            "lost on the way": float(received["lost"]),
            "refused": float(received["refused"]),
            "face found %": 100.0 * session.track.found_count / max(1, session.track.durations.added) if session.track else 0.0,
            "frames/s of the clip": float(getattr(session.source, "frame_rate_hz", 0.0)),
            "tick p50": sidecar.motion.tick_durations.percentile_millis(50),
            "tick p95": sidecar.motion.tick_durations.percentile_millis(95),
            "timer lateness p95": sidecar.motion.timer_lateness.percentile_millis(95),
        }
    finally:
        receiver.kill()
        sidecar.stop()
    stages: dict[str, list[float]] = {name: [] for name in STAGES}
    live = [row for row in received["rows"] if row[0] in observed][WARM_UP_FRAMES:]
    for captured, delay_micros, received_at, _, mouth_age in live:
        if mouth_age is not None:
            stages[VOICE_STAGE].append((received_at - captured + mouth_age) / 1e6)
        observed_at, perceived_in, network = observed[captured]
        published = captured + delay_micros * 1000
        values = (
            observed_at - perceived_in - captured,
            network,
            perceived_in - network,
            published - observed_at,
            received_at - published,
            published - captured - network,
            published - captured,
            received_at - captured,
        )
        for name, nanos in zip(STAGES[:-1], values, strict=True):
            stages[name].append(nanos / 1e6)
    span_secs = (live[-1][2] - live[0][2]) / 1e9
    totals["frames/s received"] = (len(live) - 1) / span_secs
    return stages, totals


VOICE_STAGE = "sounded -> received, of mouths that the voice moves (steps of 10 ms)"
STAGES = (
    "capture -> perception begins",
    "network (MediaPipe call)",
    "perception around the network",
    "observation -> fusion, rig, motion, encode, send",
    "send -> received by a second process",
    "added to the network, captured -> published",
    "captured -> published",
    "captured -> received",
    VOICE_STAGE,
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--clip", default="carphone")
    parser.add_argument("--voice", default="clip:two-cities")
    arguments = parser.parse_args()
    path = ModelStore().path(arguments.clip)
    voice = VoiceSpec.parse(arguments.voice)
    console.print(f"clip {arguments.clip}: bare network and sidecar in turn, {arguments.rounds} times {arguments.seconds:g} s each")
    began, stolen = time.perf_counter(), stolen_secs()
    bare: list[float] = []
    stages: dict[str, list[float]] = {name: [] for name in STAGES}
    excess: list[float] = []
    for _ in range(arguments.rounds):
        bare_round = bare_network_millis(path, arguments.seconds)
        stages_round, totals = pipeline_rows(arguments.clip, voice, arguments.seconds)
        bare += bare_round
        for name, values in stages_round.items():
            stages[name] += values
        excess.append(float(np.percentile(stages_round["captured -> published"], 95) - np.percentile(bare_round, 95)))
    taken = 100 * (stolen_secs() - stolen) / (time.perf_counter() - began)
    rows = [("bare network, same pictures, same pace", percentiles(bare))]
    rows += [(name, percentiles(values)) for name, values in stages.items() if values]
    table("milliseconds by stage", ("stage", "ms"), rows)
    added_p95 = float(np.percentile(stages["added to the network, captured -> published"], 95))
    over_bare = float(np.percentile(stages["captured -> published"], 95) - np.percentile(bare, 95))
    typical_excess = float(np.median(excess))
    received_p95 = float(np.percentile(stages["captured -> received"], 95))
    table(
        "against the limits",
        ("figure", "measured of limit (ratio)"),
        [
            ("added to the network's own call, per frame, p95", against(added_p95, 3, "ms")),
            ("p95 captured -> published minus p95 of the bare network", against(over_bare, 3, "ms")),
            ("the same within a round, median of the rounds", against(typical_excess, 3, "ms")),
            ("captured -> received, p95", against(received_p95, 40, "ms")),
            *[
                ("sounded -> received, p95", against(float(np.percentile(stages[VOICE_STAGE], 95)), 100, "ms"))
                for _ in stages[VOICE_STAGE][:1]
            ],
            ("captured -> published against the bare network, p50", f"{np.median(stages['captured -> published']) / np.median(bare):.3f}"),
        ],
    )
    table("counts of the last round", ("figure", "value"), [(name, f"{value:.2f}") for name, value in totals.items()])
    console.print(f"processor time that other virtual machines took meanwhile: {taken:.1f} % of one core")
    left = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    console.print(f"threads left: {left or 'none'}")


if __name__ == "__main__":
    main()
