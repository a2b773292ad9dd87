from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from affectia import registry
from affectia.cli.anatomy import taken_apart
from affectia.cli.message_tables import tables, verdict
from affectia.wire import avatar_frame, emotion_update, layout, track_chunk
from affectia.wire.emotion_update import EmotionUpdate
from affectia.wire.layout import STANDARD, TRACK, LayoutMessage, standard_layouts
from affectia.wire.track_chunk import TrackChunk
from tests.unit.cli.frames_by_hand import groups, received

pytestmark = pytest.mark.unit

FRAME = received(300, shapes={"jawOpen": 0.5}, head_deg=(20.0, -5.0, 3.0)).frame


def shown(body: bytes, width: int = 100, *, ascii_only: bool = False) -> str:
    anatomy = taken_apart(body, standard_layouts())
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii" if ascii_only else "utf-8")
    console = Console(file=stream, width=width, force_terminal=False)
    for part in (*tables(anatomy, width=width), verdict(anatomy)):
        console.print(part)
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode()


@pytest.mark.parametrize("width", [80, 100, 140])
def test_every_value_of_a_frame_is_there_and_fits(width: int) -> None:
    text = shown(avatar_frame.encode(FRAME), width)
    assert max(len(each) for each in text.splitlines()) <= width
    for name in (*registry.BLENDSHAPES, *registry.BONES, *registry.VISEMES, *registry.EFFECTS, *registry.GROUPS):
        assert name in text
    assert "jawOpen              0.502" in text
    assert "dominant aa, confidence 0.80" in text
    assert "sequence       300" in text
    assert text.rstrip().endswith("ok: the message is whole")


def test_values_that_may_not_be_used_say_so() -> None:
    text = shown(avatar_frame.encode(replace(FRAME, groups=groups(found=False))))
    assert "blendshapes (8 bits)   not valid, not to be used" in text
    assert "2550 ms or more" in text
    assert "not valid" not in shown(avatar_frame.encode(replace(FRAME, effects=None)))


def test_groups_that_are_not_sent_are_perfect() -> None:
    assert "groups: not sent" in shown(avatar_frame.encode(replace(FRAME, groups=None)))


def test_an_update_shows_what_is_measured_only() -> None:
    update = EmotionUpdate(
        7,
        1,
        5_000_000_000,
        6,
        emotion_support=0b11,
        emotions=bytes((51, 204, 0, 0, 0, 0, 0, 0)),
        affect=(127, -64, 0),
        affect_method=1,
        action_unit_support=1,
        action_units=bytes((255,)) + bytes(len(registry.ACTION_UNITS) - 1),
        head_pose=(1234).to_bytes(2, "little") + bytes(4),
        gaze=bytes(4),
        blink=bytes((255, 0)),
        speaking_probability=51,
        blink_events=(3, 1, 0, 140),
        emotion_shares=bytes((204, 51)),
        emotion_label=1,
        prosody=(1825, 310, 2650, 65535, 480, 51),
        voice_events=0b1010,
    )
    text = " ".join(shown(emotion_update.encode(update)).split())
    for words in ("neutral 0.200", "happy 0.800", "valence +1.000", "projected from the emotions", "au01_inner_brow_raise 1.000"):
        assert words in text
    for words in ("head yaw +12.34 deg", "left lid 1.000", "speaking 0.200", "last one, ms 140"):
        assert words in text
    for words in ("happy is held", "face 0.800", "voice 0.200", "pitch_hz 182.50", "level_db -26.50", "level_spread_db not known"):
        assert words in text
    assert "heard beside words: speech, laughter" in text
    assert "heard beside words: nothing of what is told apart" in shown(emotion_update.encode(EmotionUpdate(7, 1, 5, 6, voice_events=0)))
    assert "sad " not in text
    assert "au02" not in text
    plain = shown(emotion_update.encode(EmotionUpdate(7, 1, 5, 6, emotion_support=1, emotions=bytes(8), head_pose=bytes(6))))
    assert not any(word in plain for word in ("speaking", "is held", "read off", "prosody", "heard"))


def test_speech_and_its_sound_are_usable_whatever_the_emotion_is() -> None:
    update = EmotionUpdate(7, 1, 5, 6, groups=bytes(24), speaking_probability=51, prosody=(1825, 0, 0, 0, 0, 0))
    assert "not to be used" not in shown(emotion_update.encode(update))
    update.emotion_shares = bytes(2)
    assert "not to be used" in shown(emotion_update.encode(update))


def test_a_layout_shows_its_names_with_their_places() -> None:
    text = " ".join(shown(layout.encode(LayoutMessage(7, STANDARD)), 80).split())
    assert "blendshapes: 52" in text
    assert "tongueOut 51" in text
    assert "effects: 4" in text


def test_a_layout_says_what_is_known_of_the_voice() -> None:
    text = " ".join(shown(layout.encode(LayoutMessage(7, STANDARD, 48000, 40)), 80).split())
    assert "audio rate 48000 Hz" in text
    assert "look-ahead delay the sound by 40 ms" in text
    assert "look-ahead" not in shown(layout.encode(LayoutMessage(7, STANDARD)), 80)


def track(frames: int, **more: bool | int) -> bytes:
    """A chunk whose jawOpen is 51 in the first frame, and whose visemes are PP."""
    shapes = (bytes(3) + b"\x33" + bytes(33 * frames - 4)) if frames else b""
    return track_chunk.encode(TrackChunk(7, 3, 11025, 22050, 60, shapes, (b"\0\xff" + bytes(13)) * frames, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [80, 100, 140])
def test_a_chunk_shows_its_frames_and_fits(width: int) -> None:
    text = shown(track(30, look_ahead_millis=40), width)
    assert max(len(each) for each in text.splitlines()) <= width
    for name in (*TRACK.parts[0], *TRACK.parts[1]):
        assert name in text
    words = " ".join(text.split())
    assert "starts at sample 11025, 0.500 s into the sound at 22050 Hz" in words
    assert "frames 30, 60 a second" in words
    assert "look-ahead 40 ms" in words
    assert "0 11025.0 PP 1.00 jawOpen 0.20" in words
    assert "23 19477.5 PP 1.00" in words
    assert "24 19845" not in words
    assert "6 more frames, all of them with --json" in words


def test_a_chunk_says_whether_it_is_the_last_and_of_what_it_was_made() -> None:
    words = " ".join(shown(track(0, end=True, degraded=True)).split())
    assert "frames 0, 60 a second" in words
    assert "the track ends after this chunk" in words
    assert "energy of the sound alone (degraded)" in words
    assert "the track goes on" in " ".join(shown(track(1)).split())
    assert "more frames" not in shown(track(24))


def test_a_bad_message_shows_what_could_be_read_and_the_fault() -> None:
    text = shown(avatar_frame.encode(FRAME) + b"\0")
    assert "uint8 array of 52" in text
    assert "trailing_bytes at byte 233 of the body: bytes follow the end of the message" in " ".join(text.split())


def test_a_terminal_that_knows_only_ascii_is_enough() -> None:
    assert "blendshapes" in shown(avatar_frame.encode(FRAME), ascii_only=True)
    assert "deg" in shown(emotion_update.encode(EmotionUpdate(7, 1, 5, 6, head_pose=bytes(6))), ascii_only=True)
