"""Size and cost of messages on the wire, and a crowd: 500 avatars encoded and sent 30 times a second. `--seconds N`, `--avatars N`."""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import threading
import time
import timeit
from collections.abc import Callable
from pathlib import Path

import cbor2
import numpy as np

from affectia import registry
from affectia.clock import SystemClock
from affectia.pipeline import Pipeline
from affectia.publish.zmq_transport import ZmqTransport
from affectia.session.motion_thread import MotionThread
from affectia.wire import avatar_frame, emotion_update, quantize
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.emotion_update import EmotionUpdate
from affectia.wire.layout import HEAD_AND_SHAPES
from report import against, console, table

PORT = 28970
_RNG = np.random.default_rng(1)
_SHAPES = _RNG.random(52, np.float32)
_VISEMES = _RNG.dirichlet(np.ones(15)).astype(np.float32)
_EMOTIONS = _RNG.dirichlet(np.ones(8)).astype(np.float32)
_UNITS = _RNG.random(len(registry.ACTION_UNITS), np.float32)
_BONES = np.tile(np.array((0.05, 0.1, 0.0, 0.99), np.float32), (9, 1))


def typical_frame(*, wide: bool = False) -> AvatarFrame:
    """A frame with everything aboard, from floats."""
    weights = quantize.weights_u16 if wide else quantize.weights_u8
    return AvatarFrame(
        0x12345678,
        40_000,
        123_456_789_012_345,
        21_500,
        groups=bytes((3, 255, 1, 255)) * 6,
        blendshapes=weights(_SHAPES).tobytes(),
        bones=quantize.quaternions_i16(_BONES).tobytes(),
        head_translation=quantize.translation_i16(np.array((0.5, -1.0, 2.0), np.float32)).tobytes(),
        visemes=weights(_VISEMES).tobytes(),
        dominant_viseme=bytes((10, 200)),
        effects=bytes(4),
        audio_sample=480_000,
    )


def head_and_shapes_frame() -> AvatarFrame:
    """The smallest useful frame."""
    head = quantize.quaternions_i16(_BONES[:1]).tobytes()
    shapes = quantize.weights_u8(_SHAPES).tobytes()
    return AvatarFrame(0x12345678, 40_000, 123_456_789_012_345, 21_500, HEAD_AND_SHAPES, blendshapes=shapes, bones=head)


def typical_update() -> EmotionUpdate:
    """An update with everything aboard, of a person with a face and a voice."""
    return EmotionUpdate(
        0x12345678,
        40_000,
        123_456_789_012_345,
        21_500,
        groups=bytes((3, 255, 1, 255)) * 6,
        emotion_support=255,
        emotions=quantize.parts_u8(_EMOTIONS[None]).tobytes(),
        affect=(81, 41, -5),
        affect_method=1,
        action_unit_support=(1 << len(registry.ACTION_UNITS)) - 1,
        action_units=quantize.weights_u8(_UNITS).tobytes(),
        head_pose=quantize.angles_i16(np.array((3.2, -1.1, 0.4), np.float32)).tobytes(),
        gaze=quantize.gaze_i16(np.array((0.02, -0.1), np.float32)).tobytes(),
        blink=bytes((12, 14)),
        speaking_probability=219,
        blink_events=(412, 3, 0, 180),
        emotion_shares=bytes((179, 76)),
        emotion_label=1,
        prosody=(1825, 310, 2650, 620, 480, 158),
        voice_events=10,
    )


def micros(function: Callable[[], object], number: int = 20_000) -> float:
    """The best of five rounds, microseconds a call: what the code costs, not what else the machine did."""
    return min(timeit.repeat(function, number=number, repeat=5)) / number * 1e6


def sizes() -> None:
    """Print the sizes of bodies."""
    bodies = {
        "standard layout, everything aboard": (len(avatar_frame.encode(typical_frame())), 260),
        "the same in 16 bit": (len(avatar_frame.encode(typical_frame(wide=True))), 330),
        "shapes and head alone": (len(avatar_frame.encode(head_and_shapes_frame())), 110),
        "emotion_update, everything aboard": (len(emotion_update.encode(typical_update())), 260),
    }
    table("body, topic apart", ("message", "bytes of limit (ratio)"), [(n, against(s, limit, "bytes")) for n, (s, limit) in bodies.items()])


