"""The networks that bake, loaded when the first sound needs them, and what their tracks are told apart by."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.util
from importlib import resources

from affectia.errors import ModelError
from affectia.inference.model_store import ModelStore
from affectia.inference.onnx_session import RUNTIME
from affectia.inference.own_weights import own_weights
from affectia.perception.voice.silero_network import SILERO_MODEL
from affectia.perception.voice.viseme_network import WEIGHTS
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.rig.viseme_shapes import TABLE
from affectia.version import installed_version


class BakeVoice:
    """One for a process; one thread. A track of timing alone never loads a network."""

    def __init__(self, models: ModelStore | None = None) -> None:
        self._models = models

    @functools.cached_property
    def engine(self) -> VoiceEngine:
        """The networks; takes a quarter of a second the first time."""
        return VoiceEngine.load(self._store)

    @functools.cached_property
    def makers(self) -> tuple[str, ...]:
        """What a track is made by: another version, table of the mouth or network may make another one of the same sound."""
        table = (resources.files("affectia.rig") / TABLE).read_bytes()
        return installed_version(), hashlib.sha256(table).hexdigest(), *self._networks()

    @functools.cached_property
    def _store(self) -> ModelStore:
        return self._models or ModelStore()

    def _networks(self) -> tuple[str, str]:
        """Checksums of the viseme network and of the detector, empty for one that is not there."""
        if importlib.util.find_spec(RUNTIME) is None:
            return "", ""
        network = detector = ""
        with contextlib.suppress(ModelError, OSError):
            network = hashlib.sha256(own_weights(WEIGHTS).read_bytes()).hexdigest()
        with contextlib.suppress(ModelError):
            self._store.path(SILERO_MODEL)
            detector = self._store.manifest.entry(SILERO_MODEL).sha256
        return network, detector
