"""`affectia demo npc` as it is built in: the spoken line with the real networks, through every stage to frames."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from rich.console import Console

from affectia import registry
from affectia.cli.demo_npc import demo_npc
from affectia.inference.model_store import ModelStore
from affectia.store.take_csv import Take
from affectia.store.take_reader import read_take

pytestmark = pytest.mark.integration

SHAPE = {name: place for place, name in enumerate(registry.BLENDSHAPES)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, model_path: Callable[[str], Path]) -> Path:
    assert model_path("two-cities")
    assert model_path("silero_vad")
    folder = tmp_path_factory.mktemp("npc")
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        demo_npc(ModelStore(), Console(file=io.StringIO()), seed=seed, out=folder / name)
    return folder


@pytest.fixture(scope="module")
def take(folder: Path) -> Take:
    return read_take(folder / "one" / "take.csv").take


def during(take: Take, name: str, first_secs: float, last_secs: float) -> NDArray[np.float32]:
    secs = take.times_nanos / 1e9
    shown: NDArray[np.float32] = take.blendshapes[(secs >= first_secs) & (secs <= last_secs), SHAPE[name]]
    return shown


@pytest.mark.parametrize("file", ["take.csv", "plot.png", "script.json"])
def test_the_same_seed_gives_the_same_bytes_and_another_others(folder: Path, file: str) -> None:
    one, again, other = ((folder / name / file).read_bytes() for name in ("one", "again", "other"))
    assert one == again
    assert one != other


def test_mouth_speaks_in_the_line_and_nowhere_else(take: Take) -> None:
    assert during(take, "jawOpen", 0, 3.9).max() < 0.1
    spoken = during(take, "jawOpen", 4, 12)
    assert spoken.max() > 0.3
    # Words, not one long vowel: it opens and shuts again and again.
    opened = spoken > 0.15
    assert np.count_nonzero(opened[1:] & ~opened[:-1]) >= 8
    assert during(take, "jawOpen", 12.7, 17).max() < 0.15


def test_feelings_follow_one_another_along_the_line(take: Take) -> None:
    assert during(take, "cheekSquintLeft", 5, 6.2).mean() > 0.2 > during(take, "cheekSquintLeft", 0, 3.9).max()
    assert during(take, "eyeWideLeft", 7, 9).mean() > during(take, "eyeWideLeft", 5, 6).mean() + 0.1
    assert during(take, "mouthFrownLeft", 12.1, 12.6).mean() > 0.2 > during(take, "mouthFrownLeft", 15, 17).max()


def test_wink_is_held_for_its_second(take: Take) -> None:
    assert during(take, "eyeBlinkRight", 8.2, 8.9).min() > 0.95
    assert during(take, "eyeBlinkLeft", 8.2, 8.9).mean() < 0.5


def test_avatar_lives_before_and_after(take: Take) -> None:
    secs = take.times_nanos / 1e9
    for first, last in ((0, 4), (12.5, 17)):
        inside = (secs >= first) & (secs <= last)
        assert np.ptp(take.head_deg[inside], axis=0).max() > 0.5
        assert np.ptp(take.eyes_deg[inside, 0], axis=0).max() > 1
    nod = (secs >= 2.5) & (secs <= 3.5)
    assert np.ptp(take.head_deg[nod, 1]) > 4
