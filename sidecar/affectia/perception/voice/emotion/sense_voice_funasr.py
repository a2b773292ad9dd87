"""SenseVoice-Small by the code of its makers, FunASR and PyTorch, on a CUDA card where there is one: the answers of the ONNX file."""

from __future__ import annotations

import importlib
import logging
import random
import shlex
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia.errors import ModelCorrupt, ModelError, ModelMissing
from affectia.perception.voice.emotion.sense_voice_answer import QUERIES, SenseVoiceAnswer
from affectia.perception.voice.emotion.sense_voice_norm import NORM_FILE
from affectia.perception.voice.emotion.sense_voice_options import SenseVoiceOptions
from affectia.perception.voice.emotion.sense_voice_tokens import NAMES, SenseVoiceTokens
from affectia.perception.voice.emotion.speech_emotion import Feeling

SENSE_VOICE_FOLDER: Final = "SenseVoiceSmall"  # in the cache
HUB_ID: Final = "iic/SenseVoiceSmall"  # of ModelScope; FunAudioLLM/SenseVoiceSmall is the same at Hugging Face
_CONFIG, _WEIGHTS = "config.yaml", "model.pt"
_MODEL_CLASS: Final = "SenseVoiceSmall"
_USED: Final = ("encoder.", "ctc.ctc_lo.", "embed.")  # the parts of the network that take part in an answer
# Where funasr looks for the network in a checkpoint.
_NESTED: Final = ("state_dict", "model_state_dict", "model")


class SenseVoiceFunasr:
    """A SpeechEmotion. `folder` is a copy of the hub's repository: config.yaml, model.pt, am.mvn and the tokenizer.

    Nothing is fetched: a folder that is not there is an error, never an id to look up. funasr is imported here, which takes some seconds.
    Text is never decoded. Open it before other threads start to draw random numbers or to warn: what importing and loading funasr does to
    the process is undone behind it.

    Raises:
        ModelError: funasr is not installed.
        ModelMissing: the folder or a file in it is not there.
        ModelCorrupt: a file is not what it should be.
    """

    name: Final = "funasr"
    usual: Final = None
    notice: Final = ""

    def __init__(self, folder: Path, *, options: SenseVoiceOptions | None = None) -> None:
        self._options = options or SenseVoiceOptions()
        _check_files(folder)
        with _process_untouched():
            self._torch, auto_model = _libraries()
            loaded = self._loaded(auto_model, folder)
        self._model: Any = loaded.model
        if type(self._model).__name__ != _MODEL_CLASS:
            raise ModelCorrupt(f"sense voice folder holds a {type(self._model).__name__}, expected a {_MODEL_CLASS}: {folder}")
        self._check_weights(folder / _WEIGHTS)
        self._device: Any = loaded.kwargs["device"]
        self._frontend: Any = loaded.kwargs["frontend"]
        self._frontend.dither = 0.0  # noise that it adds otherwise; the same sound would not give the same answer
        pieces = loaded.kwargs["tokenizer"].sp
        ids = {name: int(pieces.piece_to_id(name)) for name in NAMES}
        self._tokens = SenseVoiceTokens.from_ids(
            {name: number for name, number in ids.items() if number != pieces.unk_id()}, where=f": {folder}"
        )
        self._query_ids = self._torch.tensor(
            [self._model.lid_dict["auto"], 1, 2, self._model.textnorm_dict["woitn"]], dtype=self._torch.long, device=self._device
        )
        self.support: int = self._tokens.support
        self.window_secs: float = self._options.window_secs
        self.least_secs: float = self._options.least_secs
        self.provider: str = "CUDA" if str(self._device).startswith("cuda") else "CPU"

    def _loaded(self, auto_model: Any, folder: Path) -> Any:
        try:
            return auto_model(
                model=str(folder.absolute()),
                device="cuda" if self._torch.cuda.is_available() else "cpu",
                ncpu=self._options.threads,
                disable_update=True,  # else it asks a host for its newest version
                disable_pbar=True,
                disable_log=True,
            )
        except Exception as error:  # whatever its many parts raise
            raise ModelCorrupt(f"sense voice folder is refused by funasr ({type(error).__name__}), expected {HUB_ID}: {folder}") from None

    def answers(self, windows: Sequence[NDArray[np.float32]]) -> list[SenseVoiceAnswer]:
        """The probabilities of each window of sound, mono 16 kHz -1..1, of at least `least_secs`."""
        return [SenseVoiceAnswer.of(self._logits(each), self._tokens, temperature=self._options.temperature) for each in windows]

    def feel(self, windows: Sequence[NDArray[np.float32]]) -> list[Feeling]:
        """As SpeechEmotion says."""
        return [answer.feeling(self._tokens, self._options) for answer in self.answers(windows)]

    def close(self) -> None:
        """Let the network go; nothing may be asked afterwards."""
        del self._model, self._frontend
        if self.provider == "CUDA":
            self._torch.cuda.empty_cache()

    def _logits(self, window: NDArray[np.float32]) -> NDArray[np.float32]:
        """(QUERIES, vocabulary): what FunASR's own `inference` would go on to decode, and nothing of the text behind it."""
        torch = self._torch
        with torch.inference_mode():
            sound = torch.from_numpy(np.array(window[None], np.float32))
            rows, counts = self._frontend(sound, torch.tensor([window.shape[0]]))
            queries = self._model.embed(self._query_ids)[None]
            states, _counts = self._model.encoder(torch.cat((queries, rows.to(self._device)), dim=1), counts.to(self._device) + QUERIES)
            logits: NDArray[np.float32] = self._model.ctc.ctc_lo(states[0, :QUERIES]).float().cpu().numpy()
        return logits

    def _check_weights(self, path: Path) -> None:
        """Every part of the network came out of the file: funasr leaves what is missing there as it was, which is random."""
        # On "meta" only names and shapes are read.
        held: Any = self._torch.load(path, map_location="meta", weights_only=True)
        for key in _NESTED:
            held = held.get(key, held)
        for name, values in self._model.named_parameters():
            if not name.startswith(_USED):
                continue
            found = held.get(name)
            if found is None or found.shape != values.shape:
                has = "nothing" if found is None else f"{list(found.shape)}"
                raise ModelCorrupt(f"sense voice weights have {has} for {name}, expected {list(values.shape)}: {path}")


