"""nEMO, Polish (Christop 2024): data.tsv beside samples/SPEAKER_EMOTION_N.wav, or such files alone."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from affectia.evaluate.emotion_names import emotion_of
from affectia.evaluate.labelled_set import LabelledItem, LabelledSet, SetBuilder, age_band, known_groups, sex_of, table_text

NAME: Final = "nemo"
CORPUS: Final = "nEMO"
_TABLE: Final = "data.tsv"
_FILE: Final = re.compile(r"([A-Z]{2}\d)_([a-z]+)_\d+")


def is_here(folder: Path) -> bool:
    """Whether there are sounds of such names."""
    return any(_FILE.fullmatch(path.stem) for path in _sounds(folder))


def read(folder: Path) -> LabelledSet:
    """All of it; sex and age where the table is there."""
    rows = _rows(folder)
    built = SetBuilder()
    for path in _sounds(folder):
        match = _FILE.fullmatch(path.stem)
        if match is None:
            continue
        speaker, emotion = match.groups()
        label = emotion_of(emotion)
        if label is None:
            built.leave_out(emotion)
            continue
        row = rows.get(path.stem, {})
        groups = known_groups(sex=sex_of(row.get("gender", "")), age=age_band(row.get("age", "")), actor=speaker)
        built.add(LabelledItem(path.relative_to(folder).as_posix(), label, path, groups=groups))
    return built.built(CORPUS, NAME)


def _sounds(folder: Path) -> list[Path]:
    inside = folder / "samples"
    return sorted(path for path in (inside if inside.is_dir() else folder).glob("*.*") if path.suffix.casefold() in (".wav", ".flac"))


def _rows(folder: Path) -> dict[str, Mapping[str, str]]:
    path = folder / _TABLE
    if not path.is_file():
        return {}
    rows = csv.DictReader(table_text(path).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE, restval="")
    return {Path(row.get("file_id", "")).stem: row for row in rows}
