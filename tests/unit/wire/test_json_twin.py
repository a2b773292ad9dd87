from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from affectia import registry
from affectia.registry import Bone, Group
from affectia.wire import json_twin, quantize, rotation
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.emotion_update import EmotionUpdate
from affectia.wire.track_chunk import TrackChunk

pytestmark = pytest.mark.unit

OFFSET = 1_700_000_000_000_000_000
TIME = 123_457_999_999
VALID = bytes((1 | 1 << 1, 255, 0, 255))
GROUPS = len(registry.GROUPS)


def groups(*invalid: Group) -> bytes:
    return b"".join(bytes(4) if Group(group) in invalid else VALID for group in range(GROUPS))


def frame(*invalid: Group) -> AvatarFrame:
    bones = np.zeros((9, 4))
    bones[:, 3] = 1
    bones[Bone.NECK] = rotation.from_euler_deg(np.array((0, -1.1, 0)))
    bones[Bone.HEAD] = rotation.from_euler_deg(np.array((3.2, 0, 0)))
    return AvatarFrame(
        7,
        235,
        TIME,
        0,
        groups=groups(*invalid),
        blendshapes=bytes(51) + b"\xff",
        bones=quantize.quaternions_i16(bones).tobytes(),
        head_translation=quantize.translation_i16(np.array((1.5, -0.25, 10))).tobytes(),
        visemes=bytes(15),
        dominant_viseme=bytes((1, 224)),
        effects=bytes((51, 0, 0, 0)),
    )


def update(*invalid: Group) -> EmotionUpdate:
    return EmotionUpdate(
        7,
        235,
        TIME,
        0,
        groups=groups(*invalid),
        emotion_support=0b11,
        emotions=bytes((51, 204, 0, 0, 0, 0, 0, 255)),
        affect=(81, 41, -5),
        affect_method=0,
        action_unit_support=1 << registry.ACTION_UNITS.index("au12_smile"),
        action_units=bytes(189 if name == "au12_smile" else 7 for name in registry.ACTION_UNITS),
        head_pose=quantize.angles_i16(np.array((3.2, -1.1, 0.4))).tobytes(),
        gaze=quantize.gaze_i16(np.array((0.02, -0.1))).tobytes(),
        blink=bytes((51, 255)),
        speaking_probability=219,
        blink_events=(412, 3, 65535, 180),
        emotion_shares=bytes((204, 51)),
        emotion_label=0,
        prosody=(1825, 310, 2650, 65535, 480, 51),
        voice_events=0b1010,
    )


def frame_json(value: AvatarFrame) -> dict[str, Any]:
    return json_twin.avatar_frame_json(value, avatar_id="abc-123", epoch_offset_nanos=OFFSET)


def update_json(value: EmotionUpdate) -> dict[str, Any]:
    return json_twin.emotion_update_json(value, avatar_id="abc-123", epoch_offset_nanos=OFFSET)


def test_an_avatar_frame_has_the_shape_of_the_contract() -> None:
    twin = frame_json(frame())
    assert list(twin) == ["type", "session_id", "timestamp_ms", "sequence", "payload"]
    assert {key: twin[key] for key in list(twin)[:4]} == {
        "type": "avatar_frame",
        "session_id": "abc-123",
        "timestamp_ms": 1_700_000_123_457,
        "sequence": 235,
    }
    payload = twin["payload"]
    assert list(payload) == ["blendshapes", "bone_transforms", "viseme", "viseme_conf", "particles"]
    assert list(payload["blendshapes"]) == list(registry.BLENDSHAPES)
    assert payload["blendshapes"]["tongueOut"] == 1
    assert payload["bone_transforms"]["neck_pitch"] == pytest.approx(-1.1, abs=0.01)
    assert payload["bone_transforms"]["head_yaw"] == pytest.approx(3.2, abs=0.01)
    assert [payload["bone_transforms"][f"head_{axis}"] for axis in "xyz"] == [1.5, -0.25, 10]
    assert len(payload["bone_transforms"]) == 9 * 3 + 3
    assert (payload["viseme"], payload["viseme_conf"]) == ("PP", pytest.approx(0.88, abs=0.005))
    assert payload["particles"] == {"glow_intensity": 0.2, "blush_intensity": 0, "tear_intensity": 0, "sweat_intensity": 0}


