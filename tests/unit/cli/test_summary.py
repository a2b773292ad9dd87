from __future__ import annotations

from dataclasses import replace

import pytest
from rich.console import Console

from affectia.cli.affect_recording import AffectRecording
from affectia.cli.recording import Recording
from affectia.cli.sidecar_status import SidecarStatus
from affectia.cli.summary import Summary
from tests.unit.cli.frames_by_hand import Feeling, received, updated

pytestmark = pytest.mark.unit


def summary(*, found: bool = True, status: SidecarStatus | None = None, own_rate_hz: float | None = 29.97, note: str = "") -> Summary:
    recording, affect = Recording(), AffectRecording()
    for number in range(61):
        at_millis = number * 100 / 3
        recording.add(received(number, at_millis=at_millis, latency_millis=20 + number % 2, found=found))
        units = {"au12_smile": 0.6, "au25_lips_part": 0.4 * (number % 2), "au04_brow_lower": None}
        blinks = (number // 25, 0, number // 50, 180) if found else None
        affect.add(updated(number, at_millis=at_millis, units=units, blinks=blinks, found=found))
    return Summary(
        source="clip:carphone",
        own_rate_hz=own_rate_hz,
        own_rate_of="clip",
        curves=recording.curves(),
        affect=affect.curves(),
        lost=3,
        refused=1,
        status=status,
        take="out/demo/take.csv (61 rows)",
        plot="out/demo/curves.png",
        note=note,
    )


def test_every_figure_has_its_line() -> None:
    rows = dict(summary(status=SidecarStatus(captured=62, dropped=2, perceived=60, with_face=57, detail="")).rows())
    assert rows["the clip's own rate"] == "29.97 frames/s"
    assert rows["frames received"] == "61 in 2.0 s = 30.00 frames/s"
    assert rows["face found"] == "95.0 % of the 60 pictures looked at (100.0 % of the frames)"
    assert rows["strongest units"] == "AU12 smile 0.60, AU25 lips part 0.40"
    assert rows["blinks"] == "2, winks 0 left, 1 right; the last one lasted 180 ms"
    assert rows["captured -> received"] == "p50 20.0 ms, p95 21.0 ms, max 21.0 ms"
    assert rows["lost on the way"] == "3 frames"
    assert rows["skipped by the sidecar"] == "2 of 62 pictures"
    assert rows["refused messages"] == "1"
    assert rows["message body"].endswith(" at most (topic apart)")
    assert rows["take"] == "out/demo/take.csv (61 rows)"


SPEECH_ROWS = ("somebody speaks", "mouth by the voice", "visemes", "mouth in silence", "sound", "heard -> published")


def spoken(*, by_voice: bool = True) -> Summary:
    """1 s of speech that changes its viseme with every frame, then 1 s of silence."""
    recording, affect = Recording(), AffectRecording()
    for number in range(50):
        at_millis, speaks = 40 * number, number < 25
        frame = received(
            number,
            at_millis=at_millis,
            spoken=by_voice,
            age_ticks=5,
            visemes={("aa", "PP")[number % 2] if speaks else "sil": 1.0},
            shapes={"jawOpen": 0.5 * speaks},
            audio_sample=at_millis * 48 if by_voice else None,
        )
        recording.add(frame)
        affect.add(updated(number, at_millis=at_millis, speaking=0.9 * speaks))
    status = SidecarStatus(50, 0, 50, 50, "", look_ahead_millis=61, audio_rate_hz=48_000, sound_lost=2)
    return replace(summary(status=status), curves=recording.curves(), affect=affect.curves())


def test_a_voice_has_rows_of_its_own() -> None:
    rows = dict(spoken().rows())
    assert [rows[label] for label in SPEECH_ROWS] == [
        "50.0 % of the time",
        "50 of 50 frames = 100.0 %",
        "3 seen, 12.8 changes/s while the mouth is the voice's",
        "shut in 100.0 % of 19 frames",
        "2 blocks lost; audio_sample at 48000 Hz: 0 jumps over 100 ms, 0 steps back",
        "p50 50.5 ms, p95 50.5 ms after the newest sound; delay the sound by 61 ms",
    ]


def test_voice_that_never_has_the_mouth_says_so() -> None:
    rows = dict(spoken(by_voice=False).rows())
    assert rows["mouth by the voice"] == "0 of 50 frames = 0.0 %"
    assert rows["visemes"] == "none: the mouth was never the voice's"
    assert rows["mouth in silence"] == "the face's in 19 frames"
    assert rows["heard -> published"] == "not known: the mouth was never the voice's"


def test_sidecar_that_says_nothing_of_a_voice_leaves_what_frames_say() -> None:
    rows = dict(replace(spoken(), status=None).rows())
    assert rows["sound"] == "audio_sample: 0 steps back"
    assert rows["heard -> published"] == "p50 50.5 ms, p95 50.5 ms after the newest sound"


def test_without_a_voice_there_are_no_rows_of_speech() -> None:
    assert not set(SPEECH_ROWS) & set(dict(summary().rows()))


def test_feelings_have_rows_of_their_own() -> None:
    labels = ("feels", "affect", "read off", "feelings told by")
    assert not set(labels) & set(dict(summary().rows()))
    affect = AffectRecording()
    for number in range(10):
        affect.add(updated(number, at_millis=100 * number, feeling=Feeling()))
    status = SidecarStatus(1, 0, 1, 1, "", feeling_methods="face by fer, 30.0/s, p95 2.0 ms")
    rows = dict(replace(summary(status=status), affect=affect.curves()).rows())
    assert [rows[label] for label in labels] == [
        "happy 100 %; 0.00 changes/s",
        "valence +0.50 to +0.50, arousal -0.25 to -0.25",
        "face 60 %, voice 40 %",
        "face by fer, 30.0/s, p95 2.0 ms",
    ]


def test_sidecar_that_says_nothing_leaves_the_frames() -> None:
    rows = dict(summary(own_rate_hz=None).rows())
    assert rows["face found"] == "100.0 % of the frames"
    assert "skipped by the sidecar" not in rows
    assert "the clip's own rate" not in rows


def test_run_without_a_face_has_no_latency_and_nothing_of_a_face() -> None:
    rows = dict(summary(found=False).rows())
    assert rows["captured -> received"] == "not known: no frame shows a face"
    assert (rows["strongest units"], rows["blinks"]) == ("not measured", "not measured")


def test_face_at_rest_is_no_missing_face() -> None:
    affect = AffectRecording()
    affect.add(updated(0))
    rows = dict(replace(summary(), affect=affect.curves()).rows())
    assert rows["strongest units"] == "none: a face at rest"
    assert rows["blinks"] == "0, winks 0 left, 0 right"


def test_paths_are_folded_and_never_cut() -> None:
    console = Console(width=50)
    with console.capture() as capture:
        console.print(summary(note="the camera stays off"))
    text = capture.get()
    assert "the camera stays off" in text
    assert "(61 rows)" in text
