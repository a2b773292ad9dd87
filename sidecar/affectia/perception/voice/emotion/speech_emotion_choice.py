"""Which network listens for how voices sound: the best one that there is and that keeps up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from affectia.clock import NANOS_PER_SEC, Clock, SystemClock
from affectia.errors import ModelError, ModelMissing
from affectia.inference.model_store import ModelStore
from affectia.perception.voice.emotion.edge_emotion import EdgeEmotion
from affectia.perception.voice.emotion.sense_voice_funasr import SENSE_VOICE_FOLDER, SenseVoiceFunasr
from affectia.perception.voice.emotion.sense_voice_onnx import SENSE_VOICE_MODEL, SENSE_VOICE_TOKENS, SenseVoiceOnnx
from affectia.perception.voice.emotion.sense_voice_options import SenseVoiceOptions
from affectia.perception.voice.emotion.speech_emotion import SpeechEmotion
from affectia.perception.voice.emotion.speech_emotion_options import AUTO, EDGE, FUNASR, OFF, SENSEVOICE, SpeechEmotionOptions
from affectia.signals.audio_sample import VOICE_RATE_HZ

BUSY_SHARE: Final = 0.5  # of a processor's time at most: what a network takes beyond that, faces and mouths would wait for
_TRIES: Final = 2  # windows: the first run of a network is slow

Opener = Callable[[], SpeechEmotion]


@dataclass(frozen=True, slots=True)
class SpeechEmotionChoice:
    """`network` is None where there is none; `notice` says why it is not a better one, empty where all is as wanted."""

    network: SpeechEmotion | None
    notice: str = ""

    @classmethod
    def load(
        cls,
        models: ModelStore,
        options: SpeechEmotionOptions | None = None,
        *,
        sense_voice: SenseVoiceOptions | None = None,
        clock: Clock | None = None,
    ) -> SpeechEmotionChoice:
        """Open what is to be used; a model that is missing or broken never raises, but leaves its place to the next and a notice.

        A tenth of a second for edge, seconds for the others.
        """
        options = options or SpeechEmotionOptions()
        openers: dict[str, Opener] = {
            SENSEVOICE: lambda: _sense_voice(models, sense_voice),
            FUNASR: lambda: SenseVoiceFunasr(models.cache_dir / SENSE_VOICE_FOLDER, options=sense_voice),
            EDGE: lambda: EdgeEmotion.load(models, wanted=options.provider),
        }
        return cls.of(openers, options, clock=clock)

    @classmethod
    def of(cls, openers: Mapping[str, Opener], options: SpeechEmotionOptions, *, clock: Clock | None = None) -> SpeechEmotionChoice:
        """The same out of ways to open each of the methods; what is not in `openers` is not there."""
        clock = clock or SystemClock()
        if options.method == OFF:
            return cls(None)
        wanted = (SENSEVOICE, EDGE) if options.method == AUTO else tuple(dict.fromkeys((options.method, EDGE)))
        reasons: list[str] = []
        for method in wanted:
            try:
                network = openers[method]()
            except ModelMissing as error:
                if not (options.method == AUTO and method == SENSEVOICE):  # nobody was promised it: its files come with nothing
                    reasons.append(str(error))
                continue
            except ModelError as error:
                reasons.append(str(error))
                continue
            if options.method == AUTO and method != EDGE and (reason := _unfit(network, clock, options)):
                network.close()
                reasons.append(reason)
                continue
            runs = [f"{method} runs instead"] if reasons else []
            return cls(network, "; ".join(filter(None, (*reasons, *runs, network.notice))))
        return cls(None, "; ".join((*reasons, "how voices sound is not told")))


def _unfit(network: SpeechEmotion, clock: Clock, options: SpeechEmotionOptions) -> str:
    """Why a large network is not for this machine, empty where it keeps up: the longest window is tried."""
    window = np.zeros(round(network.window_secs * VOICE_RATE_HZ), np.float32)
    took = []
    try:
        for _ in range(_TRIES):
            began = clock.now_nanos()
            network.feel([window])
            took.append(clock.now_nanos() - began)
    except Exception as error:  # whatever a runtime raises; its text may hold paths
        return f"{network.name} does not run ({type(error).__name__})"
    secs = min(took) / NANOS_PER_SEC
    if secs <= options.period_secs * BUSY_SHARE:
        return ""
    asked = f'speech_emotion.method = "{network.name}" has it run all the same'
    return f"{network.name} takes {secs:.2f} s for a window on this machine, {asked}"


def _sense_voice(models: ModelStore, options: SenseVoiceOptions | None) -> SenseVoiceOnnx:
    try:
        return SenseVoiceOnnx(models.path(SENSE_VOICE_MODEL), models.path(SENSE_VOICE_TOKENS), options=options)
    except ModelMissing:
        wanted = f"{SENSE_VOICE_MODEL} {SENSE_VOICE_TOKENS}"
        raise ModelMissing(f"sense voice is not in the cache, run `affectia models pull {wanted}`") from None
