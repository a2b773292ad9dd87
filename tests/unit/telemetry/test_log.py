from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from affectia.telemetry import log

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _root_as_before() -> Iterator[None]:
    root = logging.getLogger("affectia")
    before = root.handlers[:], root.level, root.propagate
    yield
    root.handlers[:], root.propagate = before[0], before[2]
    root.setLevel(before[1])


def test_one_line_per_record_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("info")
    logging.getLogger("affectia.motion").info("%d avatars", 3)
    logging.getLogger("affectia.motion").debug("not told")
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.endswith("INFO    affectia.motion: 3 avatars\n")


def test_setting_up_twice_does_not_tell_twice(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("debug")
    log.set_up("warning")
    logging.getLogger("affectia").warning("once")
    assert capsys.readouterr().err.count("once") == 1