def _check_files(folder: Path) -> None:
    if not folder.is_dir():
        command = f"modelscope download {HUB_ID} --local_dir {shlex.quote(str(folder))}"
        raise ModelMissing(f"sense voice folder is not there, run `{command}`: {folder}")
    for name in (_CONFIG, _WEIGHTS, NORM_FILE):
        if not (folder / name).is_file():
            raise ModelMissing(f"sense voice folder has no {name}, expected a whole copy of {HUB_ID}: {folder}")


def _libraries() -> tuple[Any, Any]:
    """PyTorch and the AutoModel of funasr, imported where they are needed and not before: that takes seconds."""
    try:
        torch, funasr = importlib.import_module("torch"), importlib.import_module("funasr")
        return torch, funasr.AutoModel
    except ImportError as error:
        missing = error.name or "a library"
        raise ModelError(f"{missing} is not installed, expected it for SenseVoice by funasr, run `pip install affectia[funasr]`") from None


@contextmanager
def _process_untouched() -> Iterator[None]:
    """Undo what funasr does to the whole process: it adds handlers to the root of all logs and writes paths there, prints to standard
    output, silences warnings, and seeds the generators of random numbers.
    """
    root = logging.getLogger()
    handlers, level, states = list(root.handlers), root.level, (random.getstate(), np.random.get_state())
    root.addFilter(_is_error)  # of a logger it sees only what is logged by its own name: that of the root is nobody else's
    try:
        with redirect_stdout(sys.stderr), warnings.catch_warnings():
            yield
    finally:
        root.removeFilter(_is_error)
        root.handlers[:] = handlers
        root.setLevel(level)
        random.setstate(states[0])
        np.random.set_state(states[1])


def _is_error(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.ERROR
