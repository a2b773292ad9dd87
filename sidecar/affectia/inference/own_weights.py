"""Where the weights lie that were trained in this repository: they come with it and are never fetched."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from affectia.errors import ModelMissing


def own_weights(name: str, *, package: Path | None = None) -> Path:
    """The file of this name: beside this module in an installed package, else in models/weights of the checkout around it.

    `package` is the folder of this module, for tests.

    Raises:
        ModelMissing: it is in neither.
    """
    folder = package or Path(str(resources.files("affectia.inference")))
    packaged = folder / "weights" / name
    if packaged.is_file():
        return packaged
    for around in folder.resolve().parents:
        # The version file tells our checkout from a folder that merely happens to hold models.
        if (around / "VERSION").is_file() and (path := around / "models" / "weights" / name).is_file():
            return path
    raise ModelMissing(f"weights are not there, expected them to come with Affectia, install it again: {name}")
