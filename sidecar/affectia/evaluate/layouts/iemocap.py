"""IEMOCAP (Busso et al. 2008): SessionN/dialog/EmoEvaluation/*.txt and SessionN/sentences/wav/DIALOG/TURN.wav.

Excitement counts as happy, as is usual with this set; frustration, other and what the judges did not agree about (xxx) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from affectia.evaluate.emotion_names import emotion_of
from affectia.evaluate.labelled_set import LabelledItem, LabelledSet, SetBuilder, known_groups, sex_of, table_text

NAME: Final = "iemocap"
CORPUS: Final = "IEMOCAP"
_TURN: Final = re.compile(
    r"^\[[\d.]+ - [\d.]+\]\s+(?P<turn>(?P<dialog>Ses(?P<session>\d\d)[FM]_\S+)_(?P<sex>[FM])\w+)\s+(?P<emotion>\w+)"
    r"\s+\[(?P<valence>[\d.]+), (?P<arousal>[\d.]+), (?P<dominance>[\d.]+)\]",
    re.MULTILINE,
)
_MIDDLE, _HALF = 3.0, 2.0  # of its scales of 1 to 5


def is_here(folder: Path) -> bool:
    """Whether there is such an evaluation."""
    return next(_evaluations(folder), None) is not None


def read(folder: Path) -> LabelledSet:
    """Every turn of every dialogue."""
    built = SetBuilder()
    for path in sorted(_evaluations(folder)):
        wavs = path.parents[2] / "sentences" / "wav"
        for match in _TURN.finditer(table_text(path)):
            label = emotion_of(match["emotion"])
            if label is None:
                built.leave_out(match["emotion"])
                continue
            sound = wavs / match["dialog"] / f"{match['turn']}.wav"
            valence, arousal, dominance = ((float(match[name]) - _MIDDLE) / _HALF for name in ("valence", "arousal", "dominance"))
            groups = known_groups(sex=sex_of(match["sex"]), actor=f"{match['session']}{match['sex']}")
            built.add(LabelledItem(match["turn"], label, sound, affect=(valence, arousal, dominance), groups=groups))
    return built.built(CORPUS, NAME)


def _evaluations(folder: Path) -> Iterator[Path]:
    inside = "dialog/EmoEvaluation/Ses*.txt"
    yield from folder.glob(f"Session*/{inside}")
    yield from folder.glob(inside)
