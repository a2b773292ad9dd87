from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia import registry
from affectia.client.timeline_pose import TimelineKey, TimelinePose
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.layout import HEAD_AND_SHAPES, STANDARD, Layout

pytestmark = pytest.mark.unit
SHAPES = len(registry.BLENDSHAPES)
GROUPS = len(registry.GROUPS)
ALL = np.ones(GROUPS, np.bool_)
NONE = np.zeros(GROUPS, np.bool_)
MOUTH, BROWS = registry.GROUPS.index("mouth"), registry.GROUPS.index("brows")


def key(pose: TimelinePose, weight: int, **fields: Any) -> TimelineKey:
    given: dict[str, Any] = {"blendshapes": bytes([weight]) * SHAPES, "layout": pose.layout} | fields
    return TimelineKey(AvatarFrame(1, 0, 0, 0, **given), pose)


def show(pose: TimelinePose, live: NDArray[np.bool_], now: int, earlier: TimelineKey, later: TimelineKey, fraction: float = 0.0) -> None:
    """Coming in takes 100, going to rest 500."""
    pose.turn(live, now, restarted=False)
    pose.show(earlier, later, fraction=fraction, now_nanos=now, durations_nanos=(500, 100))


@pytest.mark.parametrize("layout", [STANDARD, HEAD_AND_SHAPES], ids=["standard", "head_and_shapes"])
def test_new_pose_is_at_rest(layout: Layout) -> None:
    pose = TimelinePose(layout)
    assert [len(pose.blendshapes), len(pose.bone_quaternions), len(pose.visemes), len(pose.effects)] == [len(part) for part in layout.parts]
    assert not pose.blendshapes.any()
    assert pose.visemes.sum() == (1 if layout is STANDARD else 0)
    assert (pose.bone_quaternions == (0, 0, 0, 1)).all()
    assert (pose.presence == 0).all()


def test_rest_is_silence_for_the_visemes() -> None:
    assert TimelinePose(STANDARD).visemes[registry.VISEMES.index("sil")] == 1


def test_names_that_the_registry_does_not_have_go_with_mouth_and_body() -> None:
    pose = TimelinePose(Layout.of(2000, (("browInnerUp", "earWiggle"), ("head", "tail"), (), ())))
    assert [registry.GROUPS[group] for group in pose.scalar_groups] == ["brows", "mouth", "head", "head", "head"]
    assert [registry.GROUPS[group] for group in pose.bone_groups] == ["head", "body"]


def test_group_comes_in_by_smoothstep_from_what_is_shown() -> None:
    pose = TimelinePose(STANDARD)
    full = key(pose, 255)
    found = []
    for now in (1000, 1025, 1050, 1100, 1101):
        show(pose, ALL, now, full, full)
        found.append(float(pose.blendshapes[0]))
        assert pose.presence == pytest.approx(np.full(GROUPS, found[-1]))
    assert found == pytest.approx([0, 0.15625, 0.5, 1, 1])


def test_one_group_goes_to_rest_alone() -> None:
    pose = TimelinePose(STANDARD)
    full = key(pose, 255)
    show(pose, ALL, 0, full, full)
    show(pose, ALL, 100, full, full)
    live = ALL.copy()
    live[MOUTH] = False
    show(pose, live, 200, full, full)
    show(pose, live, 450, full, full)
    assert pose.blendshapes[registry.BLENDSHAPES.index("jawOpen")] == pytest.approx(0.5)
    assert pose.blendshapes[registry.BLENDSHAPES.index("browInnerUp")] == 1
    assert (pose.presence[MOUTH], pose.presence[BROWS]) == (0.5, 1)


def test_group_that_turns_again_starts_from_where_it_is() -> None:
    pose = TimelinePose(STANDARD)
    full = key(pose, 255)
    for live, now in ((ALL, 0), (ALL, 100), (NONE, 200), (NONE, 450)):
        show(pose, live, now, full, full)
    assert pose.blendshapes[0] == pytest.approx(0.5)
    show(pose, ALL, 460, full, full)
    assert pose.blendshapes[0] == pytest.approx(0.5)
    show(pose, ALL, 510, full, full)
    assert pose.blendshapes[0] == pytest.approx(0.75)


def test_restart_begins_a_transition_though_every_group_stays_live() -> None:
    pose = TimelinePose(STANDARD)
    full, none = key(pose, 255), key(pose, 0)
    show(pose, ALL, 0, full, full)
    show(pose, ALL, 100, full, full)
    pose.turn(ALL, 200, restarted=True)
    pose.show(none, none, fraction=0.0, now_nanos=250, durations_nanos=(500, 100))
    assert pose.blendshapes[0] == pytest.approx(0.5)
    assert (pose.presence == 1).all()


def test_time_that_runs_backwards_does_not_leave_the_transition() -> None:
    pose = TimelinePose(STANDARD)
    full = key(pose, 255)
    show(pose, ALL, 1000, full, full)
    show(pose, ALL, 500, full, full)
    assert not pose.blendshapes.any()


def test_later_frame_counts_only_where_its_group_is_valid() -> None:
    pose = TimelinePose(STANDARD)
    groups = b"".join(bytes((group != MOUTH, 255, 0, 255)) for group in range(GROUPS))
    earlier, later = key(pose, 0), key(pose, 255, groups=groups)
    for now in (0, 100):
        show(pose, ALL, now, earlier, later, 0.5)
    assert pose.blendshapes[registry.BLENDSHAPES.index("jawOpen")] == 0
    assert pose.blendshapes[registry.BLENDSHAPES.index("browInnerUp")] == pytest.approx(0.5)


def test_bone_that_is_shorter_than_half_reads_as_identity() -> None:
    pose = TimelinePose(STANDARD)
    bones = np.zeros((len(registry.BONES), 4), "<i2")
    bones[1] = (0, 32767, 0, 0)
    short = key(pose, 0, bones=bones.tobytes())
    for now in (0, 100):
        show(pose, ALL, now, short, short)
    assert pose.bone_quaternions[0] == pytest.approx((0, 0, 0, 1))
    assert pose.bone_quaternions[1] == pytest.approx((0, 1, 0, 0))


def turned(degrees: float) -> bytes:
    """The head turned to the left, the other bones at rest."""
    bones = np.tile((0, 0, 0, 32767), (len(registry.BONES), 1)).astype("<i2")
    half = np.radians(degrees) / 2
    bones[registry.BONES.index("head")] = np.round(np.array((0, np.sin(half), 0, np.cos(half))) * 32767)
    return bones.tobytes()


@pytest.mark.parametrize("degrees", [2.0, 3.5, 3.7, 40.0, 170.0])
@pytest.mark.parametrize("fraction", [0.0, 0.1, 0.25, 0.5, 0.9])
def test_bones_turn_evenly(degrees: float, fraction: float) -> None:
    pose = TimelinePose(STANDARD)
    earlier, later = key(pose, 0, bones=turned(0)), key(pose, 0, bones=turned(degrees))
    for now in (0, 100):
        show(pose, ALL, now, earlier, later, fraction)
    head = pose.bone_quaternions[registry.BONES.index("head")]
    assert np.degrees(2 * np.arctan2(head[1], head[3])) == pytest.approx(fraction * degrees, abs=0.02)
    assert pose.bone_quaternions[0] == pytest.approx((0, 0, 0, 1))
