from __future__ import annotations

import importlib.resources

import numpy as np
import numpy.typing as npt
import pytest

from affectia.errors import ConfigError
from affectia.registry import Bone
from affectia.rig import gaze_shapes
from affectia.rig.gesture_table import RATE_HZ, TABLE, load_gestures
from affectia.signals.pose_layer import CHANNELS, SHAPES, SHIFT, TURNS
from tests.unit.fakes import SHAPE

pytestmark = pytest.mark.unit

Floats = npt.NDArray[np.float32]

NOD = """
[nod]
about = "yes"
secs = 0.5
eyes = "stay"
[nod.curves]
"whole_head.pitch_deg" = [[0, 0], [0.25, 10], [0.5, 0]]
"""


def text() -> str:
    return (importlib.resources.files("affectia.rig") / TABLE).read_text(encoding="utf-8")


def samples(name: str, source: str | None = None) -> Floats:
    """(m, channels) of a gesture."""
    table = load_gestures(source)
    number = table.numbers[name]
    count = int(np.ceil(table.secs[number] * RATE_HZ)) + 2
    rows = np.zeros((count, CHANNELS), np.float32)
    rows[:, table.channels] = table.samples[table.first[number] : table.first[number] + count]
    return rows


def test_the_gestures_that_a_caller_expects_are_there() -> None:
    names = load_gestures().names
    assert {"nod", "shake", "wink", "wink_left", "wink_right", "surprise_beat", "shrug", "tilt_left", "double_take"} <= set(names)


@pytest.mark.parametrize("name", load_gestures().names)
def test_every_gesture_begins_and_ends_at_rest_and_has_no_jumps(name: str) -> None:
    rows = samples(name)
    assert rows.any()
    assert not rows[0].any()
    assert not rows[-1].any()
    assert np.abs(rows[-2]).max() < 0.02
    assert rows[:, SHAPES].min() >= 0
    assert rows[:, SHAPES].max() <= 1
    steps = np.abs(np.diff(rows, axis=0))
    assert steps[:, SHAPES].max() < 0.25  # of an eighth of a tenth of a second: a lid shuts in 70 ms
    assert np.degrees(steps[:, TURNS]).max() < 2


def test_no_gesture_touches_what_speech_moves() -> None:
    table = load_gestures()
    spoken = [place for name, place in SHAPE.items() if name.startswith(("jaw", "mouth", "tongue"))]
    assert not set(table.channels.tolist()) & set(spoken)


def test_a_wink_is_of_one_eye_and_is_the_left_one_unless_said() -> None:
    left, right = samples("wink_left"), samples("wink_right")
    assert left[:, SHAPE["eyeBlinkLeft"]].max() == 1
    assert not left[:, SHAPE["eyeBlinkRight"]].any()
    assert right[:, SHAPE["eyeBlinkRight"]].max() == 1
    assert not right[:, SHAPE["eyeBlinkLeft"]].any()
    np.testing.assert_array_equal(samples("wink"), left)


def test_a_nod_goes_down_and_a_shake_to_both_sides() -> None:
    nod, shake = (np.degrees(samples(name)[:, TURNS].reshape(-1, 9, 3)) for name in ("nod", "shake"))
    head = nod[:, Bone.HEAD] + nod[:, Bone.NECK]
    assert 8 < head[:, 0].max() < 12
    turned = shake[:, Bone.HEAD, 1] + shake[:, Bone.NECK, 1]
    assert turned.min() < -8
    assert turned.max() > 8
    assert shake[:, Bone.HEAD, 1] == pytest.approx(1.5 * shake[:, Bone.NECK, 1], abs=1e-4)


def test_eyes_that_stay_turn_against_the_head() -> None:
    for eyes, share in (("stay", 1.0), ("carried", 0.0)):
        rows = samples("nod", NOD.replace("stay", eyes))
        pitch = np.degrees(rows[:, TURNS].reshape(-1, 9, 3)[:, : Bone.HEAD + 1, 0].sum(axis=1))
        assert pitch.max() == pytest.approx(10, abs=0.05)
        assert gaze_shapes.angles_deg(rows)[:, 2] == pytest.approx(-share * pitch, abs=1e-3)


