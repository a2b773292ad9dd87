from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from affectia.clock import NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.registry import Bone
from affectia.rig import gaze_shapes
from affectia.rig.idle.idle_life import IdleLife
from affectia.rig.look_at import LookAt, angles_of_point_cm
from affectia.signals.pose_layer import CHANNELS, TURNS
from tests.unit.fakes import slots

pytestmark = pytest.mark.unit

Floats = npt.NDArray[np.float32]
BEGAN = 123_456_789_000_000


def nanos(secs: float) -> int:
    return BEGAN + round(secs * NANOS_PER_SEC)


def ask(
    look: LookAt,
    secs: float,
    *,
    yaw: float = 20.0,
    pitch: float = 0.0,
    weight: float = 1.0,
    head_share: float = 0.4,
    hold: bool = True,
    slot: int = 0,
) -> None:
    look.look(slot, yaw_deg=yaw, pitch_deg=pitch, weight=weight, head_share=head_share, hold=hold, now_nanos=nanos(secs))


def shown(look: LookAt, secs: float, idle: Floats | None = None, which: npt.NDArray[np.intp] | None = None) -> Floats:
    which = slots(0) if which is None else which
    out = np.zeros((which.size, CHANNELS), np.float32) if idle is None else idle.copy()
    look.add(which, np.full(which.size, nanos(secs), np.int64), out)
    return out


