from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia import registry
from affectia.clock import NANOS_PER_SEC
from affectia.registry import Group, Source
from affectia.rig.acting import EMOTION, FACE, IDLE, Acting
from affectia.rig.emotion.preferred_emotion import PreferredEmotion
from affectia.rig.override_layer import OverrideEntry
from affectia.signals import face_channels, pose_layer
from affectia.signals.acting_layers import ActingLayers
from affectia.signals.avatar_state import AvatarState
from affectia.signals.groups import GROUPS, GroupStates
from affectia.signals.voice_states import VoiceStates
from tests.unit.fakes import SHAPE, VISEME

pytestmark = pytest.mark.unit

GROUP_OF_CHANNEL = pose_layer.channel_groups()
HAPPY = registry.EMOTIONS.index("happy")


class Stage:
    """Acting over three slots, asked 60 times a second."""

    def __init__(self) -> None:
        self.acting = Acting(3)
        self.now_nanos = NANOS_PER_SEC
        self.state = nobody(1)

    def open(self, slot: int = 0, *, lives: bool = True) -> None:
        self.acting.open(slot, f"avatar-{slot}", seed=7, lives=lives)

    def prefer_happy(self, slot: int = 0) -> None:
        weights = np.zeros(len(registry.EMOTIONS), np.float32)
        weights[HAPPY] = 1
        self.acting.overlay.prefer(slot, PreferredEmotion(weights), self.now_nanos)

    def act(self, state: AvatarState | None = None, *, slots: tuple[int, ...] = (0,), secs: float = 1 / 60) -> ActingLayers | None:
        self.now_nanos += round(secs * NANOS_PER_SEC)
        self.state = nobody(len(slots)) if state is None else state
        return self.acting.act(np.array(slots), np.full(len(slots), self.now_nanos), self.state)

    def layers(self, state: AvatarState | None = None, *, slots: tuple[int, ...] = (0,), secs: float = 1 / 60) -> ActingLayers:
        found = self.act(state, slots=slots, secs=secs)
        assert found is not None
        return found

    def moved(self, *, secs: float = 10.0, **captured: float) -> npt.NDArray[np.float32]:
        """(101,) the largest move of each channel of slot 0 over a while, in which these groups of its face are captured."""
        most = np.zeros(pose_layer.CHANNELS, np.float32)
        for _ in range(round(60 * secs)):
            layers = self.act(seen(**captured))
            if layers is not None and layers.idle is not None:
                np.maximum(most, np.abs(layers.idle[0]), out=most)
        return most


def nobody(count: int) -> AvatarState:
    """A state of which nothing is captured."""
    return AvatarState(face_channels.at_rest(count), np.zeros(count, np.uint32), GroupStates.unknown(count))


def seen(**weights: float) -> AvatarState:
    """A face of which these groups are captured so far."""
    levels = np.zeros((1, GROUPS, 3), np.float32)
    levels[..., 1] = np.inf
    valid = np.zeros((1, GROUPS), np.bool_)
    for name, weight in weights.items():
        levels[0, Group[name.upper()]] = (1, 0, weight)
        valid[0, Group[name.upper()]] = weight > 0
    values = face_channels.at_rest(1)
    values[0, SHAPE["jawOpen"]] = 0.8
    return AvatarState(values, np.zeros(1, np.uint32), GroupStates(valid, valid * np.uint8(Source.FACE), levels))


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_an_avatar_that_does_not_act_has_no_layers_and_its_groups_stay_as_they_are(stage: Stage) -> None:
    stage.open(lives=False)
    assert stage.act() is None
    assert not stage.state.groups.valid.any()


def test_one_that_lives_is_valid_and_idle_in_every_group(stage: Stage) -> None:
    stage.open()
    layers = stage.layers()
    assert layers.feeling is None
    groups = stage.state.groups
    assert groups.valid.all()
    assert (groups.source == Source.IDLE).all()
    assert groups.levels.tolist() == [[[1, 0, 1]] * GROUPS]


def test_idle_life_blinks_looks_and_breathes_and_leaves_the_mouth_alone(stage: Stage) -> None:
    stage.open()
    moved = stage.moved()
    by_group = [moved[group == GROUP_OF_CHANNEL].max() for group in Group]
    assert by_group[Group.EYES] > 0.9
    assert min(by_group[Group.HEAD], by_group[Group.BODY]) > 0.005
    assert by_group[Group.MOUTH] == 0