def costs() -> None:
    """Print what a frame costs in Python."""
    frame = typical_frame()
    body = avatar_frame.encode(frame)
    content = cbor2.loads(body)

    def floats() -> object:
        _, read = avatar_frame.try_decode(body)
        assert read is not None
        return read.blendshape_weights(), read.bone_quaternions()

    encode, decode = micros(lambda: avatar_frame.encode(frame)), micros(lambda: avatar_frame.try_decode(body))
    rows = [
        ("encode", f"{encode:.2f}"),
        ("decode, checked byte by byte", f"{decode:.2f}"),
        ("encode + decode", against(encode + decode, 30, "us")),
        ("quantize from floats + encode", f"{micros(lambda: avatar_frame.encode(typical_frame())):.2f}"),
        ("decode + shapes and bones as floats", f"{micros(floats):.2f}"),
        ("cbor2 dumps, same content", f"{micros(lambda: cbor2.dumps(content)):.2f}"),
        ("cbor2 loads, nothing checked", f"{micros(lambda: cbor2.loads(body)):.2f}"),
    ]
    table("one frame in Python", ("step", "microseconds"), rows)


def update_costs() -> None:
    """Print what an update costs in Python, with valence and arousal that are new each time, as they are."""
    update = typical_update()
    body = emotion_update.encode(update)
    moods = itertools.cycle([(v, a, d) for v, a, d in _RNG.integers(-127, 128, (50_000, 3)).tolist()])

    def encoded() -> bytes:
        update.affect = next(moods)
        return emotion_update.encode(update)

    encode, decode = micros(encoded), micros(lambda: emotion_update.try_decode(body))
    rows = [
        ("encode", f"{encode:.2f}"),
        ("decode, checked byte by byte", f"{decode:.2f}"),
        ("encode + decode", against(encode + decode, 30, "us")),
    ]
    table("one update in Python", ("step", "microseconds"), rows)


def crowd(avatars: int, secs: float) -> None:
    """Print the share of a core that a crowd takes, all of the process: timer, fusion, rig, motion, encode, send."""
    clock = SystemClock()
    transport = ZmqTransport(port=PORT, queue_frames=4 * avatars)
    pipeline = Pipeline(transport, clock)
    motion = MotionThread(pipeline, transport, clock)
    script = Path(__file__).with_name("receiver.py")
    receiver = subprocess.Popen([sys.executable, str(script), f"tcp://127.0.0.1:{PORT}", str(secs + 3)], stdout=subprocess.PIPE, text=True)
    sys.setswitchinterval(0.0005)
    motion.start()

    def open_all() -> None:
        for slot in range(avatars):
            pipeline.open_slot(slot, f"npc-{slot}", precision_bits=8, rate_hz=30.0, smoothing=1.0)

    motion.call(open_all)
    assert receiver.stdout is not None
    receiver.stdout.readline()
    time.sleep(1.0)
    began, used, sent = time.perf_counter(), time.process_time(), pipeline.publisher.frames_published
    time.sleep(secs)
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    frames = pipeline.publisher.frames_published - sent
    receiver.kill()
    motion.stop()
    rows = [
        ("frames a second", f"{frames / wall:.0f}"),
        ("avatars x Hz", f"{avatars} x {frames / wall / avatars:.1f}"),
        ("share of a core, whole process", f"{cpu / wall:.3f}"),
        ("microseconds of CPU a frame", f"{cpu / frames * 1e6:.1f}"),
        ("tick of all avatars, p95 ms", f"{motion.tick_durations.percentile_millis(95):.2f}"),
        ("timer lateness, p95 ms", f"{motion.timer_lateness.percentile_millis(95):.2f}"),
    ]
    table("a crowd", ("figure", "value"), rows)
    assert threading.active_count() == 1


def one_tick() -> None:
    """Print what one avatar's tick costs without the network card: fusion, rig, motion, encode, send."""
    from affectia.capture.synthetic import SyntheticOptions, wiggle

    clock = SystemClock()
    transport = ZmqTransport(port=PORT + 1)
    remove = transport.tap(lambda topic, body: None)
    transport.wants = lambda topic: topic.startswith(registry.TOPIC_AVATAR)  # type: ignore[method-assign]
    pipeline = Pipeline(transport, clock)
    pipeline.open_slot(0, "one", precision_bits=8, rate_hz=120.0, smoothing=1.0)
    slots = np.zeros(1, np.intp)
    durations = []
    for step in range(3000):
        now = clock.now_nanos() + step * 16_666_667
        faces = wiggle(now, avatars=1, options=SyntheticOptions(), captured_at_nanos=now)
        began = time.perf_counter_ns()
        pipeline.tick(*pipeline.observe(slots, faces))
        durations.append((time.perf_counter_ns() - began) / 1e6)
    remove()
    transport.close()
    p50, p95 = np.percentile(durations[200:], (50, 95))
    table("one avatar's tick", ("figure", "ms"), [("p50", f"{p50:.3f}"), ("p95 of limit", against(p95, 0.3, "ms"))])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--avatars", type=int, default=500)
    arguments = parser.parse_args()
    sizes()
    costs()
    update_costs()
    one_tick()
    console.print(f"crowd of {arguments.avatars} for {arguments.seconds:g} s, a second process receives all of it")
    crowd(arguments.avatars, arguments.seconds)


if __name__ == "__main__":
    main()
