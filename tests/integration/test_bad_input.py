"""Bad input through the real network and the whole pipeline: what comes out is sane, and no expression is invented."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from affectia.capture.mailbox import Mailbox
from affectia.capture.source import SourceState
from affectia.capture.video_file import VideoFileOptions, VideoFileSource
from affectia.clock import NANOS_PER_SEC, SystemClock
from affectia.perception.face.face_perceiver import FacePerceiver
from affectia.perception.face.landmarks.landmarker import FaceLandmarker
from affectia.perception.track import Track
from affectia.signals.face_channels import ACTION_UNITS, BLINK_EVENTS, SHAPES
from affectia.signals.face_observations import FaceObservations
from affectia.signals.video_sample import VideoSample
from tests.integration.crossing_video import ACTOR, CARPHONE, Person, swap_in_the_dark
from tests.integration.made_pictures import (
    checkerboard,
    decoded,
    flat,
    large_eyes,
    noise,
    placed,
    smiley,
    toon,
    with_noise,
    write_variable,
)
from tests.integration.watched_pictures import BEGIN_NANOS, BROWS, HEAD, MOUTH, OF_GROUP, RATE_HZ, Watch, rms_steps, watcher
from tests.unit.fakes import SHAPE, FakeSink, wait_until

pytestmark = pytest.mark.integration

Picture = npt.NDArray[np.uint8]
LEAST_CONFIDENCE = 0.25  # below it fusion takes a group for lost


@pytest.fixture(scope="module")
def watch(face_landmarker_path: Path) -> Watch:
    return watcher(face_landmarker_path)


@pytest.fixture(scope="module")
def actor_path(model_path: Callable[[str], Path]) -> Path:
    return model_path("actor-expressions")


@pytest.fixture(scope="module")
def actor(actor_path: Path) -> list[Picture]:
    """Two seconds of a man who speaks with wide brows, 400x300, his face 123 px high."""
    return decoded(actor_path, range(60, 110))


# ---------------------------------------------------------------------------------------------------------------- nobody there


@pytest.mark.parametrize("faces", [1, 2])
def test_in_flat_pictures_and_patterns_there_is_nobody(watch: Watch, faces: int) -> None:
    ramp = np.repeat(np.linspace(0, 255, 320).astype(np.uint8)[None, :, None], 240, axis=0).repeat(3, axis=2)
    pictures = (
        [flat(level) for level in (0, 0, 0, 18, 127, 127, 255, 255)] + [checkerboard(side) for side in (1, 2, 8, 8, 32, 100)] + [ramp] * 2
    )
    seen = watch(pictures, faces=faces)
    assert not seen.found.any()
    assert not seen.valid.any()
    assert not seen.weights.any()


@pytest.mark.parametrize("grain_px", [1, 4, 12, 40])
def test_in_noise_nobody_is_shown(watch: Watch, grain_px: int) -> None:
    """Blobs of many colours look like a face to the network once in 300 pictures, never twice in a row."""
    random = np.random.default_rng(2)
    seen = watch(noise(random, grain_px=grain_px) for _ in range(20))
    print(f"{int(seen.found.sum())} false faces in {len(seen.observations)} pictures")
    assert seen.found.sum() <= (0 if grain_px == 1 else 1)
    assert not seen.valid.any()
    assert not seen.weights.any()


# ------------------------------------------------------------------------------------------------------------------- drawings


def test_a_smiley_is_nobody_and_a_plain_drawn_face_is_calm(watch: Watch) -> None:
    assert not watch([smiley()] * 8).found.any()
    seen = watch([toon()] * 8)
    if seen.found.any():
        assert seen.weights[-1].max() < 0.3, "a drawing with closed lips and level brows has no expression"
        assert seen.values[-1, 0, ACTION_UNITS].max() < 0.2
        assert np.abs(seen.euler_deg[-1]).max() < 10


def test_a_drawing_with_large_eyes_is_steady(watch: Watch) -> None:
    """It has the brows high above the eyes and a tiny mouth: what the network reads there is not asked, only that it stays."""
    seen = watch([large_eyes()] * 15)
    assert rms_steps(seen.weights[6:, 0]) < 0.01
    assert seen.values[-1, 0, BLINK_EVENTS].sum() == 0


# ------------------------------------------------------------------------------------------- the wrong way round, places, sizes


def test_a_face_that_lies_on_its_side_is_rolled_and_shows_the_same(watch: Watch, actor: list[Picture]) -> None:
    upright, lying = watch(actor[:25]), watch(np.ascontiguousarray(np.rot90(picture)) for picture in actor[:25])
    assert lying.found.all()
    assert lying.euler_deg[-10:, 0, 2] == pytest.approx(90, abs=12)
    assert np.abs(lying.weights[8:] - upright.weights[8:]).mean(axis=0).max() < 0.2


def test_a_face_upside_down_has_no_mouth(watch: Watch, actor: list[Picture]) -> None:
    """The network lays an upright mesh over it. That there is no mouth where it should be is seen; of eyes and brows it is not."""
    seen = watch(np.ascontiguousarray(picture[::-1, ::-1]) for picture in actor)
    taken_for_upright = seen.found[:, 0] & (np.abs(seen.euler_deg[:, 0, 2]) < 120)
    trusted = seen.confidence[taken_for_upright, 0, MOUTH] >= LEAST_CONFIDENCE
    assert trusted.sum() <= 0.1 * len(seen.observations)
    assert seen.weights[:, 0, OF_GROUP[MOUTH]].max() < 0.3
    assert rms_steps(seen.weights[:, 0, OF_GROUP[BROWS]]) < 0.1


def test_two_who_change_places_in_the_dark_keep_their_avatars(watch: Watch, carphone_path: Path, actor_path: Path) -> None:
    one, other = Person(carphone_path, CARPHONE), Person(actor_path, ACTOR)
    shots = list(swap_in_the_dark(one, other, dark_secs=0.48).shots())
    dark = np.array([not shot.truths for shot in shots])
    seen = watch((shot.rgb for shot in shots), faces=2, times_nanos=[shot.time_nanos for shot in shots])
    before, after = np.flatnonzero(~dark[:-1] & dark[1:])[0], len(shots) - 1
    across_cm = np.stack([faces.head_position_cm[:, 0] for faces in seen.observations])
    assert seen.found[[before, after]].all()
    assert (np.sign(across_cm[before]) == -np.sign(across_cm[after])).all(), "an avatar stayed in its place, and got another person"
    assert not seen.found[dark].any()
    # Held, eased, and back: at no instant a shape is larger than it was on somebody's face.
    largest = seen.values[:, :, SHAPES].max(axis=(0, 1))
    assert (seen.weights.max(axis=(0, 1)) <= largest + 0.02).all()


def test_a_face_of_30_px_is_trusted_little_and_still(watch: Watch, actor: list[Picture]) -> None:
    far = watch(placed(picture, zoom=30 / 123, center=(300, 250)) for picture in actor[:25])
    near_edge_of_sight = watch(placed(picture, zoom=30 / 123, center=(80, 60), width=160, height=120) for picture in actor)
    walks_off = watch(placed(actor[30], zoom=max(0.24, 1 - 0.02 * step), center=(320, 240)) for step in range(50))
    print([f"{seen.found.mean():.2f} found, confidence {seen.confidence[-1, 0]}" for seen in (far, near_edge_of_sight, walks_off)])
    for seen in (far, near_edge_of_sight, walks_off):
        assert seen.confidence[-8:, 0, :HEAD].max() < 0.6
        assert rms_steps(seen.weights[8:, 0]) < 0.05
    assert near_edge_of_sight.found.mean() > 0.9, "else the test shows nothing"


def test_4k_shows_what_720p_shows(watch: Watch, actor: list[Picture]) -> None:
    shown = [cv2.resize(picture, (960, 720), interpolation=cv2.INTER_CUBIC) for picture in actor[:20]]
    small, large = watch(shown), watch(cv2.resize(picture, (2880, 2160), interpolation=cv2.INTER_LINEAR) for picture in shown)
    print(f"720p {np.median(small.millis):.1f} ms a picture, 4K {np.median(large.millis):.1f} ms")
    assert large.found.all()
    assert np.abs(large.values[5:, :, SHAPES] - small.values[5:, :, SHAPES]).max() < 0.1
    assert np.abs(large.euler_deg[5:] - small.euler_deg[5:]).max() < 1
    assert np.median(large.millis) < 3 * np.median(small.millis)


@pytest.mark.parametrize(
    "odd",
    [
        flat(0, width=1, height=1),
        noise(np.random.default_rng(1), width=16, height=16),
        noise(np.random.default_rng(1), width=8000, height=10),
        noise(np.random.default_rng(1), width=10, height=8000),
        np.zeros((0, 7, 3), np.uint8),
    ],
    ids=["1x1", "16x16", "8000x10", "10x8000", "0x7"],
)
def test_after_a_picture_of_an_odd_size_the_face_is_found_again(watch: Watch, actor: list[Picture], odd: Picture) -> None:
    seen = watch([*actor[:4], odd, odd, *actor[6:12]])
    assert seen.found[:, 0].tolist() == [True] * 4 + [False] * 2 + [True] * 6


def test_pictures_of_any_layout_and_of_changing_sizes_are_taken(watch: Watch, actor: list[Picture]) -> None:
    picture = actor[10]
    grey = np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    locked = picture.copy()
    locked.flags.writeable = False
    large = cv2.resize(picture, (800, 600))
    views = [
        picture[:, ::-1][:, ::-1],
        large[::2, ::2],
        np.asfortranarray(picture),
        grey,
        locked,
        np.broadcast_to(grey[..., :1], picture.shape),
    ]
    plain, seen = watch([picture] * 12), watch([picture] * 6 + views)
    assert seen.found.all()
    assert np.abs(seen.values[-1, 0, SHAPES] - plain.values[-1, 0, SHAPES]).max() < 0.25  # grey has lost its colours
    sizes = [cv2.resize(picture, size) for size in ((333, 251), (801, 599), (400, 300), (1279, 719), (201, 151))] * 4
    seen = watch(sizes)
    assert seen.weights[:, 0].max() < plain.values[:, 0, SHAPES].max() + 0.3


# ------------------------------------------------------------------------------------------------------------ when, and since when


def test_a_face_that_leaves_is_held_then_eased_then_invalid(watch: Watch, actor: list[Picture]) -> None:
    there = 25
    seen = watch([*actor[:there], *[flat(120, width=400, height=300)] * 25])
    ages_secs = (np.arange(len(seen.observations)) - (there - 1)) / RATE_HZ
    assert not seen.found[there:].any()
    assert seen.valid[(ages_secs >= 0) & (ages_secs < 0.7)].all()
    assert not seen.valid[ages_secs > 0.8].any()
    away = seen.weights[ages_secs > 0.4, 0]
    assert (np.diff(away, axis=0) <= 1e-4).all(), "nothing rises on a face that is gone"
    assert away[-1].max() < 0.03
    assert (seen.weights[there:, 0] <= seen.values[:there, 0, SHAPES].max(axis=0) + 0.02).all()


def test_a_face_of_one_picture_at_a_time_is_sane(watch: Watch, actor: list[Picture]) -> None:
    steady = watch(actor)
    seen = watch(picture if number % 7 == 3 else flat(120, width=400, height=300) for number, picture in enumerate(actor))
    assert seen.found[3::7].any(), "else the test shows nothing"
    assert not seen.found[[number for number in range(len(actor)) if number % 7 != 3]].any()
    # A face is shown from its second picture on; less is known of it in the first ones, but no other expression.
    assert not seen.valid[:10].any()
    assert (seen.weights.max(axis=(0, 1)) <= steady.values[:, 0, SHAPES].max(axis=0) + 0.25).all()
    assert seen.values[-1, 0, BLINK_EVENTS][:3].sum() == 0


class Room:
    """A track as the sidecar runs it, with its attention, that is shown pictures one by one."""

    def __init__(self, model: Path) -> None:
        self.mailbox: Mailbox[VideoSample] = Mailbox()
        self.seen: list[FaceObservations] = []
        perceiver = FacePerceiver(FaceLandmarker(model), SystemClock())
        self.track = Track(self.mailbox, perceiver, admits=lambda: True, sink=self.seen.append)

    def show(self, pictures: Iterable[Picture], *, from_secs: float = 0.0) -> None:
        for number, picture in enumerate(pictures):
            self.mailbox.put(VideoSample(BEGIN_NANOS + round((from_secs + number / RATE_HZ) * NANOS_PER_SEC), 0, picture))
            self.track.step()


def test_a_clip_that_starts_without_a_face_has_one_soon_and_has_learnt_nothing_before(
    face_landmarker_path: Path, actor: list[Picture]
) -> None:
    empty_secs = 2.0
    late, fresh = Room(face_landmarker_path), Room(face_landmarker_path)
    random = np.random.default_rng(5)
    nothing = with_noise(flat(120, width=400, height=300), random)
    late.show([nothing] * round(empty_secs * RATE_HZ))
    assert late.track.found_count == 0
    assert late.track.rested_count > 15  # nobody there: most pictures are not looked at
    late.show(actor, from_secs=empty_secs)
    found = [faces for faces in late.seen if faces.found.any()]
    first_secs = (found[0].captured_at_nanos - BEGIN_NANOS) / NANOS_PER_SEC
    assert empty_secs <= first_secs <= empty_secs + 0.3
    # The same face, first seen at the same picture by one who saw no empty room.
    skipped = round((first_secs - empty_secs) * RATE_HZ)
    fresh.show(actor[skipped:], from_secs=first_secs)
    assert len(fresh.seen) == len(found)
    for one, other in zip(found, fresh.seen, strict=True):
        assert one.values == pytest.approx(other.values, abs=0.02)
        assert one.confidence == pytest.approx(other.confidence, abs=0.02)
    late.track.close()
    fresh.track.close()


# -------------------------------------------------------------------------------------------------------------------- from files


def played(path: Path, *, real_time: bool) -> list[VideoSample]:
    sink = FakeSink()
    source = VideoFileSource(path, sink, SystemClock(), VideoFileOptions(real_time=real_time))
    source.start(name="capture-file")
    assert wait_until(lambda: source.state is SourceState.ENDED, timeout_secs=30)
    return sink.samples


BLINK_AT = 22  # of the pictures below; the lids are down on it and on the next one


@pytest.fixture(scope="module")
def talker(carphone_path: Path) -> list[Picture]:
    """The man in the car: he blinks once."""
    return decoded(carphone_path, range(20, 70), enlarge=2)


def times_of_a_variable_rate() -> list[float]:
    """50 times in seconds, 10 to 60 pictures a second; lids go down and up again within 120 ms."""
    steps = np.random.default_rng(6).choice((0.017, 0.025, 0.033, 0.05, 0.1), 49)
    steps[BLINK_AT - 2 : BLINK_AT + 2] = (0.03, 0.02, 0.04, 0.03)
    return [0.0, *np.cumsum(steps).round(3).tolist()]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_a_variable_rate_is_played_on_its_own_times(watch: Watch, tmp_path: Path, talker: list[Picture], name: str) -> None:
    times_secs = times_of_a_variable_rate()
    path = write_variable(tmp_path / name, talker, times_secs)
    free = played(path, real_time=False)
    assert [sample.media_time_nanos / NANOS_PER_SEC for sample in free] == pytest.approx(times_secs, abs=0.002)
    seen = watch((sample.rgb for sample in free), times_nanos=[sample.media_time_nanos for sample in free])
    assert seen.found.all()
    around = slice(BLINK_AT - 2, BLINK_AT + 5)
    lids = [SHAPE["eyeBlinkLeft"], SHAPE["eyeBlinkRight"]]
    assert seen.values[around, 0, lids].max() > 0.8
    assert seen.weights[around, 0, lids].max() >= 0.9 * seen.values[around, 0, lids].max()
    assert seen.values[around.start, 0, BLINK_EVENTS][0] == 0
    assert seen.values[around.stop + 2, 0, BLINK_EVENTS][0] == 1
    # Where the rate changes nothing jumps that did not jump in the face: the filters know the times.
    steps, steps_seen = (np.abs(np.diff(part, axis=0)).max(axis=0) for part in (seen.weights[2:, 0], seen.values[2:, 0, SHAPES]))
    assert (steps <= 1.5 * steps_seen + 0.05).all()


def test_a_variable_rate_in_real_time_is_on_time(tmp_path: Path, talker: list[Picture]) -> None:
    times_secs = times_of_a_variable_rate()[:30]
    live = played(write_variable(tmp_path / "a.mkv", talker[:30], times_secs), real_time=True)
    assert [sample.media_time_nanos / NANOS_PER_SEC for sample in live] == pytest.approx(times_secs, abs=0.002)
    late_millis = np.array([(sample.captured_at_nanos - sample.media_time_nanos) / 1e6 for sample in live])
    late_millis -= late_millis.min()  # of the picture that came the earliest
    assert np.median(late_millis) < 15
    assert np.percentile(late_millis, 90) < 40  # machines are busy at times


def test_a_file_in_4k_is_made_as_small_as_a_cameras_pictures(watch: Watch, tmp_path: Path, actor: list[Picture]) -> None:
    large = [cv2.resize(picture, (2880, 2160), interpolation=cv2.INTER_CUBIC) for picture in actor[:4]]
    path = write_variable(tmp_path / "a.mp4", large, [number / RATE_HZ for number in range(len(large))])
    samples = played(path, real_time=False)
    assert {sample.rgb.shape for sample in samples} == {(960, 1280, 3)}
    seen, plain = watch(sample.rgb for sample in samples), watch(actor[:4])
    assert seen.found.all()
    assert np.abs(seen.values[-1, :, SHAPES] - plain.values[-1, :, SHAPES]).max() < 0.15
