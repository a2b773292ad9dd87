from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from affectia.clock import FakeClock
from affectia.errors import CaptureError, ConfigError
from affectia.rig.mapping.mapping_options import MappingOptions
from affectia.rig.mapping.mapping_variant import MappingVariant
from affectia.session.acting_choice import ActingChoice
from affectia.session.calibration.kept_calibrations import KeptCalibrations
from affectia.session.session_request import SessionRequest
from affectia.session.source_spec import SourceSpec
from affectia.signals.face_calibration import FaceCalibration
from affectia.store.calibration_store import CalibrationStore
from affectia.store.variant_record import VariantRecord

pytestmark = pytest.mark.unit


def choice(folder: Path, **more: Any) -> ActingChoice:
    kept = KeptCalibrations(CalibrationStore(folder / "calibrations"))
    return ActingChoice(FakeClock(), kept=kept, record=VariantRecord(folder / "variants.jsonl"), **more)


def request(name: str = "a", **how: Any) -> SessionRequest:
    return SessionRequest(name, SourceSpec("npc"), **how)


def test_what_is_not_asked_for_is_as_set_up(tmp_path: Path) -> None:
    acting, mapped = choice(tmp_path, mapping=MappingOptions(variant="blend"), idle="off").chosen(request())
    assert (acting.mapping, mapped.variant, acting.idle) == (MappingVariant.BLEND, MappingVariant.BLEND, "off")
    assert (acting.profile.name, acting.calibration, acting.seed) == ("arkit52", None, 0)


def test_what_is_asked_for_comes_first(tmp_path: Path) -> None:
    chooser = choice(tmp_path, mapping=MappingOptions(variant="blend"), idle="off")
    KeptCalibrations(CalibrationStore(tmp_path / "calibrations")).keep(FaceCalibration(name="anna"))
    acting, _ = chooser.chosen(request(profile="vrm1", mapping="emotion", idle="on", seed=9, calibration="anna"))
    assert (acting.profile.name, acting.mapping, acting.idle, acting.seed) == ("vrm1", MappingVariant.EMOTION, "on", 9)
    assert acting.calibration is not None
    assert acting.calibration.name == "anna"


def test_a_split_has_one_mapping_for_an_id_whoever_asks(tmp_path: Path) -> None:
    names = [f"session-{number}" for number in range(40)]
    first, again = ([choice(tmp_path).chosen(request(name, mapping="split"))[0].mapping for name in names] for _ in range(2))
    assert first == again
    assert set(first) == set(MappingVariant)


@pytest.mark.parametrize(
    ("how", "kind", "message"),
    [
        ({"profile": "vrm9"}, ConfigError, "^profile is 'vrm9', expected one of "),
        ({"profile": "nowhere/mine.toml"}, CaptureError, "nowhere"),
        ({"calibration": "anna"}, CaptureError, "^calibration 'anna' is not kept"),
    ],
)
def test_what_there_is_not_is_told(tmp_path: Path, how: dict[str, str], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        choice(tmp_path).chosen(request(**how))


def test_a_setting_that_is_none_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="^idle is 'never', expected one of auto, on, off$"):
        choice(tmp_path, idle="never")
