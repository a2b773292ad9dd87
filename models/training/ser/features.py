"""Windows of speech as the head sees them, cut and listened to as at run time, out of clips as they are and as others would bring them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.inference.model_store import ModelStore
from affectia.perception.voice.emotion.edge_encoder import EDGE_MODEL, EdgeEncoder
from affectia.perception.voice.emotion.edge_mel import edge_mel
from affectia.perception.voice.emotion.edge_sound import STEP, EdgeSound
from affectia.signals.audio_sample import VOICE_RATE_HZ
from ser.augment import augmented
from ser.corpus import Clip, emodb
from ser.head import pooled

SECS: Final = (1.0, 2.0, 3.0)  # of the windows; a shorter clip is one window
_HOP_SECS: Final = 0.5
_LEAD: Final = VOICE_RATE_HZ // 10  # what the speech detector leaves before and behind
_QUIET_DB: Final = 35.0  # under the loud steps: outside of speech
_CHANGED_WINDOWS: Final = 6  # of each changed copy, chosen by chance


@dataclass(frozen=True, slots=True)
class Windows:
    """One row for each window: `seen` (n, 2 * WIDTH) float32 of the head, `clip` the index of its clip, `secs` its nominal length,
    `heard` how many of its frames are heard, `changed` whether it was augmented.
    """

    seen: NDArray[np.float32]
    clip: NDArray[np.int64]
    label: NDArray[np.int64]
    speaker: NDArray[np.str_]
    secs: NDArray[np.float64]
    heard: NDArray[np.float64]
    changed: NDArray[np.bool_]

    def __getitem__(self, rows: NDArray[np.bool_]) -> Windows:
        return Windows(*(getattr(self, name)[rows] for name in self.__slots__))

    def save(self, path: Path) -> None:
        """Into one file of arrays."""
        np.savez(path, **{name: getattr(self, name) for name in self.__slots__})

    @classmethod
    def load(cls, path: Path) -> Windows:
        """What `save` wrote."""
        with np.load(path) as arrays:
            return cls(*(arrays[name] for name in cls.__slots__))


def listen(encoder: EdgeEncoder, window: NDArray[np.float32]) -> tuple[NDArray[np.float32], float] | None:
    """(2 * WIDTH,) what the head pools of a window, and of how many frames; None where there is nothing to hear."""
    sound = EdgeSound.of(window)
    if sound is None:
        return None
    frames = encoder.frames(edge_mel(sound.pcm)[None])
    return pooled(frames, sound.heard[None])[0], float(np.count_nonzero(sound.heard))


def windows_of(clips: Sequence[Clip], encoder: EdgeEncoder, *, copies: int, seed: int) -> Windows:
    """Every window of the clips, and some of `copies` changed copies of each."""
    rng = np.random.default_rng(seed)
    same = {clip.speaker: [other.pcm for other in clips if other.speaker == clip.speaker] for clip in clips}
    rows: list[tuple[NDArray[np.float32], int, int, str, float, float, bool]] = []
    for number, clip in enumerate(clips):
        for copy in range(copies + 1):
            # Only the speaker's own voice talks in the background: others may be left out when this one is learned from.
            pcm = augmented(clip.pcm, rng, others=same[clip.speaker]) if copy else clip.pcm
            pieces = list(cut(pcm))
            if copy:
                pieces = [pieces[index] for index in rng.permutation(len(pieces))[:_CHANGED_WINDOWS]]
            for secs, piece in pieces:
                if (listened := listen(encoder, piece)) is not None:
                    rows.append((listened[0], number, clip.label, clip.speaker, secs, listened[1], copy > 0))
        if number % 10 == 9 or number + 1 == len(clips):
            print(f"\r{number + 1} of {len(clips)} clips, {len(rows)} windows", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return Windows(*(np.array(column) for column in zip(*rows, strict=True)))


def cut(pcm: NDArray[np.float32]) -> Iterator[tuple[float, NDArray[np.float32]]]:
    """(nominal seconds, sound) of each window of the speech in a clip, every 0.5 s; of a shorter clip one, which is all of it."""
    speech = _speech(pcm)
    for secs in SECS:
        length = round(secs * VOICE_RATE_HZ)
        for begin in range(0, max(1, len(speech) - length + 1), round(_HOP_SECS * VOICE_RATE_HZ)):
            yield secs, speech[begin : begin + length]


def _speech(pcm: NDArray[np.float32]) -> NDArray[np.float32]:
    """The clip from the first to the last loud step."""
    frames = len(pcm) // STEP
    levels = np.sqrt(np.mean(np.square(pcm[: frames * STEP].reshape(frames, STEP)), axis=1))
    loud = np.flatnonzero(levels > np.percentile(levels, 95) * 10 ** (-_QUIET_DB / 20))
    return pcm[max(0, loud[0] * STEP - _LEAD) : (loud[-1] + 1) * STEP + _LEAD] if loud.size else pcm


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, help="EmoDB as EMOTION/NAME.flac")
    parser.add_argument("into", type=Path)
    parser.add_argument("--copies", type=int, default=6, help="changed ones of each clip")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    store = ModelStore()
    store.pull(EDGE_MODEL)
    windows_of(emodb(options.corpus), EdgeEncoder(store.path(EDGE_MODEL)), copies=options.copies, seed=options.seed).save(options.into)
