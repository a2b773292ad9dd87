from __future__ import annotations

import math

import numpy as np
import pytest

from affectia.registry import Bone
from affectia.rig.idle.idle_pose import NUMBERS, IdlePose, base_pose, vergence_deg
from affectia.rig.idle.moves import Track
from affectia.signals.pose_layer import CHANNELS, SHIFT, TURNS
from tests.unit.fakes import SHAPE

pytestmark = pytest.mark.unit


def turn(bone: Bone, axis: int) -> int:
    return TURNS.start + 3 * bone + axis


def test_effects_stand_where_channels_are() -> None:
    pose = IdlePose()
    pose.turn(Track.LEAN_ROLL, Bone.LEFT_SHOULDER, yaw_deg=1, pitch_deg=2, roll_deg=3)
    pose.shift_head(Track.LEAN_ROLL, x_cm=1, y_cm=2, z_cm=3)
    pose.shape(Track.LEAN_ROLL, "browInnerUp", 0.5)
    table = pose.table()
    assert table.shape == (NUMBERS, CHANNELS)
    assert table.dtype == np.float32
    row = table[Track.LEAN_ROLL]
    start = turn(Bone.LEFT_SHOULDER, 0)
    assert np.degrees(row[start : start + 3]) == pytest.approx((2, 1, 3))
    assert row[SHIFT].tolist() == [1, 2, 3]
    assert row[SHAPE["browInnerUp"]] == 0.5
    assert np.count_nonzero(table) == 7


def test_a_head_turns_with_its_neck_and_the_eyes_turn_back() -> None:
    pose = IdlePose()
    pose.turn_head(Track.FOLLOW_YAW, yaw_deg=10)
    pose.turn_head(Track.FOLLOW_PITCH, pitch_deg=5)
    table = pose.table()
    yaw, pitch = table[Track.FOLLOW_YAW], table[Track.FOLLOW_PITCH]
    assert math.degrees(yaw[turn(Bone.NECK, 1)]) == pytest.approx(4)
    assert math.degrees(yaw[turn(Bone.HEAD, 1)]) == pytest.approx(6)
    assert yaw[SHAPE["eyeLookInLeft"]] == yaw[SHAPE["eyeLookOutRight"]] == pytest.approx(10 / 30)
    assert yaw[SHAPE["eyeLookOutLeft"]] == pytest.approx(-10 / 30)
    assert pitch[SHAPE["eyeLookUpLeft"]] == pitch[SHAPE["eyeLookUpRight"]] == pytest.approx(5 / 25)


def test_shoulders_do_not_carry_the_eyes_and_a_trunk_does() -> None:
    pose = IdlePose()
    pose.turn(Track.INHALE, Bone.LEFT_SHOULDER, yaw_deg=10)
    pose.turn(Track.EXHALE, Bone.SPINE, yaw_deg=3)
    table = pose.table()
    assert not table[Track.INHALE, : SHAPE["eyeLookUpRight"] + 1].any()
    assert table[Track.EXHALE, SHAPE["eyeLookInLeft"]] == pytest.approx(0.1)


def test_both_eyes_turn_in_to_somebody_near() -> None:
    assert vergence_deg(100) == pytest.approx(1.8, abs=0.01)
    row = base_pose(50, 1).table()[Track.ALIVE]
    assert row[SHAPE["eyeLookInLeft"]] == row[SHAPE["eyeLookInRight"]] == pytest.approx(vergence_deg(50) / 30)


def test_a_glance_up_lifts_the_brows_as_much_as_is_wanted() -> None:
    up = {brows: base_pose(100, brows).table()[Track.FOLLOW_PITCH, SHAPE["browInnerUp"]] for brows in (0, 1, 2)}
    assert up[0] == 0
    assert up[2] == 2 * up[1] < 0
