from __future__ import annotations

import numpy as np
import pytest

from affectia import registry
from affectia.client.timeline import Timeline, TimelineOptions
from affectia.clock import NANOS_PER_MILLI, FakeClock
from affectia.publish.frame_publisher import FramePublisher, VoiceFormat
from affectia.registry import Bone, DecodeStatus, Group
from affectia.signals.avatar_state import AvatarState
from affectia.signals.avatar_weights import AvatarWeights
from affectia.signals.groups import GroupStates
from affectia.signals.retargeted import Retargeted
from affectia.signals.voice_states import VoiceStates
from affectia.wire import avatar_frame, layout, rotation, topic
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.layout import Layout, LayoutMessage
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
    return VoiceStates(np.array(rows), visemes, visemes, shares, shares, shares, shares, np.array(samples))


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


CAT = Layout.of(1024, (("A", "Blink"), registry.BONES, registry.VISEMES, registry.EFFECTS))
DOG = Layout.of(1025, (("jaw",), registry.BONES, registry.VISEMES, registry.EFFECTS))


def other(rows: list[int], shapes: list[list[float]]) -> Retargeted:
    channels = np.zeros((len(rows), len(shapes[0]) + 58), np.float32)
    channels[:, : len(shapes[0])] = shapes
    channels[:, len(shapes[0]) + 15 + 4 + 3 : -3 : 4] = 1
    return Retargeted(np.array(rows), channels)


def show(target: FramePublisher, *numbers: int, others: tuple[Retargeted, ...] = (), time_nanos: int = 0, valid: bool = True) -> None:
    groups = GroupStates.unknown(len(numbers))
    groups.valid[:] = valid
    groups.confidence[:] = np.array(numbers)[:, None] / 10
    seen = face(0)
    rows = np.zeros(len(numbers), np.intp)
    weights = AvatarWeights.at_rest(groups)
    weights.shapes[:, SHAPE["jawOpen"]] = np.array(numbers) / 10
    state = AvatarState(seen.values[rows], seen.measured[rows], groups, voices([len(numbers) - 1], [16_000]))
    target.publish(slots(*numbers), nanos(*[time_nanos] * len(numbers)), state, weights, others)


def received(transport: FakeTransport, name: str) -> list[AvatarFrame]:
    """The frames of one avatar as a reader decodes them who meets every message in order."""
    known, found = layout.standard_layouts(), []
    for sent, body in transport.sent:
        if sent.startswith(b"layout/"):
            _, message = layout.try_decode(body)
            assert message is not None
            known.learn(message.layout)
        elif sent == topic.avatar(name):
            status, frame = avatar_frame.try_decode(body, known)
            assert status is DecodeStatus.OK
            assert frame is not None
            found.append(frame)
    return found


def test_avatars_of_several_profiles_are_sent_in_one_tick_each_in_its_layout() -> None:
    transport = FakeTransport()
    target = FramePublisher(8, transport, FakeClock(start_nanos=0))
    for slot, name in enumerate("abcdef"):
        target.open(slot, name, precision_bits=16 if name in "bd" else 8)
    for slot, own in ((1, CAT), (2, DOG), (4, CAT)):
        target.set_layout(slot, own)
    show(target, 5, 4, 3, 2, 1, 0, others=(other([1, 4], [[0.5, 1], [0.25, 0]]), other([3], [[0.75]])))
    found = {name: received(transport, name)[0] for name in "abcdef"}
    layouts = {name: frame.layout for name, frame in found.items()}
    assert layouts == {"a": layout.STANDARD, "b": CAT, "c": DOG, "d": layout.STANDARD, "e": CAT, "f": layout.STANDARD}
    weights = {name: [round(float(weight), 2) for weight in found[name].blendshape_weights()] for name in "bce"}
    assert weights == {"b": [0.25, 0], "c": [0.75], "e": [0.5, 1]}
    assert [round(float(found[name].blendshape_weights()[SHAPE["jawOpen"]]), 2) for name in "adf"] == [0, 0.3, 0.5]
    assert [len(found[name].visemes or b"") for name in "abcdef"] == [15, 30, 15, 30, 15, 15]
    confidences = {name: round(frame.group(Group.HEAD)[2], 1) for name, frame in found.items()}
    assert confidences == {"a": 0, "b": 0.1, "c": 0.2, "d": 0.3, "e": 0.4, "f": 0.5}
    assert [name for name, frame in found.items() if frame.audio_sample == 16_000] == ["a"]
    assert {name: frame.groups for name, frame in found.items()} == {name: transport.updates(name)[0].groups for name in "abcdef"}


