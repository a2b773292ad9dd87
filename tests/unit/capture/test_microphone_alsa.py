from __future__ import annotations

from pathlib import Path

import pytest

from affectia.capture.microphone_alsa import capture_nodes, has_forbidden_capture

pytestmark = pytest.mark.unit

PCM = """00-00: ALC257 Analog : ALC257 Analog : playback 1 : capture 1
00-03: HDMI 0 : HDMI 0 : playback 1
01-00: USB Audio : USB Audio : capture 1
nonsense
"""


def machine(folder: Path, *, statuses: dict[str, list[str]] | None = None) -> tuple[Path, Path]:
    asound, devices = folder / "asound", folder / "snd"
    devices.mkdir()
    asound.mkdir()
    (asound / "pcm").write_text(PCM)
    for name, told in (statuses or {}).items():
        for number, status in enumerate(told):
            place = asound / name / f"sub{number}"
            place.mkdir(parents=True)
            (place / "status").write_text(status)
    return asound, devices


def test_cards_that_record_are_named(tmp_path: Path) -> None:
    found = list(capture_nodes(*machine(tmp_path)))
    assert [(node.card, node.device, node.name, node.alsa_name) for node in found] == [
        (0, 0, "ALC257 Analog", "(hw:0,0)"),
        (1, 0, "USB Audio", "(hw:1,0)"),
    ]
    assert [(node.is_held, node.is_allowed) for node in found] == [(False, True), (False, True)]


def test_one_that_runs_is_held_and_one_with_a_free_place_is_not(tmp_path: Path) -> None:
    statuses = {"card0/pcm0c": ["state: RUNNING\nowner_pid : 7\n"], "card1/pcm0c": ["state: RUNNING\n", "closed\n"]}
    assert [node.is_held for node in capture_nodes(*machine(tmp_path, statuses=statuses))] == [True, False]


def test_one_that_may_not_be_opened(tmp_path: Path) -> None:
    asound, devices = machine(tmp_path)
    for name in ("pcmC0D0c", "pcmC1D0c"):
        (devices / name).touch()
    assert [node.is_allowed for node in capture_nodes(asound, devices)] == [True, True]
    assert [node.is_allowed for node in capture_nodes(asound, devices, may_use=lambda node: node.name == "pcmC1D0c")] == [False, True]
    assert not has_forbidden_capture(asound, devices, may_use=lambda node: node.name == "pcmC1D0c")
    assert has_forbidden_capture(asound, devices, may_use=lambda node: False)


def test_other_systems_have_none(tmp_path: Path) -> None:
    assert list(capture_nodes(tmp_path / "none", tmp_path)) == []
    assert not has_forbidden_capture(tmp_path / "none", tmp_path)
