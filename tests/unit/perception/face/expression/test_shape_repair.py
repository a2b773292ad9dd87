from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia import registry
from affectia.errors import ConfigError
from affectia.perception.face.expression.face_geometry import FEATURES, MIRROR, MIRROR_SIGN, PLACE
from affectia.perception.face.expression.face_reference import load_table as load_features
from affectia.perception.face.expression.shape_repair import ShapeRepair, load_table
from affectia.perception.face.landmarks.head_pose import HeadPose, from_matrix
from tests.unit.perception.face.made_faces import axes_of

pytestmark = pytest.mark.unit

SHAPES = registry.BLENDSHAPES
REPAIR = ShapeRepair()
STILL = np.zeros(len(FEATURES))
UNTOUCHED = [place for place, name in enumerate(SHAPES) if name.startswith(("eyeBlink", "eyeLook"))]


def facing(yaw_deg: float = 0.0, pitch_deg: float = 0.0) -> HeadPose:
    matrix = np.eye(4)
    matrix[:3, :3] = axes_of((yaw_deg, pitch_deg, 0.0))
    matrix[2, 3] = -50.0
    return from_matrix(matrix)


def shapes(**values: float) -> npt.NDArray[np.float32]:
    found = np.zeros(len(SHAPES), np.float32)
    for name, value in values.items():
        found[SHAPES.index(name)] = value
    return found


def moved(**by_cm: float) -> npt.NDArray[np.float64]:
    found = STILL.copy()
    for name, cm in by_cm.items():
        found[PLACE[name]] = cm
    return found


def repaired(
    given: npt.NDArray[np.float32] | None = None, away: npt.NDArray[np.float64] = STILL, pose: HeadPose | None = None
) -> dict[str, float]:
    out = REPAIR.repaired(shapes() if given is None else given, away, pose or facing())
    return {name: float(value) for name, value in zip(SHAPES, out, strict=True) if value > 1e-6}


def mirrored_name(name: str) -> str:
    if name.endswith("Left"):
        return name.removesuffix("Left") + "Right"
    return name.removesuffix("Right") + "Left" if name.endswith("Right") else name


MIRRORED_SHAPES = [SHAPES.index(mirrored_name(name)) for name in SHAPES]


def test_a_face_at_rest_shows_nothing() -> None:
    assert repaired() == {}


def test_noise_of_a_camera_is_filled_in_nowhere() -> None:
    noise = load_features().noise
    random = np.random.default_rng(3)
    shown = [REPAIR.repaired(shapes(), random.normal(0.0, noise), facing()) for _ in range(300)]
    assert (np.array(shown) > 0).mean() < 1e-3


def test_no_measurement_makes_a_grimace() -> None:
    for sign in (-1.0, 1.0):
        out = REPAIR.repaired(shapes(), sign * np.full(len(FEATURES), 50.0), facing())
        assert (out <= 0.9).all()


@pytest.mark.parametrize(
    ("away", "expected"),
    [
        (moved(brow_inner_height_left=0.6, brow_inner_height_right=0.6), {"browInnerUp"}),
        (moved(brow_outer_height_left=0.6), {"browOuterUpLeft"}),
        (moved(brow_inner_height_right=-0.6, brow_middle_height_right=-0.5), {"browDownRight"}),
        (moved(lid_gap_left=0.4, lid_gap_right=0.4), {"eyeWideLeft", "eyeWideRight"}),
        (moved(chin_side=0.7, mouth_side=0.35), {"jawLeft"}),
        (moved(chin_side=-0.7, mouth_side=-0.35), {"jawRight"}),
        (moved(mouth_side=0.6), {"mouthLeft"}),
        (moved(chin_side=0.3, nose_side=0.5, mouth_side=0.3), set()),  # the whole face seems to shift: an error of the turn
        (moved(cheek_eye_gap_left=-0.6, lower_lid_height_left=0.2), {"cheekSquintLeft"}),
        (moved(nose_wing_height_right=0.6, upper_lip_height_right=0.4), {"noseSneerRight"}),
    ],
)
def test_geometry_fills_in_what_the_network_misses(away: npt.NDArray[np.float64], expected: set[str]) -> None:
    assert set(repaired(away=away)) == expected


