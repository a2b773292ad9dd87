"""A Japanese voice: Debian's `open-jtalk` with the voice "Mei" of the package pyopenjtalk (CC BY 3.0)."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

import soundfile

from affectia.evaluate.viseme.phones import SIL, spread
from viseme.phones import visemes_of_ipa
from viseme.voices.utterance import Utterance

_DICTIONARY = "/var/lib/mecab/dic/open-jtalk/naist-jdic"
# Phones of the Japanese front end as IPA; capitals are vowels without voice.
_IPA = {
    "a": "a", "i": "i", "u": "ɯ", "e": "e", "o": "o", "A": "a", "I": "i", "U": "ɯ", "E": "e", "O": "o", "N": "n", "cl": "t", "k": "k",
    "ky": "k", "g": "g", "gy": "g", "s": "s", "sh": "ʃ", "z": "z", "j": "dʒ", "t": "t", "ty": "t", "ts": "ts", "ch": "tʃ", "d": "d",
    "dy": "d", "n": "n", "ny": "n", "h": "h", "hy": "ç", "b": "b", "by": "b", "p": "p", "py": "p", "m": "m", "my": "m", "y": "j",
    "r": "ɾ", "ry": "ɾ", "w": "w", "f": "f", "v": "v",
}  # fmt: skip
_LABEL = re.compile(r"^\s*(\d+)\s+(\d+)\s+\S*?-(\w+)\+")


class OpenJTalk:
    """Says kana; durations out of the trace of its HMMs."""

    def __init__(self, voice: Path) -> None:
        self._voice = voice

    def __call__(self, text: str, *, speed: float = 1.0, half_tones: float = 0.0) -> Utterance:
        """One utterance."""
        with tempfile.TemporaryDirectory() as folder:
            command = ["open_jtalk", "-x", _DICTIONARY, "-m", str(self._voice), "-r", str(speed), "-fm", str(half_tones)]
            command += ["-ow", f"{folder}/x.wav", "-ot", f"{folder}/x.txt"]
            subprocess.run(command, input=text, text=True, capture_output=True, check=True, timeout=60)
            pcm, rate_hz = soundfile.read(f"{folder}/x.wav", dtype="float32")
            trace = Path(f"{folder}/x.txt").read_text(encoding="utf-8", errors="ignore")
        found = [match.groups() for match in map(_LABEL.match, trace.split("[Output label]")[-1].splitlines()) if match]
        segments: list[tuple[float, float, int]] = []
        for start, end, name in found:
            visemes = (SIL,) if name in ("sil", "pau") else visemes_of_ipa(_IPA[name])
            segments += spread(int(start) / 1e7, int(end) / 1e7, visemes)
        if not segments:
            raise ValueError("the trace of open_jtalk has no labels")
        return Utterance(pcm, rate_hz, tuple(segments))
