from __future__ import annotations

from pathlib import Path

import pytest

from affectia.bake.bake_voice import BakeVoice
from affectia.inference.model_store import ModelStore
from affectia.version import installed_version

pytestmark = pytest.mark.unit


def test_makers_are_the_version_the_table_and_the_networks_that_are_there(tmp_path: Path) -> None:
    version, table, _network, detector = BakeVoice(ModelStore(tmp_path)).makers
    assert version == installed_version()
    assert len(table) == 64
    assert detector == ""  # an empty cache has none


def test_asking_who_makes_it_loads_nothing(tmp_path: Path) -> None:
    voice = BakeVoice(ModelStore(tmp_path))
    assert voice.makers == voice.makers
    assert "engine" not in vars(voice)


def test_without_models_the_engine_says_what_is_missing(tmp_path: Path) -> None:
    engine = BakeVoice(ModelStore(tmp_path)).engine
    assert engine.is_degraded
    assert "affectia models pull silero_vad" in engine.notice