def test_a_smile_lifts_nose_and_lip_without_a_sneer() -> None:
    smile = shapes(mouthSmileLeft=0.8, mouthSmileRight=0.8)
    lifted = moved(nose_wing_height_left=0.4, nose_wing_height_right=0.4, upper_lip_height_left=0.4, upper_lip_height_right=0.4)
    assert set(repaired(smile, lifted)) == {"mouthSmileLeft", "mouthSmileRight"}


def test_geometry_never_lowers_what_the_network_says() -> None:
    away = moved(brow_inner_height_left=0.3, brow_inner_height_right=0.3)
    assert repaired(shapes(browInnerUp=0.9), away)["browInnerUp"] == pytest.approx(repaired(shapes(browInnerUp=0.9))["browInnerUp"])


def test_lips_together_are_closed_by_as_much_as_the_jaw_is_open() -> None:
    assert repaired(shapes(jawOpen=0.4))["mouthClose"] == pytest.approx(0.4)
    assert "mouthClose" not in repaired(shapes(jawOpen=0.4), moved(inner_lip_gap=0.6))
    assert "mouthClose" not in repaired()


def test_lips_never_close_more_than_the_jaw_is_open() -> None:
    assert repaired(shapes(jawOpen=0.1, mouthClose=0.5))["mouthClose"] == pytest.approx(0.1)


def test_blinks_and_looks_come_out_as_they_went_in() -> None:
    given = np.random.default_rng(5).uniform(0.0, 1.0, len(SHAPES)).astype(np.float32)
    out = REPAIR.repaired(given, STILL, facing(20.0, 10.0))
    np.testing.assert_allclose(out[UNTOUCHED], given[UNTOUCHED], atol=1e-7)


@pytest.mark.parametrize(("yaw_deg", "pitch_deg"), [(20.0, 0.0), (-20.0, 0.0), (0.0, -20.0), (15.0, 15.0)])
def test_a_turn_only_takes_out(yaw_deg: float, pitch_deg: float) -> None:
    given = np.random.default_rng(6).uniform(0.0, 0.9, len(SHAPES)).astype(np.float32)
    turned, straight = (REPAIR.repaired(given, moved(inner_lip_gap=2.0), pose) for pose in (facing(yaw_deg, pitch_deg), facing()))
    assert (turned <= straight + 1e-9).all()


def test_a_face_that_turns_neither_presses_its_lips_nor_raises_its_brows() -> None:
    leaked = shapes(mouthPressRight=0.17, browOuterUpLeft=0.36)
    turned = repaired(leaked, pose=facing(20.0, -12.0))
    assert turned["mouthPressRight"] < 0.1
    assert turned.get("browOuterUpLeft", 0.0) < 0.05


def test_a_turn_takes_little_from_a_strong_movement() -> None:
    assert repaired(shapes(browInnerUp=0.95), pose=facing(15.0, -10.0))["browInnerUp"] > 0.8


def test_a_mirrored_face_is_repaired_mirrored() -> None:
    random = np.random.default_rng(8)
    given = random.uniform(0.0, 1.0, len(SHAPES))
    away = random.normal(0.0, 0.5, len(FEATURES))
    # Apart from the bias of the network itself, which is not mirrored: it is taken out before and after alike.
    table = load_table()
    table.offset[:] = 0.0
    repair = ShapeRepair(table=table)
    straight = repair.repaired(given, away, facing(12.0, 7.0))
    mirrored = repair.repaired(given[MIRRORED_SHAPES], away[MIRROR] * MIRROR_SIGN, facing(-12.0, 7.0))
    np.testing.assert_allclose(mirrored, straight[MIRRORED_SHAPES], atol=1e-9)


