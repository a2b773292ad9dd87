"""The corpus as log-mel frames and labels, at several speeds, in one file of arrays."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from affectia.evaluate.viseme.phones import IGNORED, SIL
from affectia.perception.voice.log_mel import HOP, OVERLAP, log_mel
from affectia.signals.audio_sample import VOICE_RATE_HZ
from viseme.corpus import HELD_OUT, utterances
from viseme.network import LABEL_DELAY
from viseme.voices.utterance import Utterance

# Played faster, a voice is higher, its throat shorter and its speech quicker: other speakers.
SPEEDS = (0.82, 0.91, 1.0, 1.1, 1.21)
_LEAD_SECS = 0.3  # of silence before and after, so that the network learns how a mouth starts and stops


def labels_of(utterance: Utterance, frames: int, *, speed: float = 1.0, shift_secs: float = 0.0) -> NDArray[np.int8]:
    """(frames,) the viseme at the instant of each frame, 10 ms apart; outside of every segment silence."""
    labels = np.full(frames, SIL, np.int8)
    times = np.arange(frames) * HOP / VOICE_RATE_HZ - shift_secs
    for start, end, viseme in utterance.segments:
        first, last = np.searchsorted(times, (start / speed - 1e-9, end / speed - 1e-9))
        labels[first:last] = viseme
    return labels


def frames_of(utterance: Utterance, *, speed: float = 1.0, lead_secs: float = _LEAD_SECS) -> tuple[NDArray[np.float16], NDArray[np.int8]]:
    """Log-mel (frames, MELS) and the label that the network must give with each of them: that of the instant `LABEL_DELAY` frames ago."""
    pcm = utterance.pcm if speed == 1 else soxr.resample(utterance.pcm, VOICE_RATE_HZ * speed, VOICE_RATE_HZ)
    lead = round(lead_secs * VOICE_RATE_HZ)
    whole = np.concatenate((np.zeros(OVERLAP + lead, np.float32), pcm, np.zeros(lead, np.float32)))
    mel = log_mel(whole[None])[0]
    labels = labels_of(utterance, len(mel), speed=speed, shift_secs=lead_secs)
    delayed = np.concatenate((np.full(LABEL_DELAY, SIL, np.int8), labels))[: len(mel)]
    return mel.astype(np.float16), delayed


def build(corpus: Path, into: Path) -> None:
    """Write the frames of every voice but the held-out one at every speed, and where each utterance begins."""
    mels, labels, starts, voices = [], [], [0], []
    names = sorted(folder.name for folder in corpus.iterdir() if folder.is_dir() and folder.name != HELD_OUT)
    for number, name in enumerate(names):
        for _, utterance in utterances(corpus / name):
            peak = float(np.abs(utterance.pcm).max()) or 1.0
            level = Utterance(utterance.pcm * (0.5 / peak), utterance.rate_hz, utterance.segments)
            for speed in SPEEDS:
                mel, label = frames_of(level, speed=speed)
                mels.append(mel)
                labels.append(label)
                starts.append(starts[-1] + len(mel))
                voices.append(number)
        print(f"{name}: {starts[-1] / 360_000:.2f} h in all, speeds included", flush=True)
    label = np.concatenate(labels)
    assert label.min() >= IGNORED
    np.savez(into, mel=np.concatenate(mels), label=label, start=np.array(starts), voice=np.array(voices), names=np.array(names))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("into", type=Path)
    options = parser.parse_args()
    build(options.corpus, options.into)
