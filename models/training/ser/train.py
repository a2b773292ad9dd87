"""The head that is committed: penalty and temperature chosen with speakers left out, weights fitted to all of them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import numpy as np
import torch

from affectia.inference.model_store import ModelStore
from affectia.perception.voice.emotion.edge_encoder import EDGE_MODEL, TAP, EdgeEncoder
from affectia.perception.voice.emotion.edge_mel import edge_mel
from affectia.perception.voice.emotion.edge_sound import EdgeSound
from affectia.signals.audio_sample import VOICE_RATE_HZ
from ser.corpus import LABELS, emodb
from ser.export import Frames, write
from ser.features import SECS, Windows, listen
from ser.folds import Chosen, chosen, fit
from ser.head import SerHead, distance, line
from ser.measures import probabilities
from ser.nonspeech import FAMILIES, made

_VERSION: Final = "1"
_PARITY_SECS: Final = 2
_USUAL_SECS: Final = 2.0
_LEAST_SHARE: Final = 1e-4  # as UsualFeeling has it
_MADE: Final = 150  # sounds of each family that is no voice


def train(windows: Windows, corpus: Path, into: Path, *, work: Path, seed: int) -> None:
    """Fit, write, compare."""
    torch.manual_seed(seed)
    choice = chosen(windows)
    linear = fit(windows, choice.penalty)
    encoder = EdgeEncoder(ModelStore().path(EDGE_MODEL))
    voices = (windows.seen - linear.mean) / linear.spread
    others = {name: (seen - linear.mean) / linear.spread for name, seen in _no_voices(encoder, seed).items()}
    for name, left_out in others.items():
        told = line(voices, np.concatenate([seen for other, seen in others.items() if other != name])).odds(left_out) > 0
        print(f"{name}, not learned from: {told.mean():.0%} known as no voice by the line alone")
    head = SerHead(linear, distance(windows.seen, linear), line(voices, np.concatenate(list(others.values()))))
    clips = len(np.unique(windows.clip))
    print(f"penalty {choice.penalty}, temperature {choice.temperature:.3f}, {len(windows.label)} windows of {clips} clips")
    facts = {
        "version": _VERSION,
        "labels": ",".join(LABELS),
        "temperature": f"{choice.temperature:.4f}",
        "encoder": EDGE_MODEL,
        "encoder_sha256": encoder.sha256,
        "tap": TAP,
        "window_secs": "1-3",
        "usual": ",".join(f"{value:.3f}" for value in _usual(windows, choice)),
        "trained_on": "EmoDB",
    }
    write(head, facts, into, frames=_frames(corpus, encoder), variants=work)


def _usual(windows: Windows, choice: Chosen) -> Frames:
    """(LABELS,) mean logarithms of the shares that speakers who were left out are given, half of the time neutral, else anything."""
    logs = np.log(np.maximum(probabilities(choice.logits, choice.temperature), _LEAST_SHARE))
    plain = ~windows.changed & (windows.secs == _USUAL_SECS)
    means = np.array([logs[plain & (windows.label == number)].mean(axis=0) for number in range(len(LABELS))])
    return np.asarray((means[LABELS.index("neutral")] + means.mean(axis=0)) / 2, np.float32)


def _no_voices(encoder: EdgeEncoder, seed: int) -> dict[str, Frames]:
    """(n, 2 * WIDTH) of each family of made sounds."""
    rng = np.random.default_rng(seed)
    sounds = {family: [made(family, float(rng.choice(SECS)), rng) for _ in range(_MADE)] for family in FAMILIES}
    heard = {family: [listen(encoder, sound) for sound in made_ones] for family, made_ones in sounds.items()}
    return {family: np.array([one[0] for one in ones if one is not None]) for family, ones in heard.items()}


def _frames(corpus: Path, encoder: EdgeEncoder) -> Frames:
    """Of the beginnings of all clips that are long enough, all equally long."""
    length = _PARITY_SECS * VOICE_RATE_HZ
    sounds = [EdgeSound.of(clip.pcm[:length]) for clip in emodb(corpus) if len(clip.pcm) >= length]
    return np.concatenate([encoder.frames(edge_mel(sound.pcm)[None]) for sound in sounds if sound is not None])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("windows", type=Path, help="of features.py")
    parser.add_argument("corpus", type=Path, help="EmoDB as EMOTION/NAME.flac")
    parser.add_argument("into", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="where variants go, which are not committed")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    train(Windows.load(options.windows), options.corpus, options.into, work=options.work, seed=options.seed)
