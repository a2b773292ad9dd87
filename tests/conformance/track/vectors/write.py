"""Writes the vectors of track queues: `python tests/conformance/track/vectors/write.py`; with `--check` it only compares.

Standard library only and no queue: every expectation is the arithmetic of protos/track.md, spelled out where it stands. Unless a script
says otherwise a track has 48000 samples and 60 frames a second: an interval of 800 samples, 100 ms are 4800.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from track_script import Script, eased, write_scripts  # noqa: E402 - found through the line above

# ---- frames and what lies between them ------------------------------------------------------------------------------------

s = Script("shut_before_the_first_frame", "an empty queue and a position before the first frame are shut and not valid")
s.shut(0)
s.shut(5000)
s.push(0, 1600, 255, 255)
s.shut(0)
s.shut(1599)
s.sample(1600, 1.0, valid=True, ended=False)

s = Script("straight_line_between_two_frames", "linear between frames, exact on them")
s.push(0, 0, 0, 255, 51)
for position, jaw in (
    (0, 0.0),
    (200, 0.25),
    (400, 0.5),
    (800, 1.0),
    (1200, (1.0 + 0.2) / 2),
    (1500, 1.0 + (0.2 - 1.0) * 700 / 800),
    (1600, 0.2),
):
    s.sample(position, jaw, valid=True, ended=False)

s = Script("every_name_has_its_place", "shapes and visemes by name: the first and the last of each too")
s.push(
    0,
    0,
    frames=[
        {"blendshapes": {"jawForward": 255, "cheekPuff": 51, "tongueOut": 102}, "visemes": {"sil": 255}},
        {"blendshapes": {"jawForward": 51, "mouthClose": 255, "tongueOut": 0}, "visemes": {"PP": 204, "ou": 51}},
    ],
)
s.sample(
    0, blendshapes={"jawForward": 1.0, "cheekPuff": 0.2, "tongueOut": 0.4, "mouthClose": 0.0}, visemes={"sil": 1.0, "PP": 0.0, "ou": 0.0}
)
s.sample(
    400, blendshapes={"jawForward": 0.6, "cheekPuff": 0.1, "tongueOut": 0.2, "mouthClose": 0.5}, visemes={"sil": 0.5, "PP": 0.4, "ou": 0.1}
)
s.sample(
    800, blendshapes={"jawForward": 0.2, "cheekPuff": 0.0, "tongueOut": 0.0, "mouthClose": 1.0}, visemes={"sil": 0.0, "PP": 0.8, "ou": 0.2}
)

s = Script("chunks_join", "from the last frame of a chunk to the first of the next")
s.push(0, 0, 0, 51)
s.push(1, 1600, 102, 153)
s.push(2, 3200, 204)
for position, jaw in ((800, 0.2), (1200, 0.3), (1600, 0.4), (2000, 0.5), (2800, 0.7), (3200, 0.8)):
    s.sample(position, jaw, valid=True)

s = Script("frames_stand_between_samples", "an interval of 367.5 samples; a chunk begins at the whole sample below its place", rate=22050)
s.push(0, 0, 0, 255, 0)  # 0, 367.5, 735
s.push(1, 1102, 51, 102)  # 1102 for 1102.5, 1469.5
s.sample(367.5, 1.0)
s.sample(183.75, 0.5)
s.sample(551.25, 0.5)
s.sample(735, 0.0)
s.sample(735 + 367 / 2, 0.1)  # span 367, not 367.5
s.sample(1102, 0.2)
s.sample(1102 + 367.5 / 2, 0.3)

s = Script("positions_may_go_back", "what is kept is shown again")
s.push(0, 0, 0, 255)
s.sample(800, 1.0)
s.sample(0, 0.0)
s.sample(400, 0.5)

# ---- when nothing comes --------------------------------------------------------------------------------------------------

s = Script("last_frame_is_held_and_eased_shut", "no next frame: held for 100 ms, eased shut in the next 100 ms")
s.push(0, 0, frames=[{"blendshapes": {"jawOpen": 255}, "visemes": {"aa": 255}}])
for age, left in ((0, 1.0), (2400, 1.0), (4800, 1.0), (6000, eased(0.25)), (7200, 0.5), (8400, eased(0.75))):
    s.sample(age, left, valid=True, ended=False, visemes={"aa": left, "sil": 1 - left})
s.shut(9600)
s.shut(1_000_000)

s = Script("long_gap_is_shut_until_the_next_frame_is_near", "a lost chunk: shut, then open within the last interval")
s.push(0, 0, 255, 255)
s.push(2, 48000, 204)
s.sample(800 + 4800, 1.0, valid=True)
s.sample(800 + 7200, 0.5, valid=True)
s.shut(20000)
s.shut(47200)
s.sample(47600, 0.4, valid=True)  # half way from shut to 0.8
s.sample(48000, 0.8, valid=True)
s.count(lost=1)

s = Script("short_gap_is_held", "less than 100 ms: held until the last interval")
s.push(0, 0, 255)
s.push(1, 3200, 51)
for position, jaw in ((800, 1.0), (2400, 1.0), (2800, 0.6), (3200, 0.2)):
    s.sample(position, jaw, valid=True)

s = Script("gap_ends_while_the_frame_is_eased", "both rules at once: from what is left of the last frame to the next one")
s.push(0, 0, 255)
s.push(1, 7600, 51)
s.sample(6800, eased(2000 / 4800), valid=True)
s.sample(7200, 0.5 + (0.2 - 0.5) * 0.5, valid=True)  # half eased, half way
s.sample(7600, 0.2, valid=True)

s = Script("slow_frames_are_held_for_their_own_duration", "2 frames a second: half a second is longer than 100 ms", fps=2)
s.push(0, 0, 0, 255)
s.sample(12000, 0.5)
s.sample(21600, 0.9)
s.sample(24000, 1.0)
s.sample(24000 + 24000, 1.0, valid=True)
s.sample(24000 + 24000 + 2400, 0.5, valid=True)
s.shut(24000 + 24000 + 4800)

# ---- the end ----------------------------------------------------------------------------------------------------------------

s = Script("end_is_a_shut_frame_behind_the_last", "from the last frame to shut within one interval, then not valid")
s.push(0, 0, 255, 255, end=1)
s.sample(800, 1.0, valid=True, ended=False)
s.sample(1200, 0.5, valid=True, ended=False, visemes={"sil": 1.0})
s.sample(1599, 1 / 800, valid=True, ended=False)
s.shut(1600, ended=True)
s.shut(10_000_000, ended=True)
s.sample(800, 1.0, valid=True, ended=False)

s = Script("end_without_frames_cuts", "the end alone: what stands at its sample or behind it is gone")
s.push(0, 0, 255, 255, 255, 255)
s.push(1, 1200, end=1)
s.count(frames=3)  # 0, 800 and the end
s.sample(800, 1.0, valid=True)
s.sample(1000, 0.5, valid=True, ended=False)  # span 400
s.shut(1200, ended=True)

s = Script("end_of_nothing", "a track that ends before it began: an end alone counts as a frame")
s.push(0, 4000, end=1)
s.count(frames=1)
s.shut(3999)
s.shut(4000, ended=True)

s = Script("end_is_replaced", "a chunk that starts where the end stands takes its place")
s.push(0, 0, 255, end=1)
s.shut(800, ended=True)
s.push(1, 800, 51, 51)
s.sample(400, 0.6, ended=False)
s.sample(800, 0.2, valid=True, ended=False)
s.count(frames=3)

s = Script("track_goes_on_after_an_end", "an end that is not the last thing is a shut frame")
s.push(0, 0, 255, end=1)
s.push(1, 8000, 255)
s.sample(400, 0.5, valid=True)
s.shut(800)
s.shut(4000)
s.shut(7200)
s.sample(7600, 0.5, valid=True, ended=False)
s.sample(8000, 1.0, valid=True, ended=False)

# ---- what a chunk replaces ------------------------------------------------------------------------------------------------

s = Script("flush_closes_the_mouth", "a chunk that starts earlier, with closing frames and the end; 2000 lies between two frames")
s.push(0, 0, *[255] * 10)
s.push(1, 2000, 170, 85, 0, end=1)
s.count(frames=3 + 3)
s.sample(1600, 1.0, valid=True)
s.sample(1800, (1.0 + 170 / 255) / 2, valid=True)  # span 400
s.sample(2000, 170 / 255, valid=True)
s.sample(3200, 85 / 255 / 2, valid=True)
s.sample(3600, 0.0, valid=True, ended=False)
s.shut(4400, ended=True)

s = Script("flush_that_comes_late", "playback is beyond the start of the closing frames: they are entered where it is")
s.push(0, 0, *[255] * 10)
s.sample(3000, 1.0)
s.push(1, 2000, 170, 85, 0, end=1)
s.sample(3000, 85 / 255 * 0.75, valid=True)
s.shut(5000, ended=True)

s = Script("chunk_replaces_from_its_start_on", "a frame that stands exactly at the start goes too")
s.push(0, 0, 255, 255, 255, 255)
s.push(1, 800, 0)
s.count(frames=2)
s.sample(400, 0.5)
s.sample(800, 0.0, valid=True)
s.sample(1600, 0.0, valid=True)  # held

s = Script("chunk_replaces_several", "and whole chunks, with their end")
s.push(0, 0, 255, 255)
s.push(1, 1600, 255, 255)
s.push(2, 3200, 255, 255, end=1)
s.push(3, 1000, 51)
s.count(frames=3)
s.sample(900, (1.0 + 0.2) / 2)  # span 200
s.sample(1000, 0.2, ended=False)

s = Script("chunk_before_all_others", "everything goes")
s.push(0, 8000, 255, 255)
s.push(1, 0, 51)
s.count(frames=1)
s.sample(0, 0.2, valid=True)
s.shut(9600)

s = Script("fractional_frames_are_cut_exactly", "frame 3 stands at 1102.5: not before 1102, but before 1103", rate=22050)
s.push(0, 0, 255, 255, 255, 255)
s.push(1, 1103, 0)
s.count(frames=5)
s.push(2, 1102, 0)
s.count(frames=4)

s = Script("cut_without_frames", "no frame and no end: what is behind the start goes, more may come")
s.push(0, 0, 255, 255, 255, 255)
s.push(1, 1600)
s.count(frames=2)
s.sample(1600, 1.0, valid=True, ended=False)
s.push(2, 1600, 51)
s.sample(1600, 0.2)

# ---- tracks and sequences ---------------------------------------------------------------------------------------------------

s = Script("new_track_starts_afresh", "another stream id: everything queued goes, counters begin at 0")
s.push(0, 0, 255, 255)
s.push(5, 1600, 255)
s.push(5, 1600, 255, taken=False)
s.count(lost=4, late=1, frames=3)
s.push(0, 800, 51, stream=8)
s.count(lost=0, late=0, refused=0, frames=1)
s.shut(0)
s.sample(800, 0.2, valid=True)

s = Script("new_track_may_have_other_rates", "rates belong to a track")
s.push(0, 0, 255, 255)
s.push(0, 0, 0, 255, stream=8, sample_rate_hz=22050, frame_rate_hz=30)
s.sample(367.5, 0.5)
s.sample(735, 1.0)

s = Script("straggler_of_the_replaced_track", "a chunk of the track before is late")
s.push(0, 0, 255)
s.push(0, 0, 51, stream=8)
s.push(1, 800, 255, taken=False)
s.count(late=1, frames=1)
s.sample(0, 0.2)
s.push(1, 800, 102, stream=8)
s.sample(800, 0.4)

s = Script("only_the_last_replaced_track_is_known", "a track that comes back after two others is a new one")
s.push(0, 0, 255)
s.push(0, 0, 51, stream=8)
s.push(0, 0, 102, stream=9)
s.push(1, 0, 255)
s.count(late=0, lost=0, frames=1)
s.sample(0, 1.0)

s = Script("gaps_are_lost", "the first chunk that a reader meets only sets where it counts from")
s.push(10, 0, 255)
s.count(lost=0)
s.push(11, 800, 255)
s.push(14, 3200, 255)
s.push(15, 4000, 255)
s.push(18, 6400, 255)
s.count(lost=4, late=0, refused=0)

s = Script("what_comes_twice_or_late_is_dropped", "it replaces nothing")
s.push(4, 0, 255, 255)
s.push(6, 1600, 255)
s.push(6, 0, 0, taken=False)
s.push(5, 0, 0, taken=False)
s.push(4, 0, 0, taken=False)
s.count(late=3, lost=1, frames=3)
s.sample(0, 1.0)

s = Script("sequence_wraps", "0 follows 4294967295")
s.push(4294967294, 0, 255)
s.push(4294967295, 800, 255)
s.push(0, 1600, 255)
s.push(2, 3200, 255)
s.push(4294967295, 0, 0, taken=False)
s.count(lost=1, late=1)

s = Script("other_rates_within_a_track_are_refused", "the chunk was met all the same: it is not lost")
s.push(0, 0, 255)
s.push(1, 800, 0, taken=False, frame_rate_hz=30)
s.push(2, 800, 0, taken=False, sample_rate_hz=44100)
s.push(3, 800, 255)
s.count(refused=2, lost=0, frames=2)
s.sample(800, 1.0)

s = Script("clear_forgets_which_track_it_was", "the same chunks are taken again")
s.push(0, 0, 255)
s.push(0, 0, 51, stream=8)
s.clear()
s.count(lost=0, late=0, refused=0, frames=0)
s.shut(0)
s.push(0, 0, 102)
s.sample(0, 0.4)

# ---- room. One frame a second of 8000 samples: 10 frames are 10 s ----------------------------------------------------------

s = Script("ten_seconds_are_kept", "what has no room is refused and changes nothing", rate=8000, fps=1)
s.push(0, 0, *[255] * 10)
s.push(1, 80000, 0, taken=False)
s.count(refused=1, lost=0, late=0, frames=10)
s.push(2, 40000, *[0] * 6, taken=False)
s.count(refused=2, frames=10)
s.push(3, 40000, *[51] * 5)
s.count(refused=2, lost=0, frames=10)
s.sample(72000, 0.2)

s = Script("first_chunk_may_be_too_long", "the track is known, and empty", rate=8000, fps=1)
s.push(0, 0, *[255] * 11, taken=False)
s.count(refused=1, frames=0)
s.push(1, 0, *[255] * 10)
s.count(refused=1, lost=0, frames=10)

s = Script("what_was_played_makes_room", "all before the frame that is shown goes, when its room is needed", rate=8000, fps=1)
s.push(0, 0, *[255] * 10)
s.sample(28000, 1.0)  # frame 3
s.sample(0, 1.0)
s.sample(28000, 1.0)
s.push(1, 80000, 51)
s.count(refused=0, frames=8)
s.shut(0)
s.shut(23999)
s.sample(24000, 1.0, valid=True)
s.sample(80000, 0.2)
s.push(2, 88000, 102)
s.count(frames=9)  # there is room: nothing goes
s.sample(24000, 1.0)

s = Script("whole_chunks_that_were_played_make_room", "the frame that is shown stays", rate=8000, fps=1)
for number in range(5):
    s.push(number, 16000 * number, 255, 204)
s.sample(48000, 1.0)  # the first frame of chunk 3
s.push(5, 80000, *[51] * 6)
s.count(refused=0, frames=4 + 6)
s.shut(47999)
s.sample(48000, 1.0, valid=True)
s.push(6, 128000, 51, taken=False)
s.count(refused=1, frames=10)

s = Script("position_of_the_track_before_makes_no_room", "a position counts for its own track", rate=8000, fps=1)
s.push(0, 0, *[255] * 10)
s.sample(72000, 1.0)
s.push(0, 0, *[255] * 10, stream=8)
s.push(1, 80000, 255, stream=8, taken=False)
s.count(refused=1, frames=10)

s = Script("position_that_is_no_frame_makes_no_room", "before the first frame nothing was played", rate=8000, fps=1)
s.push(0, 80000, *[255] * 10)
s.shut(79999)
s.push(1, 160000, 255, taken=False)
s.count(refused=1, frames=10)

s = Script("flush_finds_room", "20 frames a second: 10 s are 200 frames, 10.1 s 202", rate=8000, fps=20)
s.push(0, 0, *[255] * 200)
s.push(1, 79900, 51, taken=False)
s.push(2, 79900, 51, 26, 0, end=1, taken=False)
s.push(3, 79900, 51, 0, end=1)
s.count(refused=2, frames=202)
s.sample(79900, 0.2, valid=True)

s = Script("end_alone_needs_room", "ends without frames are bounded as well", rate=8000, fps=20)
s.push(0, 0, *[255] * 200)
s.push(1, 80000, end=1)
s.push(2, 80400, end=1)
s.push(3, 80400, end=1)  # in the place of the one before
s.push(4, 80800, end=1, taken=False)
s.count(refused=1, frames=202)

s = Script("end_with_frames_needs_none", "a whole track of 10 s with its end", rate=8000, fps=1)
s.push(0, 0, *[255] * 10, end=1)
s.count(refused=0, frames=10)
s.shut(80000, ended=True)

s = Script("room_for_a_baked_track", "as many milliseconds as it is long", rate=8000, fps=1, capacity_millis=15000)
s.push(0, 0, *[255] * 8)
s.push(1, 64000, *[51] * 7, end=1)
s.push(2, 120000, 51, taken=False)
s.count(refused=1, frames=15)
s.sample(112000, 0.2)
s.sample(0, 1.0)


if __name__ == "__main__":
    sys.exit(write_scripts(HERE, sys.argv[1:]))
