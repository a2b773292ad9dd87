"""What hearing costs: one live voice in blocks of 10 ms by parts, many voices at once, a whole clip.

Processor time of this process, the best of several rounds that take turns, so that other programs disturb all figures alike. `alone`
is a network that is called again and again with nothing else in between: its weights stay in the processor's cache, as they do not in
real life. Without models/weights/viseme.onnx two layers of 128 gated units stand in for it, and the table says so. `--seconds N` of
sound (default 10), `--rounds N` (default 5), `--network FILE`.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

if (ROOT := str(Path(__file__).resolve().parents[2])) not in sys.path:  # where the made networks lie
    sys.path.insert(0, ROOT)

from affectia.errors import ModelMissing
from affectia.inference.model_store import ModelStore
from affectia.inference.own_weights import own_weights
from affectia.perception.voice import voice_engine
from affectia.perception.voice.log_mel import HOP, MELS, OVERLAP, log_mel
from affectia.perception.voice.silero_network import SILERO_MODEL, SileroNetwork
from affectia.perception.voice.viseme_network import WEIGHTS, VisemeNetwork
from affectia.perception.voice.voice_activity import CHUNK, CONTEXT
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.signals.audio_sample import VOICE_RATE_HZ
from report import against, console, table
from tests.unit.perception.voice.made_networks import save_viseme_network
from tests.unit.perception.voice.made_voices import syllables

LIMIT_PERCENT = 1.0  # of a core for one live voice
GOAL_STREAMS = 200.0  # in real time on one core
CROWDS = (8, 64, 200, 400)
CROWD_SECS = 1.0
CLIP_SECS = 30.0
ALONE_CALLS = 300


class Parts:
    """Nanoseconds spent inside functions that were wrapped."""

    def __init__(self) -> None:
        self.nanos: dict[str, int] = {}

    def wrap(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, timed."""

        def timed(*given: Any) -> Any:
            began = time.perf_counter_ns()
            answer = function(*given)
            self.nanos[name] = self.nanos.get(name, 0) + time.perf_counter_ns() - began
            return answer

        return timed


class Timed:
    """Detector and network of an engine, with the time that is spent in them."""

    def __init__(self, parts: Parts, detector: SileroNetwork, network: VisemeNetwork) -> None:
        self.state_width = detector.state_width
        self.probabilities = parts.wrap("speech detector", detector.probabilities)
        self.network = network
        self.timed_visemes = parts.wrap("viseme network", network.visemes)


def live(engine: VoiceEngine, pcm: NDArray[np.float32], *, block: int, voices: int = 1) -> float:
    """So many voices that all say the same, in blocks; processor seconds."""
    began = time.process_time()
    streams = [engine.new_stream() for _ in range(voices)]
    for start in range(0, pcm.size - block + 1, block):
        engine.hear(streams, [pcm[start : start + block]] * voices)
    for stream in streams:
        stream.close()
    return time.process_time() - began


def split(detector: SileroNetwork, network: VisemeNetwork, pcm: NDArray[np.float32]) -> dict[str, float]:
    """Percent of a core by parts, of one live voice in blocks of 10 ms."""
    parts = Parts()
    timed = Timed(parts, detector, network)
    engine = VoiceEngine(timed, network)
    plain_visemes = network.visemes
    vars(voice_engine)["log_mel"] = parts.wrap("log-mel", log_mel)  # the engine's own name for it is what is to be timed
    network.visemes = timed.timed_visemes  # type: ignore[method-assign]
    try:
        began = time.perf_counter_ns()
        live(engine, pcm, block=HOP)
        whole = time.perf_counter_ns() - began
    finally:
        vars(voice_engine)["log_mel"] = log_mel
        network.visemes = plain_visemes  # type: ignore[method-assign]
    parts.nanos["the rest"] = whole - sum(parts.nanos.values())
    return {name: 100 * nanos / 1e9 / (pcm.size / VOICE_RATE_HZ) for name, nanos in parts.nanos.items()}


