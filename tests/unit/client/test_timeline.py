from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from affectia import registry
from affectia.client.timeline import BUFFER_FRAMES, Timeline, TimelineOptions
from affectia.clock import NANOS_PER_MILLI, FakeClock
from affectia.errors import ConfigError
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.layout import HEAD_AND_SHAPES

pytestmark = pytest.mark.unit
MS = NANOS_PER_MILLI
SHAPES = len(registry.BLENDSHAPES)


def frame(sequence: int, time_millis: int, weight: int = 0, **fields: Any) -> AvatarFrame:
    """A frame whose blendshapes are all `weight` of 255."""
    given: dict[str, Any] = {"stream_id": 1, "publish_delay_micros": 0, "blendshapes": bytes([weight]) * SHAPES} | fields
    return AvatarFrame(sequence=sequence, time_nanos=time_millis * MS, **given)


def playing(options: TimelineOptions | None = None, *, frames: int = 10) -> Timeline:
    """25 frames/s, each 2 ms under way; blendshapes are 10 k of 255."""
    timeline = Timeline(options or TimelineOptions(blend_in_millis=0))
    for k in range(frames):
        assert timeline.push(frame(k, 40 * k, 10 * k), (40 * k + 2) * MS)
    return timeline


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"mode": "newest"}, "mode is 'newest', expected latest or adaptive"),
        ({"max_delay_millis": 501}, "max_delay_millis 501 are out of order, expected 0 <= min <= max <= 500"),
        ({"min_delay_millis": 60, "max_delay_millis": 50}, "min_delay_millis 60 and max_delay_millis 50 are out of order"),
        ({"min_delay_millis": -1}, "min_delay_millis -1"),
        ({"fall_millis_per_sec": 0}, "fall_millis_per_sec is 0, expected 1 or more"),
        ({"stale_millis": 0}, "stale_millis is 0, expected 1 or more"),
        ({"ease_millis": -1}, "ease_millis is -1, expected 0 or more"),
        ({"blend_in_millis": -1}, "blend_in_millis is -1, expected 0 or more"),
    ],
)
def test_option_out_of_range_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        TimelineOptions(**given)
    assert message in str(caught.value)


def test_pose_lies_between_the_two_frames_that_are_due() -> None:
    timeline = playing()
    pose = timeline.pose_at(372 * MS)  # 42 ms behind: 330 of frames at 320 and 360
    assert pose.time_nanos == 330 * MS
    assert pose.blendshapes == pytest.approx(np.full(SHAPES, 82.5 / 255), abs=1e-6)


def test_pose_is_one_object_whose_arrays_are_written_again() -> None:
    timeline = playing()
    first = timeline.pose_at(300 * MS)
    shapes = first.blendshapes
    before = shapes.copy()
    assert timeline.pose_at(340 * MS) is first
    assert first.blendshapes is shapes
    assert (shapes > before).all()


def test_frames_are_not_changed_by_what_is_shown() -> None:
    timeline = playing()
    pose = timeline.pose_at(122 * MS)
    first = pose.blendshapes.copy()
    timeline.pose_at(5000 * MS)
    timeline.pose_at(6000 * MS)
    assert not pose.blendshapes.any()
    again = playing().pose_at(122 * MS)
    assert again.blendshapes == pytest.approx(first)


def test_options_of_the_two_modes_agree_on_a_standing_face() -> None:
    clock = FakeClock()
    timelines = [Timeline(TimelineOptions(mode=mode)) for mode in ("latest", "adaptive")]
    for k in range(20):
        for timeline in timelines:
            timeline.push(frame(k, 40 * k, 100), clock.now_nanos())
            timeline.pose_at(clock.now_nanos())
        clock.advance(nanos=40 * MS)
    shown = [timeline.pose_at(clock.now_nanos()).blendshapes for timeline in timelines]
    assert shown[0] == pytest.approx(shown[1], abs=1e-6)
    assert shown[0] == pytest.approx(np.full(SHAPES, 100 / 255), abs=1e-6)


def test_buffer_is_bounded() -> None:
    timeline = playing(frames=25)
    for k in range(25, 1000):
        timeline.push(frame(k, 40 * k), (40 * k + 2) * MS)
    assert len(timeline._keys) == BUFFER_FRAMES
    assert timeline.received == 1000


def test_new_layout_brings_a_new_pose_at_rest() -> None:
    timeline = playing()
    old = timeline.pose_at(372 * MS)
    timeline.push(frame(10, 400, 255, layout=HEAD_AND_SHAPES), 402 * MS)
    pose = timeline.pose_at(402 * MS)
    assert pose is not old
    assert pose.layout == HEAD_AND_SHAPES
    assert len(pose.visemes) == HEAD_AND_SHAPES.count(2)
    assert pose.blendshapes == pytest.approx(np.ones(SHAPES))
    assert timeline.lost == 0


def test_dominant_viseme_has_its_confidence() -> None:
    timeline = Timeline(TimelineOptions(mode="latest"))
    timeline.push(frame(0, 0, dominant_viseme=bytes((10, 51))), 0)
    assert timeline.pose_at(0).dominant_viseme == (10, 0.2)


def test_times_beyond_63_bits_are_no_trouble() -> None:
    timeline = Timeline(TimelineOptions(blend_in_millis=0))
    start = (2**64 - 1) // MS - 1000
    for k in range(3):
        timeline.push(frame(k, start + 40 * k, 100 * k), (40 * k + 2) * MS)
    assert timeline.pose_at(102 * MS).blendshapes[0] == pytest.approx(150 / 255, abs=1e-6)