def test_names_of_curves() -> None:
    source = (
        NOD
        + """
[all]
about = "one of each"
secs = 1
eyes = "carried"
[all.curves]
"browInnerUp" = [[0, 0], [0.5, 0.5], [1, 0]]
"browDown" = [[0, 0], [0.5, 0.25], [1, 0]]
"shoulders.raise_deg" = [[0, 0], [0.5, 10], [1, 0]]
"spine.yaw_deg" = [[0, 0], [0.5, -5], [1, 0]]
"head_shift.z_cm" = [[0, 0], [0.5, 2], [1, 0]]
"""
    )
    middle = samples("all", source)[int(RATE_HZ / 2)]
    assert middle[SHAPE["browInnerUp"]] == 0.5
    assert middle[SHAPE["browDownLeft"]] == middle[SHAPE["browDownRight"]] == 0.25
    turns = np.degrees(middle[TURNS].reshape(9, 3))
    assert turns[Bone.LEFT_SHOULDER, 2] == -turns[Bone.RIGHT_SHOULDER, 2] == pytest.approx(10)
    assert turns[Bone.SPINE, 1] == pytest.approx(-5)
    assert middle[SHIFT].tolist() == [0, 0, 2]
    assert np.count_nonzero(middle) == 7


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("whole_head.pitch_deg", "jawOpen", "curve 'jawOpen' of gesture 'nod' is unknown, expected a blendshape or a pair"),
        ("whole_head.pitch_deg", "browUp", "curve 'browUp' of gesture 'nod' is unknown"),
        ("whole_head.pitch_deg", "tail.pitch_deg", "curve 'tail.pitch_deg' of gesture 'nod' is unknown, expected a bone and an angle"),
        ("whole_head.pitch_deg", "left_eye.pitch_deg", "curve 'left_eye.pitch_deg' of gesture 'nod' is unknown"),
        ("[0.25, 10]", "[0.25, 61]", "a value of curve .* is 61, expected -60 to 60"),
        ("[0.25, 10]", "[0.25, nan]", "a value of curve .* is nan, expected -60 to 60"),
        ("[0.25, 10]", "[0, 10]", "times of curve .*, expected rising ones from 0 to 0.5"),
        ("[0.5, 0]", "[0.4, 0]", "times of curve .*, expected rising ones from 0 to 0.5"),
        ("[0.5, 0]", "[0.6, 0]", "a time of curve .* is 0.6, expected 0 to 0.5"),
        ("[0.5, 0]", "[0.5, 1]", "goes from 0 to 1, expected 0 at both ends"),
        (", [0.25, 10]", "", "is no list of three or more keys"),
        ("[0.25, 10]", "[0.25]", "is no list of three or more keys"),
        ("secs = 0.5", "secs = 11", "secs of gesture 'nod' is 11, expected 0.05 to 10"),
        ("secs = 0.5", "secs = true", "secs of gesture 'nod' is True"),
        ('eyes = "stay"', "", "eyes of gesture 'nod' is None, expected one of stay, carried"),
        ('about = "yes"', "", "gesture 'nod' does not say what it is"),
        ('about = "yes"', 'about = "yes"\nspeed = 1', "key of gesture nod is 'speed', expected one of about, secs, eyes, curves"),
        ("[nod.curves]", "[nod.curve]", "key of gesture nod is 'curve', expected one of .*, did you mean curves"),
        ("[nod]", "[yes]\nsame_as = 'no'\n[nod]", "gesture 'yes' is the same as 'no', expected a gesture and nothing else"),
        ("[nod]", "yes = 1\n[nod]", "gesture 'yes' is 1, expected a table"),
        ("[nod]", "[nod", "gestures.toml is no TOML"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, said: str) -> None:
    assert old in NOD
    with pytest.raises(ConfigError, match=said):
        load_gestures(NOD.replace(old, new, 1))


@pytest.mark.parametrize(
    ("source", "said"), [("", "gestures are none"), (NOD[: NOD.index("[nod.curves]")], "curves of gesture 'nod' is None")]
)
def test_what_is_missing_is_named(source: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_gestures(source)


def test_the_table_of_the_package_says_what_each_is() -> None:
    assert text().count("about = ") == len(load_gestures().secs)
