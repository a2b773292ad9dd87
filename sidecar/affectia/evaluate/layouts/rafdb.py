"""RAF-DB, the single-label part (Li et al. 2017): basic/EmoLabel/list_patition_label.txt (so it is spelled) and basic/Image/aligned."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from affectia import registry
from affectia.errors import CaptureError, ConfigError
from affectia.evaluate.labelled_set import NO_GROUPS, LabelledItem, LabelledSet, SetBuilder, known_groups, table_text

NAME: Final = "rafdb"
CORPUS: Final = "RAF-DB"
SPLITS: Final = ("test", "train")
_EMOTIONS: Final = ("surprise", "fear", "disgust", "happy", "sad", "angry", "neutral")  # by our names, from number 1 on
_LIST: Final = "EmoLabel/list_patition_label.txt"
_LANDMARK_LINES: Final = 5  # of an annotation, before sex, race and age
_SEXES: Final = ("male", "female", "")  # the last is unsure
_AGES: Final = ("0 to 3", "4 to 19", "20 to 39", "40 to 69", "70 and more")


def is_here(folder: Path) -> bool:
    """Whether there is its list, in `basic` or in the folder itself."""
    return _root(folder) is not None


def read(folder: Path, split: str) -> LabelledSet:
    """One split, the aligned pictures.

    Raises:
        ConfigError: the list has nothing of that split.
        CaptureError: the list is not what it should be.
    """
    root = _root(folder) or folder
    built = SetBuilder()
    for line in table_text(root / _LIST).splitlines():
        if not line.strip():
            continue
        try:
            name, number = line.split()
            label = registry.EMOTIONS.index(_EMOTIONS[range(1, len(_EMOTIONS) + 1).index(int(number))])
        except (ValueError, IndexError):
            raise CaptureError(f"list of RAF-DB cannot be read, expected lines such as `test_0001.jpg 1`: {root / _LIST}") from None
        if name.startswith(f"{split}_"):
            stem = Path(name).stem
            path = root / "Image" / "aligned" / f"{stem}_aligned.jpg"
            built.add(LabelledItem(name, label, path, groups=_groups(root / "Annotation" / "manual" / f"{stem}_manu_attri.txt")))
    if not built.items:
        raise ConfigError(f"list of RAF-DB has nothing of split {split}, expected lines such as `{split}_0001.jpg 1`: {root / _LIST}")
    return built.built(f"{CORPUS} {split}", NAME)


def _root(folder: Path) -> Path | None:
    return next((place for place in (folder / "basic", folder) if (place / _LIST).is_file()), None)


def _groups(path: Path) -> Mapping[str, str]:
    """Sex and age, where they were judged."""
    try:
        sex, _race, age = (int(line) for line in path.read_text(encoding="ascii").split("\n")[_LANDMARK_LINES : _LANDMARK_LINES + 3])
        return known_groups(sex=_SEXES[sex], age=_AGES[age])
    except (OSError, ValueError, IndexError):
        return NO_GROUPS
