"""English phones in sound whose words are known, by pocketsphinx and its US English model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pocketsphinx import Config, Decoder, get_model_path

RATE_HZ = 16000
_LONGEST_SECS = 14.0
_PAUSE_SECS = 0.12  # a silence that is long enough to cut in
# What to leave out at the start until the aligner finds its way: it may fail for no better reason than where its frames lie.
_SKIPS_SECS = (0.0, 0.002, 0.004, 0.006, 0.008, 0.05, 0.1, 0.15, 0.2)
_LATE_SECS = 0.01  # a frame of the aligner begins this much before what it tells of (measured where vowels meet S)
BRIEF_SECS = 0.031  # what an aligner gives to a phone at the least


@dataclass(frozen=True, slots=True)
class Phone:
    """`name` in ARPAbet, SIL for silence and "?" for what cannot be told; `score` is the aligner's, per frame."""

    start: float
    end: float
    name: str
    score: float = 0.0


# Words that the dictionary of pocketsphinx lacks.
_WORDS = {
    "beauty's": "B Y UW T IY Z", "buriest": "B EH R IY AH S T", "churl": "CH ER L", "couldst": "K UH D S T", "deserv'd": "D IH Z ER V D",
    "feed'st": "F IY D S T", "feel'st": "F IY L S T", "glutton": "G L AH T AH N", "mak'st": "M EY K S T", "niggarding": "N IH G ER D IH NG",
    "remember'd": "R IH M EH M B ER D", "renewest": "R IH N UW AH S T", "riper": "R AY P ER", "tatter'd": "T AE T ER D",
    "thriftless": "TH R IH F T L AH S", "unbless": "AH N B L EH S", "unear'd": "AH N IH R D", "viewest": "V Y UW AH S T",
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
