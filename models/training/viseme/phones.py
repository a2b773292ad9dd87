"""IPA as visemes: the phones of every voice that does not speak ARPAbet, which `affectia.evaluate.viseme.phones` knows."""

from __future__ import annotations

import re
from typing import Final

from affectia import registry

# IPA as espeak-ng, piper and hibari write it; longest first. Diphthongs are pairs. A length mark belongs to the phone before it.
_IPA: Final[dict[str, tuple[str, ...]]] = {
    "eɪ": ("EY",), "aɪ": ("AY",), "aʊ": ("AW",), "oʊ": ("OW",), "əʊ": ("OW",), "ɔɪ": ("OY",), "ɔø": ("OY",), "aɪə": ("AY", "AH"),
    "tʃ": ("CH",), "dʒ": ("JH",), "ts": ("S",), "dz": ("Z",), "tɕ": ("CH",), "dʑ": ("JH",), "pf": ("F",), "oːɹ": ("AO", "R"),
    "ɔːɹ": ("AO", "R"), "ɑːɹ": ("AA", "R"), "ɛɹ": ("EH", "R"), "ɪɹ": ("IH", "R"), "ʊɹ": ("UH", "R"), "iə": ("IY", "AH"),
    "iːə": ("IY", "AH"), "əl": ("AH", "L"), "A": ("EY",), "I": ("AY",), "W": ("AW",), "O": ("OW",), "Y": ("OY",), "Q": ("OW",),
    "ʧ": ("CH",), "ʤ": ("JH",), "ᵊ": ("AH",), "p": ("P",), "b": ("B",), "m": ("M",), "f": ("F",), "v": ("V",), "θ": ("TH",),
    "ð": ("DH",), "t": ("T",), "d": ("D",), "ɾ": ("D",), "T": ("D",), "ʔ": ("T",), "k": ("K",), "g": ("G",), "ɡ": ("G",), "ŋ": ("NG",),
    "h": ("HH",), "ɦ": ("HH",), "x": ("K",), "ç": ("HH",), "ɣ": ("G",), "ʃ": ("SH",), "ʒ": ("ZH",), "ɕ": ("SH",), "ʑ": ("ZH",),
    "s": ("S",), "z": ("Z",), "n": ("N",), "l": ("L",), "ɫ": ("L",), "ɲ": ("N",), "ʎ": ("L",), "ɹ": ("R",), "r": ("R",), "ʁ": ("R",),
    "ʀ": ("R",), "ɝ": ("ER",), "ɚ": ("ER",), "ɜ": ("ER",), "ɐ": ("AH",), "ɑ": ("AA",), "æ": ("AE",), "ʌ": ("AH",), "ə": ("AH",),
    "a": ("AA",), "ɒ": ("AA",), "ɛ": ("EH",), "e": ("EH",), "ɪ": ("IH",), "i": ("IY",), "ᵻ": ("IH",), "ɨ": ("IH",), "j": ("Y",),
    "ɔ": ("AO",), "o": ("AO",), "u": ("UW",), "ʊ": ("UH",), "w": ("W",), "ɯ": ("UW",), "y": ("UW",), "ʏ": ("UH",), "ø": ("UH",),
    "œ": ("UH",), "β": ("V",), "ʍ": ("W",), "ɥ": ("W",),
}  # fmt: skip
_IPA_PATTERN: Final = re.compile("|".join(sorted(map(re.escape, _IPA), key=len, reverse=True)))


def visemes_of_ipa(text: str) -> tuple[int, ...]:
    """The visemes of a stretch of IPA, one or more phones; marks of stress, length and tone count for nothing."""
    found: list[int] = []
    for match in _IPA_PATTERN.finditer(text.replace("ː", "").replace("\u0361", "").replace("\u032f", "")):
        for name in _IPA[match.group()]:
            found.extend(registry.ARPABET_VISEMES[name])
    return tuple(found)
