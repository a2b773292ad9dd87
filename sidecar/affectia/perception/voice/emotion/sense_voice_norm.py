"""The mean and spread of SenseVoice's features over what it was trained on, as its publishers hand them on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from affectia.errors import ModelCorrupt, ModelMissing

NORM_FILE: Final = "am.mvn"
_MOST_BYTES: Final = 1 << 20  # the real one has about 11 kB
_SHIFT_KEY, _SCALE_KEY = "neg_mean", "inv_stddev"


@dataclass(frozen=True, slots=True)
class SenseVoiceNorm:
    """`shift` and `scale` (features,) float32: what is added to a feature, and by what the sum is multiplied."""

    shift: NDArray[np.float32]
    scale: NDArray[np.float32]

    def applied(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """(rows, features), as the network wants them; a fresh array."""
        normalised: NDArray[np.float32] = (rows + self.shift) * self.scale
        return normalised

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str], *, width: int, where: str) -> Self | None:
        """Out of what an ONNX file says about itself (`neg_mean` and `inv_stddev`, with commas between); None where it says nothing.

        `width` is how many features there are, `where` the end of a message.

        Raises:
            ModelCorrupt: there is only one of the two, or they are no `width` finite numbers.
        """
        if _SHIFT_KEY not in metadata and _SCALE_KEY not in metadata:
            return None
        found = [metadata.get(key, "").replace(",", " ").split() for key in (_SHIFT_KEY, _SCALE_KEY)]
        return cls(*(_numbers(texts, width, key, where) for texts, key in zip(found, (_SHIFT_KEY, _SCALE_KEY), strict=True)))

    @classmethod
    def read(cls, path: Path, *, width: int) -> Self:
        """Out of a file in the text form of Kaldi's nnet1: `<AddShift>` and `<Rescale>`, each with numbers in brackets behind it.

        Raises:
            ModelMissing: it is not there.
            ModelCorrupt: it is no such file.
        """
        try:
            with path.open("rb") as file:
                text = file.read(_MOST_BYTES).decode("ascii", errors="replace")
        except FileNotFoundError:
            raise ModelMissing(f"sense voice norm is not there, expected {NORM_FILE} beside the network: {path}") from None
        except OSError as error:
            raise ModelCorrupt(f"sense voice norm cannot be read: {error.strerror or type(error).__name__}: {path}") from error
        where = f": {path}"
        return cls(*(_numbers(_bracketed(text, tag), width, tag, where) for tag in ("<AddShift>", "<Rescale>")))


def _bracketed(text: str, tag: str) -> list[str]:
    """The words in the first brackets behind a tag; none where there are no such brackets."""
    _before, _tag, behind = text.partition(tag)
    inside, closing, _rest = behind.partition("[")[2].partition("]")
    return inside.split() if closing else []


def _numbers(texts: list[str], width: int, what: str, where: str) -> NDArray[np.float32]:
    if len(texts) != width:
        raise ModelCorrupt(f"sense voice norm has {len(texts)} numbers of {what}, expected {width}{where}")
    try:
        numbers = np.array([float(text) for text in texts], np.float32)
    except ValueError:
        raise ModelCorrupt(f"sense voice norm has a {what} that is no number, expected {width} numbers{where}") from None
    if not np.isfinite(numbers).all():
        raise ModelCorrupt(f"sense voice norm has a {what} that is not finite, expected {width} finite numbers{where}")
    return numbers
