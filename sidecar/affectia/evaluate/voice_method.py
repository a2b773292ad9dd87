"""The networks of speech emotion that can be evaluated, opened by name; unlike in the sidecar none takes the place of another one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from affectia.errors import ConfigError
from affectia.evaluate.network_facts import trained_on
from affectia.inference.model_store import ModelStore
from affectia.inference.own_weights import own_weights
from affectia.perception.voice.emotion.edge_emotion import EdgeEmotion
from affectia.perception.voice.emotion.edge_head import WEIGHTS
from affectia.perception.voice.emotion.sense_voice_funasr import SENSE_VOICE_FOLDER, SenseVoiceFunasr
from affectia.perception.voice.emotion.sense_voice_onnx import SENSE_VOICE_MODEL, SENSE_VOICE_TOKENS, SenseVoiceOnnx
from affectia.perception.voice.emotion.sense_voice_options import SenseVoiceOptions
from affectia.perception.voice.emotion.speech_emotion import SpeechEmotion
from affectia.perception.voice.emotion.speech_emotion_options import EDGE, FUNASR, SENSEVOICE

METHODS: Final = (EDGE, SENSEVOICE, FUNASR)


@dataclass(frozen=True, slots=True)
class VoiceMethod:
    """`trained_on` are data sets, empty where it is not known. Whoever opens it closes `network`."""

    network: SpeechEmotion
    title: str
    trained_on: tuple[str, ...]


def open_voice_method(model: str, models: ModelStore, *, provider: str = "cpu") -> VoiceMethod:
    """`model` is one of METHODS or the path of another head for edge.

    Raises:
        ConfigError: it is neither.
        ModelError: it cannot be used.
    """
    if model == EDGE:
        return _edge(own_weights(WEIGHTS), models, provider)
    options = SenseVoiceOptions(provider=provider)
    if model == SENSEVOICE:
        network = SenseVoiceOnnx(models.path(SENSE_VOICE_MODEL), models.path(SENSE_VOICE_TOKENS), options=options)
        return VoiceMethod(network, SENSEVOICE, ())
    if model == FUNASR:
        return VoiceMethod(SenseVoiceFunasr(models.cache_dir / SENSE_VOICE_FOLDER, options=options), FUNASR, ())
    path = Path(model)
    if not path.is_file():
        raise ConfigError(f"model is {model!r}, expected {', '.join(METHODS)} or the path of a head for {EDGE}")
    return _edge(path, models, provider)


def _edge(path: Path, models: ModelStore, provider: str) -> VoiceMethod:
    return VoiceMethod(EdgeEmotion.load(models, weights=path, wanted=provider), f"{EDGE} ({path.name})", trained_on(path))
