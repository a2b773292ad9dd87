"""Labels with times, as files have them, and the visemes that they mean."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.errors import ConfigError
from affectia.perception.voice.timing.event_times import event_times
from affectia.perception.voice.timing.ipa import ipa_table, tells_ipa
from affectia.perception.voice.timing.phone_labels import arpabet, named_viseme, silence
from affectia.perception.voice.timing.spelling import spelling
from affectia.perception.voice.timing.timed_visemes import TimedVisemes, VisemePart, timed_visemes
from affectia.perception.voice.timing.viseme_timing import load_viseme_timing

_DIPHTHONG_SHARE: Final = 1.4  # of a word's time, against one vowel
_LONGEST_NAMED: Final = 4  # letters of a phone that a message repeats: what is longer may be a word, and words are private
_IPA_LETTERS: Final = 3  # a label of more letters, without a mark of IPA, is a word


class LabelKind(enum.Enum):
    """What labels are."""

    VISEME = "viseme"
    ARPABET = "arpabet"
    IPA = "ipa"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class LabelledEvents:
    """Entries of a timing, in the order in which they were given, n of them.

    `start_secs` and `end_secs` (n,) float64, an end that was not given is NaN; `labels` of each. `place` names an entry for messages.
    `kind` is None where nobody said it: the labels tell.
    """

    start_secs: NDArray[np.float64]
    end_secs: NDArray[np.float64]
    labels: tuple[str, ...]
    place: Callable[[int], str]
    kind: LabelKind | None = None

    def visemes(self, *, clip_secs: float | None = None, language: str = "en") -> TimedVisemes:
        """What the labels mean, within the clip; `language` is that of words. Raises ConfigError for a label that is none of its kind."""
        times = event_times(self.start_secs, self.end_secs, place=self.place, clip_secs=clip_secs)
        kind = self.kind or told_kind(self.labels)
        known: dict[str, tuple[VisemePart, ...]] = {}
        parts = []
        for number, label in enumerate(self.labels):
            said = known.get(label)
            if said is None:
                found = silence(label) or _READERS[kind](label, language)
                if found is None:
                    named = f" {label.strip()!r}" if len(label.strip()) <= _LONGEST_NAMED else ""
                    raise ConfigError(f"label{named} is unknown, expected {_EXPECTED[kind]}: {self.place(number)}")
                said = known[label] = found
            parts.append(said)
        return timed_visemes(times, parts)


def told_kind(labels: Sequence[str]) -> LabelKind:
    """What labels are, by themselves: names of visemes or ARPAbet where all of them are, IPA where one has its marks, words else."""
    said = {label for label in labels if silence(label) is None}
    if said and all(named_viseme(label) for label in said) and any(arpabet(label) is None for label in said):
        return LabelKind.VISEME
    if said and all(arpabet(label) for label in said):
        return LabelKind.ARPABET
    short = bool(said) and all(len(label.strip()) <= _IPA_LETTERS for label in said)
    if any(tells_ipa(label) for label in said) or (short and all(ipa_table().visemes(label) is not None for label in said)):
        return LabelKind.IPA
    return LabelKind.WORD


def _word(label: str, language: str) -> tuple[VisemePart, ...]:
    """The visemes of a word, or of several with blanks between, each with its usual share of the time."""
    duration = load_viseme_timing().duration
    parts: list[VisemePart] = []
    for word in label.split():
        for phone in spelling().phones(word, language=language):
            said = arpabet(phone) or ()
            longer = _DIPHTHONG_SHARE if len(said) > 1 else 1.0
            parts += [part._replace(share=part.share * longer * float(duration[part.viseme])) for part in said]
    return tuple(parts)


_READERS: Final[dict[LabelKind, Callable[[str, str], tuple[VisemePart, ...] | None]]] = {
    LabelKind.VISEME: lambda label, language: named_viseme(label),
    LabelKind.ARPABET: lambda label, language: arpabet(label),
    LabelKind.IPA: lambda label, language: ipa_table().visemes(label),
    LabelKind.WORD: _word,
}
_EXPECTED: Final = {
    LabelKind.VISEME: "a viseme's name such as PP or aa",
    LabelKind.ARPABET: "an ARPAbet phone such as AE1",
    LabelKind.IPA: "IPA symbols",
    LabelKind.WORD: "a word",
}