def test_an_emotion_update_has_the_shape_of_the_contract() -> None:
    twin = update_json(update())
    assert (twin["type"], twin["session_id"], twin["timestamp_ms"]) == ("emotion_update", "abc-123", 1_700_000_123_457)
    payload = twin["payload"]
    assert list(payload) == [
        "emotion",
        "scores",
        "valence",
        "arousal",
        "dominance",
        "au",
        "head_pose",
        "gaze",
        "speaking_probability",
        "blink",
        "blinks",
        "affect_method",
        "shares",
        "prosody",
        "voice_events",
    ]
    assert payload["emotion"] == "neutral"  # the one that is held, not the strongest
    assert payload["scores"] == {"neutral": 0.2, "happy": 0.8}  # the unsupported contempt of 255 is no evidence
    assert payload["valence"] == pytest.approx(0.64, abs=0.005)
    assert payload["arousal"] == pytest.approx(0.32, abs=0.005)
    assert payload["dominance"] == pytest.approx(-0.04, abs=0.005)
    assert payload["affect_method"] == "regressed"
    assert payload["shares"] == {"face": 0.8, "voice": 0.2}
    assert payload["prosody"] == {
        "pitch_hz": 182.5,
        "pitch_spread_semitones": 3.1,
        "level_db": -26.5,
        "level_spread_db": None,
        "syllables_hz": 4.8,
        "voiced": 0.2,
    }
    assert payload["voice_events"] == ["speech", "laughter"]
    assert payload["au"] == {"au12_smile": pytest.approx(0.74, abs=0.005)}
    assert payload["head_pose"] == {"yaw": 3.2, "pitch": -1.1, "roll": 0.4}
    assert payload["gaze"] == {"x": pytest.approx(0.02, abs=1e-4), "y": pytest.approx(-0.1, abs=1e-4)}
    assert payload["speaking_probability"] == pytest.approx(0.86, abs=0.005)
    assert payload["blink"] == {"left": 0.2, "right": 1}
    assert payload["blinks"] == {"both": 412, "left_winks": 3, "right_winks": 65535, "last_millis": 180}


def test_a_track_chunk_has_a_list_for_each_name() -> None:
    twin = json_twin.track_chunk_json(CHUNK, avatar_id="abc-123")
    assert list(twin) == ["type", "session_id", "timestamp_ms", "sequence", "payload"]
    assert [twin[key] for key in list(twin)[:4]] == ["track_chunk", "abc-123", None, 3]
    payload = twin["payload"]
    assert {name: value for name, value in payload.items() if name not in ("blendshapes", "visemes")} == {
        "stream_id": 7,
        "start_sample": 66092,
        "sample_rate_hz": 22050,
        "frame_rate_hz": 60,
        "frame_count": 2,
        "end": True,
        "look_ahead_millis": 40,
        "degraded": False,
    }
    assert len(payload["blendshapes"]) == 33
    assert payload["blendshapes"]["jawForward"] == [0.2, 0]
    assert payload["blendshapes"]["tongueOut"] == [0, 1]
    assert list(payload["visemes"]) == list(registry.VISEMES)
    assert payload["visemes"]["sil"] == [1, 0]


def test_a_track_chunk_without_frames_has_empty_lists() -> None:
    payload = json_twin.track_chunk_json(TrackChunk(7, 0, 0, 48000, 60, b"", b""), avatar_id="a")["payload"]
    assert payload["frame_count"] == 0
    assert set(map(len, (payload["blendshapes"] | payload["visemes"]).values())) == {0}


CHUNK = TrackChunk(7, 3, 66092, 22050, 60, b"\x33" + bytes(32) + bytes(32) + b"\xff", b"\xff" + bytes(29), end=True, look_ahead_millis=40)
TWINS = [frame_json(frame()), update_json(update()), json_twin.track_chunk_json(CHUNK, avatar_id="a")]


