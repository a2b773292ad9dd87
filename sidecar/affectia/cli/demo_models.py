"""What a demo needs besides the program: clips and networks, fetched where they are not in the cache yet."""

from __future__ import annotations

import importlib.util
from typing import Final

from rich.console import Console

from affectia.errors import ModelError
from affectia.inference.model_store import ModelStore
from affectia.inference.onnx_session import RUNTIME
from affectia.inference.own_weights import own_weights
from affectia.perception.voice.silero_network import SILERO_MODEL
from affectia.perception.voice.viseme_network import WEIGHTS
from affectia.session.source_spec import SourceSpec
from affectia.session.voice_spec import VoiceSpec

SPOKEN_CLIP: Final = "two-cities"


def default_voice(source: SourceSpec) -> str:
    """The voice of a demo that was not told one: a spoken line beside a clip; people and files of others are left alone."""
    return f"clip:{SPOKEN_CLIP}" if source.kind == "clip" else "none"


def bring(model_id: str, models: ModelStore, console: Console) -> None:
    """Get a model or clip where the cache has not got it; raises ModelError where it does not come."""
    if models.verify(model_id).state != "ready":
        with console.status(f"fetching {model_id}"):
            models.pull(model_id)


def hearing_gap(voice: VoiceSpec, models: ModelStore, console: Console, *, runtime: str = RUNTIME) -> str:
    """What this voice cannot be heard well for want of, and the next step, in one line; empty where all is there by now.

    Whatever is missing is tried to be brought; `runtime` is the library that runs the networks.
    """
    if importlib.util.find_spec(runtime) is None:
        return f"{runtime} is not installed, run `pip install affectia[cpu]`"
    try:
        own_weights(WEIGHTS)
    except ModelError as error:
        return str(error)
    for name in (SILERO_MODEL, voice.clip_id):
        try:
            if name:
                bring(name, models, console)
        except ModelError:  # its message has a line for each source that did not deliver
            return f"{name} did not come, `affectia models pull {name}` says why"
    return ""
