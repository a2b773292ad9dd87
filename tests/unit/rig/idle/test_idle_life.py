from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest

from affectia import registry
from affectia.clock import NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.registry import Bone, Group
from affectia.rig import gaze_shapes
from affectia.rig.idle.idle_life import IdleLife, IdleOptions
from affectia.signals.pose_layer import CHANNELS, EFFECTS, SHAPES, SHIFT, TURNS, VISEMES, channel_groups
from tests.unit.fakes import SHAPE, slots

pytestmark = pytest.mark.unit

Floats = npt.NDArray[np.float32]
BLINKS = [SHAPE["eyeBlinkLeft"], SHAPE["eyeBlinkRight"]]
BEGAN = 123_456_789_000_000


def living(*names: str, seed: int = 1, room: int = 64, options: IdleOptions | None = None) -> IdleLife:
    life = IdleLife(room, options)
    for slot, name in enumerate(names):
        life.open(slot, name, seed=seed)
    return life


def look(life: IdleLife, which: npt.NDArray[np.intp], secs: float, moods: Floats | None = None) -> Floats:
    out = np.full((which.size, CHANNELS), np.nan, np.float32)
    life.layer(which, np.full(which.size, BEGAN + round(secs * NANOS_PER_SEC), np.int64), moods, out)
    return out


def lived(life: IdleLife, secs: npt.NDArray[np.float64], slot: int = 0, moods: Floats | None = None) -> Floats:
    return np.concatenate([look(life, slots(slot), moment, moods) for moment in secs])


def mood(name: str, count: int = 1) -> Floats:
    row: Floats = np.eye(8, dtype=np.float32)[[registry.EMOTIONS.index(name)] * count]
    return row


def every(hz: float, secs: float) -> npt.NDArray[np.float64]:
    return np.arange(round(hz * secs)) / hz


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not() -> None:
    times = every(60, 20)
    first, again, other = (lived(living("guard", seed=seed), times) for seed in (5, 5, 6))
    assert first.tobytes() == again.tobytes()
    assert np.abs(first - other).max() > 0.1


def test_avatars_differ_and_nobody_changes_another() -> None:
    times = every(30, 15)
    alone = lived(living("a"), times)
    crowd = living(*"abcdefghij")
    together = np.stack([look(crowd, np.arange(10), moment) for moment in times])
    assert together[:, 0].tobytes() == alone.tobytes()
    assert lived(living("x", "b"), times, slot=1).tobytes() == together[:, 1].tobytes()
    for one, other in pairwise(range(10)):
        assert np.abs(together[:, one] - together[:, other]).max() > 0.1


def test_order_and_choice_of_slots_change_nothing() -> None:
    times = every(30, 15)
    whole = living(*"abcdef")
    expected = np.stack([look(whole, np.arange(6), moment) for moment in times])
    mixed = living(*"abcdef")
    for moment, rows in zip(times, expected, strict=True):
        for which in (slots(4, 1, 2), slots(0), slots(5, 3)):
            assert look(mixed, which, moment).tobytes() == rows[which].tobytes()


@pytest.mark.parametrize("feeling", [None, "sad", "fear"])
def test_an_instant_is_the_same_at_any_frame_rate(feeling: str | None) -> None:
    moods = None if feeling is None else mood(feeling)
    quick = lived(living("a"), every(60, 60), moods=moods)
    slow = lived(living("a"), every(30, 60), moods=moods)
    assert quick[::2].tobytes() == slow.tobytes()


def test_a_skipped_second_ends_in_the_same_state() -> None:
    times = every(60, 40)
    expected = lived(living("a"), times)
    rng = np.random.default_rng(1)
    kept = np.sort(np.concatenate(([0], rng.choice(len(times), 25, replace=False))))
    kept = kept[np.concatenate(([True], np.diff(kept) > 0))]
    assert np.diff(kept).max() > 60
    assert lived(living("a"), times[kept]).tobytes() == expected[kept].tobytes()


