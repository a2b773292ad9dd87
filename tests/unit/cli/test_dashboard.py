from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from affectia import registry
from affectia.cli.action_units import LABELS
from affectia.cli.affect_monitor import AffectReading
from affectia.cli.dashboard import Dashboard, progress_line, rows_that_fit
from affectia.cli.feeling import FeelingReading
from affectia.cli.monitor import GroupReading, Reading, VisemeReading
from affectia.cli.sidecar_status import SidecarStatus
from affectia.client import Blinks

pytestmark = pytest.mark.unit

GROUPS = tuple(GroupReading(name, number < 4, "face", 0.97, 0.24 if number == 3 else 0.0) for number, name in enumerate(registry.GROUPS))
LONGEST = LABELS.index("AU15 lip corner depress")
AFFECT = AffectReading(
    units=tuple((label, None if number == 2 else 0.25) for number, label in enumerate(LABELS[LONGEST : LONGEST + 12])),
    gaze_deg=(-8.26, 4.1),
    lids=(0.05, 1.0),
    blinks=Blinks(112, 3, 1, 180),
)
FEELING = FeelingReading("surprise", 0.78, 0.64, -0.32, (0.7, 0.3), 0.81, 0.62, ("laughter", "applause"))
READING = Reading(
    avatar_id="default",
    received=300,
    rate_hz=29.968,
    found_share=0.995,
    latency_p50_millis=20.7,
    latency_p95_millis=32.2,
    shapes=tuple((name, 0.5) for name in registry.BLENDSHAPES[30:42]),
    head_deg=(-17.64, 3.0, 140.0),
    viseme=("aa", 0.8),
    groups=GROUPS,
    affect=AFFECT,
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


def screen(dashboard: Dashboard, width: int, file: io.StringIO | None = None, *, height: int = 24) -> list[str]:
    console = Console(file=file or io.StringIO(), width=width, height=height, legacy_windows=False)
    with console.capture() as capture:
        console.print(dashboard, end="", height=height)
    return capture.get().rstrip("\n").splitlines()


@pytest.mark.parametrize("affect", [AFFECT, AffectReading(), None, replace(AFFECT, feeling=FEELING)])
@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_screen_fits_the_terminal(width: int, affect: AffectReading | None) -> None:
    reading = replace(READING, affect=affect, other_avatars=tuple(f"person-{number}" for number in range(30)))
    lines = screen(replace(DASHBOARD, reading=reading), width)
    assert len(lines) <= 23
    assert max(len(line.rstrip()) for line in lines) <= width


@pytest.mark.parametrize(
    ("width", "height", "rows"),
    [(80, 24, (7, 5)), (80, 10, (7, 5)), (100, 30, (11, 7)), (100, 60, (12, 12)), (120, 24, (12, 12)), (300, 90, (12, 12))],
)
def test_rows_follow_the_size(width: int, height: int, rows: tuple[int, int]) -> None:
    assert rows_that_fit(width, height) == rows
    text = "\n".join(lines := screen(DASHBOARD, width, height=height))
    assert sum(name in text for name in registry.BLENDSHAPES[30:42]) == rows[0]
    assert sum(label in text for label in LABELS[LONGEST : LONGEST + 12]) == rows[1]
    assert len(lines) < max(24, height)


def test_everything_is_on_a_screen_of_80_by_24() -> None:
    text = "\n".join(screen(DASHBOARD, 80))
    for part in (
        "affectia demo  clip:carphone",
        "01:05 of 01:30",
        "29.97/s (the clip has 29.97)",
        "face found 99.5 %",
        "p50 20.7 ms  p95 32.2 ms",
        "2 lost, 5 skipped",
        "head yaw     -17.6° ",
        "head roll   +140.0° ",
        "gaze across   -8.3° ",
        "gaze up       +4.1° ",
        "lids left     0.05  ",
        "lids right    1.00  █████████████",
        "blinks  112  winks 3 left 1 right",
        "AU15 lip corner depress ███········· 0.25",
        f"{AFFECT.units[2][0]:23} not measured",
        "viseme  aa  0.80",
        "● eyes     face      97 %",
        "● head     face      97 % 0.24 s",
        "○ emotion  not valid",
        "Ctrl-C ends",
        *registry.BLENDSHAPES[30:37],
    ):
        assert part in text


def with_feeling(dashboard: Dashboard, feeling: FeelingReading) -> Dashboard:
    assert dashboard.reading.affect is not None
    return replace(dashboard, reading=replace(dashboard.reading, affect=replace(dashboard.reading.affect, feeling=feeling)))


def test_what_is_felt_has_two_lines_and_takes_the_place_of_its_group() -> None:
    lines = screen(with_feeling(DASHBOARD, FEELING), 80)
    assert len(lines) == 23
    assert lines[4].rstrip() == " feels      surprise 0.78  valence +0.64 ─────┼━━●──  arousal -0.32 ───●━┼─────"
    assert lines[5].rstrip() == " read off   face 0.70 █████▋··  voice 0.30 ██▍·····   81 %  0.62 s  laughter"
    text = "\n".join(lines)
    assert "emotion" not in text
    assert "○ body" in text
    assert "viseme  aa  0.80" in text


def test_feeling_that_is_not_told_keeps_its_lines() -> None:
    lines = screen(with_feeling(DASHBOARD, FeelingReading()), 80)
    assert lines[4].startswith(" feels      not told ")
    assert lines[5].startswith(" read off   not told")


def test_wide_screen_has_shapes_and_units_side_by_side() -> None:
    (line,) = [line for line in screen(DASHBOARD, 120) if registry.BLENDSHAPES[30] in line]
    assert LABELS[LONGEST] in line
    assert "head pitch" in line


def test_nothing_of_a_face_is_not_measured_and_never_zero() -> None:
    shapes = tuple((name, None) for name in registry.BLENDSHAPES[:8])
    affect = AffectReading(units=tuple((label, None) for label in LABELS[:6]), blinks=Blinks())
    text = "\n".join(screen(replace(DASHBOARD, reading=replace(READING, shapes=shapes, head_deg=None, affect=affect)), 80))
    assert text.count("not measured") == 7 + 5 + 3 + 2 + 2
    assert "0.00" not in text
    assert "blinks  0  winks 0 left 0 right" in text


def test_sidecar_that_measures_no_units_has_no_empty_rows() -> None:
    lines = screen(replace(DASHBOARD, reading=replace(READING, affect=AffectReading())), 80)
    (place,) = [number for number, line in enumerate(lines) if line.startswith(" action units ")]
    assert lines[place + 1].startswith(" not measured ")
    assert any("blinks  not measured" in line for line in lines)


def test_without_updates_the_screen_is_of_frames_alone() -> None:
    text = "\n".join(screen(replace(DASHBOARD, reading=replace(READING, affect=None)), 80))
    assert not any(word in text for word in ("action units", "gaze", "lids", "blinks"))


def test_other_avatars_are_named_with_how_to_see_one() -> None:
    line = screen(replace(DASHBOARD, reading=replace(READING, other_avatars=("bob", "default-2"))), 80)[4]
    assert line.strip() == "also here  bob, default-2   `affectia watch NAME` shows one"
    many = screen(replace(DASHBOARD, reading=replace(READING, other_avatars=tuple(f"person-{n}" for n in range(9)))), 80)[4]
    assert many.rstrip().endswith("…   `affectia watch NAME` shows one")
    assert screen(DASHBOARD, 80)[4].strip() == ""


def test_note_takes_the_place_of_the_hint() -> None:
    lines = screen(replace(DASHBOARD, note="no consent for the camera"), 80)
    assert lines[-1].strip() == "no consent for the camera"


def test_terminal_without_such_signs_gets_ascii() -> None:
    assert "?" not in "".join(screen(replace(DASHBOARD, source="a" * 99), 80, AsciiFile()))
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


WEIGHTS = {"aa": 0.625, "oh": 0.25, "E": 0.125}
TRAILS = {"aa": 0.625, "oh": 0.25, "E": 0.125, "PP": 0.5}
VISEMES = tuple(VisemeReading(name, WEIGHTS.get(name, 0.0), TRAILS.get(name, 0.0)) for name in registry.VISEMES)
BY_VOICE = tuple(replace(group, source="voice", age_secs=0.03) if group.name == "mouth" else group for group in GROUPS)
SPOKEN = replace(
    DASHBOARD,
    reading=replace(READING, visemes=VISEMES, groups=BY_VOICE, affect=replace(AFFECT, speaking=0.93)),
    status=SidecarStatus(captured=300, dropped=5, perceived=290, with_face=289, detail="", look_ahead_millis=61),
)


def test_a_voice_has_all_its_visemes_and_its_look_ahead_on_a_screen_of_80_by_24() -> None:
    lines = screen(SPOKEN, 80)
    text = "\n".join(lines)
    assert len(lines) <= 23
    for part in (
        "visemes, delay the sound by 61 ms",
        "speaks        0.93  ████████████▏",
        "● mouth    voice     97 % 0.03 s",
        "sil ········  kk  ········  aa  █████···",
        "PP  ░░░░····  CH  ········  E   █·······",
        "TH  ········  nn  ········  oh  ██······",
        *registry.BLENDSHAPES[30:37],
    ):
        assert part in text
    assert not any(label in text for label in LABELS[LONGEST : LONGEST + 12]), "action units make room"


@pytest.mark.parametrize(("width", "height"), [(60, 24), (80, 24), (100, 30), (100, 60), (120, 24), (200, 60)])
@pytest.mark.parametrize("felt", [False, True])
def test_screen_of_a_voice_fits_the_terminal(width: int, height: int, felt: bool) -> None:
    lines = screen(with_feeling(SPOKEN, FEELING) if felt else SPOKEN, width, height=height)
    assert len(lines) < max(24, height)
    assert max(len(line.rstrip()) for line in lines) <= width
    text = "\n".join(lines)
    assert all(f"{name:4}" in text for name in registry.VISEMES)
    assert "61 ms" in text


@pytest.mark.parametrize(
    ("width", "height", "rows"), [(80, 24, (7, 0)), (100, 30, (7, 5)), (100, 60, (12, 12)), (120, 24, (12, 7)), (120, 40, (12, 12))]
)
def test_visemes_take_their_rows_from_both(width: int, height: int, rows: tuple[int, int]) -> None:
    assert rows_that_fit(width, height, voice=True) == rows
    shapes, units = SPOKEN.reading.shapes[: rows[0]], SPOKEN.reading.affect.units[: rows[1]] if SPOKEN.reading.affect else ()
    shown = replace(SPOKEN, reading=replace(SPOKEN.reading, shapes=shapes, affect=replace(AFFECT, speaking=0.93, units=units)))
    text = "\n".join(lines := screen(shown, width, height=height))
    assert len(lines) < max(24, height)
    assert all(name in text for name, _weight in shapes)
    assert all(label in text for label, _value in units)


def test_what_a_voice_moves_has_its_colour() -> None:
    def styles(dashboard: Dashboard, name: str) -> set[str]:
        (line,) = [line for line in dashboard.lines(100, 30) if f" {name} " in line.plain]
        return {str(span.style) for span in line.spans if span.start < 52}

    reading = replace(SPOKEN.reading, shapes=(("jawOpen", 0.5), ("browInnerUp", 0.5)))
    spoken = replace(SPOKEN, reading=reading)
    assert "magenta" in styles(spoken, "jawOpen")
    assert "magenta" not in styles(spoken, "browInnerUp")
    assert "magenta" not in styles(replace(spoken, reading=replace(reading, groups=GROUPS)), "jawOpen")
    bold = [
        line.plain[span.start : span.end].strip() for line in spoken.lines(100, 30) for span in line.spans if span.style == "bold magenta"
    ]
    assert sorted(bold) == ["aa", "voice"]


def test_heading_beside_a_line_does_not_make_it_faint() -> None:
    (line,) = [line for line in DASHBOARD.lines(80) if "head yaw" in line.plain]
    assert line.style == ""
    assert next(line.plain[span.start : span.end] for span in line.spans if span.style == "dim") == "most active blendshapes"


def test_groups_have_their_heading_where_there_is_room() -> None:
    assert [" groups" in "\n".join(screen(SPOKEN, 80, height=height)) for height in (24, 25)] == [False, True]


def test_look_ahead_that_is_not_known_is_not_told() -> None:
    text = "\n".join(screen(replace(SPOKEN, status=None), 80))
    assert "visemes" in text
    assert "delay the sound" not in text


def test_progress_of_a_voice_tells_whether_it_speaks_and_has_the_mouth() -> None:
    assert progress_line(SPOKEN).endswith("lost 2  speaks 93 %  mouth voice  viseme aa 0.80")
    silent = replace(SPOKEN, reading=replace(SPOKEN.reading, viseme=None, groups=()))
    assert progress_line(silent).endswith("speaks 93 %  mouth -  viseme -")


def test_progress_tells_what_is_felt() -> None:
    felt = "feels surprise  valence +0.64  arousal -0.32"
    assert progress_line(with_feeling(DASHBOARD, FEELING)).endswith(f"lost 2  {felt}")
    assert progress_line(with_feeling(SPOKEN, FEELING)).endswith(f"viseme aa 0.80  {felt}")
