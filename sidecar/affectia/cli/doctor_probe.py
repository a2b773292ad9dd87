"""The child process of `affectia doctor`: imports libraries, runs networks, opens a camera, names microphones.

    python -m affectia.cli.doctor_probe ITEM...

An ITEM is `library:NAME`, `network:MODEL`, `hearing:CACHE`, `camera:INDEX` or `microphones:`. A library that takes its process down
with it takes only this one. What is found is told in lines of JSON: {"begin": ITEM} before it is tried, then {"done": ITEM, ...} or
{"failed": ITEM, "error": TEXT}.
"""

from __future__ import annotations

import importlib
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

LIBRARY: Final = "library:"
NETWORK: Final = "network:"
HEARING: Final = "hearing:"
CAMERA: Final = "camera:"
MICROPHONES: Final = "microphones:"
_NETWORK_RUNS: Final = 8
_HEARD_BLOCKS: Final = 100
_CAMERA_SECS: Final = 1.5
_BLACK: Final = 8  # of 255; a shutter or a cap

Say = Callable[[dict[str, Any]], None]


def main(arguments: Sequence[str], say: Say) -> int:
    """Try the items one after another; 2 where one of them is of no known kind."""
    tries: dict[str, Callable[[str], dict[str, Any]]] = {
        LIBRARY: _import,
        NETWORK: _run_network,
        HEARING: _hear,
        CAMERA: _open_camera,
        MICROPHONES: _name_microphones,
    }
    for item in arguments:
        kind = next((kind for kind in tries if item.startswith(kind)), None)
        if kind is None:
            return 2
        say({"begin": item})
        try:
            found = tries[kind](item.removeprefix(kind))
        except BaseException as error:  # whatever a library does while it loads is what is to be told
            say({"failed": item, "error": f"{type(error).__name__}: {error}"})
        else:
            say({"done": item, **found})
    return 0


def _import(name: str) -> dict[str, Any]:
    importlib.import_module(name)
    return {"now_nanos": time.perf_counter_ns()}


def _run_network(model: str) -> dict[str, Any]:
    import numpy as np

    from affectia.perception.face.landmarks.landmarker import FaceLandmarker
    from affectia.signals.video_sample import VideoSample

    began = time.perf_counter()
    landmarker = FaceLandmarker(Path(model))
    loaded = time.perf_counter()
    blank = np.full((480, 640, 3), 128, np.uint8)
    millis = []
    for number in range(_NETWORK_RUNS):
        before = time.perf_counter()
        landmarker.detect(VideoSample(number * 33_000_000, 0, blank))
        millis.append((time.perf_counter() - before) * 1000)
    landmarker.close()
    # The first one fills caches and is no measure of the others.
    return {"load_millis": (loaded - began) * 1000, "run_millis": statistics.median(millis[1:])}


def _hear(cache_dir: str) -> dict[str, Any]:
    import numpy as np

    from affectia.errors import ModelError
    from affectia.inference.execution_providers import AUTO, short_name
    from affectia.inference.model_store import ModelStore
    from affectia.inference.onnx_session import OnnxSession
    from affectia.inference.own_weights import own_weights
    from affectia.perception.voice.energy_detector import EnergyDetector
    from affectia.perception.voice.silero_network import SILERO_MODEL, SileroNetwork
    from affectia.perception.voice.viseme_network import WEIGHTS, VisemeNetwork
    from affectia.perception.voice.voice_activity import SpeechDetector
    from affectia.perception.voice.voice_engine import VoiceEngine
    from affectia.signals.audio_sample import VOICE_RATE_HZ

    told = {"detector": "", "visemes": "", "version": "", "provider": "", "notice": ""}
    detector: SpeechDetector = EnergyDetector()
    visemes: VisemeNetwork | None = None
    try:
        detector = SileroNetwork(ModelStore(Path(cache_dir)).path(SILERO_MODEL))
    except ModelError as error:
        told["detector"] = str(error)
    try:
        visemes = VisemeNetwork(own_weights(WEIGHTS))
        told["version"] = visemes.version
        # It runs on the processor itself; opened once more as large ones are, it shows whether a graphics card starts.
        large = OnnxSession(own_weights(WEIGHTS), name="viseme network", wanted=AUTO)
        told["provider"], told["notice"] = short_name(large.provider), large.notice
    except ModelError as error:
        told["visemes"] = str(error)
    engine = VoiceEngine(detector, visemes)
    stream = engine.new_stream()
    block = np.zeros(VOICE_RATE_HZ // 100, np.float32)
    millis = []
    for _ in range(_HEARD_BLOCKS):
        before = time.perf_counter()
        engine.hear([stream], [block])
        millis.append((time.perf_counter() - before) * 1000)
    # A mean, because the detector runs at every third block or so; the first block, and what other programs hold up, count for nothing.
    usual = sorted(millis)[: _HEARD_BLOCKS * 9 // 10]
    return {**told, "run_millis": statistics.fmean(usual)}


def _open_camera(index: str) -> dict[str, Any]:
    from affectia.capture.camera_device import open_camera
    from affectia.capture.camera_options import CameraOptions

    began = time.perf_counter()
    device = open_camera(int(index), CameraOptions())
    if device is None:
        return {"opened": False}
    try:
        there, picture = device.read()
        first = time.perf_counter()
        count, brightest = 0, 0
        height_px, width_px = picture.shape[:2] if there else (0, 0)
        while there and time.perf_counter() - first < _CAMERA_SECS:
            there, picture = device.read()
            if there:
                count += 1
                brightest = max(brightest, int(picture.max()))
        secs = time.perf_counter() - first
    finally:
        device.release()
    return {
        "opened": True,
        "width_px": width_px,
        "height_px": height_px,
        "rate_hz": count / secs if secs > 0 else 0.0,
        "first_millis": (first - began) * 1000,
        "is_black": count > 0 and brightest <= _BLACK,
    }


def _name_microphones(_all: str) -> dict[str, Any]:
    from affectia.capture.microphone_list import list_microphones

    listing = list_microphones()
    fault = listing.fault
    return {
        "fault": "" if fault is None else fault.value,
        "next_step": "" if fault is None else fault.next_step(),
        "microphones": [[each.index, each.name, each.state, each.next_step, each.is_default] for each in listing.microphones],
    }


def _say(line: dict[str, Any]) -> None:
    sys.__stdout__.write(json.dumps(line) + "\n")  # type: ignore[union-attr] # a child has one
    sys.__stdout__.flush()  # type: ignore[union-attr]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], _say))
