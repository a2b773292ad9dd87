"""Vectors of order, loss and resets: what is accepted, and how a pose gets over what is missing."""

from __future__ import annotations

from timeline_script import Script

s = Script(
    "loss_is_counted_and_bridged", "frames 3 and 4 never come; 2 is held, then mixed with 5, a quarter faster than time", blend_in_millis=0
)
for k in range(3):
    s.push(40 * k + 2, k, 40 * k, k / 20)
s.ask(150, 0.1, lost=0, received=3, shown=80)
s.push(202, 5, 200, 0.4)
s.ask(202, 0.1 + (0.4 - 0.1) * (145 - 80) / (200 - 80), lost=2, received=4, dropped=0, delay=40, shown=80 + 52 * 1.25)
s.ask(210, 0.1 + (0.4 - 0.1) * (155 - 80) / (200 - 80), shown=145 + 8 * 1.25)
s.ask(238, 0.1 + (0.4 - 0.1) * (190 - 80) / (200 - 80), shown=155 + 28 * 1.25)
s.ask(242, 0.1 + (0.4 - 0.1) * (195 - 80) / (200 - 80), shown=190 + 4 * 1.25)
s.ask(302, 0.4, shown=200, skipped=0)

s = Script("pose_that_waited_catches_up", "one lost frame: held for 40 ms, then 5 ms of the sender's time every 4 ms", blend_in_millis=0)
for k in range(3):
    s.push(40 * k + 2, k, 40 * k, k / 20)
s.ask(122, 80 / 800, delay=40, shown=80)
s.ask(162, 80 / 800, shown=80)
s.push(162, 4, 160, 160 / 800)
s.ask(172, 92.5 / 800, shown=92.5)  # 130 is due
s.push(202, 5, 200, 200 / 800)
s.ask(202, 130 / 800, shown=130)  # 160
s.push(242, 6, 240, 240 / 800)
s.ask(242, 180 / 800, shown=180)  # 200
s.push(282, 7, 280, 280 / 800)
s.push(322, 8, 320, 320 / 800)
s.ask(322, 280 / 800, shown=280, delay=40, lost=1, skipped=0)
s.ask(332, 290 / 800, shown=290)

s = Script("pose_far_behind_skips_by_a_transition", "280 ms of frames lost: more than 100 behind, so the rest is left out in 200 ms")
for k in range(6):
    s.push(40 * k + 2, k, 40 * k, k / 20)
    s.ask(40 * k + 2)
s.ask(242, 200 / 800, presence={"mouth": 1}, shown=200, skipped=0)
s.ask(522, 200 / 800, shown=200, skipped=0)
s.push(522, 13, 520, 520 / 800)
s.ask(532, 200 / 800, shown=490, presence={"mouth": 1}, skipped=1)  # 490 is due, 212.5 near
for k in (14, 15):
    s.push(40 * k + 2, k, 40 * k, k / 20)
s.ask(632, 200 / 800 + (590 / 800 - 200 / 800) * 0.5, shown=590)
for k in (16, 17, 18):
    s.push(40 * k + 2, k, 40 * k, k / 20)
s.ask(732, 690 / 800, shown=690, presence={"mouth": 1}, skipped=1, lost=7)

s = Script("older_frame_is_dropped", "3 before 2, and the pose is on its way from 1 to 3: no trace in delay or pose", blend_in_millis=0)
for k in (0, 1, 3):
    s.push(40 * k + 2, k, 40 * k, k / 20)
s.ask(125, 83 / 800, shown=83, lost=1, dropped=0)
s.push(132, 2, 80, 1.0, accepted=False)
s.ask(132, (132 - 42) / 800, lost=1, dropped=1, received=3, delay=40, shown=90)

s = Script(
    "late_frame_takes_its_place",
    "one that was overtaken counts as long as the pose is not on its way past it",
    min_delay_millis=120,
    blend_in_millis=0,
)
for k in (0, 1, 2, 4):
    s.push(40 * k + 2, k, 40 * k, k / 20)
