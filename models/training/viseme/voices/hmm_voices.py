"""flite and festival (Debian packages `flite`, `festival`, `festvox-*`): unit selection, clustergen, diphone and HTS voices of English."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from affectia.evaluate.viseme.phones import spread, visemes_of_arpabet
from viseme.voices.utterance import Utterance


def flite(voice: str, text: str, *, stretch: float = 1.0) -> Utterance:
    """Say a text with a voice that flite has built in; it prints each phone with the second at which it ends."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.wav"
        command = ["flite", "-voice", voice, "-psdur", "--setf", f"duration_stretch={stretch}", "-t", text, "-o", str(path)]
        printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
        pcm, rate_hz = soundfile.read(path, dtype="float32")
    ends = [item.rsplit(":", 1) for item in printed.split()]
    return Utterance(pcm, rate_hz, _segments([(name, float(end)) for name, end in ends]))


def festival(voice: str, text: str, *, stretch: float = 1.0) -> Utterance:
    """Say a text with one of festival's voices, as `voice_NAME` in its own language."""
    quoted = text.replace("\\", " ").replace('"', " ")
    with tempfile.TemporaryDirectory() as folder:
        program = f"""({voice})
(Parameter.set 'Duration_Stretch {stretch})
(set! u (SynthText "{quoted}"))
(utt.save.segs u "{folder}/x.lab")
(utt.save.wave u "{folder}/x.wav" 'riff)
"""
        script = Path(folder) / "x.scm"
        script.write_text("(define (SynthText t) (utt.synth (eval (list 'Utterance 'Text t))))\n" + program)
        subprocess.run(["festival", "-b", str(script)], capture_output=True, check=True, timeout=60)
        pcm, rate_hz = soundfile.read(f"{folder}/x.wav", dtype="float32")
        rows = [line.split() for line in Path(f"{folder}/x.lab").read_text().splitlines()]
    return Utterance(np.asarray(pcm, np.float32), rate_hz, _segments([(row[2], float(row[0])) for row in rows if len(row) == 3]))


def _segments(ends: list[tuple[str, float]]) -> tuple[tuple[float, float, int], ...]:
    segments: list[tuple[float, float, int]] = []
    begin = 0.0
    for name, end in ends:
        segments += spread(begin, end, visemes_of_arpabet(name))
        begin = end
    return tuple(segments)
