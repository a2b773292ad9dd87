from __future__ import annotations

import numpy as np
import pytest

from affectia.clock import NANOS_PER_MILLI, FakeClock
from affectia.publish.frame_publisher import FramePublisher, VoiceFormat
from affectia.registry import Bone, DecodeStatus, Group
from affectia.signals.avatar_state import AvatarState
from affectia.signals.avatar_weights import AvatarWeights
from affectia.signals.groups import GroupStates
from affectia.signals.voice_states import VoiceStates
from affectia.wire import layout, rotation, topic
from affectia.wire.layout import LayoutMessage
from tests.unit.fakes import SHAPE, FakeTransport, face, nanos, slots

pytestmark = pytest.mark.unit


def publisher(transport: FakeTransport, clock: FakeClock | None = None) -> FramePublisher:
    return FramePublisher(4, transport, clock or FakeClock(start_nanos=0))


def publish(target: FramePublisher, *numbers: int, time_nanos: int = 0, valid: bool = True) -> None:
    count = len(numbers)
    groups = GroupStates.unknown(count)
    groups.valid[:] = valid
    seen = face(0, turn=rotation.from_euler_deg(np.array((3.2, -1.1, 0.4))).tolist(), eyeBlinkLeft=1, eyeBlinkRight=0.2)
    rows = np.zeros(count, np.intp)
    state = AvatarState(seen.values[rows], seen.measured[rows], groups)
    weights = AvatarWeights.at_rest(groups)
    weights.shapes[:, SHAPE["jawOpen"]] = np.array(numbers) / 10
    weights.bones[:, Bone.HEAD] = seen.head_rotation
    target.publish(slots(*numbers), nanos(*[time_nanos] * count), state, weights)


def test_sequences_count_each_avatar_from_zero() -> None:
    transport = FakeTransport()
    target = publisher(transport)
    target.open(1, "a", precision_bits=8)
    target.open(3, "b", precision_bits=8)
    publish(target, 1, 3)
    publish(target, 3)
    publish(target, 3, 1)
    assert [frame.sequence for frame in transport.frames("a")] == [0, 1]
    assert [frame.sequence for frame in transport.frames("b")] == [0, 1, 2]
    assert [float(frame.blendshape_weights()[SHAPE["jawOpen"]]) for frame in transport.frames("b")] == pytest.approx([0.3] * 3, abs=0.002)
    assert target.frames_published == 5


def test_a_sequence_starts_over_after_its_largest_number() -> None:
    transport = FakeTransport()
    target = publisher(transport)
    target.open(0, "a", precision_bits=8).sequence = (1 << 32) - 1
    publish(target, 0)
    publish(target, 0)
    assert [frame.sequence for frame in transport.frames("a")] == [(1 << 32) - 1, 0]


def test_a_reopened_slot_has_a_new_stream() -> None:
    transport = FakeTransport()
    target = publisher(transport)
    for name in ("a", "b"):
        target.open(0, name, precision_bits=8)
        publish(target, 0)
        target.close(0)
        publish(target, 0)
    (first,), (second,) = transport.frames("a"), transport.frames("b")
    assert first.stream_id != second.stream_id
    assert second.sequence == 0


def test_the_delay_is_from_the_pose_to_the_send() -> None:
    transport, clock = FakeTransport(), FakeClock(start_nanos=100 * NANOS_PER_MILLI)
    target = publisher(transport, clock)
    target.open(0, "a", precision_bits=8)
    publish(target, 0, time_nanos=70 * NANOS_PER_MILLI)
    publish(target, 0, time_nanos=101 * NANOS_PER_MILLI)  # a pose of the future has no delay
    clock.advance(secs=10_000)
    publish(target, 0, time_nanos=102 * NANOS_PER_MILLI)
    delays = [frame.publish_delay_micros for frame in transport.frames("a")]
    assert delays == [30_000, 0, (1 << 32) - 1]
    assert transport.frames("a")[0].time_nanos == 70 * NANOS_PER_MILLI


def test_what_nobody_wants_is_not_made_but_counted() -> None:
    transport = FakeTransport(b"affect/")
    target = publisher(transport)
    target.open(0, "a", precision_bits=8)
    publish(target, 0)
    transport.prefixes = (b"avatar/",)
    publish(target, 0)
    assert [update.sequence for update in transport.updates("a")] == [0]
    assert [frame.sequence for frame in transport.frames("a")] == [1]


def test_an_update_carries_pose_and_blink_of_the_state() -> None:
    transport = FakeTransport()
    target = publisher(transport)
    target.open(0, "a", precision_bits=8)
    publish(target, 0)
    (update,) = transport.updates("a")
    (frame,) = transport.frames("a")
    assert update.head_pose_deg() == pytest.approx([3.2, -1.1, 0.4], abs=0.011)
    assert update.blink_closures() == pytest.approx([1, 0.2], abs=0.002)
    assert update.groups == frame.groups
    assert (update.stream_id, update.sequence, update.time_nanos) == (frame.stream_id, frame.sequence, frame.time_nanos)
    assert update.emotions is None
    assert update.affect is None


