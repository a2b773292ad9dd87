"""What SenseVoice's first three positions say: the language, how somebody feels, what else is heard. What is said is never decoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.perception.affect_projection import projected
from affectia.perception.voice.emotion.sense_voice_options import SenseVoiceOptions
from affectia.perception.voice.emotion.sense_voice_tokens import SenseVoiceTokens
from affectia.perception.voice.emotion.speech_emotion import Feeling
from affectia.signals.emotion_observations import EMOTIONS, AffectMethod

QUERIES: Final = 4  # positions before the text: language, emotion, event, and how numbers are written
_LANGUAGE, _EMOTION, _EVENT = 0, 1, 2


@dataclass(frozen=True, slots=True)
class SenseVoiceAnswer:
    """Probabilities of one sound.

    `scores` (EMOTIONS,): of the emotions among themselves. `unknown`: of EMO_UNKNOWN among them. `events`: of each event of the tokens,
    among all that stand in that place. `languages`: of each language of the tokens; with `no_speech` their sum is 1.
    """

    scores: NDArray[np.float32]
    unknown: float
    events: NDArray[np.float32]
    languages: NDArray[np.float32]
    no_speech: float

    @classmethod
    def of(cls, logits: NDArray[np.float32], tokens: SenseVoiceTokens, *, temperature: float = 1.0) -> SenseVoiceAnswer:
        """Out of (positions, vocabulary) logits, of which the first three are read; `temperature` divides those of the emotions."""
        emotions = logits[_EMOTION, tokens.emotions] / temperature
        scores = np.zeros(EMOTIONS, np.float32)
        scores[tokens.emotion_rows] = _softmax(emotions)
        with_unknown = _softmax(np.append(emotions, logits[_EMOTION, tokens.unknown] / temperature))
        events = _softmax(np.append(logits[_EVENT, tokens.events], logits[_EVENT, tokens.other_events]))
        languages = _softmax(np.append(logits[_LANGUAGE, tokens.languages], logits[_LANGUAGE, tokens.no_speech]))
        return cls(scores, float(with_unknown[-1]), events[: tokens.events.size], languages[:-1], float(languages[-1]))

    def feeling(self, tokens: SenseVoiceTokens, options: SenseVoiceOptions) -> Feeling:
        """As everybody else tells it: `unknown` is the probability that the network cannot tell, or that nobody speaks."""
        bits = sum(bit for bit, probability in zip(tokens.event_bits, self.events, strict=True) if probability >= options.least_event)
        nearest = int(self.languages.argmax())
        return Feeling(
            scores=self.scores,
            affect=projected(self.scores[None], tokens.support)[0],
            affect_method=AffectMethod.PROJECTED,
            events=bits,
            language=tokens.language_names[nearest] if self.languages[nearest] >= options.least_language else "",
            unknown=1 - (1 - self.unknown) * (1 - self.no_speech),
        )


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max())
    shares: NDArray[np.float32] = (powers / powers.sum()).astype(np.float32)
    return shares