def alone(detector: SileroNetwork, network: VisemeNetwork) -> dict[str, float]:
    """Percent of a core that each part would take if it were called with nothing else in between."""
    chunk, sound = np.zeros((1, CONTEXT + CHUNK), np.float32), np.zeros((1, OVERLAP + HOP), np.float32)
    mel, heard, state = (np.zeros(shape, np.float32) for shape in ((1, 1, MELS), (1, detector.state_width), (1, network.state_width)))
    return {
        "speech detector": 100 * VOICE_RATE_HZ / CHUNK * call_secs(detector.probabilities, chunk, heard),
        "log-mel": 100 * VOICE_RATE_HZ / HOP * call_secs(log_mel, sound),
        "viseme network": 100 * VOICE_RATE_HZ / HOP * call_secs(network.visemes, mel, state),
    }


def call_secs(function: Callable[..., object], *given: object) -> float:
    """Processor seconds of one call among many."""
    began = time.process_time()
    for _ in range(ALONE_CALLS):
        function(*given)
    return (time.process_time() - began) / ALONE_CALLS


def best(rounds: list[dict[str, float]]) -> dict[str, float]:
    """The least of each figure."""
    return {name: min(one[name] for one in rounds) for name in rounds[0]}


def measure(detector: SileroNetwork, network: VisemeNetwork, called: str, seconds: float, rounds: int) -> None:
    """Measure and print all tables."""
    engine = VoiceEngine(detector, network)
    pcm = syllables(seconds)
    shares: dict[int, list[float]] = {block: [] for block in (HOP, 2 * HOP, 4 * HOP)}
    parts, hot = [], []
    for _ in range(rounds):
        for block, found in shares.items():
            found.append(100 * live(engine, pcm, block=block) / seconds)
        parts.append(split(detector, network, pcm))
        hot.append(alone(detector, network))
    part, bare = best(parts), best(hot)
    rows = [(name, f"{percent:.2f} %", f"{bare[name]:.2f} %" if name in bare else "-") for name, percent in part.items()]
    rows.append(("networks and log-mel", "-", f"{sum(bare.values()):.2f} %"))
    table(f"one live voice, blocks of 10 ms ({called}): share of a core", ("part", "in its place", "alone"), rows)
    table(
        "one live voice: the whole",
        ("blocks", "share of a core"),
        [(f"{1000 * block // VOICE_RATE_HZ} ms", against(min(found), LIMIT_PERCENT, "%")) for block, found in shares.items()],
    )
    crowd = syllables(CROWD_SECS)
    speeds = []
    for voices in CROWDS:
        times = voices * CROWD_SECS / min(live(engine, crowd, block=HOP, voices=voices) for _ in range(2))
        speeds.append((str(voices), f"{times:.0f} x real time", f"{times / GOAL_STREAMS:.2f} of {GOAL_STREAMS:.0f}"))
    table("live voices heard together, blocks of 10 ms, on one core", ("voices", "speed", "against the goal"), speeds)
    clip = syllables(CLIP_SECS)
    secs = min(live(engine, clip, block=clip.size) for _ in range(rounds))
    table(
        "a whole clip", ("sound", "time", "speed"), [(f"{CLIP_SECS:.0f} s", f"{1000 * secs:.0f} ms", f"{CLIP_SECS / secs:.0f} x real time")]
    )


def main() -> None:
    """Load what there is and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--network", type=Path)
    arguments = parser.parse_args()
    detector = SileroNetwork(ModelStore().path(SILERO_MODEL))
    with TemporaryDirectory() as folder:
        try:
            path, called = arguments.network or own_weights(WEIGHTS), "the viseme network"
        except ModelMissing as error:
            console.print(str(error))
            path, called = save_viseme_network(Path(folder) / WEIGHTS, hidden=128), "a stand-in of 250,000 weights"
        measure(detector, VisemeNetwork(path), called, arguments.seconds, arguments.rounds)


if __name__ == "__main__":
    main()