def test_an_invalid_update_says_nothing_of_a_person() -> None:
    transport = FakeTransport()
    target = publisher(transport)
    target.open(0, "a", precision_bits=8)
    publish(target, 0, valid=False)
    (update,) = transport.updates("a")
    assert (update.head_pose, update.blink, update.gaze, update.action_units) == (None, None, None, None)
    assert not update.is_valid(Group.HEAD)


def test_precision_may_change_while_an_avatar_lives() -> None:
    transport = FakeTransport()
    target = publisher(transport)
    target.open(0, "a", precision_bits=16)
    publish(target, 0)
    target.set_precision(0, 8)
    publish(target, 0)
    assert [len(frame.blendshapes or b"") for frame in transport.frames("a")] == [104, 52]


def test_every_open_avatars_layout_is_announced() -> None:
    transport = FakeTransport()
    target = publisher(transport)
    streams = [target.open(slot, name, precision_bits=8) for slot, name in ((0, "a"), (2, "b"))]
    target.open(1, "gone", precision_bits=8)
    target.close(1)
    target.announce_layouts()
    assert [topic for topic, _ in transport.sent] == [b"layout/a\0", b"layout/b\0"]
    for stream, (_, body) in zip(streams, transport.sent, strict=True):
        status, message = layout.try_decode(body)
        assert status is DecodeStatus.OK
        assert message is not None
        assert (message.stream_id, message.layout) == (stream.stream_id, layout.STANDARD)


def voices(rows: list[int], samples: list[int], speaking: float = 0.5) -> VoiceStates:
    shares, visemes = np.full(len(rows), speaking, np.float32), np.zeros((len(rows), 15), np.float32)
    return VoiceStates(np.array(rows), visemes, visemes, shares, shares, shares, np.array(samples))


def speak(target: FramePublisher, *numbers: int, heard: VoiceStates | None) -> None:
    groups = GroupStates.unknown(len(numbers))
    seen = face(0)
    rows = np.zeros(len(numbers), np.intp)
    state = AvatarState(seen.values[rows], seen.measured[rows], groups, heard)
    target.publish(slots(*numbers), nanos(*[0] * len(numbers)), state, AvatarWeights.at_rest(groups))


def test_only_mouths_of_voices_say_which_sound_they_belong_to() -> None:
    transport = FakeTransport()
    target = publisher(transport)
    for slot, name in enumerate("abc"):
        target.open(slot, name, precision_bits=16 if name == "c" else 8)
    speak(target, 0, 1, 2, heard=voices([1, 2], [-1, 12_345_678_901]))
    assert [transport.frames(name)[0].audio_sample for name in "abc"] == [None, None, 12_345_678_901]
    assert [transport.updates(name)[0].speaking_probability for name in "abc"] == [None, 128, 128]
    speak(target, 0, 1, 2, heard=None)
    assert [transport.frames(name)[1].audio_sample for name in "abc"] == [None] * 3
    assert [transport.updates(name)[1].speaking_probability for name in "abc"] == [None] * 3


def announcements(transport: FakeTransport, name: str) -> list[LayoutMessage]:
    messages = [layout.try_decode(body)[1] for sent, body in transport.sent if sent == topic.layout(name)]
    return [message for message in messages if message is not None]


def test_a_voice_is_announced_when_it_changes_and_with_every_layout() -> None:
    transport = FakeTransport()
    target = publisher(transport)
    target.open(0, "a", precision_bits=8)
    target.open(1, "b", precision_bits=8)
    for _ in range(3):
        target.set_voice(0, VoiceFormat(44_100, 61 * NANOS_PER_MILLI))
    target.announce_layouts()
    target.set_voice(0, None)
    told = [(message.audio_rate_hz, message.look_ahead_millis) for message in announcements(transport, "a")]
    assert told == [(44_100, 61), (44_100, 61), (None, None)]
    assert [message.audio_rate_hz for message in announcements(transport, "b")] == [None]
    target.set_voice(3, VoiceFormat(44_100, 0))  # nobody is there


def test_the_next_avatar_of_a_slot_has_no_voice() -> None:
    transport = FakeTransport()
    target = publisher(transport)
    target.open(0, "a", precision_bits=8)
    target.set_voice(0, VoiceFormat(16_000, 10**15))
    target.close(0)
    target.open(0, "b", precision_bits=8)
    target.announce_layouts()
    assert [message.look_ahead_millis for message in announcements(transport, "a")] == [65_535]
    assert [message.look_ahead_millis for message in announcements(transport, "b")] == [None]
