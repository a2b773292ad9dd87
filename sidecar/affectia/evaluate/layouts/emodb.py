"""The Berlin database of emotional speech (Burkhardt et al. 2005): wav/03a01Wa.wav is speaker 03, text a01, W for Wut, take a."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from affectia.evaluate.emotion_names import emotion_of
from affectia.evaluate.labelled_set import NO_GROUPS, LabelledItem, LabelledSet, SetBuilder, age_band, known_groups, sex_of

NAME: Final = "emodb"
CORPUS: Final = "EmoDB"
_FILE: Final = re.compile(r"(\d\d)[ab]\d\d([WLEAFTN])[a-z]?")
_EMOTIONS: Final = {
    "W": "anger",
    "L": "boredom",
    "E": "disgust",
    "A": "fear",
    "F": "happiness",
    "T": "sadness",
    "N": "neutral",
}
# Of the ten speakers, from the database's page.
_SPEAKERS: Final = {
    "03": ("m", 31), "08": ("f", 34), "09": ("f", 21), "10": ("m", 32), "11": ("m", 26),
    "12": ("m", 30), "13": ("f", 32), "14": ("f", 35), "15": ("m", 25), "16": ("f", 31),
}  # fmt: skip


def is_here(folder: Path) -> bool:
    """Whether there is a `wav` folder of such names, or the folder is one."""
    return any(is_name(path.stem) for path in _sounds(folder))


def read(folder: Path) -> LabelledSet:
    """All of it; boredom has no counterpart."""
    built = SetBuilder()
    for path in _sounds(folder):
        match = _FILE.fullmatch(path.stem)
        if match is None:
            continue
        emotion = _EMOTIONS[match.group(2)]
        label = emotion_of(emotion)
        if label is None:
            built.leave_out(emotion)
        else:
            built.add(LabelledItem(path.relative_to(folder).as_posix(), label, path, groups=speaker_groups(path.stem)))
    return built.built(CORPUS, NAME)


def is_name(stem: str) -> bool:
    """Whether a file is named as EmoDB's are."""
    return _FILE.fullmatch(stem) is not None


def speaker_groups(stem: str) -> Mapping[str, str]:
    """Who speaks, by the file's name."""
    match = _FILE.fullmatch(stem)
    if match is None:
        return NO_GROUPS
    speaker = match.group(1)
    sex, years = _SPEAKERS.get(speaker, ("", ""))
    return known_groups(sex=sex_of(sex), age=age_band(str(years)), actor=speaker)


def _sounds(folder: Path) -> list[Path]:
    inside = folder / "wav"
    return sorted(path for path in (inside if inside.is_dir() else folder).glob("*.*") if path.suffix.casefold() in (".wav", ".flac"))
