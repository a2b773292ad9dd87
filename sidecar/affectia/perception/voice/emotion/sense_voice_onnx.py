"""SenseVoice-Small as an ONNX file: how somebody feels by the first positions of a speech recogniser that never gets to the text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia.errors import ModelCorrupt
from affectia.inference.execution_providers import short_name
from affectia.inference.onnx_session import ANY, OnnxSession, Shape
from affectia.perception.voice.emotion.sense_voice_answer import QUERIES, SenseVoiceAnswer
from affectia.perception.voice.emotion.sense_voice_frontend import FEATURES, STACKED, STEP, features
from affectia.perception.voice.emotion.sense_voice_norm import NORM_FILE, SenseVoiceNorm
from affectia.perception.voice.emotion.sense_voice_options import SenseVoiceOptions
from affectia.perception.voice.emotion.sense_voice_tokens import SenseVoiceTokens
from affectia.perception.voice.emotion.speech_emotion import Feeling
from affectia.signals.audio_sample import VOICE_RATE_HZ

SENSE_VOICE_MODEL: Final = "sense_voice"
SENSE_VOICE_TOKENS: Final = "sense_voice_tokens"
# The names of an export by sherpa-onnx, then those of FunASR's own: features, their count, language, way of writing; logits.
_EXPORTS: Final = (
    (("x", "x_length", "language", "text_norm"), ("logits",)),
    (("speech", "speech_lengths", "language", "textnorm"), ("ctc_logits", "encoder_out_lens")),
)
_ANY_LANGUAGE, _AS_SPOKEN = 0, 15  # FunASR's ids of `auto` and `woitn`, where the file does not name its own
_METADATA: Final = {"lfr_window_size": str(STACKED), "lfr_window_shift": str(STEP), "normalize_samples": "0"}


class SenseVoiceOnnx:
    """A SpeechEmotion. `path` is the network, of either export; `tokens_path` its tokens, one and its id a line.

    The norm of the features stands in the file (sherpa-onnx) or in am.mvn beside it (FunASR). `provider` is what runs the network, and
    `notice` says why something else does not.

    Raises:
        ConfigError: the options name no provider.
        ModelError: onnxruntime is not installed.
        ModelMissing: a file is not there.
        ModelCorrupt: a file is not what it should be.
    """

    name: Final = "sensevoice"
    usual: Final = None

    def __init__(self, path: Path, tokens_path: Path, *, options: SenseVoiceOptions | None = None) -> None:
        self._options = options or SenseVoiceOptions()
        self._tokens = SenseVoiceTokens.read(tokens_path)
        self._session = OnnxSession(path, name="sense voice network", wanted=self._options.provider, threads=self._options.threads)
        self._inputs, self._outputs = _export(self._session)
        vocabulary = self._session.output_shapes[self._outputs[0]][2]
        if vocabulary is not None and vocabulary <= self._tokens.highest:
            raise ModelCorrupt(f"sense voice network knows {vocabulary} tokens, expected more than {self._tokens.highest}: {path}")
        metadata = self._session.metadata
        for key, expected in _METADATA.items():
            if metadata.get(key, expected) != expected:
                raise ModelCorrupt(f"sense voice network has a {key} of {metadata[key]}, expected {expected}: {path}")
        norm = SenseVoiceNorm.from_metadata(metadata, width=FEATURES, where=f": {path}")
        self._norm = norm or SenseVoiceNorm.read(path.with_name(NORM_FILE), width=FEATURES)
        self._language = np.array([_number(metadata, "lang_auto", _ANY_LANGUAGE, path)], np.int32)
        self._writing = np.array([_number(metadata, "without_itn", _AS_SPOKEN, path)], np.int32)
        self.support: int = self._tokens.support
        self.window_secs: float = self._options.window_secs
        self.least_secs: float = self._options.least_secs
        self.provider: str = short_name(self._session.provider)
        self.notice: str = self._session.notice
        self._try(path)

    def answers(self, windows: Sequence[NDArray[np.float32]]) -> list[SenseVoiceAnswer]:
        """The probabilities of each window of sound, mono 16 kHz -1..1, of at least `least_secs`.

        One after another: an int8 network scales a whole batch by its loudest part, and a voice would depend on who else speaks.
        """
        return [
            SenseVoiceAnswer.of(self._logits(features(window, self._norm)), self._tokens, temperature=self._options.temperature)
            for window in windows
        ]

    def feel(self, windows: Sequence[NDArray[np.float32]]) -> list[Feeling]:
        """As SpeechEmotion says."""
        return [answer.feeling(self._tokens, self._options) for answer in self.answers(windows)]

    def close(self) -> None:
        """Let the network go; nothing may be asked afterwards."""
        del self._session

    def _logits(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """(QUERIES + rows, vocabulary)."""
        given: tuple[NDArray[Any], ...] = (rows[None], np.array([rows.shape[0]], np.int32), self._language, self._writing)
        (logits,) = self._session.run(self._outputs[:1], dict(zip(self._inputs, given, strict=True)))
        answer: NDArray[np.float32] = logits[0]
        return answer

    def _try(self, path: Path) -> None:
        """The first run is slow; it also shows what no shape tells."""
        rows = features(np.zeros(round(self.least_secs * VOICE_RATE_HZ), np.float32), self._norm)
        try:
            logits = self._logits(rows)
        except Exception as error:  # onnxruntime's classes have no common base of their own
            raise ModelCorrupt(
                f"sense voice network does not run ({type(error).__name__}), expected one that takes speech: {path}"
            ) from None
        if logits.shape[0] != QUERIES + rows.shape[0] or logits.shape[1] <= self._tokens.highest or not np.isfinite(logits).all():
            expected = f"[{QUERIES + rows.shape[0]}, more than {self._tokens.highest}] finite ones"
            raise ModelCorrupt(f"sense voice network answers with logits of {list(logits.shape)}, expected {expected}: {path}")


def _export(session: OnnxSession) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of inputs and outputs, in our order; of an unknown export, the first is what is expected."""
    inputs, outputs = next((export for export in _EXPORTS if export[0][0] in session.input_shapes), _EXPORTS[0])
    shapes: dict[str, Shape] = dict(zip(inputs, ((None, None, FEATURES), (None,), (None,), (None,)), strict=True))
    answers: dict[str, Shape] = dict(zip(outputs, ((None, None, ANY), (None,)), strict=False))
    session.check(inputs=shapes, outputs=answers)
    return inputs, outputs


def _number(metadata: dict[str, str], key: str, otherwise: int, path: Path) -> int:
    text = metadata.get(key, str(otherwise))
    if not text.isascii() or not text.isdigit():
        raise ModelCorrupt(f"sense voice network has a {key} of {text[:20]}, expected a whole number: {path}")
    return int(text)
