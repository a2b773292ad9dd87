"""Two neural voices that come as packages and tell the length of each phone: hibari-tts and a piper voice."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime

from affectia import registry
from affectia.evaluate.viseme.phones import SIL, spread
from viseme.phones import visemes_of_ipa
from viseme.voices.utterance import Utterance


def _session(path: Path, durations: str) -> onnxruntime.InferenceSession:
    """The network of a file with its inner durations as one more output."""
    model = onnx.load(path)
    model.graph.output.append(onnx.helper.make_tensor_value_info(durations, onnx.TensorProto.FLOAT, None))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


class Hibari:
    """PyPI `hibari-tts` (Apache-2.0): a woman's voice, US English; durations in steps of 25 ms.

    What it says it says two steps earlier than its durations tell: bursts of P and B, and both ends of S, measured on 126 to 133
    places each, come 42 to 52 ms before the ends of its phones.
    """

    STEP_SECS = 0.025
    EARLY_SECS = 0.048

    def __init__(self) -> None:
        from hibari import Hibari as Engine
        from hibari import dsp

        found = importlib.util.find_spec("hibari")
        assert found is not None
        assert found.origin is not None
        self._session = _session(Path(found.origin).parent / "assets" / "hibari.onnx", "/Clip_output_0")
        self._engine: Any = Engine()
        self._dsp: Any = dsp
        self._names = [output.name for output in self._session.get_outputs()]

    def __call__(self, text: str, *, speed: float = 1.0, seed: int = 0) -> list[Utterance]:
        """One utterance a sentence."""
        said = []
        for phones in self._engine.phonemize(text):
            ids = np.asarray([self._engine.ids(phones)], np.int64)
            answer = dict(zip(self._names, self._session.run(None, {"ids": ids, "speed": np.asarray([speed], np.float32)}), strict=True))
            rng = np.random.default_rng(seed)
            pcm = self._dsp.synth(*(answer[key][0] for key in ("lh", "theta", "ln", "lr", "phi", "f0")), rng)
            ends = np.maximum(np.cumsum(answer["/Clip_output_0"].reshape(-1)) * self.STEP_SECS - self.EARLY_SECS, 0)
            symbols = ["_", *(symbol for symbol in phones if symbol in self._engine.vocab), "_"]
            said.append(Utterance(np.asarray(pcm, np.float32), 24_000, _of_symbols(symbols, ends)))
        return said


class Piper:
    """A piper voice (VITS) out of a package's folder; phones from the espeak-ng that the package `piper-tts` brings."""

    def __init__(self, folder: Path) -> None:
        from piper.phonemize_espeak import EspeakPhonemizer

        (path,) = folder.glob("*.onnx")
        self._config = json.loads(Path(f"{path}.json").read_text())
        self._session = _session(path, "/Ceil_output_0")
        self._phonemizer = EspeakPhonemizer()
        self._rate_hz = int(self._config["audio"]["sample_rate"])

    def __call__(self, text: str, *, length: float = 1.0, noise: float = 0.667, noise_width: float = 0.8) -> list[Utterance]:
        """One utterance a sentence."""
        said = []
        ids_of = self._config["phoneme_id_map"]
        for phones in self._phonemizer.phonemize(self._config["espeak"]["voice"], text):
            symbols, ids = ["^"], [*ids_of["^"], *ids_of["_"]]
            for phone in phones:
                if phone in ids_of:
                    symbols.append(phone)
                    ids += [*ids_of[phone], *ids_of["_"]]
            symbols.append("$")
            ids += ids_of["$"]
            inputs = {
                "input": np.asarray([ids], np.int64),
                "input_lengths": np.asarray([len(ids)], np.int64),
                "scales": np.asarray([noise, length, noise_width], np.float32),
            }
            pcm, widths = self._session.run(None, inputs)
            pcm = pcm.reshape(-1)
            secs = widths.reshape(-1) * 256 / self._rate_hz
            # A blank stands between two phones and is the way from one to the other: half of it belongs to each.
            ends = np.cumsum(secs)[0::2] + np.append(secs[1::2], 0.0)[: len(symbols)] / 2
            said.append(Utterance(np.asarray(pcm, np.float32), self._rate_hz, _of_symbols(symbols, ends)))
        return said


_PAIRS = ("eɪ", "aɪ", "aʊ", "oʊ", "ɔɪ", "tʃ", "dʒ", "əʊ")
_STOPS = frozenset(registry.VISEMES.index(name) for name in ("PP", "DD", "kk", "CH"))
_PAUSE_SECS = 0.1  # a gap between two words that is longer is a pause, shorter ones are a way from sound to sound


def _of_symbols(symbols: list[str], ends: np.ndarray) -> tuple[tuple[float, float, int], ...]:
    """Segments of one-character symbols: a mark joins the phone that it stands by, two symbols of one phone are one.

    The gap between two words takes time in both networks although nobody pauses there: it goes to its neighbours, and all of it to a
    stop behind it, whose closure it is.
    """
    segments: list[tuple[float, float, int]] = []
    begin, place = 0.0, 0
    while place < len(symbols):
        text = symbols[place]
        if text in "ˈˌ":
            place += 1  # stands before its phone
            continue
        if place + 1 < len(symbols) and text + symbols[place + 1] in _PAIRS:
            text += symbols[place + 1]
            place += 1
        while place + 1 < len(symbols) and symbols[place + 1] in "ː\u0329\u0303ʲ":
            place += 1
        end = float(ends[min(place, len(ends) - 1)])
        segments += spread(begin, end, visemes_of_ipa(text) or (SIL,))
        begin = end
        place += 1
    return tuple(_without_gaps(segments))


def _without_gaps(segments: list[tuple[float, float, int]]) -> list[tuple[float, float, int]]:
    kept: list[tuple[float, float, int]] = []
    for number, (begin, end, viseme) in enumerate(segments):
        inner = 0 < number < len(segments) - 1
        if viseme == SIL and inner and end - begin < _PAUSE_SECS and kept and kept[-1][2] != SIL and segments[number + 1][2] != SIL:
            following = segments[number + 1][2]
            middle = begin if following in _STOPS else (begin + end) / 2
            kept[-1] = (kept[-1][0], middle, kept[-1][2])
            segments[number + 1] = (middle, segments[number + 1][1], following)
        else:
            kept.append((begin, end, viseme))
    return kept
