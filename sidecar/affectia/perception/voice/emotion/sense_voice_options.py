"""Settings of SenseVoice, by whichever library it runs."""

from __future__ import annotations

from dataclasses import dataclass

from affectia.errors import ConfigError
from affectia.inference.execution_providers import AUTO, check_wanted


@dataclass(frozen=True)
class SenseVoiceOptions:
    """How SenseVoice is run and read. Raises ConfigError where a value cannot be.

    `provider` is AUTO or a name of execution_providers.PROVIDERS and counts for the ONNX file: AUTO gives a card only a file that is not
    int8. funasr takes a CUDA card where PyTorch finds one. `threads` of the processor serve one call. `window_secs` and `least_secs` bound
    the sound of one call: the network is made for up to 30 s and tells little of less than one; what a call costs rises with its sound.

    `temperature` divides the emotions' logits before they become probabilities; above 1 they become less sure. 1 is what the network says
    itself: it was not fitted to a set of recordings. `least_event` and `least_language` are the probabilities from which an event or a
    language is told.
    """

    provider: str = AUTO
    threads: int = 1
    window_secs: float = 2.0
    least_secs: float = 1.0
    temperature: float = 1.0
    least_event: float = 0.5
    least_language: float = 0.5

    def __post_init__(self) -> None:
        check_wanted(self.provider, setting="sense_voice.provider")
        for name, least, most in (
            ("threads", 1, 64),
            ("window_secs", 0.5, 30),
            ("least_secs", 0.2, 30),
            ("temperature", 0.05, 20),
            ("least_event", 0, 1),
            ("least_language", 0, 1),
        ):
            value = getattr(self, name)
            if not least <= value <= most:  # written so that NaN is refused too
                raise ConfigError(f"sense_voice.{name} is {value}, expected {least} to {most}")
        if self.least_secs > self.window_secs:
            raise ConfigError(f"sense_voice.least_secs is {self.least_secs}, expected at most sense_voice.window_secs ({self.window_secs})")
