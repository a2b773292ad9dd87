"""What telling emotions off voices costs: the window, the network, prosody, all of a turn, and a second of one live voice; one thread.

Wall time of calls back to back, and of a live voice processor time of this process, heard in blocks of 10 ms by the real engine with and
without a listener, in turns; the sound is the reading of two-cities. SenseVoice is measured where its files are in the cache.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from affectia.capture.audio_clip import read_audio_clip
from affectia.clock import NANOS_PER_SEC, FakeClock
from affectia.errors import ModelError
from affectia.inference.model_store import ModelStore
from affectia.perception.voice.emotion.edge_emotion import EdgeEmotion
from affectia.perception.voice.emotion.emotion_listener import EmotionListener
from affectia.perception.voice.emotion.prosody import prosody
from affectia.perception.voice.emotion.sense_voice_onnx import SENSE_VOICE_MODEL, SENSE_VOICE_TOKENS, SenseVoiceOnnx
from affectia.perception.voice.emotion.speech_emotion import SpeechEmotion
from affectia.perception.voice.emotion.speech_emotion_options import SpeechEmotionOptions
from affectia.perception.voice.emotion.speech_window import FRAMES_A_SEC, SpeechWindow
from affectia.perception.voice.log_mel import HOP
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.signals.audio_sample import VOICE_RATE_HZ
from affectia.signals.emotion_observations import EmotionObservations
from report import against, console, percentiles, table

LIMIT_MILLIS = 60.0  # of the small network for one window
PROSODY_LIMIT_MILLIS = 5.0
WINDOWS_SECS = (1.0, 2.0, 3.0)
CALLS = 30
LIVE_SECS = 10


def measure(rounds: int) -> None:
    """Print the tables."""
    models = ModelStore()
    sound = read_audio_clip(models.path("two-cities")).pcm[: LIVE_SECS * VOICE_RATE_HZ]
    networks = _available(models)
    _parts(networks, sound, rounds)
    for network in networks:
        _live(VoiceEngine.load(models), network, sound, rounds)


def _available(models: ModelStore) -> list[SpeechEmotion]:
    found: list[SpeechEmotion] = []
    openers: tuple[Callable[[], SpeechEmotion], ...] = (
        lambda: EdgeEmotion.load(models),
        lambda: SenseVoiceOnnx(models.path(SENSE_VOICE_MODEL), models.path(SENSE_VOICE_TOKENS)),
    )
    for opened in openers:
        try:
            found.append(opened())
        except ModelError as error:
            console.print(f"not measured: {error}")
    return found


def _parts(networks: list[SpeechEmotion], sound: NDArray[np.float32], rounds: int) -> None:
    windows = [sound[: round(secs * VOICE_RATE_HZ)] for secs in WINDOWS_SECS]
    rows = []
    for network in networks:
        cells = []
        for window in windows:
            millis = _millis(lambda window=window, network=network: network.feel([window]), rounds)  # type: ignore[misc]
            limit = against(float(np.median(millis)), LIMIT_MILLIS, "ms") if network.name == "edge" else f"{np.median(millis):.1f} ms"
            cells.append(f"{limit}, p95 {np.percentile(millis, 95):.1f}")
        rows.append((f"network: {network.name}", *cells))
    cells = []
    for window in windows:
        is_speech = np.ones(window.size // HOP, np.bool_)
        millis = _millis(lambda window=window, is_speech=is_speech: prosody(window, is_speech), rounds)  # type: ignore[misc]
        cells.append(f"{against(float(np.median(millis)), PROSODY_LIMIT_MILLIS, 'ms')}, p95 {np.percentile(millis, 95):.1f}")
    rows.append(("prosody", *cells))
    filled = SpeechWindow()
    speaking = np.ones(3 * FRAMES_A_SEC, np.float32)
    filled.add(windows[-1], first_sample=0, speaking=speaking, first_frame=0, ends_at_nanos=0)
    millis = _millis(lambda: filled.newest(window_secs=3, least_secs=1), rounds)
    rows.append(("taking a window out of the ring", "", "", f"{np.median(millis):.2f} ms"))
    table("one window of speech", ("part", *(f"{secs:.0f} s" for secs in WINDOWS_SECS)), rows)


def _live(engine: VoiceEngine, network: SpeechEmotion, sound: NDArray[np.float32], rounds: int) -> None:
    bare: list[float] = []
    felt: list[float] = []
    turns: list[float] = []
    results = 0
    for _ in range(rounds):
        bare.append(_heard(engine, sound, None, [])[0])
        secs, results = _heard(engine, sound, network, turns)
        felt.append(secs)
    rows = [
        ("heard alone", f"{100 * min(bare) / LIVE_SECS:.2f} %", ""),
        (f"and felt by {network.name}", f"{100 * min(felt) / LIVE_SECS:.2f} %", f"{100 * (min(felt) - min(bare)) / LIVE_SECS:.2f} % more"),
    ]
    table(f"one live voice, {results} results in {LIVE_SECS} s: share of a core", ("", "whole", ""), rows)
    console.print(f"a turn of {network.name}, window to result, in ms: {percentiles(turns)}\n")


def _heard(engine: VoiceEngine, sound: NDArray[np.float32], network: SpeechEmotion | None, turns: list[float]) -> tuple[float, int]:
    """Processor seconds of one live voice, and how many results it had; the milliseconds of each turn go to `turns`."""
    clock = FakeClock()
    results: list[EmotionObservations] = []
    listener = EmotionListener(admits=lambda: True, sink=results.append, clock=clock, options=SpeechEmotionOptions())
    stream = engine.new_stream()
    began = time.process_time()
    for start in range(0, sound.size - HOP + 1, HOP):
        block = sound[start : start + HOP]
        heard = engine.hear([stream], [block])[0]
        if network is None:
            continue
        listener.hear(block, heard, end_sample=stream.sound.end, ends_at_nanos=start * NANOS_PER_SEC // VOICE_RATE_HZ)
        clock.advance(secs=HOP / VOICE_RATE_HZ)
        if listener.due_since_nanos is not None:
            turn_began = time.perf_counter()
            window = listener.take(network)
            if window is not None:
                listener.deliver(network.feel([window])[0], network)
                turns.append(1000 * (time.perf_counter() - turn_began))
    stream.close()
    return time.process_time() - began, len(results)


def _millis(call: Callable[[], object], rounds: int) -> list[float]:
    """Of each call of the best round."""
    found = []
    for _ in range(rounds):
        taken = []
        for _ in range(CALLS):
            began = time.perf_counter()
            call()
            taken.append(1000 * (time.perf_counter() - began))
        found.append(taken)
    return min(found, key=lambda taken: float(np.median(taken)))