def test_saturated_publish_delay_does_no_lasting_harm() -> None:
    timeline = playing()
    timeline.push(frame(10, 400, 100, publish_delay_micros=2**32 - 1), 402 * MS)  # a jump of 71 minutes to and fro
    for k in range(11, 20):
        timeline.push(frame(k, 40 * k, 10 * k), (40 * k + 2) * MS)
    assert timeline.pose_at(782 * MS).blendshapes[0] == pytest.approx(185 / 255, abs=1e-6)
    assert (timeline.received, timeline.lost, timeline.dropped) == (20, 0, 0)


def test_any_stream_is_shown_without_a_jump_and_within_its_values() -> None:
    """Noise on everything that a sender and a network do; what is shown moves little from one display frame to the next."""
    random = np.random.default_rng(5)
    timeline = Timeline()
    now, sequence, sent, stream, last = 10_000, 0, 500_000, 1, np.zeros(SHAPES, np.float32)
    largest, valid = 0.0, 31
    for step in range(6000):
        now += 8
        if random.random() < 0.002:
            stream, sent, sequence = stream + 1, int(random.integers(0, 10**6)), 0
        if random.random() < 0.05:
            valid = int(random.integers(0, 64))
        if random.random() < 0.3 and not 2000 < step < 2300:
            sequence += int(random.integers(0, 3))
            sent += int(random.integers(0, 30))
            groups = b"".join(bytes((valid >> group & 1, 255, 0, 255)) for group in range(6))
            # The face itself moves slowly, so that every jump is the timeline's.
            weight = int(127 + 127 * np.sin(now / 900))
            timeline.push(frame(sequence, sent, weight, stream_id=stream, groups=groups), now * MS)
        pose = timeline.pose_at(now * MS)
        largest = max(largest, float(np.abs(pose.blendshapes - last).max()))
        np.copyto(last, pose.blendshapes)
        assert np.isfinite(pose.blendshapes).all()
        assert 0 <= pose.blendshapes.min() <= pose.blendshapes.max() <= 1
        assert np.linalg.norm(pose.bone_quaternions, axis=1) == pytest.approx(np.ones(len(registry.BONES)), abs=1e-5)
        assert 0 <= pose.presence.min() <= pose.presence.max() <= 1
        assert 0 <= pose.delay_nanos <= 500 * MS
    assert timeline.received > 0
    # 8 ms of a 100 ms smoothstep over the whole range move at most 0.12; the face and late frames add to it.
    assert largest < 0.2, largest


@pytest.mark.parametrize(
    "endpoint", ["tcp://127.0.0.1:17870", "tcp://127.8.0.2:5", "tcp://localhost:17870", "tcp://[::1]:17870", "ipc://frames", "inproc://x"]
)
def test_endpoint_of_this_machine_has_no_delay(endpoint: str) -> None:
    assert TimelineOptions.for_endpoint(endpoint) == TimelineOptions(mode="latest")


@pytest.mark.parametrize(
    "endpoint", ["tcp://192.168.0.4:17870", "tcp://localhost.example.org:17870", "tcp://[fe80::1]:17870", "tcp://*:1", ""]
)
def test_endpoint_of_another_machine_is_adaptive(endpoint: str) -> None:
    assert TimelineOptions.for_endpoint(endpoint) == TimelineOptions(mode="adaptive")


def test_pose_that_waited_goes_a_quarter_faster_and_never_past_what_is_due() -> None:
    timeline = playing()
    timeline.pose_at(500 * MS)  # 360 is the newest
    for k in (10, 11, 12, 13, 14):
        if k > 11:
            timeline.push(frame(k, 40 * k, 10 * k), (40 * k + 2) * MS)
    shown = [timeline.pose_at((500 + 8 * step) * MS).time_nanos or 0 for step in range(1, 30)]
    steps = {int(step) for step in np.diff(shown)}
    assert max(steps) == 10 * MS
    assert 8 * MS in steps or shown[-1] == 560 * MS
    assert timeline.skipped == 0


def test_late_frame_of_another_layout_is_dropped() -> None:
    timeline = playing(TimelineOptions(min_delay_millis=200))
    timeline.push(frame(11, 440, 0), 442 * MS)
    assert not timeline.push(frame(10, 400, 0, layout=HEAD_AND_SHAPES), 443 * MS)
    assert timeline.push(frame(10, 400, 0), 444 * MS)


def test_late_frame_keeps_the_buffer_bounded() -> None:
    timeline = Timeline(TimelineOptions(min_delay_millis=500))
    for k in (*range(BUFFER_FRAMES), BUFFER_FRAMES + 1):
        timeline.push(frame(k, 5 * k), (5 * k + 2) * MS)
    assert timeline.push(frame(BUFFER_FRAMES, 5 * BUFFER_FRAMES), 400 * MS)
    assert timeline.pose_at(401 * MS).time_nanos == 2 * 5 * MS  # 0 made room for the newest, 1 for the late one
    assert timeline.lost == 0


def test_frame_that_comes_late_to_an_empty_place_is_dropped() -> None:
    timeline = Timeline()
    timeline.push(frame(5, 200), 202 * MS)
    assert not timeline.push(frame(4, 160), 203 * MS)  # nothing before it
    assert (timeline.received, timeline.lost, timeline.dropped) == (1, 0, 1)