def test_who_is_not_looked_at_for_long_pauses() -> None:
    life = living("a")
    lived(life, every(60, 5))
    after = lived(life, 3600 + every(30, 20))
    # It goes on with whatever was to be next: as if it had been looked at all the time, a little later than it was left.
    unbroken = lived(living("a"), every(1000, 26))
    later = 5000 + int(np.abs(unbroken[5000:6500] - after[0]).max(axis=1).argmin())
    places = later + np.round(every(30, 20) * 1000).astype(int)
    calm = slice(TURNS.start, CHANNELS)  # eyes and lids may be anywhere within a millisecond
    assert np.abs(unbroken[places, calm] - after[:, calm]).max() < 2e-3


def test_blinks_come_at_their_rate_and_are_whole() -> None:
    shut = lived(living("a"), every(60, 600))[:, BLINKS]
    np.testing.assert_array_equal(shut[:, 0], shut[:, 1])
    down = np.concatenate(([0], (shut[:, 0] > 0).astype(int), [0]))
    starts, ends = np.flatnonzero(np.diff(down) > 0), np.flatnonzero(np.diff(down) < 0)
    assert len(starts) / 10 == pytest.approx(15, rel=0.15)
    lasts = (ends - starts) / 60
    assert lasts.min() > 0.08  # of 0.1 s, as frames see it
    assert lasts.max() < 0.42
    for start, end in zip(starts, ends, strict=True):
        assert shut[start:end].max() == 1


def test_every_blink_is_shown_whole_at_30_frames_a_second() -> None:
    shut = lived(living("a"), every(30, 300))[:, BLINKS[0]]
    down = np.concatenate(([0], (shut > 0).astype(int), [0]))
    for start, end in zip(np.flatnonzero(np.diff(down) > 0), np.flatnonzero(np.diff(down) < 0), strict=True):
        assert shut[start:end].max() == 1


def test_blinks_begin_with_some_large_shifts_of_the_gaze() -> None:
    rows = lived(living("a"), every(60, 900))
    gaze, down = gaze_in_space(rows), rows[:, BLINKS[0]] > 0
    moves = np.hypot(*np.diff(gaze, axis=0).T) > 0.05
    begins = np.flatnonzero(moves[1:] & ~moves[:-1]) + 1  # the last frame before a shift
    size = np.hypot(*(gaze[np.minimum(begins + 6, len(gaze) - 1)] - gaze[begins]).T)
    blinks = np.flatnonzero(down[1:] & ~down[:-1])
    large, small = begins[size > 8], begins[size < 4]
    assert len(large) > 50
    assert np.isin(large, blinks).mean() > 0.08
    assert np.isin(small, blinks).mean() < 0.02


def gaze_in_space(rows: Floats) -> npt.NDArray[np.float64]:
    """(m, 2) yaw and pitch in degrees of where both eyes look together, whatever turns them along."""
    eyes = gaze_shapes.angles_deg(rows)
    turns = np.degrees(rows[:, TURNS].reshape(-1, 9, 3)[:, : Bone.HEAD + 1].sum(axis=1))
    gaze: npt.NDArray[np.float64] = np.stack((eyes[:, :2].mean(axis=1) + turns[:, 1], eyes[:, 2:].mean(axis=1) + turns[:, 0]), axis=1)
    return gaze


def test_the_gaze_rests_while_head_and_body_move() -> None:
    rows = lived(living("a"), every(60, 60))
    gaze = gaze_in_space(rows)
    still = np.abs(np.diff(gaze, axis=0)).max(axis=1) < 1e-3
    assert still.mean() > 0.85
    head = np.degrees(rows[:, TURNS].reshape(-1, 9, 3)[:, Bone.HEAD])
    assert np.ptp(head, axis=0).min() > 0.5


