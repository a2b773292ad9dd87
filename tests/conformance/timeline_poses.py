"""Vectors of rest, validity, and what is in a frame."""

from __future__ import annotations

from typing import Any

from timeline_script import IDENTITY, MS, YAW_90, Script, yaw

rest: dict[str, Any] = {"visemes": {"sil": 1, "aa": 0}, "bones": {"head": IDENTITY}, "head_translation": [0, 0, 0]}
none: dict[str, Any] = {"presence": dict.fromkeys(("eyes", "brows", "mouth", "head", "body", "emotion"), 0)}

s = Script("rest_before_the_first_frame", "there is always a pose")
nothing: dict[str, Any] = {"delay": 0, "received": 0, "lost": 0, "dropped": 0, "sequence": None, "dominant_viseme": None}
s.ask(500, 0.0, **rest, **none, **nothing)
s.events[0]["expect"] |= {"offset_nanos": None, "shown_nanos": None}

s = Script("silence_is_held_then_eased_to_rest", "1 s held, 500 ms smoothstep to rest", blend_in_millis=0)
for k in range(3):
    pose: dict[str, Any] = {"visemes": {"aa": 1}, "bones": {"head": YAW_90}, "head_translation": [2, 0, -1], "dominant_viseme": 10}
    s.push(40 * k + 2, k, 40 * k, 0.6, **pose)
held: dict[str, Any] = {"visemes": {"sil": 0, "aa": 1}, "bones": {"head": YAW_90}, "head_translation": [2, 0, -1]}
s.ask(200, 0.6, **held, presence={"mouth": 1, "head": 1}, dominant_viseme=10)
s.ask(1081, 0.6, **held, presence={"mouth": 1, "head": 1}, dominant_viseme=10)
s.ask(1082, 0.6, **held, presence={"mouth": 1, "head": 1}, dominant_viseme=None)
left = 1 - 0.25 * 0.25 * (3 - 2 * 0.25)  # 125 of 500 ms
s.ask(1207, 0.6 * left, bones={"head": yaw(90 * left)}, head_translation=[2 * left, 0, -left], presence={"mouth": left, "head": left})
half_way: dict[str, Any] = {"visemes": {"sil": 0.5, "aa": 0.5}, "bones": {"head": yaw(45)}, "head_translation": [1, 0, -0.5]}
s.ask(1332, 0.3, **half_way, presence={"mouth": 0.5, "head": 0.5})
s.ask(1582, 0.0, **rest, **none, sequence=2)
s.ask(9999, 0.0, **rest, **none)

s = Script("stream_that_returns_blends_in", "3 s of silence, then 100 ms from rest; offset and delay are kept", blend_in_millis=100)
for k in range(3):
    s.push(40 * k + 2, k, 40 * k, 0.6)
    s.ask(40 * k + 2)
s.ask(1082)
s.ask(1582, 0.0, presence={"mouth": 0})
s.push(3082, 3, 3080, 0.8)
s.ask(3082, 0.0, presence={"mouth": 0}, lost=0, delay=40, offset=2, shown=3080)
s.ask(3107, 0.8 * 0.15625, presence={"mouth": 0.15625})  # t = 0.25
s.ask(3132, 0.8 * 0.5, presence={"mouth": 0.5})
s.ask(3182, 0.8, presence={"mouth": 1})

s = Script("stream_that_returns_in_mid_ease", "from the pose as it was last shown", blend_in_millis=100)
for k in range(3):
    s.push(40 * k + 2, k, 40 * k, 0.6)
    s.ask(40 * k + 2)
s.ask(150, 0.6)
s.ask(1082, 0.6)
s.ask(1332, 0.3, presence={"mouth": 0.5})
s.push(1340, 3, 1338, 1.0)
s.ask(1342, 0.3, presence={"mouth": 0.5})
s.ask(1392, 0.3 + (1.0 - 0.3) * 0.5, presence={"mouth": 0.75})
s.ask(1442, 1.0, presence={"mouth": 1})

s = Script("hitch_of_the_engine_makes_no_jump", "nobody asked while the stream died: eased from the next ask on", blend_in_millis=0)
s.push(2, 0, 0, 0.6)
s.ask(100, 0.6)
s.ask(5000, 0.6, presence={"mouth": 1})
s.ask(5250, 0.3, presence={"mouth": 0.5})
s.ask(5500, 0.0, presence={"mouth": 0})