@pytest.mark.parametrize(("eyes", "head", "still"), [(1.0, 0.0, Group.EYES), (0.0, 1.0, Group.HEAD)])
def test_what_is_captured_of_a_face_is_not_idle(stage: Stage, eyes: float, head: float, still: Group) -> None:
    stage.open()
    moved = stage.moved(secs=4, eyes=eyes, head=head)
    assert moved[still == GROUP_OF_CHANNEL].max() == 0
    assert moved.max() > 0


def test_a_head_that_is_captured_keeps_the_body_still(stage: Stage) -> None:
    stage.open()
    assert stage.moved(secs=4, head=1.0)[GROUP_OF_CHANNEL == Group.BODY].max() == 0


def test_a_face_that_goes_leaves_its_share_to_idle_life(stage: Stage) -> None:
    stage.open()
    half, other = Stage(), stage
    half.open()
    for _ in range(300):
        some, whole = half.layers(seen(head=0.5)).idle, other.layers().idle
        assert some is not None
        assert whole is not None
        heads = np.flatnonzero(GROUP_OF_CHANNEL == Group.HEAD)
        np.testing.assert_allclose(some[0, heads], whole[0, heads] / 2, atol=1e-6)


def test_groups_that_are_captured_keep_what_is_told_of_them(stage: Stage) -> None:
    stage.open()
    stage.layers(seen(eyes=0.7))
    groups = stage.state.groups
    assert groups.source[0, Group.EYES] == Source.FACE
    assert groups.levels[0, Group.EYES].tolist() == pytest.approx([1, 0, 0.7])
    assert groups.source[0, Group.BROWS] == Source.IDLE


def test_life_that_is_taken_away_leaves_nothing(stage: Stage) -> None:
    stage.open()
    stage.layers()
    stage.acting.set_lives(np.array([0]), False)
    assert stage.act() is None
    assert not stage.state.groups.valid.any()


def test_only_those_that_live_move(stage: Stage) -> None:
    stage.open(0)
    stage.open(1, lives=False)
    stage.open(2)
    for _ in range(60):
        idle = stage.layers(slots=(0, 1, 2)).idle
        assert idle is not None
        assert not idle[1].any()
        assert idle[0].any()
        assert idle[2].any()
    assert stage.state.groups.valid.all(axis=1).tolist() == [True, False, True]


def test_a_crowd_moves_as_each_of_it_would_alone() -> None:
    together, alone = Stage(), [Stage() for _ in range(3)]
    for slot in range(3):
        together.open(slot)
        alone[slot].open(slot)
        together.prefer_happy(slot)
        alone[slot].prefer_happy(slot)
    for _ in range(120):
        crowd = together.layers(slots=(0, 1, 2))
        for slot in range(3):
            one = alone[slot].layers(slots=(slot,))
            for some, own in ((crowd.idle, one.idle), (crowd.feeling, one.feeling)):
                assert some is not None
                assert own is not None
                np.testing.assert_allclose(some[slot], own[0], atol=1e-6)


def test_an_emotion_that_is_set_shows_and_says_so(stage: Stage) -> None:
    stage.open(lives=False)
    stage.prefer_happy()
    for _ in range(120):
        layers = stage.layers()
    assert layers.idle is None
    assert layers.feeling is not None
    assert layers.feeling[0, SHAPE["mouthSmileLeft"]] > 0.2
    groups = stage.state.groups
    assert groups.valid.all()
    assert groups.source[0, Group.MOUTH] == groups.source[0, Group.EMOTION] == Source.EMOTION
    assert groups.source[0, Group.EYES] == Source.IDLE


def test_how_far_somebody_talks_goes_with_a_feeling(stage: Stage) -> None:
    stage.open()
    stage.prefer_happy()
    visemes = np.zeros((1, len(VISEME)), np.float32)
    share = np.array([0.25], np.float32)
    silent = nobody(1)
    voices = VoiceStates(np.array([0]), visemes, visemes, share, share, share, share.copy(), np.zeros(1, np.int64))
    layers = stage.layers(AvatarState(silent.values, silent.measured, silent.groups, voices))
    assert layers.talking is not None
    assert layers.talking.tolist() == [0.25]
    assert stage.layers().talking is None


def test_an_override_says_so_where_it_has_more_than_half(stage: Stage) -> None:
    stage.open()
    jaw, brow = SHAPE["jawOpen"], SHAPE["browInnerUp"]
    entries = (OverrideEntry(jaw, 0.6, 1.0), OverrideEntry(brow, 0.9, 0.2))
    stage.acting.overrides.apply(0, entries, adds=False, hold=True, fade_secs=0, now_nanos=stage.now_nanos)
    overrides = stage.layers().overrides
    assert overrides is not None
    assert overrides.share[0, jaw] == 1
    assert overrides.value[0, jaw] == pytest.approx(0.6)
    groups = stage.state.groups
    assert groups.source[0, Group.MOUTH] == Source.OVERRIDE
    assert groups.source[0, Group.BROWS] == Source.IDLE