def test_both_eyes_turn_in() -> None:
    eyes = gaze_shapes.angles_deg(lived(living("a"), every(30, 30)))
    assert eyes[:, 1] - eyes[:, 0] == pytest.approx(2 * 1.804, abs=0.01)
    near = gaze_shapes.angles_deg(lived(living("a", options=IdleOptions(conversation_cm=40)), every(30, 1)))
    assert (near[:, 1] - near[:, 0]).min() > 8


def test_nothing_of_the_mouth_moves_and_all_stays_in_range() -> None:
    life = living(*"abcdefgh")
    moods = np.concatenate([mood(name) for name in registry.EMOTIONS])
    rows = np.concatenate([look(life, np.arange(8), moment, moods) for moment in every(30, 60)])
    assert np.isfinite(rows).all()
    assert not rows[:, channel_groups() == Group.MOUTH].any()
    assert not rows[:, VISEMES].any()
    assert not rows[:, EFFECTS].any()
    assert rows[:, SHAPES].min() == 0
    assert rows[:, SHAPES].max() == 1
    assert np.degrees(np.abs(rows[:, TURNS])).max() < 10
    assert np.abs(rows[:, SHIFT]).max() < 2
    eyes = [TURNS.start + 3 * bone + axis for bone in (Bone.LEFT_EYE, Bone.RIGHT_EYE) for axis in range(3)]
    assert not rows[:, eyes].any()


def test_nothing_jumps_but_eyes_and_lids() -> None:
    rows = lived(living("a"), every(60, 120), moods=mood("fear"))
    steps = np.abs(np.diff(rows, axis=0))
    assert np.degrees(steps[:, TURNS]).max() < 1
    assert steps[:, SHIFT].max() < 0.05


def test_a_change_of_mood_does_not_jump() -> None:
    life = living("a")
    moods = [mood("neutral"), mood("fear"), mood("sad")]
    rows = np.concatenate([look(life, slots(0), moment, moods[int(moment // 7) % 3]) for moment in every(60, 60)])
    assert np.degrees(np.abs(np.diff(rows[:, TURNS], axis=0))).max() < 1


def test_options_turn_each_part_down() -> None:
    still = IdleOptions(blinks_per_min=0, gaze=0, head_drift=0, breath=0, brows=0)
    rows = lived(living("a", options=still), every(10, 30))
    np.testing.assert_array_equal(rows, rows[:1].repeat(len(rows), axis=0))
    assert not rows[:, TURNS].any()
    assert not rows[:, BLINKS].any()
    breath = lived(living("a", options=IdleOptions(blinks_per_min=0, gaze=0, head_drift=0, brows=0)), every(10, 30))
    assert np.ptp(breath[:, TURNS.start + 3 * Bone.CHEST]) > 0.01


def test_an_avatar_that_is_forgotten_or_was_never_opened_does_nothing() -> None:
    life = living("a", "b")
    assert look(life, slots(0, 1, 2), 0.0)[:2].any(axis=1).all()
    life.forget(slots(0))
    rows = look(life, slots(0, 1, 2), 1.0)
    assert not rows[0].any()
    assert rows[1].any()
    assert not rows[2].any()


def test_a_slot_that_is_opened_again_begins_again() -> None:
    life = living("a")
    expected = lived(life, every(30, 5))
    life.open(0, "a", seed=1)
    assert lived(life, 100 + every(30, 5)).tobytes() == expected.tobytes()


def test_nobody_is_no_work() -> None:
    look(living("a"), np.zeros(0, np.intp), 0.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("blinks_per_min", -1),
        ("blinks_per_min", 31),
        ("double_blink_share", 1.1),
        ("gaze", 2.1),
        ("head_drift", float("nan")),
        ("breath", -0.1),
        ("brows", 3),
        ("conversation_cm", 10),
    ],
)
def test_options_that_cannot_be_are_refused(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=f"idle.{name} is {value}, expected "):
        IdleOptions(**{name: value})