def test_two_profiles_may_share_a_layout() -> None:
    transport = FakeTransport()
    target = publisher(transport)
    for slot, name in enumerate("ab"):
        target.open(slot, name, precision_bits=8)
        target.set_layout(slot, DOG)
    show(target, 0, 1, others=(other([0], [[1]]), other([1], [[0]])))
    assert [received(transport, name)[0].blendshape_weights().tolist() for name in "ab"] == [[1], [0]]


def test_an_avatar_that_has_ended_does_not_disturb_those_of_its_profile() -> None:
    transport = FakeTransport()
    target = publisher(transport)
    for slot, name in enumerate("ab"):
        target.open(slot, name, precision_bits=8)
        target.set_layout(slot, CAT)
    target.close(0)
    show(target, 0, 1, others=(other([0, 1], [[1, 0], [0, 1]]),))
    show(target, 0, 2, 1, others=(other([0, 2], [[1, 0], [0, 1]]),))
    assert received(transport, "a") == []
    assert [frame.blendshape_weights().tolist() for frame in received(transport, "b")] == [[0, 1], [0, 1]]


def test_a_layout_is_announced_before_its_first_frame_and_with_all_others() -> None:
    transport = FakeTransport()
    target = publisher(transport)
    stream = target.open(0, "a", precision_bits=8)
    target.set_layout(0, layout.STANDARD)
    assert transport.sent == []
    for _ in range(2):
        target.set_layout(0, CAT)
    target.set_voice(0, VoiceFormat(16_000, 0))
    target.announce_layouts()
    target.set_layout(0, layout.STANDARD)
    told = announcements(transport, "a")
    assert [message.layout for message in told] == [CAT, CAT, CAT, layout.STANDARD]
    assert {message.stream_id for message in told} == {stream.stream_id}
    target.set_layout(3, CAT)  # nobody is there
    target.close(0)
    target.open(0, "b", precision_bits=8)
    target.announce_layouts()
    assert [message.layout for message in announcements(transport, "b")] == [layout.STANDARD]


def test_a_receiver_plays_named_shapes_of_a_layout_of_ones_own() -> None:
    transport = FakeTransport()
    target = publisher(transport)
    target.open(0, "a", precision_bits=16)
    timeline = Timeline(TimelineOptions(blend_in_millis=0, ease_millis=0, mode="latest"))
    show(target, 0)
    target.set_layout(0, CAT)
    for number in range(1, 4):
        show(target, 0, others=(other([0], [[number / 4, 1]]),), time_nanos=16 * number * NANOS_PER_MILLI)
    show(target, 0, others=(other([0], [[0, 0]]),), time_nanos=80 * NANOS_PER_MILLI, valid=False)
    shown = []
    for frame in received(transport, "a"):
        assert timeline.push(frame, frame.time_nanos)
        pose = timeline.pose_at(frame.time_nanos)
        shown.append(dict(zip(pose.layout.parts[0], [round(float(weight), 3) for weight in pose.blendshapes], strict=True)))
    assert shown[0] == dict.fromkeys(registry.BLENDSHAPES, 0)
    assert shown[1:] == [{"A": 0.25, "Blink": 1}, {"A": 0.5, "Blink": 1}, {"A": 0.75, "Blink": 1}, {"A": 0, "Blink": 0}]