def test_the_bias_between_left_and_right_goes_out() -> None:
    out = repaired(shapes(eyeSquintLeft=0.56, eyeSquintRight=0.44))
    assert out["eyeSquintLeft"] == pytest.approx(out["eyeSquintRight"], abs=0.02)


def test_the_given_shapes_stay_as_they_are() -> None:
    given = shapes(browInnerUp=0.5, eyeSquintLeft=0.5)
    REPAIR.repaired(given, STILL, facing())
    np.testing.assert_array_equal(given, shapes(browInnerUp=0.5, eyeSquintLeft=0.5))


def test_every_value_stays_between_0_and_1() -> None:
    for value in (0.0, 1.0):
        out = REPAIR.repaired(np.full(len(SHAPES), value), STILL, facing(40.0, 30.0))
        assert ((out >= 0.0) & (out <= 1.0)).all()


def test_dead_bands_are_three_times_the_noise() -> None:
    table, noise = load_table(), load_features().noise
    sums = np.sqrt((table.weights[:, : len(FEATURES)] ** 2) @ noise**2)
    for place, name in enumerate(SHAPES):
        if table.cap[place] and name != "mouthClose":  # which is a share of jawOpen, and 0 without it
            assert table.dead[place] >= 3 * sums[place], name


def test_every_shape_has_a_verdict_and_those_that_are_not_the_networks_a_reason() -> None:
    table = load_table()
    assert len(table.verdicts) == len(SHAPES)
    assert table.verdicts[SHAPES.index("tongueOut")] == "absent"
    assert all(reason for verdict, reason in zip(table.verdicts, table.reasons, strict=True) if verdict != "network")


def whole_table(**rows: str) -> str:
    """One plain row for each shape, some changed or, when empty, left out."""
    plain = dict.fromkeys(SHAPES, 'verdict = "network"') | rows
    lines = [f"{name} = {{ {row} }}" for name, row in plain.items() if row]
    return "[limits]\nmost_logits = 1.5\nyaw_deg = 40\npitch_deg = 30\n[shapes]\n" + "\n".join(lines)


def test_a_plain_table_changes_nothing() -> None:
    given = np.random.default_rng(9).uniform(0.2, 1.0, len(SHAPES))
    given[SHAPES.index("mouthClose")] = 0.1
    out = ShapeRepair(table=load_table(whole_table())).repaired(given, STILL, facing(20.0))
    np.testing.assert_allclose(out, given)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (whole_table(jawOpen=""), "shape 'jawOpen' has no row"),
        (whole_table(jaw='verdict = "network"'), "shape 'jawLeft' has two rows"),
        (whole_table(jawDrop='verdict = "network"'), "shape 'jawDrop' is unknown"),
        (whole_table(jawOpen='verdict = "good"'), "verdict of shape 'jawOpen' is 'good'"),
        (whole_table(jawOpen='verdict = "network", gain = 2'), "key 'gain' of shape 'jawOpen' is unknown"),
        (whole_table(jawOpen='verdict = "network", rest = 0.7'), "rest of shape 'jawOpen' is 0.7, expected 0 to 0.5"),
        (whole_table(jawOpen='verdict = "network", full = 0'), "full of shape 'jawOpen' is 0, expected 0.01 to 10"),
        (whole_table(jawOpen='verdict = "network", pose = [1.0]'), "pose of shape 'jawOpen' is"),
        (whole_table(jawOpen='verdict = "repaired", cap = 0.5'), "shape 'jawOpen' has one of from and cap"),
        (whole_table(jawOpen='verdict = "repaired", cap = 0.5, from = { ear = 1 }'), "from of shape 'jawOpen' has 'ear'"),
        (whole_table().replace("1.5", "0"), "limit 'most_logits' is 0"),
        ("[", "shape_repair.toml is no TOML"),
    ],
)
def test_a_broken_table_is_named(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_table(text)
