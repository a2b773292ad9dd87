"""CREMA-D (Cao et al. 2014): AudioWAV/1001_DFA_ANG_XX.wav, and VideoDemographics.csv with sex and age of the actors."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from affectia.evaluate.emotion_names import emotion_of
from affectia.evaluate.labelled_set import LabelledItem, LabelledSet, SetBuilder, age_band, known_groups, sex_of, table_text

NAME: Final = "cremad"
CORPUS: Final = "CREMA-D"
_DEMOGRAPHICS: Final = "VideoDemographics.csv"
_FILE: Final = re.compile(r"(\d{4})_[A-Z]{3}_([A-Z]{3})_[A-Z]{1,2}")


def is_here(folder: Path) -> bool:
    """Whether there is an `AudioWAV` folder of such names, or the folder is one."""
    return any(_FILE.fullmatch(path.stem) for path in _sounds(folder))


def read(folder: Path) -> LabelledSet:
    """The emotions that were meant."""
    actors = _actors(folder)
    built = SetBuilder()
    for path in _sounds(folder):
        match = _FILE.fullmatch(path.stem)
        if match is None:
            continue
        actor, emotion = match.groups()
        label = emotion_of(emotion)
        if label is None:
            built.leave_out(emotion)
            continue
        row = actors.get(actor, {})
        groups = known_groups(sex=sex_of(row.get("Sex", "")), age=age_band(row.get("Age", "")), actor=actor)
        built.add(LabelledItem(path.relative_to(folder).as_posix(), label, path, groups=groups))
    return built.built(CORPUS, NAME)


def _sounds(folder: Path) -> list[Path]:
    inside = folder / "AudioWAV"
    return sorted((inside if inside.is_dir() else folder).glob("*.wav"))


def _actors(folder: Path) -> dict[str, Mapping[str, str]]:
    path = next((place / _DEMOGRAPHICS for place in (folder, folder.parent) if (place / _DEMOGRAPHICS).is_file()), None)
    if path is None:
        return {}
    rows = csv.DictReader(table_text(path).splitlines(), restval="")
    return {row.get("ActorID", ""): row for row in rows}
