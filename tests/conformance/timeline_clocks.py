"""Vectors of clocks and delay. 25 frames/s: frame k shows the instant 40 k, jawOpen k / 20, so the instant t has jawOpen t / 800."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from timeline_script import HOUR, MS, Script

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