shows = "its values are not used, the other groups go on"
s = Script("invalid_group_eases_to_rest_and_comes_back", shows, mode="latest", blend_in_millis=100)
for k in range(12):
    invalid = ["mouth"] if 2 <= k <= 7 else []
    s.push(100 * k, k, 100 * k, 0.9 if invalid else 0.6, invalid=invalid)
    s.events[-1]["frame"]["blendshapes"]["browInnerUp"] = 0.4
    if k in (0, 2, 7, 8):  # the transition begins at the ask that sees it: 0.6 is held, 0 is rest
        s.ask(100 * k, (0.6 if k == 2 else 0.0), presence={"mouth": 1 if k == 2 else 0, "brows": 1 if k else 0})
    elif k == 1:
        s.ask(100, 0.6, presence={"mouth": 1, "brows": 1})
    elif k == 4:
        s.ask(450, 0.3, blendshapes={"browInnerUp": 0.4}, presence={"mouth": 0.5, "brows": 1})
s.events.insert(-3, {"ask_nanos": 850 * MS, "expect": {"blendshapes": {"jawOpen": 0.3, "browInnerUp": 0.4}, "presence": {"mouth": 0.5}}})
s.ask(1100, 0.6, blendshapes={"browInnerUp": 0.4}, presence={"mouth": 1, "brows": 1})

s = Script("validity_is_that_of_the_earlier_frame", "held up to the invalid frame, back at the valid one", blend_in_millis=0, ease_millis=0)
for k, jaw in enumerate((0.2, 0.9, 0.6, 0.8)):
    s.push(40 * k + 2, k, 40 * k, jaw, blendshapes={"browInnerUp": k / 20}, invalid=["mouth"] if k == 1 else [])
    if k == 1:
        s.ask(62, 0.2, blendshapes={"browInnerUp": 20 / 800}, presence={"mouth": 1, "brows": 1}, shown=20)
    elif k == 2:
        s.ask(82, 0.0, blendshapes={"browInnerUp": 40 / 800}, presence={"mouth": 0, "brows": 1}, shown=40)
        s.ask(102, 0.0, blendshapes={"browInnerUp": 60 / 800}, presence={"mouth": 0, "brows": 1}, shown=60)
s.ask(132, 0.6 + (0.8 - 0.6) * 10 / 40, blendshapes={"browInnerUp": 90 / 800}, presence={"mouth": 1, "brows": 1}, shown=90)

s = Script(
    "bones_take_the_shorter_arc",
    "identity and minus the turn by 90 degrees: a quarter of the way is a quarter of the angle",
    blend_in_millis=0,
)
s.push(2, 0, 0, bones={"head": IDENTITY})
s.push(42, 1, 40, bones={"head": [-each for each in YAW_90]})
s.ask(52, bones={"head": yaw(22.5), "neck": IDENTITY}, shown=10)
s.ask(62, bones={"head": yaw(45)}, shown=20)
s.ask(82, bones={"head": YAW_90}, shown=40)

s = Script("every_part_is_interpolated", "visemes, effects, head translation; the dominant viseme of the earlier frame", blend_in_millis=0)
first: dict[str, Any] = {"visemes": {"sil": 1}, "effects": {"glow_intensity": 0.2}, "head_translation": [0, 1, 0], "dominant_viseme": 0}
second: dict[str, Any] = {
    "visemes": {"sil": 0.25, "aa": 0.75},
    "effects": {"glow_intensity": 0.6},
    "head_translation": [2, 1, -3],
    "dominant_viseme": 10,
}
s.push(2, 0, 0, **first)
s.push(42, 1, 40, **second)
middle: dict[str, Any] = {"visemes": {"sil": 0.625, "aa": 0.375}, "effects": {"glow_intensity": 0.4}, "head_translation": [1, 1, -1.5]}
s.ask(62, **middle, dominant_viseme=0, sequence=0, shown=20)
s.ask(82, **second, sequence=1, shown=40)

s = Script("absent_part_stays_as_shown", "a frame without blendshapes says nothing about them", blend_in_millis=0)
for k, jaw_or_none in enumerate((0.2, None, 0.6, 0.8)):
    s.push(40 * k + 2, k, 40 * k, jaw_or_none, bones={"head": YAW_90})
    if k == 1:
        s.ask(62, 0.2, bones={"head": YAW_90}, shown=20)
    elif k == 2:
        s.ask(102, 0.2, bones={"head": YAW_90}, presence={"mouth": 1}, shown=60)
s.ask(142, 0.6 + (0.8 - 0.6) * 20 / 40, shown=100)
