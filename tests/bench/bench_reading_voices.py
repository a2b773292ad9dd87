"""How often the small network takes people who only read for people who feel something: a false alarm rate, in sound time.

Everything in the folders (LJ Speech, GRID, any sound) is taken for neutral and for one voice, file after file, through the speech detector
and the listener of the sidecar. `FOLDER_OR_FILE...`; `--secs N` at most of each (default 180).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from affectia import registry
from affectia.capture.audio_clip import read_audio_clip
from affectia.errors import CaptureError
from affectia.evaluate.durations import Durations
from affectia.evaluate.voice_run import VoiceRun
from affectia.inference.model_store import ModelStore
from affectia.perception.voice.emotion.edge_emotion import EdgeEmotion
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.signals.audio_sample import VOICE_RATE_HZ
from report import table

SURE = 0.6
BEGINNING_SECS = 60.0
_NEUTRAL = registry.EMOTIONS.index("neutral")
_SOUNDS = {".wav", ".flac", ".mp3", ".mpg", ".mp4", ".ogg", ".m4a"}


def sound_of(place: Path, secs: float) -> np.ndarray:
    """All sound of a place, one after another, (n,) at 16 kHz."""
    paths = sorted(path for path in place.iterdir() if path.suffix in _SOUNDS) if place.is_dir() else [place]
    pieces, have = [], 0
    for path in paths:
        try:
            pieces.append(read_audio_clip(path, longest_secs=600).pcm)
        except CaptureError:
            continue
        have += pieces[-1].size
        if have >= secs * VOICE_RATE_HZ:
            break
    return np.concatenate(pieces)[: round(secs * VOICE_RATE_HZ)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("places", type=Path, nargs="*")
    parser.add_argument("--secs", type=float, default=180.0)
    arguments = parser.parse_args()
    models = ModelStore()
    places = arguments.places or [models.path("two-cities")]
    engine = VoiceEngine.load(models)
    plain = EdgeEmotion.load(models)
    plain.usual = None
    rows = []
    for place in places:
        pcm = sound_of(place, arguments.secs)
        for name, network in (("against its usual", EdgeEmotion.load(models)), ("each window alone", plain)):
            results = VoiceRun(network, engine).results(pcm, Durations())
            sure = np.array([one.confidence[0] >= SURE and one.scores[0].argmax() != _NEUTRAL for one in results])
            first = np.array([one.captured_at_nanos < BEGINNING_SECS * 1e9 for one in results])
            later = f"{100 * sure[~first].mean():.0f}" if (~first).any() else "-"
            rows.append((place.name, name, str(len(results)), f"{100 * sure[first].mean():.0f}", later))
    columns = ("sound", "told", "results", f"% told as an emotion with {SURE} or more, first {BEGINNING_SECS:.0f} s", "after that")
    table("People who only read", columns, rows)


if __name__ == "__main__":
    main()
