from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from affectia import registry
from affectia.cli.dashboard import Dashboard, progress_line
from affectia.cli.monitor import GroupReading, Reading
from affectia.cli.sidecar_status import SidecarStatus

pytestmark = pytest.mark.unit

GROUPS = tuple(GroupReading(name, number < 4, "face", 0.97, 0.24 if number == 3 else 0.0) for number, name in enumerate(registry.GROUPS))
READING = Reading(
    avatar_id="default",
    received=300,
    rate_hz=29.968,
    found_share=0.995,
    latency_p50_millis=20.7,
    latency_p95_millis=32.2,
    shapes=tuple((name, 0.5) for name in registry.BLENDSHAPES[30:40]),
    head_deg=(-17.64, 3.0, 140.0),
    viseme=("aa", 0.8),
    groups=GROUPS,
)
DASHBOARD = Dashboard(
    title="affectia demo",
    source="clip:carphone",
    elapsed_secs=65.4,
    seconds=90,
    reading=READING,
    own_rate_hz=29.97,
    own_rate_of="clip",
    lost=2,
    status=SidecarStatus(captured=300, dropped=5, perceived=290, with_face=289, detail=""),
    hint="Ctrl-C ends",
)


class AsciiFile(io.StringIO):
    encoding = "ascii"


def screen(dashboard: Dashboard, width: int, file: io.StringIO | None = None) -> list[str]:
    console = Console(file=file or io.StringIO(), width=width, height=24, legacy_windows=False)
    with console.capture() as capture:
        console.print(dashboard, end="")
    return capture.get().splitlines()


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
def test_screen_fits_the_terminal(width: int) -> None:
    lines = screen(DASHBOARD, width)
    assert len(lines) <= 23
    assert max(len(line.rstrip()) for line in lines) <= width


def test_everything_is_on_a_screen_of_80_by_24() -> None:
    text = "\n".join(screen(DASHBOARD, 80))
    for part in (
        "affectia demo  clip:carphone",
        "01:05 of 01:30",
        "29.97/s (the clip has 29.97)",
        "face found 99.5 %",
        "p50 20.7 ms  p95 32.2 ms",
        "2 lost, 5 skipped",
        "-17.6°",
        "+140.0°",
        "viseme  aa  0.80",
        "● eyes     face      97 %",
        "● head     face      97 % 0.24 s",
        "○ emotion  not valid",
        "Ctrl-C ends",
        *registry.BLENDSHAPES[30:40],
    ):
        assert part in text


def test_note_takes_the_place_of_the_hint() -> None:
    lines = screen(replace(DASHBOARD, note="no consent for the camera"), 80)
    assert lines[-1].strip() == "no consent for the camera"


def test_terminal_without_such_signs_gets_ascii() -> None:
    lines = screen(DASHBOARD, 80, AsciiFile())
    assert "\n".join(lines).isascii()
    assert any("####" in line for line in lines)


def test_before_the_first_frame_there_are_dashes() -> None:
    lines = screen(Dashboard(title="affectia watch", source="x", elapsed_secs=0, reading=Reading(), note="nobody publishes"), 80)
    text = "\n".join(lines)
    assert "face found -" in text
    assert "0 lost" in text
    assert "nobody publishes" in text


def test_long_source_is_cut_and_the_time_stays() -> None:
    title = screen(replace(DASHBOARD, source="file:" + "long/" * 40), 80)[0]
    assert title.rstrip().endswith("… 01:05 of 01:30") or "…" in title
    assert title.rstrip().endswith("01:05 of 01:30")


def test_progress_is_one_line() -> None:
    assert progress_line(DASHBOARD) == "  65 s   29.97 frames/s  latency p50 20.7 p95 32.2 ms  face 99.5 %  lost 2"
    assert progress_line(replace(DASHBOARD, reading=Reading())).endswith("latency -  face -  lost 2")
