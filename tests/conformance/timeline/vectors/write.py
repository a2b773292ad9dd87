"""Writes the timeline's vectors: `python tests/conformance/timeline/vectors/write.py`; with `--check` it only compares.

Standard library only and no timeline: every expectation is the arithmetic of protos/timeline.md, spelled out where it stands.
Times are milliseconds here unless a name says otherwise, integers of nanoseconds in the files.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

Millis = float | Fraction
HERE = Path(__file__).resolve().parent
MS = 1_000_000
HOUR = 3_600_000
HALF_ROOT = math.sqrt(0.5)
YAW_90 = [0.0, HALF_ROOT, 0.0, HALF_ROOT]
YAW_45 = [0.0, math.sin(math.pi / 8), 0.0, math.cos(math.pi / 8)]
IDENTITY = [0.0, 0.0, 0.0, 1.0]
SCRIPTS: dict[str, dict[str, Any]] = {}


def nanos(millis: Millis) -> int:
    """Milliseconds to nanoseconds; a Fraction is exact."""
    return int(millis * MS) if isinstance(millis, (int, Fraction)) else round(millis * MS)


class Script:
    """One vector in the making; registers itself."""

    def __init__(self, name: str, shows: str, **options: Any) -> None:
        self.events: list[dict[str, Any]] = []
        SCRIPTS[name] = {"shows": shows, "options": options, "events": self.events}

    def push(self, arrive: Millis, sequence: int, time: Millis, jaw: float | None = None, *, accepted: bool = True, **fields: Any) -> None:
        """A frame; `jaw` is the blendshape jawOpen."""
        frame = {"stream_id": 7, "sequence": sequence, "time_nanos": nanos(time), "publish_delay_micros": 0}
        if jaw is not None:
            fields.setdefault("blendshapes", {})["jawOpen"] = jaw
        event: dict[str, Any] = {"arrive_nanos": nanos(arrive), "frame": frame | fields}
        self.events.append(event if accepted else event | {"accepted": False})

    def ask(self, now: Millis, jaw: float | None = None, **expect: Any) -> None:
        """What is expected; `delay`, `offset` and `shown` are milliseconds."""
        if jaw is not None:
            expect.setdefault("blendshapes", {})["jawOpen"] = jaw
        for name in ("delay", "offset", "shown"):
            if name in expect:
                expect[f"{name}_nanos"] = nanos(expect.pop(name))
        self.events.append({"ask_nanos": nanos(now), "expect": expect})


# ---- clocks and delay. 25 frames/s: frame k shows the instant 40 k, jawOpen k / 20, so the instant t has jawOpen t / 800 ----------------

s = Script("steady_30_fps_asked_at_60_hz", "one interval behind, halfway between two frames at every second ask", blend_in_millis=0)
period = Fraction(33_333_333, MS)
for k in range(10):
    s.push(1002 + k * period, k, 1000 + k * period, k / 20)
    half = Fraction(16_666_666, MS)
    if k == 0:  # no interval yet, so no delay; the only frame is held
        s.ask(1002, 0.0, delay=0, offset=2, shown=1000)
        s.ask(1002 + half, 0.0, shown=1000)
    else:  # transit and age are 2, late 0, delay = the interval
        s.ask(1002 + k * period, (k - 1) / 20, delay=period, offset=2, shown=1000 + (k - 1) * period)
        s.ask(1002 + k * period + half, float(k - 1 + half / period) / 20, shown=1000 + (k - 1) * period + half)

s = Script("latest_mode_shows_the_newest", "no delay and nothing between frames", mode="latest", blend_in_millis=0)
for k in range(5):
    s.push(40 * k + 3, k, 40 * k, k / 20)
    s.ask(40 * k + 4, k / 20, delay=0, offset=3, shown=40 * k, sequence=k)
    s.ask(40 * k + 30, k / 20, delay=0, shown=40 * k)

s = Script("jitter_is_played_evenly", "every second frame 20 ms late: delay 20 + 40, every ask on the line", blend_in_millis=0)
asks = iter(range(100, 480, 16))
ask = next(asks)
for k in range(12):
    arrive = 40 * k + (5, 25)[k % 2]
    while ask < arrive:
        s.ask(ask, (ask - 5 - 60) / 800, delay=60, offset=5, shown=ask - 65)
        ask = next(asks)
    s.push(arrive, k, 40 * k, k / 20)

s = Script("bursts_are_played_evenly", "five frames at once every 200 ms: offset 40, age up to 200, delay 160 + 40", blend_in_millis=0)
for burst in range(4):
    for k in range(5 * burst, 5 * burst + 5):
        s.push(200 * (burst + 1), k, 40 * k, k / 20)
    for ask in range(200 * (burst + 1) + (50 if burst == 0 else 0), 200 * (burst + 2), 50):
        s.ask(ask, (ask - 240) / 800, delay=200, offset=40, shown=ask - 240)

for name, ahead, here in (("ahead", 5 * HOUR, 1000), ("behind", 0, 72 * HOUR)):
    s = Script(f"sender_clock_hours_{name}", "clocks are never compared: the same as on one clock", blend_in_millis=0)
    for k in range(6):
        s.push(here + 40 * k + 2, k, ahead + 40 * k, k / 20)
        if k:
            s.ask(here + 40 * k + 12, (k - 1 + 10 / 40) / 20, delay=40, offset=here + 2 - ahead, shown=ahead + 40 * (k - 1) + 10)

s = Script("publish_delay_is_no_offset", "the time in the sender counts for the delay, not for the offset", blend_in_millis=0)
for k, published in enumerate((30, 30, 50, 30)):
    s.push(40 * k + published + 2, k, 40 * k, k / 20, publish_delay_micros=1000 * published)
    # age = published + 2, late = the largest age - 2, delay = late + interval
    s.ask(40 * k + published + 2, delay=(30, 30 + 40, 50 + 40, 50 + 40)[k], offset=2)
s.ask(160, (160 - 2 - 90) / 800, shown=68)

# Sender 0.1 % slow: frame k shows 100 k and comes at 100.1 k + 2, so transit = age = 2 + 0.1 k. Buckets begin at frames 0, 50, 100, 150.
s = Script("drift_is_followed", "the offset follows by buckets, and shown stands still while it would run backwards", blend_in_millis=0)
tenth = Fraction(1, 10)
drift_asks: dict[int, dict[str, Any]] = {
    0: {"offset": 2, "delay": 0},
    49: {"offset": 2, "delay": 104 + 7 * tenth},  # n 50, place 48: age 2 + 4.7
    50: {"offset": 2},  # the bucket before still counts
    99: {"offset": 2, "delay": 109 + 4 * tenth},  # n 100, place 95: age 2 + 9.4
    # Offset 5 up, target 104.5, but the delay falls by 100.1 * 10 / 1000 only: due would be 7 + 108.399 behind, not 111.4.
    100: {"offset": 7, "delay": Fraction(108_399, 1000), "shown": 100 * Fraction(1001, 10) + 2 - 1 - Fraction(1114, 10)},
    103: {"offset": 7, "delay": 109 + 4 * tenth - 4 * Fraction(1001, 1000)},
    104: {"offset": 7, "delay": 104 + 9 * tenth},  # n 105, place 100: age 2 + 9.9, less 7
    105: {"offset": 7, "delay": 105},  # n 106, place 101: age 2 + 10.0, less 7
    # The window has frames 22..149, place 122 is frame 143: age 2 + 14.3, less 7
    149: {"offset": 7, "delay": 109 + 3 * tenth, "shown": 149 * Fraction(1001, 10) + 2 - 7 - (109 + 3 * tenth)},
    150: {"offset": 12},
}
for k in range(151):
    came = k * Fraction(1001, 10) + 2
    if k == 100:
        s.ask(came - 1, shown=came - 1 - 2 - (109 + 4 * tenth))
    s.push(came, k, 100 * k)
    if k in drift_asks:
        s.ask(came, **drift_asks[k])

s = Script("offset_from_before_a_long_silence_expires", "a bucket before counts for less than 10 s", blend_in_millis=0)
for k, (time, transit) in enumerate(((0, 2), (40, 2), (6040, 52), (17_140, 102))):
    s.push(time + transit, k, time)
    if k == 2:
        s.ask(6092, offset=2, delay=50 + 40)  # late 52 - 2; the interval is that of before the silence
    if k == 3:
        s.ask(17_242, offset=102, delay=0 + 40)  # 11.1 s fell by 111

s = Script("delay_rises_at_once", "one frame 100 ms late: held meanwhile, then 100 ms more behind", blend_in_millis=0)
for k in range(3):
    s.push(40 * k + 2, k, 40 * k, k / 20)
s.ask(122, 80 / 800, delay=40, shown=80)
s.ask(202, 80 / 800, shown=80)  # nothing is extrapolated
for k in (3, 4, 5):
    s.push(222, k, 40 * k, k / 20)  # age 102, 62, 22
s.ask(222, 80 / 800, delay=140, offset=2, shown=80)
s.push(242, 6, 240, 6 / 20)
s.ask(252, (252 - 142) / 800, delay=140, shown=110)

# 20 frames/s; frames 5..14 come 100 late, 15 with them (50 late), 16 too (in time).
s = Script("delay_falls_slowly", "held while late frames are in the window, then 10 ms a second", blend_in_millis=0)
fall_asks = {4: 50, 5: 150, 135: 150, 136: 149.5, 137: 149, 138: 148.5, 150: 142.5}  # 0.5 for each 50 ms
for k in range(151):
    late = 100 if 5 <= k <= 14 else {15: 50}.get(k, 0)
    s.push(50 * k + 2 + late, k, 50 * k)
    if k in fall_asks:  # at 136 six frames of 128 are 100 late, the seventh is place 122
        s.ask(50 * k + 2 + late, delay=fall_asks[k], offset=2)
s.push(50 * 150 + 12_052, 151, 50 * 150 + 12_050)
s.ask(50 * 150 + 12_052, delay=50)  # 12.05 s fell by 120.5, but not below late 0 + interval 50

for largest in (500, 200):
    options: dict[str, Any] = {} if largest == 500 else {"max_delay_millis": largest}
    s = Script(f"delay_is_capped_at_{largest}_ms", "a frame 900 ms late", blend_in_millis=0, **options)
    for k in range(3):
        s.push(40 * k + 2, k, 40 * k, k / 40)
    for k in range(3, 26):
        s.push(1022, k, 40 * k, k / 40)
    s.ask(1022, (1022 - 2 - largest) / 1600, delay=largest, offset=2, shown=1020 - largest)

s = Script("least_delay_is_kept", "min_delay_millis 120 on an even stream", blend_in_millis=0, min_delay_millis=120)
for k in range(6):
    s.push(40 * k + 2, k, 40 * k, k / 20)
    s.ask(40 * k + 2, max(0, 40 * k - 120) / 800, delay=120, shown=max(0, 40 * k - 120))

# ---- order, loss, resets ------------------------------------------------------------------------------------------------------------

s = Script("loss_is_counted_and_bridged", "frames 3 and 4 never come; 2 is held, then mixed with 5", blend_in_millis=0)
for k in range(3):
    s.push(40 * k + 2, k, 40 * k, k / 20)
s.ask(150, 0.1, lost=0, received=3, shown=80)
s.push(202, 5, 200, 0.4)
s.ask(202, 0.1 + (0.4 - 0.1) * (160 - 80) / (200 - 80), lost=2, received=4, dropped=0, delay=40, shown=160)

s = Script("older_frame_is_dropped", "3 before 2: lost and then dropped, and no trace in delay or pose", blend_in_millis=0)
for k in (0, 1, 3):
    s.push(40 * k + 2, k, 40 * k, k / 20)
s.push(132, 2, 80, 1.0, accepted=False)
s.ask(132, (132 - 42) / 800, lost=1, dropped=1, received=3, delay=40, shown=90)

s = Script("duplicate_is_dropped", "the same sequence twice, and the first one again", blend_in_millis=0)
for k in range(3):
    s.push(40 * k + 2, k, 40 * k, k / 20)
    s.push(40 * k + 4, k, 40 * k, 1.0, accepted=False)
s.push(90, 0, 0, 1.0, accepted=False)
s.ask(92, (92 - 42) / 800, lost=0, dropped=4, received=3, delay=40, shown=50)

s = Script("sequence_wraps", "after 2^32 - 1 comes 0; a gap across is one frame", blend_in_millis=0)
for place, sequence in ((0, 2**32 - 3), (1, 2**32 - 2), (3, 0), (4, 1)):
    s.push(40 * place + 2, sequence, 40 * place, place / 20)
s.push(163, 2**32 - 1, 80, 1.0, accepted=False)
s.ask(172, (172 - 42) / 800, lost=1, dropped=1, received=4, delay=40, shown=130, sequence=0)

s = Script("newer_sequence_with_an_earlier_time_wins", "the frame that it overtakes is never shown", blend_in_millis=0)
for k, jaw in enumerate((0.0, 0.2, 0.9)):
    s.push(40 * k + 2, k, 40 * k, jaw)
s.ask(82, 0.2, delay=40, shown=40)
s.push(122, 3, 60, 0.4)  # age 62, late 60, interval 60 / 3
s.ask(132, 0.2 + (0.4 - 0.2) * (50 - 40) / (60 - 40), delay=80, shown=50, lost=0, dropped=0, received=4)
s.ask(200, 0.4, shown=60)

s = Script("restarted_sender_starts_afresh", "new stream, new clock, counters from 0, blended in from what was shown")
s.push(2, 0, 0, 0.2)
s.ask(2, 0.0, presence={"mouth": 0}, received=1)
s.push(42, 1, 40, 0.2)
s.ask(52, 0.1, presence={"mouth": 0.5})
s.push(122, 3, 120, 0.2)
s.ask(122, 0.2, presence={"mouth": 1}, lost=1, received=3, delay=40)
s.push(160, 40, 50_000_000, 0.8, stream_id=9)
s.ask(160, 0.2, presence={"mouth": 1}, lost=0, received=1, delay=0, offset=160 - 50_000_000, shown=50_000_000)
s.push(200, 41, 50_000_040, 0.8, stream_id=9)
s.ask(210, 0.5, presence={"mouth": 1}, delay=40, shown=50_000_010)
s.ask(260, 0.8, presence={"mouth": 1}, lost=0, received=2)

s = Script("straggler_of_the_ended_stream_is_dropped", "a frame of the stream before the restart changes nothing", blend_in_millis=0)
s.push(2, 0, 0, 0.2)
s.push(42, 1, 40, 0.2)
s.push(60, 0, 9000, 0.8, stream_id=9)
s.push(82, 2, 80, 0.2, accepted=False)
s.ask(82, 0.8, received=1, dropped=1, lost=0, shown=9000)

s = Script("sender_clock_jumps", "5 s back, then 10 s forward: all forgotten but the counters; exactly 2 s is late, not a jump")
for k in range(4):
    s.push(40 * k + 2, k, 10_000 + 40 * k, 0.2)
    s.ask(40 * k + 2)
s.ask(132, 0.2, delay=40, offset=2 - 10_000)
s.push(162, 4, 5160, 0.8)
s.ask(162, 0.2, delay=0, offset=162 - 5160, shown=5160, received=5, lost=0, dropped=0)
s.ask(212, 0.2 + (0.8 - 0.2) * 0.5, presence={"mouth": 1})
s.push(222, 6, 15_220, 0.8)
s.ask(222, 0.5, delay=0, offset=222 - 15_220, shown=15_220, received=6, lost=1)
s.push(262, 7, 13_260, 0.8)
s.ask(262, delay=500, offset=222 - 15_220, shown=13_260, received=7)

s = Script("buffer_keeps_64_frames", "of 70 that come at once the first six are gone", blend_in_millis=0)
for k in range(70):
    s.push(350, k, 5 * k, k / 100)
# Ages 5..350, place 67 of 70 is 335, offset 5: late 330, delay 335, due 10; the oldest shows 30.
s.ask(350, 6 / 100, delay=335, offset=5, shown=30, sequence=6, received=70, dropped=0, lost=0)
s.ask(380, 8 / 100, shown=40)

# ---- rest, validity, what is in a frame ---------------------------------------------------------------------------------------------

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
mix = [each * left + rest_each * (1 - left) for each, rest_each in zip(YAW_90, IDENTITY, strict=True)]
quarter_way = [each / math.hypot(*mix) for each in mix]
s.ask(1207, 0.6 * left, bones={"head": quarter_way}, head_translation=[2 * left, 0, -left], presence={"mouth": left, "head": left})
half_way: dict[str, Any] = {"visemes": {"sil": 0.5, "aa": 0.5}, "bones": {"head": YAW_45}, "head_translation": [1, 0, -0.5]}
s.ask(1332, 0.3, **half_way, presence={"mouth": 0.5, "head": 0.5})
s.ask(1582, 0.0, **rest, **none, sequence=2)
s.ask(9999, 0.0, **rest, **none)

s = Script("stream_that_returns_blends_in", "3 s of silence, then 100 ms from rest; offset and delay are kept")
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

s = Script("stream_that_returns_in_mid_ease", "from the pose as it was last shown")
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

s = Script("invalid_group_eases_to_rest_and_comes_back", "its values are not used, the other groups go on", mode="latest")
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

s = Script("bones_take_the_shorter_arc", "identity and minus the turn by 90 degrees: normalised mix", blend_in_millis=0)
s.push(2, 0, 0, bones={"head": IDENTITY})
s.push(42, 1, 40, bones={"head": [-each for each in YAW_90]})
mix = [0.0, 0.25 * HALF_ROOT, 0.0, 0.75 + 0.25 * HALF_ROOT]
s.ask(52, bones={"head": [each / math.hypot(*mix) for each in mix], "neck": IDENTITY}, shown=10)
s.ask(62, bones={"head": YAW_45}, shown=20)
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


def text_of(script: dict[str, Any]) -> str:
    """One event a line, so that a change of one shows as one."""
    events = ",\n".join("  " + json.dumps(event) for event in script["events"])
    head = f'"shows": {json.dumps(script["shows"])},\n "options": {json.dumps(script["options"])}'
    return f'{{{head},\n "events": [\n{events}\n]}}\n'


def main(arguments: list[str] | None = None) -> int:
    """Writes or compares; 0 when the files are what the table says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the files instead of writing them")
    check = parser.parse_args(arguments).check
    wanted = {f"{name}.json": text_of(script).encode() for name, script in SCRIPTS.items()}
    present = {path.name for path in HERE.glob("*.json")}
    stale = [name for name, content in wanted.items() if name not in present or (HERE / name).read_bytes() != content]
    surplus = sorted(present - wanted.keys())
    if check:
        for name in stale + surplus:
            print(f"{name} is not what the table says; run write.py", file=sys.stderr)
        return 1 if stale or surplus else 0
    for name in stale:
        (HERE / name).write_bytes(wanted[name])
    for name in surplus:
        (HERE / name).unlink()
    print(f"{len(wanted)} vectors; {len(stale)} files written, {len(surplus)} deleted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
