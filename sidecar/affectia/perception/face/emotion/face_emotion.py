"""How faces seem to feel, by the best way that there is: a network of others, our own, or the shapes of the face alone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from affectia.errors import ConfigError, ModelError, ModelMissing, not_one_of
from affectia.inference.execution_providers import check_wanted
from affectia.inference.model_store import ModelStore
from affectia.inference.own_weights import own_weights
from affectia.perception.face.emotion.blendshape_emotion import BlendshapeEmotion
from affectia.perception.face.emotion.fer_network import WEIGHTS, FerNetwork
from affectia.perception.face.emotion.hsemotion_network import MODEL, HsemotionNetwork
from affectia.perception.face.emotion.seen_face import FaceFeelings, FaceReader, SeenFace
from affectia.telemetry.duration_window import DurationWindow

log = logging.getLogger(__name__)

AUTO: Final = "auto"
OFF: Final = "off"
FER: Final = "fer"
HSEMOTION: Final = "hsemotion"
BLENDSHAPES: Final = "blendshapes"
METHODS: Final = (AUTO, FER, HSEMOTION, BLENDSHAPES, OFF)
FAILURES_TO_FALL_BACK: Final = 30  # in a row: one picture that breaks a network is nobody's business


@dataclass(frozen=True)
class FaceEmotionOptions:
    """`method`: one of METHODS; `auto` is the first that can be used of hsemotion, fer, blendshapes. Each track is read at most `rate_hz`
    times a second. `provider` is what runs the network, as execution_providers.PROVIDERS names it, or auto.
    """

    method: str = AUTO
    rate_hz: float = 15.0
    provider: str = "auto"

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise not_one_of("face_emotion.method", self.method, METHODS)
        if not 1 <= self.rate_hz <= 60:
            raise ConfigError(f"face_emotion.rate_hz is {self.rate_hz}, expected 1 to 60")
        check_wanted(self.provider, setting="face_emotion.provider")


class FaceEmotion:
    """One way to read faces, shared by all tracks of a process; any thread, several at a time.

    `name` is "hsemotion", "fer", "blendshapes" or "off"; `support` the bits of the emotions that it can tell; `notice` why a better way is
    not used, empty where all is as wanted. A network that fails on FAILURES_TO_FALL_BACK pictures in a row gives its place to the
    shapes of the face.
    """

    def __init__(self, reader: FaceReader | None, options: FaceEmotionOptions | None = None, *, notice: str = "") -> None:
        self._reader = reader
        self.options = options or FaceEmotionOptions()
        self.notice = notice
        self.durations = DurationWindow()  # of one look at all faces of a picture; whoever looks adds them
        self.failed_count = 0
        self._failed_in_row = 0
        self._counting = threading.Lock()

    @classmethod
    def load(
        cls, models: ModelStore, options: FaceEmotionOptions | None = None, *, own: Callable[[str], Path] = own_weights
    ) -> FaceEmotion:
        """Open what is to be used; a model that is missing or broken never raises, but leaves its place to the next and a notice.

        `own` finds the file of our network by its name. Takes a tenth of a second.
        """
        options = options or FaceEmotionOptions()
        reader, notice = _chosen(models, options, own)
        return cls(reader, options, notice=notice)

    @property
    def is_on(self) -> bool:
        """Whether faces are to be read at all."""
        return self._reader is not None

    @property
    def name(self) -> str:
        """Which way it is."""
        return OFF if self._reader is None else self._reader.name

    @property
    def support(self) -> int:
        """Bits of the emotions that it can tell; 0 when it is off."""
        return 0 if self._reader is None else self._reader.support

    @property
    def provider(self) -> str:
        """What runs the network, by onnxruntime's name; empty without a network."""
        return "" if self._reader is None else self._reader.provider

    def read(self, faces: Sequence[SeenFace], *, with_mouthless: bool = False) -> FaceFeelings | None:
        """How these people seem to feel, all in one call; None where there is nobody, it is off, or the network fails, which is counted."""
        reader = self._reader
        if reader is None or not faces:
            return None
        try:
            feelings = reader.read(faces, with_mouthless=with_mouthless)
            _check(feelings)
        except Exception as error:  # whatever a runtime raises: the face goes on without a feeling
            self._count(reader, error)
            return None
        self._failed_in_row = 0
        return feelings

    def _count(self, reader: FaceReader, error: Exception) -> None:
        with self._counting:
            self.failed_count += 1
            self._failed_in_row += 1
            if self.failed_count == 1:  # the text may hold data, so only the type is told
                log.error("face emotion by %s ended with %s", reader.name, type(error).__name__)
            if self._failed_in_row < FAILURES_TO_FALL_BACK or self._reader is not reader or isinstance(reader, BlendshapeEmotion):
                return
            self._reader, self._failed_in_row = BlendshapeEmotion(), 0
            self.notice = f"{reader.name} fails on every picture ({type(error).__name__}), blendshapes runs instead"
            log.warning("face emotion: %s", self.notice)


def _chosen(models: ModelStore, options: FaceEmotionOptions, own: Callable[[str], Path]) -> tuple[FaceReader | None, str]:
    """What is to be used, and why nothing better is."""
    method, reasons = options.method, []
    if method == OFF:
        return None, ""
    if method in (AUTO, HSEMOTION) and MODEL in models.manifest.ids:
        try:
            theirs = HsemotionNetwork(models.path(MODEL), provider=options.provider)
            return theirs, theirs.notice
        except ModelMissing as error:
            if method != AUTO:  # otherwise nobody was promised it: its file comes with nothing
                reasons.append(str(error))
        except ModelError as error:
            reasons.append(str(error))
    if method != BLENDSHAPES:
        try:
            ours = FerNetwork(own(WEIGHTS), provider=options.provider)
            return ours, _sentence([*reasons, ours.notice], FER if reasons else "")
        except ModelError as error:
            reasons.append(str(error))
    return BlendshapeEmotion(), _sentence(reasons, BLENDSHAPES if reasons else "")


def _sentence(reasons: Sequence[str], runs: str) -> str:
    told = "; ".join(filter(None, reasons))
    return f"{told}; {runs} runs instead" if runs else told


def _check(feelings: FaceFeelings) -> None:
    for values in (feelings.scores, feelings.affect, feelings.mouthless):
        if values is not None and not np.isfinite(values).all():
            raise FloatingPointError
