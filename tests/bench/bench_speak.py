"""What speaking costs: many lines at once through hearing, mouths and encoding, and how soon a line's first chunk is out.

Lines: so many callers that all deliver in real time, in pieces of 20 ms, rounds as far apart as the thread runs them; processor time
of this process, the best of several rounds that take turns, against the sound's own length. First chunk: on the real thread, from the first
100 ms of sound being there to the chunk being handed to the sender, while so many others speak in real time. `ahead` is how fast one
caller's line is made that delivers it whole. Without models/weights/viseme.onnx a network of the same size stands in.
`--seconds N` of sound (default 2), `--rounds N` (default 3), `--lines N...`.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

if (ROOT := str(Path(__file__).resolve().parents[2])) not in sys.path:  # where the made networks lie
    sys.path.insert(0, ROOT)

from affectia.capture.pcm import PcmFormat
from affectia.clock import FakeClock, SystemClock
from affectia.errors import ModelMissing
from affectia.inference.model_store import ModelStore
from affectia.inference.own_weights import own_weights
from affectia.perception.voice.silero_network import SILERO_MODEL, SileroNetwork
from affectia.perception.voice.viseme_network import WEIGHTS, VisemeNetwork
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.session.speech.speech import GATHER_SECS, Speech
from affectia.session.speech.speech_events import ChunkSent, Ended, SpeechEvent
from affectia.session.speech.speech_inbox import SpeechInbox
from affectia.session.speech.speech_line import SpeechLine
from affectia.session.speech.speech_request import SpeechRequest
from affectia.session.speech.speech_rounds import Parcel, SpeechRounds
from affectia.session.speech.spoken_track import SpokenTrack
from affectia.session.speech.track_mouths import TrackMouths
from report import against, console, table
from tests.unit.perception.voice.made_networks import save_viseme_network
from tests.unit.perception.voice.made_voices import syllables

GOAL_LINES = 200.0  # in real time on one core
LINES = (1, 8, 64, 200)
PIECE_SECS = 0.02
FIRST_SECS = 0.1
FIRST_CALLS = 40
OTHERS = (0, 16, 48)
RATE_HZ = 24_000


def deliver(parcels: Sequence[Parcel]) -> list[int]:
    """Everything goes out at once."""
    return [len(bodies) for _, bodies in parcels]


class Caller:
    """Takes note of when its first chunk and its end were told."""

    has_room = True

    def __init__(self) -> None:
        self.first_nanos = 0
        self.first, self.end = threading.Event(), threading.Event()

    def tell(self, event: SpeechEvent) -> None:
        if isinstance(event, ChunkSent) and not self.first_nanos:
            self.first_nanos = time.perf_counter_ns()
            self.first.set()
        elif isinstance(event, Ended):
            self.end.set()

    def wake(self) -> None:
        pass


def pcm(secs: float, *, rate_hz: int = RATE_HZ) -> bytes:
    """Something like speech, int16."""
    made = syllables(secs)
    sound = np.interp(np.arange(round(secs * rate_hz)) / rate_hz, np.arange(made.size) / 16_000, made)
    return np.asarray(np.clip(sound, -1, 1) * 32767, "<i2").tobytes()


def together(engine: VoiceEngine, lines: int, sound: bytes) -> float:
    """Processor seconds of so many lines that come in real time."""
    clock, mouths = FakeClock(), TrackMouths(lines)
    rounds = SpeechRounds(mouths, deliver, clock, has_avatar=lambda _: True, forget=lambda _: None)
    spoken = []
    for number in range(lines):
        request = SpeechRequest(f"npc-{number}", PcmFormat(RATE_HZ))
        track = SpokenTrack(stream_id=number, rate_hz=RATE_HZ, frame_rate_hz=60, look_ahead_millis=0, degraded=False)
        inbox = SpeechInbox(request.form, lambda: None)
        spoken.append(SpeechLine(request, Caller(), inbox, stream=engine.new_stream(), track=track, leads=mouths.leads))
    step = round(RATE_HZ * PIECE_SECS) * 2
    gathered = max(1, round(lines * GATHER_SECS / PIECE_SECS))  # pieces that come between two rounds of the thread
    began = time.process_time()
    for number, start in enumerate(range(0, len(sound), step), start=1):
        piece = sound[start : start + step]
        for line in spoken:
            line.inbox.put(piece)
        clock.advance(secs=PIECE_SECS)
        if number % gathered:
            continue
        while rounds.run(spoken, engine) == 0.0:
            pass
    cost = time.process_time() - began
    for line in spoken:
        line.stream.close()
    return cost


def first_chunks(engine: VoiceEngine, others: int, calls: int) -> list[float]:
    """Milliseconds from sound to first chunk, while others speak in real time."""
    speech = Speech(lambda: engine, deliver, SystemClock(), has_avatar=lambda _: True, max_lines=others + 1)
    piece, first = pcm(PIECE_SECS), pcm(FIRST_SECS)
    inboxes = [speech.open(SpeechRequest(f"other-{number}", PcmFormat(RATE_HZ)), Caller()).inbox for number in range(others)]
    over = threading.Event()

    def talk() -> None:
        while not over.wait(PIECE_SECS):
            for inbox in inboxes:
                inbox.put(piece)

    talker = threading.Thread(target=talk)
    talker.start()
    found = []
    for number in range(calls):
        caller = Caller()
        inbox = speech.open(SpeechRequest(f"npc-{number}", PcmFormat(RATE_HZ)), caller).inbox
        time.sleep(0.011)  # not in step with the others
        began = time.perf_counter_ns()
        inbox.put(first)
        caller.first.wait(5)
        found.append((caller.first_nanos - began) / 1e6)
        inbox.end()
        caller.end.wait(5)
    over.set()
    talker.join()
    speech.stop()
    return found


def ahead(engine: VoiceEngine, secs: float) -> float:
    """Seconds from a whole line being there to its last chunk."""
    speech = Speech(lambda: engine, deliver, SystemClock(), has_avatar=lambda _: True)
    sound, caller = pcm(secs), Caller()
    inbox = speech.open(SpeechRequest("npc", PcmFormat(RATE_HZ)), caller).inbox
    began = time.perf_counter()
    for start in range(0, len(sound), 32_768):
        inbox.put(sound[start : start + 32_768])
    inbox.end()
    caller.end.wait(20)
    took = time.perf_counter() - began
    speech.stop()
    return took


def measure(engine: VoiceEngine, called: str, *, seconds: float, rounds: int, lines: Sequence[int]) -> None:
    """Measure and print all tables."""
    sound = pcm(seconds)
    costs: dict[int, list[float]] = {count: [] for count in lines}
    for _ in range(rounds):
        for count, found in costs.items():
            found.append(together(engine, count, sound))
    table(
        f"lines together, {RATE_HZ / 1000:g} kHz in pieces of 20 ms, on one core ({called})",
        ("lines", "of a core for one", "speed", "against the goal"),
        [
            (
                str(count),
                f"{100 * min(found) / seconds / count:.2f} %",
                f"{count * seconds / min(found):.0f} x real time",
                against(min(found) / seconds / count, 1 / GOAL_LINES, "of a core"),
            )
            for count, found in costs.items()
        ],
    )
    latencies = {others: first_chunks(engine, others, FIRST_CALLS) for others in OTHERS}
    table(
        "first chunk out after its sound is there",
        ("others that speak", "p50", "p95"),
        [(str(others), *(f"{np.percentile(found, share):.1f} ms" for share in (50, 95))) for others, found in latencies.items()],
    )
    secs = 7.5
    took = min(ahead(engine, secs) for _ in range(rounds))
    table(
        "one line that is delivered whole", ("sound", "time", "speed"), [(f"{secs:g} s", f"{1000 * took:.0f} ms", f"{secs / took:.0f} x")]
    )


def main() -> None:
    """Load what there is and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lines", type=int, nargs="+", default=list(LINES))
    arguments = parser.parse_args()
    detector = SileroNetwork(ModelStore().path(SILERO_MODEL))
    with TemporaryDirectory() as folder:
        try:
            path, called = own_weights(WEIGHTS), "the viseme network"
        except ModelMissing as error:
            console.print(str(error))
            path, called = save_viseme_network(Path(folder) / WEIGHTS, hidden=128), "a stand-in of 250,000 weights"
        engine = VoiceEngine(detector, VisemeNetwork(path))
        measure(engine, called, seconds=arguments.seconds, rounds=arguments.rounds, lines=arguments.lines)


if __name__ == "__main__":
    main()
