"""Real speech: the Berlin database of emotional speech (EmoDB; free with citation), ten German sentences by ten actors, aligned by force.

Burkhardt, Paeschke, Rolfes, Sendlmeier, Weiss: A Database of German Emotional Speech, Interspeech 2005. The aligner is pocketsphinx with
its US English model, so each sentence is written in the English phones that are nearest, and each phone says which viseme is meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from pocketsphinx import Config, Decoder, get_model_path

from affectia.evaluate.viseme.phones import SIL, spread, visemes_of_arpabet
from viseme.voices.utterance import Utterance

# Sentence -> words -> phones; `UW` and `UH` stand for the rounded front vowels too, `HH` for both sounds of "ch".
_SENTENCES = {
    "a01": "D EH R|L AA P AH N|L IY K T|AW F|D EH M|AY S SH R AA NG K",
    "a02": "D AA S|V IH L|Z IY|AA M|M IH T V AO HH|AA P G EY B AH N",
    "a04": "HH OY T AH|AA B AH N T|K UH N T AH|IH HH|EH S|IY M|Z AA G AH N",
    "a05": "D AA S|SH V AA R T S AH|"
    "SH T UH K|P AA P IY R|B AH F IH N D AH T|Z IH HH|D AA|OW B AH N|N EY B AH N|D EH M|HH AO L T S SH T UH K",
    "a07": "IH N|Z IY B AH N|SH T UH N D AH N|V IH R T|EH S|Z OW V AY T|Z AY N",
    "b01": "V AA S|Z IH N T|D EH N|D AA S|F UW R|T UW T AH N|D IY|D AA|UH N T AH R|D EH M|T IH SH|SH T EY AH N",
    "b02": "Z IY|HH AA B AH N|EH S|G AH R AA D AH|HH OW HH G AH T R AA G AH N|UH N T|Y EH T S T|G EY AH N|Z IY|V IY D AH R|R UH N T AH R",
    "b03": "AA N|D EY N|V AO HH AH N EH N D AH N|B IH N|IH HH|Y EH T S T|IH M AH R|N AA HH|HH AW Z AH|G AH F AA R AH N|UH N T|HH AA B AH|"
    "AA G N EH S|B AH Z UW HH T",
    "b09": "IH HH|V IH L|D AA S|EY B AH N|V EH K B R IH NG AH N|UH N T|D AA N|M IH T|K AA R L|V AA S|T R IH NG K AH N|G EY AH N",
    "b10": "D IY|V IH R T|AW F|D EH M|P L AA T S|Z AY N|V OW|V IH R|Z IY|IH M AH R|HH IH N L EY G AH N",
}

_LATE_SECS = 0.01  # a frame of the aligner begins this much before what it tells of (measured where vowels meet S)


def utterances(folder: Path) -> Iterator[tuple[str, Utterance]]:
    """(name, utterance) of every clip that the aligner can follow; `folder` holds emotion/NAME.flac."""
    decoder = Decoder(
        Config(hmm=f"{get_model_path()}/en-us/en-us", lm=None, samprate=16000, loglevel="FATAL", beam=1e-80, pbeam=1e-80, wbeam=1e-60)
    )
    texts = {}
    for name, sentence in _SENTENCES.items():
        words = []
        for place, phones in enumerate(sentence.split("|")):
            words.append(f"{name}w{place}")
            decoder.add_word(words[-1], phones, False)
        texts[name] = " ".join(words)
    for path in sorted(folder.glob("*/*.flac")):
        text = texts.get(path.stem[2:5])
        if text is None:
            continue
        pcm, rate_hz = soundfile.read(path, dtype="float32")
        raw = np.clip(pcm * (0.7 * 32767 / max(float(np.abs(pcm).max()), 1e-3)), -32768, 32767).astype("<i2").tobytes()
        try:
            segments = _aligned(decoder, raw, text)
        except (RuntimeError, TypeError):
            continue  # lost its way
        yield path.stem, Utterance(pcm, rate_hz, tuple(segments))


def _aligned(decoder: Decoder, raw: bytes, text: str) -> list[tuple[float, float, int]]:
    for step in range(2):  # words first, then their phones
        decoder.set_align_text(text) if step == 0 else decoder.set_alignment()
        decoder.start_utt()
        decoder.process_raw(raw, full_utt=True)
        decoder.end_utt()
    segments: list[tuple[float, float, int]] = []
    for word in decoder.get_alignment():
        for phone in word:
            start, end = phone.start / 100 + _LATE_SECS, (phone.start + phone.duration) / 100 + _LATE_SECS
            name = phone.name
            segments += spread(start, end, (SIL,) if name in ("SIL", "<sil>", "+SPN+", "+NSN+") else visemes_of_arpabet(name))
    return segments
