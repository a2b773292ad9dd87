"""RAVDESS (Livingstone and Russo 2018): Actor_01/03-01-05-02-01-01-01.wav, seven numbers that say all; odd actors are men."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from affectia.evaluate.emotion_names import emotion_of
from affectia.evaluate.labelled_set import LabelledItem, LabelledSet, SetBuilder, known_groups

NAME: Final = "ravdess"
CORPUS: Final = "RAVDESS"
_FILE: Final = re.compile(r"(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)")
_EMOTIONS: Final = {
    "01": "neutral",
    "02": "calm",
    "03": "happy",
    "04": "sad",
    "05": "angry",
    "06": "fearful",
    "07": "disgust",
    "08": "surprised",
}
_SPEECH, _SONG = "01", "02"


def is_here(folder: Path) -> bool:
    """Whether there are sounds of such names, however deep."""
    return any(_FILE.fullmatch(path.stem) for path in folder.rglob("*.wav"))


def read(folder: Path) -> LabelledSet:
    """What is spoken; songs only where nothing is spoken. Calm has no counterpart."""
    found = [(path, match) for path in sorted(folder.rglob("*.wav")) if (match := _FILE.fullmatch(path.stem))]
    has_speech = any(match.group(2) == _SPEECH for _path, match in found)
    built = SetBuilder()
    for path, match in found:
        emotion = _EMOTIONS.get(match.group(3), "an unknown number")
        label = emotion_of(emotion)
        if has_speech and match.group(2) == _SONG:
            built.leave_out("songs")
        elif label is None:
            built.leave_out(emotion)
        else:
            actor = match.group(7)
            groups = known_groups(sex="male" if int(actor) % 2 else "female", actor=actor)
            built.add(LabelledItem(path.relative_to(folder).as_posix(), label, path, groups=groups))
    return built.built(CORPUS, NAME)