s.ask(163, 41 / 800, delay=120, shown=41, lost=1, received=4)
s.push(170, 3, 120, 0.9)
s.push(171, 3, 120, 0.9, accepted=False)
s.ask(232, 0.1 + (0.9 - 0.1) * (110 - 80) / 40, delay=120, offset=2, shown=110, lost=0, received=5, dropped=1)  # age 50, late 48, 48 + 40
s.push(242, 6, 240, 6 / 20)
s.push(256, 5, 200, 5 / 20)  # 4 at 160 is next
s.push(322, 8, 320, 8 / 20)
s.ask(382, 260 / 800, shown=260, lost=1, received=8)
s.push(384, 7, 280, 0.9, accepted=False)  # between 6 and 8 already
s.ask(402, 280 / 800, shown=280, lost=1, received=8, dropped=2)

s = Script("late_frame_raises_the_delay", "its age counts as any other's", blend_in_millis=0)
for k in (0, 1, 2, 4, 5):
    s.push(40 * k + 2, k, 40 * k, k / 20)
s.push(210, 3, 120, 3 / 20)  # age 90, late 88
s.ask(210, (210 - 2 - 128) / 800, delay=128, shown=80, lost=0, received=6)

s = Script("late_frame_is_dropped_in_latest_mode", "there is nothing between frames to get right", mode="latest", blend_in_millis=0)
for k in (0, 1, 3, 4):
    s.push(40 * k + 2, k, 40 * k, k / 20)
s.push(164, 2, 80, 1.0, accepted=False)
s.ask(165, 4 / 20, delay=0, shown=160, lost=1, received=4, dropped=1)

s = Script("duplicate_is_dropped", "the same sequence twice, and the first one again", blend_in_millis=0)
for k in range(3):
    s.push(40 * k + 2, k, 40 * k, k / 20)
    s.push(40 * k + 4, k, 40 * k, 1.0, accepted=False)
s.push(90, 0, 0, 1.0, accepted=False)
s.ask(92, (92 - 42) / 800, lost=0, dropped=4, received=3, delay=40, shown=50)

s = Script("sequence_wraps", "after 2^32 - 1 comes 0, also when it comes before it", blend_in_millis=0)
for place, sequence in ((0, 2**32 - 3), (1, 2**32 - 2), (3, 0), (4, 1)):
    s.push(40 * place + 2, sequence, 40 * place, place / 20)
s.push(163, 2**32 - 1, 80, 2 / 20)
s.push(164, 2**32 - 2, 40, 1.0, accepted=False)
# Age 83, late 81, delay 121: due 49
s.ask(172, 49 / 800, lost=0, dropped=1, received=5, delay=121, shown=49, sequence=2**32 - 2)

s = Script("newer_sequence_with_an_earlier_time_wins", "the frame that it overtakes is never shown", blend_in_millis=0)
for k, jaw in enumerate((0.0, 0.2, 0.9)):
    s.push(40 * k + 2, k, 40 * k, jaw)
s.ask(82, 0.2, delay=40, shown=40)
s.push(122, 3, 60, 0.4)  # age 62, late 60, interval 60 / 3
s.ask(132, 0.2 + (0.4 - 0.2) * (50 - 40) / (60 - 40), delay=80, shown=50, lost=0, dropped=0, received=4)
s.ask(200, 0.4, shown=60)

s = Script("restarted_sender_starts_afresh", "new stream, new clock, counters from 0, blended in from what was shown", blend_in_millis=100)
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

s = Script("blending_in_takes_200_ms", "the default: also a whole range never moves by more than 0.125 in a 60th of a second")
s.push(2, 0, 0, 1.0)
s.ask(2, 0.0, presence={"mouth": 0})
s.ask(52, 0.15625, presence={"mouth": 0.15625})  # t = 0.25
s.ask(102, 0.5, presence={"mouth": 0.5})
s.ask(202, 1.0, presence={"mouth": 1})

s = Script("straggler_of_the_ended_stream_is_dropped", "a frame of the stream before the restart changes nothing", blend_in_millis=0)
s.push(2, 0, 0, 0.2)
s.push(42, 1, 40, 0.2)
s.push(60, 0, 9000, 0.8, stream_id=9)
s.push(82, 2, 80, 0.2, accepted=False)
s.ask(82, 0.8, received=1, dropped=1, lost=0, shown=9000)

shows = "5 s back, then 10 s forward: all forgotten but the counters; exactly 2 s is late, not a jump"
s = Script("sender_clock_jumps", shows, blend_in_millis=100)
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
