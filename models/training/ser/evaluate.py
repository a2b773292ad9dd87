"""How good the head is: on speakers of EmoDB that it never heard, on another language, and on what is no speech.

`unheard` of `folds.py` leaves each speaker out and chooses penalty and temperature without him. The other figures are of the committed
head, through the sidecar's own classes.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from affectia import registry
from affectia.inference.model_store import ModelStore
from affectia.perception.affect_projection import projected
from affectia.perception.voice.emotion.edge_emotion import EdgeEmotion
from affectia.perception.voice.emotion.speech_emotion import Feeling
from affectia.signals.audio_sample import VOICE_RATE_HZ
from affectia.signals.emotion_observations import EMOTIONS
from ser.corpus import LABELS, Clip, nemo, neutral_reading
from ser.features import SECS, Windows, cut
from ser.folds import unheard
from ser.measures import area, calibration_error, joined, macro_f1, probabilities, recalls
from ser.nonspeech import FAMILIES, made

_COLUMNS: Final = [registry.EMOTIONS.index(label) for label in LABELS]
_NEUTRAL, _HAPPY, _SAD, _ANGRY = range(len(LABELS))
_JOINED_SECS: Final = 3.0  # as at run time
_MADE: Final = 60  # sounds of each family
_SURE: Final = 0.6

Labels = NDArray[np.int64]
Shares = NDArray[np.float64]


def speakers_left_out(windows: Windows) -> dict[str, Any]:
    """EmoDB, each speaker by a head that never heard him."""
    told = unheard(windows)
    report: dict[str, Any] = {"penalties": told.penalties, "temperatures": told.temperatures}
    plain = ~windows.changed
    for secs in SECS:
        for name, rows in (("windows", plain), ("changed windows", windows.changed)):
            chosen = rows & (windows.secs == secs)
            report[f"{name} of {secs:.0f} s"] = _row(windows.label[chosen], probabilities(told.logits[chosen]))
    chosen = plain & (windows.secs == _JOINED_SECS)
    clips, shares = joined(told.logits[chosen], windows.clip[chosen], 1.0)
    label = np.array([windows.label[windows.clip == clip][0] for clip in clips])
    report["utterances"] = _row(label, shares) | _areas(label, shares)
    speakers = np.array([windows.speaker[windows.clip == clip][0] for clip in clips])
    report["UAR by speaker"] = {str(name): _row(label[speakers == name], shares[speakers == name])["UAR"] for name in np.unique(speakers)}
    return report


def other_language(clips: Sequence[Clip], edge: EdgeEmotion) -> dict[str, Any]:
    """Clips by the runtime: the mean of the windows of each."""
    label = np.array([clip.label for clip in clips])
    shares = np.zeros((len(clips), len(LABELS)))
    doubt = np.zeros(len(clips))
    for number, clip in enumerate(clips):
        feelings = [told.doubted(edge.support) for told in edge.feel([piece for secs, piece in cut(clip.pcm) if secs == _JOINED_SECS])]
        shares[number] = np.mean([feeling.scores[_COLUMNS] for feeling in feelings], axis=0)
        doubt[number] = np.mean([feeling.unknown for feeling in feelings])
    report = _row(label, shares) | _areas(label, shares) | {"unknown": round(float(doubt.mean()), 3)}
    sure = shares.max(axis=1) >= _SURE
    return report | {f"share told with {_SURE}": round(float(sure.mean()), 3), "right among these": _accuracy(label[sure], shares[sure])}


def no_emotion(feelings: Sequence[Feeling]) -> dict[str, float]:
    """What is said of sounds that have none."""
    support = sum(1 << column for column in _COLUMNS)
    scores = np.array([feeling.doubted(support).scores for feeling in feelings])
    highest = scores.max(axis=1)
    return {
        "unknown": round(float(np.mean([feeling.unknown for feeling in feelings])), 3),
        "neutral": round(float(scores[:, _COLUMNS[_NEUTRAL]].mean()), 3),
        f"told as an emotion with {_SURE}": round(float(np.mean((highest >= _SURE) & (scores.argmax(axis=1) != _COLUMNS[_NEUTRAL]))), 3),
        "highest": round(float(highest.max()), 3),
    }


def _row(label: Labels, shares: Shares) -> dict[str, Any]:
    told = shares.argmax(axis=1)
    recall = recalls(label, told, len(LABELS))
    confusion = [[int(np.sum((label == row) & (told == column))) for column in range(len(LABELS))] for row in range(len(LABELS))]
    return {
        "count": len(label),
        "UAR": round(float(recall.mean()), 3),
        "macro-F1": round(macro_f1(label, told, len(LABELS)), 3),
        "accuracy": _accuracy(label, shares),
        "ECE": round(calibration_error(label, shares), 3),
        "recall": dict(zip(LABELS, (round(float(value), 2) for value in recall), strict=True)),
        "confusion": confusion,
    }


def _accuracy(label: Labels, shares: Shares) -> float:
    return round(float(np.mean(shares.argmax(axis=1) == label)), 3) if len(label) else float("nan")


def _areas(label: Labels, shares: Shares) -> dict[str, float]:
    """Of valence and arousal as they are published."""
    scores = np.zeros((len(label), EMOTIONS), np.float32)
    scores[:, _COLUMNS] = shares
    valence, arousal, _ = projected(scores, sum(1 << column for column in _COLUMNS)).T
    lively, happy, bad = np.isin(label, (_HAPPY, _ANGRY)), label == _HAPPY, np.isin(label, (_SAD, _ANGRY))
    return {"AUC arousal": round(area(arousal[lively], arousal[~lively]), 3), "AUC valence": round(area(valence[happy], valence[bad]), 3)}


def _pieces(sounds: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
    return [piece for sound in sounds for secs, piece in cut(sound) if secs == _JOINED_SECS]


def main() -> None:
    """Print it, and write it where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("windows", type=Path, help="of EmoDB, as build.py made them")
    parser.add_argument("--nemo", type=Path, help="nEMO as SPEAKER_EMOTION_N.flac: never learned from")
    parser.add_argument("--reading", type=Path, help="a folder of FLACs of somebody who reads")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    rng = np.random.default_rng(options.seed + 1000)  # other sounds than it learned from
    edge = EdgeEmotion.load(ModelStore())
    report: dict[str, Any] = {"milliseconds": _milliseconds(edge, rng)}
    report["no speech"] = {
        family: no_emotion(edge.feel([made(family, float(rng.choice(SECS)), rng) for _ in range(_MADE)])) for family in FAMILIES
    }
    if options.reading:
        report["reading"] = no_emotion(edge.feel(_pieces(neutral_reading(options.reading))))
    if options.nemo:
        report["nEMO"] = other_language(nemo(options.nemo), edge)
    report["EmoDB, speakers left out"] = speakers_left_out(Windows.load(options.windows))
    text = json.dumps(report, indent=1)
    print(text)
    if options.json:
        options.json.write_text(text + "\n")


def _milliseconds(edge: EdgeEmotion, rng: np.random.Generator) -> dict[str, float]:
    """Of the processor, for one window on one thread: the median of 30."""
    found = {}
    for secs in SECS:
        sound = made("music", secs, rng)
        taken = []
        for _ in range(30):
            began = time.thread_time_ns()
            edge.feel([sound])
            taken.append((time.thread_time_ns() - began) / 1e6)
        found[f"{secs:.0f} s"] = round(float(np.median(taken)), 1)
        assert sound.size == round(secs * VOICE_RATE_HZ)
    return found


if __name__ == "__main__":
    main()