@pytest.mark.parametrize("twin", TWINS, ids=["avatar_frame", "emotion_update", "track_chunk"])
def test_the_twin_is_plain_json(twin: dict[str, Any]) -> None:
    assert json.loads(json.dumps(twin, allow_nan=False)) == twin


@pytest.mark.parametrize("group", [Group.EYES, Group.BROWS, Group.MOUTH])
def test_shapes_of_an_invalid_group_are_left_out(group: Group) -> None:
    shapes = frame_json(frame(group))["payload"]["blendshapes"]
    of_group = {name for name, its in zip(registry.BLENDSHAPES, registry.BLENDSHAPE_GROUPS, strict=True) if its == group}
    assert of_group
    assert set(shapes) == set(registry.BLENDSHAPES) - of_group


def test_an_invalid_head_leaves_out_head_neck_and_translation() -> None:
    transforms = frame_json(frame(Group.HEAD))["payload"]["bone_transforms"]
    assert not [name for name in transforms if name.startswith(("head_", "neck_"))]
    assert "left_eye_yaw" in transforms


def test_an_invalid_mouth_has_no_viseme() -> None:
    payload = frame_json(frame(Group.MOUTH))["payload"]
    assert payload["viseme"] is None
    assert payload["viseme_conf"] is None


def test_an_invalid_emotion_has_no_particles_and_no_feelings() -> None:
    assert frame_json(frame(Group.EMOTION))["payload"]["particles"] == {}
    payload = update_json(update(Group.EMOTION))["payload"]
    assert [payload[name] for name in ("emotion", "scores", "valence", "arousal", "dominance")] == [None, {}, None, None, None]
    assert not {"affect_method", "shares"} & set(payload)
    assert {"prosody", "voice_events"} < set(payload)
    assert payload["head_pose"] is not None


def test_an_emotion_that_is_not_held_is_null_whatever_the_scores_are() -> None:
    unsure = update()
    unsure.emotion_label = None
    payload = update_json(unsure)["payload"]
    assert payload["emotion"] is None
    assert payload["scores"] == {"neutral": 0.2, "happy": 0.8}


@pytest.mark.parametrize(("method", "told"), [(0, "regressed"), (1, "projected"), (2, None)])
def test_the_method_has_a_name_as_far_as_it_is_known(method: int, told: str | None) -> None:
    other = update()
    other.affect_method = method
    assert update_json(other)["payload"]["affect_method"] == told


@pytest.mark.parametrize("invalid", [(), (Group.EMOTION,), tuple(Group)], ids=["none", "emotion", "all"])
def test_action_units_need_nothing_but_their_support_bit(invalid: tuple[Group, ...]) -> None:
    assert update_json(update(*invalid))["payload"]["au"] == {"au12_smile": 0.7412}
    unseen = update(*invalid)
    unseen.action_unit_support = 0
    assert update_json(unseen)["payload"]["au"] == {}


def test_invalid_eyes_have_no_gaze_and_no_blinks() -> None:
    payload = update_json(update(Group.EYES))["payload"]
    assert payload["gaze"] is None
    assert "blink" not in payload
    assert "blinks" not in payload
    assert {"blink", "blinks"} < set(update_json(update(Group.EMOTION, Group.HEAD))["payload"])


def test_nothing_valid_leaves_empty_maps_and_nulls() -> None:
    everything = tuple(Group)
    assert frame_json(frame(*everything))["payload"] == {
        "blendshapes": {},
        "bone_transforms": {},
        "viseme": None,
        "viseme_conf": None,
        "particles": {},
    }
    payload = update_json(update(*everything))["payload"]
    assert payload["scores"] == {}
    assert payload["head_pose"] is None
    assert payload["gaze"] is None


def test_what_was_never_measured_is_null() -> None:
    payload = update_json(EmotionUpdate(7, 235, TIME, 0))["payload"]
    assert payload == {
        "emotion": None,
        "scores": {},
        "valence": None,
        "arousal": None,
        "dominance": None,
        "au": {},
        "head_pose": None,
        "gaze": None,
        "speaking_probability": None,
    }
