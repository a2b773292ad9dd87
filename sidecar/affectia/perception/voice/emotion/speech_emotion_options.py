"""Settings of speech emotion: what listens, how often, on what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from affectia.errors import ConfigError, not_one_of
from affectia.inference.execution_providers import check_wanted

AUTO: Final = "auto"
OFF: Final = "off"
SENSEVOICE: Final = "sensevoice"
FUNASR: Final = "funasr"
EDGE: Final = "edge"
METHODS: Final = (AUTO, SENSEVOICE, FUNASR, EDGE, OFF)


@dataclass(frozen=True)
class SpeechEmotionOptions:
    """`method`: one of METHODS; `auto` is sensevoice where its files are there and the machine is quick enough for it, else edge.

    A voice that speaks is listened to every `period_secs`, from `least_speech_secs` of speech on. `provider` is what runs the network of
    edge, as execution_providers.PROVIDERS names it, or auto; it is so small that a graphics card would only wait for its next call.
    """

    method: str = AUTO
    period_secs: float = 0.4
    least_speech_secs: float = 0.6
    provider: str = "cpu"

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise not_one_of("speech_emotion.method", self.method, METHODS)
        if not 0.1 <= self.period_secs <= 5:
            raise ConfigError(f"speech_emotion.period_secs is {self.period_secs}, expected 0.1 to 5")
        if not 0.2 <= self.least_speech_secs <= 2:
            raise ConfigError(f"speech_emotion.least_speech_secs is {self.least_speech_secs}, expected 0.2 to 2")
        check_wanted(self.provider, setting="speech_emotion.provider")