def test_gestures_move_what_is_captured_too(stage: Stage) -> None:
    stage.open(lives=False)
    stage.acting.gestures.trigger(0, "nod", strength=1, speed=1, now_nanos=stage.now_nanos)
    moved = stage.moved(secs=1, head=1.0, eyes=1.0)
    assert moved[pose_layer.TURNS].max() > 0.02


def test_a_gaze_is_directed_where_no_eyes_are_captured(stage: Stage) -> None:
    stage.open(lives=False)
    stage.acting.look.look(0, yaw_deg=20, pitch_deg=0, weight=1, head_share=0, hold=True, now_nanos=stage.now_nanos)
    moved = stage.moved(secs=1)
    assert moved[SHAPE["eyeLookOutLeft"]] > 0.4
    assert stage.moved(secs=1, eyes=1.0)[SHAPE["eyeLookOutLeft"]] == 0


@pytest.mark.parametrize(("layer", "what"), [(IDLE, "idle"), (EMOTION, "feeling")])
def test_a_layer_that_is_faded_out_shows_nothing(stage: Stage, layer: int, what: str) -> None:
    stage.open()
    stage.prefer_happy()
    stage.layers()
    stage.acting.layers.set(0, layer, 0.0, 0.0, stage.now_nanos)
    for _ in range(60):
        found = getattr(stage.layers(), what)
        assert found is None or not found.any()


def test_a_face_that_is_faded_out_makes_room(stage: Stage) -> None:
    stage.open()
    stage.acting.layers.set(0, FACE, 0.25, 0.0, stage.now_nanos)
    stage.layers(seen(mouth=1.0, head=1.0))
    assert stage.state.blendshapes[0, SHAPE["jawOpen"]] == pytest.approx(0.2)
    assert stage.state.groups.weight[0, Group.HEAD] == pytest.approx(0.25)


def test_what_was_asked_of_an_avatar_ends_with_it(stage: Stage) -> None:
    stage.open()
    stage.prefer_happy()
    stage.acting.gestures.trigger(0, "nod", strength=1, speed=1, now_nanos=stage.now_nanos)
    stage.acting.overrides.apply(0, (OverrideEntry(0, 1.0, 1.0),), adds=False, hold=True, fade_secs=0, now_nanos=stage.now_nanos)
    stage.acting.layers.set(0, FACE, 0.0, 0.0, stage.now_nanos)
    stage.layers()
    stage.acting.close(0)
    assert stage.act(seen(mouth=1.0)) is None
    assert stage.state.blendshapes[0, SHAPE["jawOpen"]] == pytest.approx(0.8)


def test_a_face_that_is_found_comes_in_over_idle_life_without_a_step(stage: Stage) -> None:
    stage.open()
    for _ in range(30):
        stage.layers()
    jaws, heads = [], []
    for _ in range(30):
        stage.layers(seen(mouth=1.0, head=1.0))
        jaws.append(float(stage.state.blendshapes[0, SHAPE["jawOpen"]]))
        heads.append(float(stage.state.groups.weight[0, Group.HEAD]))
    assert jaws == sorted(jaws)
    assert max(np.diff([0, *jaws])) < 0.1
    assert heads[5] == pytest.approx(0.5, abs=0.05)
    assert jaws[-1] == pytest.approx(0.8)
    assert heads[-1] == 1


def test_a_face_that_is_there_when_an_avatar_begins_to_live_stays_as_it_is(stage: Stage) -> None:
    stage.open(lives=False)
    stage.act(seen(mouth=1.0))
    stage.acting.set_lives(np.array([0]), True)
    stage.layers(seen(mouth=1.0))
    assert stage.state.blendshapes[0, SHAPE["jawOpen"]] == pytest.approx(0.8)


def test_what_is_felt_counts_as_far_as_its_layer_does(stage: Stage) -> None:
    stage.open()
    stage.prefer_happy()
    for _ in range(60):
        stage.layers()
    assert stage.acting.moods(np.array([0]))[0, HAPPY] > 0.5
    stage.acting.layers.set(0, EMOTION, 0.0, 0.0, stage.now_nanos)
    stage.act()
    moods = stage.acting.moods(np.array([0]))[0]
    assert moods[HAPPY] == 0
    assert moods.sum() == pytest.approx(1)
