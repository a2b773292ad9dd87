"""Which of SenseVoice's tokens say how somebody feels, what else is heard, and in which language is spoken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ModelCorrupt, ModelMissing

# Token -> our name. Contempt is not among them.
_EMOTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "<|NEUTRAL|>": "neutral",
        "<|HAPPY|>": "happy",
        "<|SAD|>": "sad",
        "<|ANGRY|>": "angry",
        "<|SURPRISED|>": "surprise",
        "<|DISGUSTED|>": "disgust",
        "<|FEARFUL|>": "fear",
    }
)
_EVENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "<|BGM|>": "bgm",
        "<|Speech|>": "speech",
        "<|Applause|>": "applause",
        "<|Laughter|>": "laughter",
        "<|Cry|>": "cry",
        "<|Sneeze|>": "sneeze",
        "<|Breath|>": "breath",
        "<|Cough|>": "cough",
    }
)
_OTHER_EVENT: Final = "<|Event_UNK|>"
# Token -> ISO 639; Cantonese has no code of two letters.
_LANGUAGES: Final[Mapping[str, str]] = MappingProxyType({"<|zh|>": "zh", "<|en|>": "en", "<|yue|>": "yue", "<|ja|>": "ja", "<|ko|>": "ko"})
_UNKNOWN: Final = "<|EMO_UNKNOWN|>"
_NO_SPEECH: Final = "<|nospeech|>"
_NEEDED: Final = (*_EMOTIONS, _UNKNOWN, *_LANGUAGES, _NO_SPEECH, "<|Speech|>")
NAMES: Final = (*_EMOTIONS, _UNKNOWN, *_EVENTS, _OTHER_EVENT, *_LANGUAGES, _NO_SPEECH)
_MOST_BYTES: Final = 4 << 20  # the real file has 315,894


@dataclass(frozen=True, slots=True)
class SenseVoiceTokens:
    """Ids of tokens, each a column of the network's logits.

    `emotions` and the `emotion_rows` of registry.EMOTIONS that they stand for; `unknown`: it cannot be told. `events` and their bits of
    registry.VOICE_EVENTS, `other_events`: what else stands in their place. `languages` and their `language_names`; `no_speech` stands in
    their place where nobody speaks.
    """

    emotions: NDArray[np.intp]
    emotion_rows: NDArray[np.intp]
    unknown: int
    events: NDArray[np.intp]
    event_bits: tuple[int, ...]
    other_events: NDArray[np.intp]
    languages: NDArray[np.intp]
    language_names: tuple[str, ...]
    no_speech: int

    @property
    def support(self) -> int:
        """Bits of the emotions that can be told."""
        return sum(1 << int(row) for row in self.emotion_rows)

    @property
    def highest(self) -> int:
        """The largest id, which the network must have."""
        arrays = (self.emotions, self.events, self.other_events, self.languages)
        return max(self.unknown, self.no_speech, *(int(ids.max(initial=0)) for ids in arrays))

    @classmethod
    def from_ids(cls, ids: Mapping[str, int], *, where: str) -> Self:
        """Out of the ids of tokens by their names; more names do not matter. `where` is the end of a message.

        Raises:
            ModelCorrupt: a name is missing, or two names have one id.
        """
        missing = [name for name in _NEEDED if name not in ids]
        if missing:
            raise ModelCorrupt(f"sense voice tokens have no {' '.join(missing)}, expected {' '.join(_NEEDED)}{where}")
        ours = {name: ids[name] for name in NAMES if name in ids}
        if len(set(ours.values())) < len(ours):
            raise ModelCorrupt(f"sense voice tokens share an id, expected each to have its own: {_ids_in_words(ours)}{where}")
        events = [name for name in _EVENTS if name in ids]
        return cls(
            emotions=np.array([ids[name] for name in _EMOTIONS], np.intp),
            emotion_rows=np.array([registry.EMOTIONS.index(name) for name in _EMOTIONS.values()], np.intp),
            unknown=ids[_UNKNOWN],
            events=np.array([ids[name] for name in events], np.intp),
            event_bits=tuple(1 << registry.VOICE_EVENTS.index(_EVENTS[name]) for name in events),
            other_events=np.array([ids[_OTHER_EVENT]] if _OTHER_EVENT in ids else [], np.intp),
            languages=np.array([ids[name] for name in _LANGUAGES], np.intp),
            language_names=tuple(_LANGUAGES.values()),
            no_speech=ids[_NO_SPEECH],
        )

    @classmethod
    def read(cls, path: Path) -> Self:
        """Out of a file with a token and its id on each line.

        Raises:
            ModelMissing: it is not there.
            ModelCorrupt: it is too long, a line has no id, or a token is missing.
        """
        try:
            with path.open("rb") as file:
                content = file.read(_MOST_BYTES + 1)
        except FileNotFoundError:
            raise ModelMissing(f"sense voice tokens are not there: {path}") from None
        except OSError as error:
            raise ModelCorrupt(f"sense voice tokens cannot be read: {error.strerror or type(error).__name__}: {path}") from error
        if len(content) > _MOST_BYTES:
            raise ModelCorrupt(f"sense voice tokens have more than {_MOST_BYTES} bytes, expected about 316 kB: {path}")
        ids: dict[str, int] = {}
        # Not splitlines: some tokens hold what Unicode takes for the end of a line.
        for number, line in enumerate(content.decode("utf-8", errors="replace").split("\n"), start=1):
            if not line.strip():
                continue
            token, _space, digits = line.rstrip("\r").rpartition(" ")
            if not digits.isascii() or not digits.isdigit():
                raise ModelCorrupt(f"sense voice tokens have no id in line {number}, expected `TOKEN ID`: {path}")
            ids[token] = int(digits)
        return cls.from_ids(ids, where=f": {path}")


def _ids_in_words(ids: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in ids.items())