def angles(rows: Floats) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(m, 2) yaw and pitch of the eyes in the head, of the head with its neck, and of the gaze in space."""
    eyes = gaze_shapes.angles_deg(rows)
    in_head = np.stack((eyes[:, :2].mean(axis=1), eyes[:, 2:].mean(axis=1)), axis=1)
    turns = np.degrees(rows[:, TURNS].reshape(-1, 9, 3))
    head = (turns[:, Bone.NECK] + turns[:, Bone.HEAD])[:, 1::-1]
    return in_head, head, in_head + turns[:, : Bone.HEAD + 1].sum(axis=1)[:, 1::-1]


def over(look: LookAt, secs: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], ...]:
    return angles(np.concatenate([shown(look, moment) for moment in secs]))


def test_eyes_go_first_and_turn_back_as_the_head_arrives() -> None:
    look = LookAt(4)
    ask(look, 0, yaw=20, pitch=-10)
    eyes, head, gaze = over(look, np.array([0.0, 0.1, 3.0]))
    assert gaze[0] == pytest.approx((0, 0), abs=1e-5)
    assert gaze[1] == pytest.approx((20, -10), abs=1e-3)
    assert eyes[1, 0] > 16
    assert head[1, 0] < 3
    assert gaze[2] == pytest.approx((20, -10), abs=1e-3)
    assert eyes[2] == pytest.approx((12, -6), abs=1e-3)
    assert head[2] == pytest.approx((8, -4), abs=1e-3)


def test_the_gaze_stays_where_it_is_while_the_head_turns() -> None:
    look = LookAt(1)
    ask(look, 0, yaw=-25, pitch=8)
    eyes, head, gaze = over(look, np.arange(0.1, 2, 0.01))
    assert gaze == pytest.approx(np.tile((-25, 8), (len(gaze), 1)), abs=1e-3)
    assert np.ptp(head[:, 0]) > 8
    assert np.ptp(eyes[:, 0]) > 8


def test_a_saccade_lasts_as_the_main_sequence_says() -> None:
    for size in (5.0, 20.0):
        look = LookAt(1)
        ask(look, 0, yaw=size, head_share=0)
        lasts = 0.021 + 0.0022 * size
        _, _, gaze = over(look, np.array([0.5, 0.97, 1.0]) * lasts)
        assert gaze[0, 0] == pytest.approx(size / 2, abs=0.01 * size)
        assert gaze[1, 0] < gaze[2, 0] == pytest.approx(size, abs=1e-3)
        ask(look, 1, yaw=0, head_share=0)
        assert over(look, np.array([1 + lasts / 2]))[2][0, 0] == pytest.approx(size / 2, abs=0.01 * size)


def test_the_head_moves_like_a_critically_damped_spring() -> None:
    look = LookAt(1)
    ask(look, 0, yaw=30, head_share=0.5)
    secs = np.arange(0, 2, 0.05)
    expected = 15 * (1 - (1 + 8 * secs) * np.exp(-8 * secs))
    assert over(look, secs)[1][:, 0] == pytest.approx(expected, abs=1e-3)


def test_a_change_of_target_goes_on_from_where_all_is() -> None:
    look = LookAt(1)
    ask(look, 0, yaw=25)
    before = over(look, np.array([0.199, 0.2]))
    ask(look, 0.2, yaw=-20, pitch=10)
    after = over(look, np.array([0.2, 0.201]))
    for one, other in zip(before, after, strict=True):
        assert one[1] == pytest.approx(other[0], abs=1e-3)
    assert np.diff(before[1], axis=0) == pytest.approx(np.diff(after[1], axis=0), abs=0.02)  # the head's speed
    assert over(look, np.array([3.0]))[2][0] == pytest.approx((-20, 10), abs=1e-3)


def test_it_ends_a_second_after_it_was_last_asked_for() -> None:
    look = LookAt(1)
    ask(look, 0, hold=False)
    ask(look, 0.5, hold=False)
    _, head, gaze = over(look, np.array([1.499, 1.7, 2.2, 4.4, 4.6]))
    assert gaze[0, 0] == pytest.approx(20, abs=1e-3)
    assert gaze[1, 0] == pytest.approx(0, abs=1e-3)  # eyes first, also on the way back
    assert head[1, 0] > 4
    assert 0 < head[2, 0] < 1
    assert head[3, 0] == pytest.approx(0, abs=1e-3)
    assert not look.active


def test_what_is_held_stays_until_it_is_released() -> None:
    look = LookAt(1)
    ask(look, 0)
    assert over(look, np.array([500.0]))[2][0, 0] == pytest.approx(20, abs=1e-3)
    look.release(0, now_nanos=nanos(500))
    _, _, gaze = over(look, np.array([500.0, 500.075, 500.15]))
    assert gaze[:, 0] == pytest.approx((20, 10, 0), abs=0.1)
    shown(look, 504)
    assert not look.active


def test_a_release_of_nothing_is_nothing() -> None:
    look = LookAt(1)
    look.release(0, now_nanos=nanos(1))
    assert not look.active
    assert not shown(look, 2).any()


def test_who_asks_again_while_it_fades_gets_it_back_without_a_jump() -> None:
    look = LookAt(1)
    ask(look, 0, head_share=0)
    look.release(0, now_nanos=nanos(1))
    before = over(look, np.array([1.05]))[2][0, 0]
    ask(look, 1.05, head_share=0)
    _, _, gaze = over(look, np.arange(1.05, 1.3, 0.005))
    assert gaze[0, 0] == pytest.approx(before, abs=0.01)
    assert (np.diff(gaze[:, 0]) >= -1e-4).all()
    assert gaze[-1, 0] == pytest.approx(20, abs=1e-3)


@pytest.mark.parametrize(
    ("target", "head_share", "head", "gaze"),
    [
        ((25, 0), 0.4, (10, 0), (25, 0)),
        ((60, 0), 0.4, (30, 0), (60, 0)),  # the head does what the eyes cannot
        ((85, -50), 0.4, (55, -25), (85, -50)),
        ((180, 80), 1.0, (60, 40), (90, 65)),
        ((-170, 0), 0.0, (0, 0), (-30, 0)),
        ((20, 0), 0.0, (0, 0), (20, 0)),
    ],
)
def test_eyes_and_head_have_limits(
    target: tuple[float, float], head_share: float, head: tuple[float, float], gaze: tuple[float, float]
) -> None:
    look = LookAt(1)
    ask(look, 0, yaw=target[0], pitch=target[1], head_share=head_share)
    eyes, turned, seen = over(look, np.arange(0, 4, 0.05))
    assert np.abs(eyes).max(axis=0) == pytest.approx(np.minimum(np.abs(eyes).max(axis=0), (30, 25)), abs=1e-3)
    assert turned[-1] == pytest.approx(head, abs=1e-3)
    assert seen[-1] == pytest.approx(gaze, abs=1e-3)


def test_the_idle_gaze_goes_on_around_the_target_at_a_third() -> None:
    life, look = IdleLife(1), LookAt(1)
    life.open(0, "a", seed=1)
    ask(look, 0, yaw=15, pitch=5)
    idle, rows = [], []
    for frame in range(1800):
        layer = np.empty((1, CHANNELS), np.float32)
        life.layer(slots(0), np.array([nanos(frame / 60)]), None, layer)
        idle.append(layer.copy())
        rows.append(shown(look, frame / 60, layer))
    free, directed = angles(np.concatenate(idle))[2], angles(np.concatenate(rows))[2]
    assert directed[60:] == pytest.approx((15, 5) + 0.3 * free[60:], abs=0.01)
    assert np.ptp(directed[60:, 0]) > 1
    eyes = [gaze_shapes.angles_deg(np.concatenate(found)) for found in (idle, rows)]
    assert eyes[1][:, 0] - eyes[1][:, 1] == pytest.approx(eyes[0][:, 0] - eyes[0][:, 1], abs=0.01)  # still turned in


def test_a_weight_is_a_share_of_the_way() -> None:
    look = LookAt(1)
    ask(look, 0, weight=0.5)
    _, head, gaze = over(look, np.array([3.0]))
    assert gaze[0, 0] == pytest.approx(10, abs=1e-3)
    assert head[0, 0] == pytest.approx(4, abs=1e-3)


@pytest.mark.parametrize("hz", [7, 37, 60])
def test_an_instant_is_the_same_at_any_frame_rate(hz: int) -> None:
    def run(rate: float) -> Floats:
        look = LookAt(1)
        ask(look, 0.013, yaw=40, hold=False)
        for moment in np.arange(0, 1.4, 1 / rate):
            shown(look, float(moment))
        return shown(look, 1.7)

    assert run(hz).tobytes() == run(1000).tobytes()


def test_a_tick_from_before_the_call_shows_nothing_of_it() -> None:
    look = LookAt(1)
    ask(look, 1, yaw=30)
    eyes, head, _ = over(look, np.array([0.9]))
    assert eyes[0] == pytest.approx((0, 0), abs=1e-5)
    assert head[0] == pytest.approx((0, 0), abs=1e-5)


def test_a_crowd_is_many_alone() -> None:
    look, crowd = LookAt(40), LookAt(40)
    rng = np.random.default_rng(1)
    idle = np.zeros((40, CHANNELS), np.float32)
    idle[:, gaze_shapes.PLACES[:4]] = rng.random((40, 4)) * 0.2
    idle[:, TURNS] = rng.normal(0, 0.02, (40, 27))
    for slot in range(0, 40, 2):
        for one in (look, crowd):
            ask(one, 0.01 * slot, yaw=slot - 20, pitch=slot / 4, slot=slot)
    which = rng.permutation(40)
    together = shown(crowd, 0.5, idle[which], which)
    for row, slot in enumerate(which):
        assert shown(look, 0.5, idle[[slot]], slots(int(slot))).tobytes() == together[row].tobytes()
        if slot % 2:
            np.testing.assert_array_equal(together[row], idle[slot])


def test_what_is_forgotten_is_gone_at_once() -> None:
    look = LookAt(2)
    ask(look, 0)
    ask(look, 0, slot=1)
    shown(look, 1, None, slots(0, 1))
    look.forget(slots(0))
    rows = shown(look, 1, None, slots(0, 1))
    assert not rows[0].any()
    assert rows[1].any()
    assert look.active
    look.forget(slots(1))
    assert not look.active


@pytest.mark.parametrize(
    ("name", "value"), [("yaw", 181.0), ("pitch", -91.0), ("yaw", math.nan), ("weight", 1.1), ("head_share", -0.1), ("pitch", math.inf)]
)
def test_numbers_that_cannot_be_are_refused(name: str, value: float) -> None:
    look = LookAt(1)
    with pytest.raises(ConfigError, match=rf"of a gaze is {value}, expected "):
        ask(look, 0, **{name: value})  # type: ignore[arg-type]
    assert not look.active


def test_a_point_is_a_direction() -> None:
    assert angles_of_point_cm(0, 0, 100) == pytest.approx((0, 0))
    assert angles_of_point_cm(50, 0, 50) == pytest.approx((45, 0))
    assert angles_of_point_cm(-50, 0, 50) == pytest.approx((-45, 0))
    assert angles_of_point_cm(0, 30, 30) == pytest.approx((0, -45))
    assert angles_of_point_cm(0, -30, 30) == pytest.approx((0, 45))
    assert angles_of_point_cm(30, math.hypot(30, 40), 40)[1] == pytest.approx(-45)
    assert abs(angles_of_point_cm(0, 0, -10)[0]) == pytest.approx(180)


@pytest.mark.parametrize("point", [(0, 0, 0), (math.nan, 0, 1), (0, math.inf, 1)])
def test_a_point_without_a_direction_is_refused(point: tuple[float, float, float]) -> None:
    with pytest.raises(ConfigError, match="expected finite numbers that are not all 0"):
        angles_of_point_cm(*point)
